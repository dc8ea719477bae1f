//! The exact solution of a loop, from its law alone.
//!
//! | room | what is in it |
//! |---|---|
//! | [`mean_field`] | the loop without chance: trajectory, R, fixed points, regime, thresholds, linear noise |
//! | [`elimination`] | absorbing chains of any meaning, solved without a subtraction |
//! | [`absorbing`] | chains given state by state: their law of absorption, and a loop as such a chain |
//! | `chain1d` | loops without unsound beliefs: count by count, by elimination, by [`quadrature`] |
//! | [`chain2d`] | loops with unsound beliefs: all pairs of counts |
//!
//! [`solve`] puts them together, each scenario by the method that [`method`] chooses; `runway_sum`, `ever_fails`, `level_times`
//! and `rounding` are what both chains add up and bound, `cost` prices their generations, and every tolerance stands in
//! `tolerances`. [`LawChain`] is the same for a law given as a function, [`expected_runway`] gives `E[T]` alone,
//! [`expected_times`] solves a handful of states, [`sweep`] many scenarios, [`SafetyReport`] seeks what makes a loop safe.

pub mod absorbing;
mod adjoint_stage;
mod chain1d;
#[doc(hidden)]
pub mod chain2d;
mod cost;
mod cost_sum;
mod derivatives;
#[doc(hidden)]
pub mod elimination;
mod error;
mod ever_fails;
mod expected_cost;
mod follow_run;
mod generation_point;
mod level_times;
mod loop_states;
pub mod mean_field;
#[doc(hidden)]
pub mod method;
mod priced_run;
mod result;
mod rounding;
mod runway_sum;
mod safety;
mod settled;
mod solve;
mod solved_design;
mod sweep;
mod sweep_point;
mod tolerances;
mod verifier;
mod verifier_curves;

pub use crate::law::VerifierMeter;
pub use chain1d::{ChainRunway, LawChain, expected_runway, quadrature};
pub use derivatives::{
    DerivedNumbers, FailingCount, LoopDerivatives, NextJump, ParameterDerivatives, derivatives, smooth_parameters,
};
pub use elimination::expected_times;
pub use error::{SolveError, Undefined};
pub use expected_cost::ExpectedCost;
pub use mean_field::{linear_noise as noise, reproduction};
pub use priced_run::PricedRun;
pub use result::{
    BestGeneration, ByGeneration, Curves, ErrorVisits, ExactSolution, FreshMistakes, ParameterThreshold, Regime,
    RestingHazard, Runway, Solution,
};
pub(crate) use runway_sum::BEYOND_DOUBLES;
pub use safety::{Remedy, SAFE, SafetyReport, failing_within_horizon};
pub use solve::solve;
pub use solved_design::SolvedDesign;
pub use sweep::{Sweeper, sweep};
pub use sweep_point::{SweepPoint, SweptNumbers};
pub use tolerances::BEYOND_REACH;
pub use verifier_curves::VerifierCurves;
