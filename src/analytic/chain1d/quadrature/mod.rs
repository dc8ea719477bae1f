//! Count chains of any size: the law of a generation as a piecewise density, summed by Gaussian quadrature.
//!
//! Counts are never visited one by one where they are many. The next count's density is Σ over the present counts of
//! P(present) · Binomial(next; N, q(present)); the sum goes over Gauss nodes of neighbouring counts (`gram`, `quadrature_source`), and
//! the density is kept as polynomials of its logarithm (`density`, `arrival_density`). Where counts are few, each is its own node, so
//! that small numbers of mistakes keep their lattice. The failure threshold is a border of panels and of sums alike.

mod arrival_density;
pub(super) mod chebyshev;
mod count_loop;
mod density;
mod density_cost;
mod density_law;
mod density_propagation;
pub(super) mod gram;
pub(super) mod kernel;
mod node_chain;
mod quadrature_source;
mod quantile;
mod runway_closing;
mod solve;

pub use count_loop::{CountLoop, LoopEra};
pub(crate) use density_cost::cost_sum;
pub use density_propagation::DensityPropagation;
pub use node_chain::NodeChain;
pub use runway_closing::{RunwayClosing, close};
pub(crate) use solve::solve;
