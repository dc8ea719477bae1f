//! Differences between designs that were played with common random numbers.

use serde::{Deserialize, Serialize};

use crate::simulate::RunSummary;
use crate::stats::interval::normal_critical;
use crate::stats::moments::SampleMoments;

/// Level of the intervals: they miss the true difference with about this probability.
const LEVEL: f64 = 0.05;

/// A design less the baseline, run by run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PairedDifferences {
    /// Of min(T, horizon), in generations.
    pub runway: PairedDifference,
    /// Of the error rate at the horizon.
    pub error: PairedDifference,
}

/// A mean difference with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PairedDifference {
    /// Mean.
    pub mean: f64,
    /// Its standard error.
    pub se: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end of the 95 % interval.
    pub high: f64,
    /// Variance of the paired difference over that of independent runs: below 1 where sharing them helps. Absent where
    /// nothing varies.
    pub variance_ratio: Option<f64>,
}

impl PairedDifferences {
    /// Holds the runs of a design against those of the baseline with the same numbers.
    pub(super) fn of(design: &[RunSummary], base: &[RunSummary]) -> Self {
        Self {
            runway: PairedDifference::of(design, base, |run| run.lasted as f64),
            error: PairedDifference::of(design, base, |run| run.last_error),
        }
    }
}

impl PairedDifference {
    fn of(design: &[RunSummary], base: &[RunSummary], part: fn(&RunSummary) -> f64) -> Self {
        let (mut apart, mut one, mut other) =
            (SampleMoments::default(), SampleMoments::default(), SampleMoments::default());
        for (design, base) in design.iter().zip(base) {
            let (design, base) = (part(design), part(base));
            apart.add(design - base);
            one.add(design);
            other.add(base);
        }
        let (mean, se) = (apart.mean(), apart.standard_error());
        let reach = normal_critical(LEVEL) * se;
        let independent = one.variance() + other.variance();
        Self {
            mean,
            se,
            low: mean - reach,
            high: mean + reach,
            variance_ratio: (independent > 0.0).then(|| apart.variance() / independent),
        }
    }
}
