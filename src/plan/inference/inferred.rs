//! What a plan for the samples of a problem answers.

use serde::{Deserialize, Serialize};

/// How a number of samples a problem is best divided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct InferencePlan {
    /// Samples that a problem may take.
    pub samples: u64,
    /// The share of problems that the best division accepts at least.
    pub least_accepted: f64,
    /// The difficulties: share of the problems, and error rate of one sample.
    pub difficulties: Vec<DifficultyRow>,
    /// Divisions worked out.
    pub divisions: usize,
    /// The one with the purest examples, of those that accept enough.
    pub best: Option<SampleDivision>,
    /// All samples on one plurality vote.
    pub votes: SampleDivision,
    /// The divisions that no other beats in purity and in problems accepted, by falling purity.
    pub front: Vec<SampleDivision>,
    /// One sample behind each check, tried again up to each number of attempts.
    pub resampling: Vec<ResamplingRow>,
    /// Votes that stop early.
    pub adaptive: Vec<AdaptiveVote>,
    /// Purity of a plurality by its number of votes.
    pub votes_curve: Vec<VotesPoint>,
    /// Purity that a plurality of ever more votes tends to: the share of problems whose likeliest answer is right. Systematic mistakes
    /// set it.
    pub ceiling: f64,
    /// The first of the numbers of votes tried from which on all come within 1 percentage point of the ceiling.
    pub enough_votes: Option<u64>,
    /// Whether revising an answer pays.
    pub revision: RevisionVerdict,
    /// What to know before using the numbers.
    pub notes: Vec<String>,
}

/// Problems of one difficulty.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DifficultyRow {
    /// Share of the problems.
    pub share: f64,
    /// Error rate of one sample.
    pub error: f64,
}

/// One way to divide samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SampleDivision {
    /// Ballots of the vote, each what came through the check.
    pub ballots: u64,
    /// Votes that the answer with most of them needs.
    pub agree: u64,
    /// Attempts at each ballot, or at the whole vote where its winner is checked, at most.
    pub attempts: u64,
    /// Revisions of each answer.
    pub revisions: u64,
    /// The checks.
    pub check: String,
    /// What is checked.
    pub place: CheckPlace,
    /// Samples that a problem takes at most, checks included.
    pub most_samples: f64,
    /// Samples that a problem takes on average.
    pub samples: f64,
    /// Share of right answers among accepted ones; absent where none is accepted.
    pub purity: Option<f64>,
    /// Share of the problems that end in an accepted answer.
    pub accepted: f64,
    /// The same two for each difficulty.
    pub by_difficulty: Vec<(Option<f64>, f64)>,
    /// The loop that trains on what this division accepts; worked out for the divisions of the front.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runway: Option<DivisionRunway>,
}

impl SampleDivision {
    /// Whether its answers pass a check.
    #[must_use]
    pub fn is_checked(&self) -> bool {
        self.check != UNCHECKED
    }
}

/// The name of no check.
pub(super) const UNCHECKED: &str = "no check";

/// What a division checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CheckPlace {
    /// Each ballot, before the vote.
    Ballots,
    /// The winner of the vote.
    Winner,
}

/// A loop that trains on what a division accepts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DivisionRunway {
    /// `E[T]`, in generations; absent where it is infinite or beyond the doubles.
    pub mean: Option<f64>,
    /// P(T ≤ horizon).
    pub failed: f64,
    /// Samples that one accepted example takes at generation 0.
    pub samples_per_example: f64,
    /// Generations of runway for a sample per example: `mean` over `samples_per_example`.
    pub per_sample: Option<f64>,
}

/// One sample at a time behind a check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ResamplingRow {
    /// The check.
    pub check: String,
    /// Attempts at most.
    pub attempts: u64,
    /// Share of the problems that end in an accepted answer.
    pub accepted: f64,
    /// Share of right answers among accepted ones.
    pub purity: Option<f64>,
    /// The same, each situation of a problem weighted as after one attempt: what the check does to the answers of a problem, which
    /// further attempts do not change.
    pub purity_per_problem: Option<f64>,
    /// Samples that a problem takes on average, checks included.
    pub samples: f64,
}

/// A vote that stops before all samples are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AdaptiveVote {
    /// The error at which it stops; absent where it stops once the leader cannot be caught.
    pub stop_error: Option<f64>,
    /// Votes that a problem takes on average.
    pub votes: f64,
    /// Share of right answers among the winners.
    pub purity: f64,
}

/// A plurality of some votes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct VotesPoint {
    /// Votes.
    pub votes: u64,
    /// Share of right answers among the winners.
    pub purity: f64,
    /// Share of problems with a right answer among the samples (coverage).
    pub coverage: f64,
}

/// What a revision does to an answer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RevisionRates {
    /// Probability that a right answer becomes a wrong one.
    pub right_to_wrong: f64,
    /// Probability that a wrong answer becomes a right one.
    pub wrong_to_right: f64,
}

/// Whether revising pays: it does while wrong-to-right over right-to-wrong exceeds accuracy over error.
///
/// Source: self-correction as a chain of two states, arXiv 2604.22273.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RevisionVerdict {
    /// Of a revision, over all problems.
    pub rates: RevisionRates,
    /// Whether these rates were given, and not taken from the loop.
    pub given: bool,
    /// Share of right first answers.
    pub accuracy: f64,
    /// The accuracy below which a revision pays, b / (a + b); absent where revisions change nothing.
    pub break_even: Option<f64>,
    /// Share of right answers after one revision.
    pub after_one: f64,
    /// Share of right answers after as many revisions as samples allow.
    pub after_all: f64,
}
