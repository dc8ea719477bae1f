//! The exact solution of a loop, from its law alone.
//!
//! `mean_field`, `reproduction`, `fixed` and `outlook` say what the law makes of a loop without chance; `chain`,
//! `absorption` (by `elimination` of `skyline` rows, its errors bounded by `rounding`), `count_propagation` and `quasi`
//! solve the chain of counts, `quadrature` sums it where counts are many, `chain1d` puts them together with the
//! `runway_sum` of T, `chain2d` does where beliefs may be unsound; [`solve`] answers it all. [`LawChain`] is the same
//! for a law given as a function (forward sums in `node_propagation`), `quick` gives [`expected_runway`] alone,
//! [`expected_times`] for a handful of states, [`sweep`] for many scenarios.

pub mod absorption;
pub mod chain;
mod chain1d;
pub mod chain2d;
mod cost;
pub mod count_propagation;
mod elimination;
mod error;
mod expected_cost;
mod fate;
pub mod fixed;
mod law_chain;
pub mod mean_field;
mod node_propagation;
pub mod noise;
mod open_counts;
mod outlook;
pub mod quadrature;
pub mod quasi;
mod quick;
pub mod reproduction;
mod result;
mod rounding;
mod runway_sum;
mod safety;
mod simd;
pub mod skyline;
mod small;
mod solve;
mod solved;
mod stays;
mod sweep;
mod thresholds;
mod verifier;
mod verifier_meter;

pub use crate::law::VerifierMeter;
pub use error::{SolveError, Undefined};
pub use expected_cost::ExpectedCost;
pub use law_chain::{ChainRunway, LawChain};
pub use quick::expected_runway;
pub use result::{
    BEYOND_REACH, BestGeneration, ByGeneration, Curves, ErrorVisits, ExactSolution, FreshMistakes, ParameterThreshold,
    Regime, RestingHazard, Runway, Solution,
};
pub use safety::{Remedy, SAFE, SafetyReport, failing_within_horizon};
pub use small::expected_times;
pub use solve::solve;
pub use solved::SolvedDesign;
pub use sweep::{SweepPoint, sweep};
pub use verifier_meter::VerifierCurves;
