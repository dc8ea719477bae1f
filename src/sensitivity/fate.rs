//! The few numbers of a loop that are compared while its keys vary.

use serde::{Deserialize, Serialize};

use crate::analytic::{SweepPoint, sweep};
use crate::scenario::Scenario;

/// The numbers of a loop that are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LoopFate {
    /// `E[T]`, in generations; absent where it is infinite or unknown.
    pub runway: Option<f64>,
    /// P(T ≤ horizon).
    pub failed: Option<f64>,
    /// R.
    pub reproduction_number: Option<f64>,
}

/// Horizons beyond which runways no longer differ: nobody plans with more.
const FAR: f64 = 1_000.0;
/// A runway that is told apart from none.
const LEAST: f64 = 1e-3;

impl LoopFate {
    /// `E[T]` in generations, at least 0.001 and at most 1,000 horizons; where it is infinite or unknown, that of a loop that fails as
    /// often up to the horizon, at an even hazard.
    #[must_use]
    pub fn lasting(&self, horizon: u64) -> Option<f64> {
        let even = || Some(-(horizon as f64) / (-self.failed?).ln_1p());
        self.runway.or_else(even).map(|runway| runway.clamp(LEAST, FAR * horizon as f64))
    }
}

/// The fates of scenarios that share a horizon, on all cores.
pub fn fates(scenarios: &[Scenario]) -> Vec<LoopFate> {
    let Some(horizon) = scenarios.first().map(|scenario| scenario.horizon.get()) else { return Vec::new() };
    let fate = |point: SweepPoint| LoopFate {
        runway: point.mean,
        failed: point.failed,
        reproduction_number: point.reproduction_number,
    };
    sweep(scenarios, horizon).into_iter().map(fate).collect()
}
