//! What was measured.

use serde::{Deserialize, Serialize};

/// A number with its 90 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MeasuredNumber {
    /// The estimate.
    pub value: f64,
    /// Lower end; absent where the samples leave none.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// A number under the key of a scenario file, or under a name of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MeasuredKey {
    /// Key of a scenario file such as `errors.consistency`, or a name such as `error_rate`.
    pub key: String,
    /// The number and its interval.
    #[serde(flatten)]
    pub number: MeasuredNumber,
    /// What was counted.
    pub basis: String,
}

/// A key that the samples cannot determine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MissingKey {
    /// Key of a scenario file.
    pub key: String,
    /// Why not.
    pub reason: String,
    /// The cheapest file that would determine it.
    pub remedy: String,
}

/// How well a number of difficulties explains the samples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DifficultyFit {
    /// Difficulties.
    pub difficulties: usize,
    /// ln likelihood, up to a constant.
    pub log_likelihood: f64,
    /// Bayesian information criterion less that of one difficulty; the lowest is chosen.
    pub bic_change: f64,
}

/// What a vote keeps: measured with the answers that were sampled, and predicted by the measured scenario.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct VoteMeasurement {
    /// Candidates.
    pub candidates: u32,
    /// Votes that the leading answer needs; 1 is a plurality.
    pub agree: u32,
    /// Accepted problems of all.
    pub accepted: MeasuredNumber,
    /// Right of the accepted; absent where nothing was accepted.
    pub right: Option<MeasuredNumber>,
    /// What the measured scenario predicts for `accepted`.
    pub predicted_accepted: f64,
    /// What it predicts for `right`.
    pub predicted_right: Option<f64>,
}

/// One bar of the counts of right answers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RightCount {
    /// Right answers to a problem.
    pub right: u32,
    /// Share of the problems that have this number.
    pub measured: f64,
    /// The same by the fitted difficulties.
    pub predicted: f64,
}

/// Everything that samples determine of a loop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MeasuredLoop {
    /// The files.
    pub source: String,
    /// What was taken from them.
    pub notes: Vec<String>,
    /// The generation that is measured, as the files name it.
    pub generation: String,
    /// The generation after it, where there is one.
    pub next_generation: Option<String>,
    /// Problems of that generation.
    pub problems: usize,
    /// Answers to them.
    pub answers: u64,
    /// Answers to one problem, at least and at most.
    pub answers_per_problem: (u32, u32),
    /// Every number.
    pub keys: Vec<MeasuredKey>,
    /// One, two and three difficulties, as far as the number of answers allows.
    pub difficulties: Vec<DifficultyFit>,
    /// Right answers by problem, where every problem has as many answers.
    pub right_counts: Vec<RightCount>,
    /// What votes keep, smaller ones first.
    pub votes: Vec<VoteMeasurement>,
    /// Keys that these files cannot determine.
    pub missing: Vec<MissingKey>,
    /// The scenario file, every number with its source.
    pub scenario: String,
}

impl MeasuredLoop {
    /// A number by its key.
    #[must_use]
    pub fn key(&self, key: &str) -> Option<&MeasuredKey> {
        self.keys.iter().find(|one| one.key == key)
    }

    /// Difficulties that were chosen.
    #[must_use]
    pub fn chosen_difficulties(&self) -> usize {
        let best = self.difficulties.iter().min_by(|a, b| a.bic_change.total_cmp(&b.bic_change));
        best.map_or(1, |fit| fit.difficulties)
    }
}
