//! Differences between designs that were played with the same luck.

use serde::Serialize;

use crate::simulate::Played;
use crate::stats::interval::normal_critical;
use crate::stats::moments::Moments;

/// Level of the intervals: they miss the true difference with about this probability.
const LEVEL: f64 = 0.05;

/// A design less the baseline, run by run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Paired {
    /// Of min(T, horizon), in generations.
    pub runway: Difference,
    /// Of the error rate at the horizon.
    pub error: Difference,
}

/// A mean difference with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Difference {
    /// Mean.
    pub mean: f64,
    /// Its standard error.
    pub se: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end of the 95 % interval.
    pub high: f64,
    /// Variance of the paired difference over that of independent runs: below 1 where sharing the luck helps. Absent where
    /// nothing varies.
    pub variance_ratio: Option<f64>,
}

impl Paired {
    /// Holds the runs of a design against those of the baseline with the same numbers.
    pub(super) fn of(design: &[Played], base: &[Played]) -> Self {
        Self {
            runway: Difference::of(design, base, |run| run.lasted as f64),
            error: Difference::of(design, base, |run| run.last_error),
        }
    }
}

impl Difference {
    fn of(design: &[Played], base: &[Played], part: fn(&Played) -> f64) -> Self {
        let (mut apart, mut one, mut other) = (Moments::default(), Moments::default(), Moments::default());
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
