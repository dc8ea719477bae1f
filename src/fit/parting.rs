//! Two metrics of one run: from which generation on the error by the one falls while that by the other rises.
//!
//! Both are fitted by themselves, so that a path of the one may go with any path of the other. The generation is the other's
//! best; the two have parted since where, from there to the last generation of the log, the true error of the one has fallen
//! and that of the other has risen, both by more than [`MARGIN`]. Noise of the evaluations is in neither path.

use serde::{Deserialize, Serialize};

use super::answer;
use super::course::ErrorCourse;
use super::fitted::Fitted;

/// Change of the error rate below which nothing is said to have changed.
const MARGIN: f64 = 0.01;

/// Whether two metrics part.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MetricParting {
    /// The generation after which they part: the best of the metric that gets worse.
    pub generation: u64,
    /// The last generation of the log.
    pub last: u64,
    /// Probability that the one has improved since, and the other has got worse.
    pub probability: f64,
    /// Change of the error rate that counts as one.
    pub margin: f64,
    /// Whether it is the second metric that gets worse.
    pub second_worsens: bool,
}

impl Fitted<'_> {
    /// Where this metric and another of the same run part, whichever of them gets worse: the more probable of the two.
    /// `None` where no generation has both.
    #[must_use]
    pub fn parting(&self, second: &Self) -> Option<MetricParting> {
        let (forth, back) = (parting(self, second, true), parting(second, self, false));
        [forth, back].into_iter().flatten().reduce(|a, b| if b.probability > a.probability { b } else { a })
    }
}

fn parting(improving: &Fitted<'_>, worsening: &Fitted<'_>, second_worsens: bool) -> Option<MetricParting> {
    let generation = answer::best(worsening.run, &worsening.courses).generation;
    let last = improving.run.rows.last()?.generation.min(worsening.run.rows.last()?.generation);
    let place = |fitted: &Fitted<'_>, generation: u64| {
        let first = fitted.run.rows.first()?.generation;
        Some(generation.checked_sub(first)? as usize)
    };
    let change = |fitted: &Fitted<'_>| -> Option<Vec<f64>> {
        let (from, to) = (place(fitted, generation)?, place(fitted, last)?);
        let of = |course: &ErrorCourse| Some(course.error.get(to)? - course.error.get(from)?);
        fitted.courses.iter().map(of).collect()
    };
    let (falls, rises) = (change(improving)?, change(worsening)?);
    // Paths of equal number share their random numbers; those half the way apart do not.
    let shifted = rises.iter().cycle().skip(rises.len() / 2);
    let parted = falls.iter().zip(shifted).filter(|(fall, rise)| **fall < -MARGIN && **rise > MARGIN).count();
    let probability = if generation < last { parted as f64 / falls.len().max(1) as f64 } else { 0.0 };
    Some(MetricParting { generation, last, probability, margin: MARGIN, second_worsens })
}
