//! Unsound beliefs exactly: the count chain over (n_U, n_W), N examples in total (model.md, sections 1 and 6).
//!
//! `grid` numbers the states and holds the law at each, `step` takes the law of the state one generation on, `grid_propagation`
//! splits it into loops that have lasted and loops that have failed, `curves` reads them off, `lifetime` sums generations up to
//! the runway, and `solve` puts them together with the elimination of small chains. `draw_errors` bounds what rounding does to
//! the transitions, `grid_stage` is one generation for the adjoint, `limits` says how far the method reaches.

mod curves;
mod draw_errors;
mod grid;
mod grid_cost;
mod grid_propagation;
mod grid_stage;
mod levels;
mod lifetime;
mod limits;
mod open_states;
mod solve;
mod step;

pub use super::tolerances::MIN_HAZARD;
pub(super) use grid_cost::cost_sum;
pub(super) use grid_stage::GridStage;
pub(super) use limits::within_reach;
pub use limits::{Chain2dRefusal, MAX_ELIMINATED, MAX_EXAMPLES};
pub(super) use open_states::open_states;
pub use solve::solve;
pub(super) use solve::solve_and_price;
pub(super) use solve::{failed_within, priced_run};
