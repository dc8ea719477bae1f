//! What the figures and the page say in words: facts taken from the results, with the side they come from.

use super::ReportInputs;
use super::words::{number, percent, probability};

/// Which side a fact comes from, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CurveSide {
    Exact,
    Simulated,
    MeanField,
}

/// Failure is called certain when its probability is this close to 1.
const ALL: f64 = 1e-6;
/// A share of runs up to this is called half of them: at the first generation with half it is a little more.
const HALF: f64 = 0.6;

/// A curve by generation and the side it comes from.
pub(super) type Curve<'a> = (&'a [f64], CurveSide);

impl ReportInputs<'_> {
    /// θ, the error rate at which the loop has failed.
    pub(super) const fn threshold(&self) -> f64 {
        self.scenario.failure.error_rate.get()
    }

    /// The last generation reported.
    pub(super) fn horizon(&self) -> u64 {
        self.solution.generations.last().copied().unwrap_or(0)
    }

    /// The last generation reported, as text.
    pub(super) fn horizon_text(&self) -> String {
        number(self.horizon() as f64, 3)
    }

    /// Whether generation 0 already fails.
    pub(super) fn fails_at_once(&self) -> bool {
        self.solution.start_error >= self.threshold()
    }

    /// The error rate by generation, averaged over runs where that is known.
    pub(super) fn error(&self) -> Curve<'_> {
        match (&self.solution.curves, self.simulated) {
            (Some(curves), _) => (&curves.expected_error, CurveSide::Exact),
            (None, Some(simulated)) => (&simulated.mean_error, CurveSide::Simulated),
            (None, None) => (&self.solution.mean_field_error, CurveSide::MeanField),
        }
    }

    /// S(g).
    pub(super) fn survival(&self) -> Option<Curve<'_>> {
        match (&self.solution.curves, self.simulated) {
            (Some(curves), _) => Some((&curves.survival, CurveSide::Exact)),
            (None, Some(simulated)) => Some((&simulated.survival, CurveSide::Simulated)),
            (None, None) => None,
        }
    }

    /// P(T ≤ horizon), from the exact curves where there are any.
    pub(super) fn failed_by_horizon(&self) -> Option<f64> {
        match (&self.solution.curves, self.simulated) {
            (Some(curves), _) => curves.failed.last().copied(),
            (None, Some(simulated)) => simulated.survival.last().map(|alive| 1.0 - alive),
            (None, None) => None,
        }
    }

    /// The median of T, if it lies within the horizon: the first generation by which half of all runs have failed.
    pub(super) fn median(&self) -> Option<(f64, CurveSide)> {
        let (survival, side) = self.survival()?;
        // From P(T ≤ g) itself where that is exact: 1 − S(g) may lose the last digit.
        let half = self.solution.curves.as_ref().map_or_else(
            || survival.iter().position(|&alive| alive <= 0.5),
            |curves| curves.failed.iter().position(|&failed| failed >= 0.5),
        )?;
        self.solution.generations.get(half).map(|&generation| (generation as f64, side))
    }

    /// "Half of all runs have failed by generation 36", or more than half where far more fail at once; `None` where fewer than
    /// half fail within the horizon, or nobody knows.
    pub(super) fn half_sentence(&self) -> Option<String> {
        let (median, side) = self.median()?;
        let alive = self.survival()?.0.get(median as usize).copied().unwrap_or(0.5);
        let runs = if side == CurveSide::Exact { "runs" } else { "simulated runs" };
        let (failed, by) = (1.0 - alive, number(median, 3));
        Some(match failed {
            _ if failed > 1.0 - ALL => format!("All {runs} have failed by generation {by}"),
            _ if failed > HALF => format!("{} of all {runs} have failed by generation {by}", percent(failed, 3)),
            _ => format!("Half of all {runs} have failed by generation {by}"),
        })
    }

    /// The first generation at which the mean field reaches the threshold.
    pub(super) fn mean_field_crossing(&self) -> Option<f64> {
        let index = self.solution.mean_field_error.iter().position(|&error| error >= self.threshold())?;
        self.solution.generations.get(index).map(|&generation| generation as f64)
    }

    /// P(T ≤ horizon) in the words that suit its size, without a full stop.
    pub(super) fn failure_sentence(&self) -> Option<String> {
        let failed = self.failed_by_horizon()?;
        let horizon = self.horizon_text();
        let plural = if self.horizon() == 1 { "" } else { "s" };
        let error = self.solution.error_bound.unwrap_or(0.0);
        Some(match self.solution.curves {
            _ if failed > 1.0 - ALL => format!("Virtually every run fails within {horizon} generation{plural}"),
            Some(_) if failed == 0.0 => format!("No failure within {horizon} generation{plural}"),
            Some(_) => {
                let told = probability(failed, error);
                format!("Failure within {horizon} generation{plural} has probability {told}")
            }
            None if failed == 0.0 => format!("No simulated run fails within {horizon} generation{plural}"),
            None => format!("{} of simulated runs fail within {horizon} generation{plural}", percent(failed, 3)),
        })
    }
}

/// (generation, value) pairs, without values that are not finite.
pub(super) fn pairs(generations: &[u64], values: &[f64]) -> Vec<(f64, f64)> {
    generations
        .iter()
        .zip(values)
        .filter(|(_, value)| value.is_finite())
        .map(|(&generation, &value)| (generation as f64, value))
        .collect()
}

/// The largest finite value, at least 0.
pub(super) fn largest<'a>(values: impl IntoIterator<Item = &'a f64>) -> f64 {
    values.into_iter().copied().filter(|value| value.is_finite()).fold(0.0, f64::max)
}
