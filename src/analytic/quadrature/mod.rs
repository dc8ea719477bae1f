//! Count chains of any size: the law of a generation as a piecewise density, summed by Gaussian quadrature.
//!
//! Counts are never visited one by one where they are many. The next count's density is Σ over the present counts of
//! P(present) · Binomial(next; N, q(present)); the sum goes over Gauss nodes of neighbouring counts (`gram`, `source`), and
//! the density is kept as polynomials of its logarithm (`density`, `arrival`). Where counts are few, each is its own node, so
//! that small numbers of mistakes keep their lattice. The failure threshold is a border of panels and of sums alike.

mod arrival;
mod chebyshev;
mod closing;
mod cost;
mod density;
mod density_law;
mod era;
mod gram;
mod kernel;
mod large;
mod nodes;
mod propagation;
mod quantile;
mod source;

pub use closing::{RunwayClosing, close};
pub(super) use cost::lasting;
pub use era::{CountLoop, LoopEra};
pub(super) use large::solve;
pub use nodes::NodeChain;
pub use propagation::DensityPropagation;
