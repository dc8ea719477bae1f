//! The exact solution of a loop, from its law alone.

pub mod derivative;
pub mod noise;
pub mod plane;
mod result;

pub use result::{ByGeneration, Curves, Fresh, Hazard, Regime, Runway, Solution, Threshold, Undefined, Visits};
