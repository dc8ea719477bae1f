//! What a stopping rule can be about.

use serde::{Deserialize, Serialize};

use super::answer::{remaining, reproduction_number};
use super::fitted::Fitted;
use super::result::CredibleInterval;

/// The numbers of a fit that stopping rules are about, all at the last generation of its log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct StopSignals {
    /// P(failure within n generations) for n = 1, 2, … up to the horizon: the share of the courses drawn.
    pub failing_within: Vec<f64>,
    /// R.
    pub reproduction_number: CredibleInterval,
    /// P(R > 1).
    pub above_one: f64,
}

impl StopSignals {
    /// From its parts.
    #[must_use]
    pub const fn new(failing_within: Vec<f64>, reproduction_number: CredibleInterval, above_one: f64) -> Self {
        Self { failing_within, reproduction_number, above_one }
    }
}

impl Fitted<'_> {
    /// The numbers that stopping rules are about.
    #[must_use]
    pub fn signals(&self) -> StopSignals {
        let (model, options) = (&self.posterior.model, self.options);
        let remaining = remaining(self.run, &self.courses, options);
        let within = |n: u64| remaining.partition_point(|ahead| *ahead <= n) as f64 / remaining.len().max(1) as f64;
        let numbers: Vec<f64> =
            self.paths.iter().map(|path| reproduction_number(model, options.run, &path.learner)).collect();
        StopSignals {
            failing_within: (1..=options.horizon).map(within).collect(),
            above_one: numbers.iter().filter(|r| **r > 1.0).count() as f64 / numbers.len().max(1) as f64,
            reproduction_number: CredibleInterval::of(numbers),
        }
    }
}
