//! The few numbers of a loop that are compared while its keys vary.

use serde::{Deserialize, Serialize};

use crate::analytic::{BEYOND_DOUBLES, SweepPoint, sweep};
use crate::scenario::Scenario;

/// The numbers of a loop that are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LoopFate {
    /// `E[T]`, in generations; absent where it is infinite or unknown.
    pub runway: Option<f64>,
    /// Which of the two, where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runway_absent: Option<RunwayAbsence>,
    /// P(T ≤ horizon).
    pub failed: Option<f64>,
    /// P(T > horizon).
    pub survival: Option<f64>,
    /// R.
    pub reproduction_number: Option<f64>,
}

/// Why there is no expected runway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RunwayAbsence {
    /// It is infinite: with some probability the loop never fails.
    Infinite,
    /// It is finite, and past what a double holds.
    BeyondDoubles,
    /// The methods do not give it.
    Unknown,
}

impl RunwayAbsence {
    /// From the reason that the solver gives.
    fn of(point: &SweepPoint) -> Option<Self> {
        point.mean.is_none().then(|| match point.undefined.get("runway.mean") {
            _ if point.is_endless() => Self::Infinite,
            Some(reason) if reason.contains(BEYOND_DOUBLES) => Self::BeyondDoubles,
            _ => Self::Unknown,
        })
    }

    /// In a word or two.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Infinite => "infinite",
            Self::BeyondDoubles => "beyond 1e308",
            Self::Unknown => "unknown",
        }
    }
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
        runway_absent: RunwayAbsence::of(&point),
        failed: point.failed,
        survival: point.survival,
        reproduction_number: point.reproduction_number,
    };
    sweep(scenarios, horizon).into_iter().map(fate).collect()
}
