//! The exact solution of a loop, from its law alone.
//!
//! `mean_field`, `reproduction`, `fixed` and `outlook` say what the law makes of a loop without chance; `chain`,
//! `absorption`, `transient` and `quasi` solve the chain of counts, `line` puts them together; [`solve`] answers it all.

pub mod absorption;
pub mod chain;
pub mod derivative;
pub mod fixed;
mod line;
pub mod mean_field;
pub mod noise;
mod outlook;
pub mod plane;
pub mod quasi;
pub mod reproduction;
mod result;
mod solve;
mod spending;
mod thresholds;
pub mod transient;

pub use line::expected_runway;
pub use result::{
    BEYOND_REACH, Best, ByGeneration, Curves, Exact, Fresh, Hazard, Regime, Runway, Solution, Threshold, Undefined,
    Visits,
};
pub use solve::solve;
pub use spending::Spending;
