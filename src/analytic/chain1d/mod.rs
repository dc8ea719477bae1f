//! Loops without unsound beliefs: the chain of one count (model.md, section 1).
//!
//! `count_chain` holds its states, `count_propagation` takes the law of the count from generation to generation, count by count;
//! `node_factors` eliminates the chain for expected times, `open_counts` those counts from which either end can still come.
//! `quadrature` sums over counts where they are many, `node_propagation` along rows that are formed once. `solve` puts them
//! together for a scenario, `count_stage` and `node_stage` are one generation for the adjoint, `law_chain` for a law given as a function,
//! `expected_runway` gives the mean alone, `swept_chain` forms chains for sweeps, `backward_failure` sums P(T ≤ g) backward.

pub(super) mod backward_failure;
mod count_chain;
mod count_cost;
pub(super) mod count_propagation;
mod count_stage;
mod expected_runway;
mod law_chain;
pub(super) mod node_factors;
pub(super) mod node_propagation;
mod node_stage;
mod open_counts;
mod open_states;
#[doc(hidden)]
pub mod quadrature;
mod solve;
pub(super) mod swept_chain;

pub(super) use count_cost::{CountCost, cost_sum};
pub(super) use count_stage::{CountStage, MOST_COUNTED, start_law};
pub use expected_runway::expected_runway;
pub use law_chain::{ChainRunway, LawChain};
pub(super) use node_stage::{MOST_NODED, NodeStage};
pub(super) use open_states::open_states;
pub(super) use solve::solve_and_price;
