//! A self-training loop, as a file describes it and as the program runs on it.
//!
//! Two forms: `written` is what a person types (every key optional but the name), [`Scenario`] is complete and checked.
//! Only the second leaves this module. A [`Scenario`] serialises to the keys it was read from, so that the copy in a
//! result file is itself a scenario file.

mod builder;
mod claims;
mod cost;
mod defaults;
mod design;
mod diagnostic;
mod difficulty;
mod draws;
mod error;
mod filter;
mod fitted_loop;
mod form;
mod load;
mod overrides;
mod prior_keys;
mod priors;
mod read_designs;
mod resolve;
mod resolve_filter;
mod schedule;
mod schema;
mod toml_table;
mod wording;
mod written;

use serde::{Deserialize, Serialize};

use crate::quantity::{Count, Probability, Rate};

pub use builder::ScenarioBuilder;
pub use claims::{
    FileClaims, LoopQuantity, PublishedRole, PublishedValue, QuantitySubject, StatedClaim, quantity_names,
};
pub use cost::{CheckPrice, Cost};
pub use design::Design;
pub use difficulty::{Difficulty, DifficultyClass};
pub use draws::PosteriorDraw;
pub use error::{NameError, Origin, ScenarioError, TextPosition};
pub use filter::Filter;
pub use fitted_loop::{DrawnDesigns, FittedDesigns, FittedLoop};
pub use prior_keys::{MedianRange, PRIORS};
pub use priors::{MOST_SPREAD, StatedPrior};
pub(crate) use resolve::legal_name;
pub use resolve::{MAX_CANDIDATES, MAX_PLURALITY};
pub use schema::DRAWN;

/// A complete, checked description of a self-training loop (model.md, section 7 for the defaults).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Scenario {
    /// Short name; also the name of its report folder.
    pub name: String,
    /// Where the numbers come from.
    pub source: Option<String>,
    /// N, the effective number of independent training examples of a generation.
    pub examples: Count,
    /// Generations reported.
    pub horizon: Count,
    /// The task.
    pub task: Task,
    /// How mistakes are made.
    pub errors: Errors,
    /// Problems of different difficulty; none: all are alike.
    pub difficulty: Vec<Difficulty>,
    /// How examples are learned.
    pub learning: Learning,
    /// The vote among candidates.
    pub vote: Vote,
    /// The filters, in series.
    pub filters: Vec<Filter>,
    /// What generation 0 believes.
    pub start: Start,
    /// When the loop has failed.
    pub failure: Failure,
    /// What it costs, if prices are given.
    pub cost: Option<Cost>,
}

/// The task: how long a solution is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Task {
    /// L, steps of a solution at generation 0.
    pub steps: Count,
    /// Steps added each generation.
    pub steps_per_generation: u32,
}

/// How mistakes are made.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Errors {
    /// ε, probability of a slip at one step, at generation 0.
    pub step_error: Probability,
    /// r, probability per step that a wrong path finds back to the right answer.
    pub recovery: Probability,
    /// σ, share of fresh wrong outcomes that are systematic.
    pub systematic_share: Probability,
    /// γ, probability that a candidate shows the systematic mistake of its problem.
    pub consistency: Probability,
    /// A, relative growth of the step error per unit share of unsound and wrong beliefs.
    pub amplification: Rate,
    /// D, number of wrong answers that random mistakes scatter over; absent: they never coincide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wrong_answers: Option<Count>,
    /// The step error that improvement tends to.
    pub step_error_floor: Probability,
    /// Share of the distance to the floor that one generation gains.
    pub step_error_gain: Probability,
    /// δ, log-odds of a slip that each generation adds: ability that narrow training wears off.
    #[serde(skip_serializing_if = "is_zero")]
    pub erosion: Rate,
}

/// How examples are learned.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Learning {
    /// λ, probability that a random wrong example becomes a wrong belief.
    pub imprint: Probability,
    /// ρ, probability that a systematic or unsound example is learned as such.
    pub persistence: Probability,
    /// μ, share of examples replaced by verified ground truth.
    pub anchor: Probability,
    /// κ, factor of the hazard −ln(1 − share of mistaken beliefs) between what was learned and what the model then does.
    #[serde(skip_serializing_if = "is_one")]
    pub hazard_gain: Rate,
    /// η, share of the beliefs that a generation learns anew; the others are copied from its predecessor.
    #[serde(skip_serializing_if = "is_whole")]
    pub renewal: Probability,
    /// What a generation trains on.
    pub policy: Policy,
}

/// What a generation trains on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// The last generation's N examples.
    Replace,
    /// All examples so far, generation 0's N included.
    Accumulate,
}

/// The vote among candidates for one problem; one candidate is no vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Vote {
    /// k, candidates for each problem.
    pub candidates: Count,
    /// m, votes that the answer with most votes needs to be accepted; 1 is the plurality vote.
    pub agree: Count,
    /// The most votes with which it is accepted; absent: all candidates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agree_at_most: Option<Count>,
}

impl Vote {
    /// The most votes with which an answer is accepted.
    #[must_use]
    pub fn most(&self) -> u64 {
        self.agree_at_most.unwrap_or(self.candidates).get()
    }

    /// Whether at most one answer can have the votes that it needs, and no number of them is too many.
    #[must_use]
    pub fn is_majority(&self) -> bool {
        2 * self.agree.get() > self.candidates.get() && self.most() == self.candidates.get()
    }
}

/// Shares of generation 0's beliefs; what is left is sound.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Start {
    /// Share of unsound beliefs.
    pub unsound: Probability,
    /// Share of wrong beliefs.
    pub wrong: Probability,
    /// Whether each belief is drawn with these shares, or the counts are the nearest whole ones.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub draw: bool,
}

/// When the loop has failed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Failure {
    /// θ, the error rate of one candidate at which the loop has failed.
    pub error_rate: Probability,
}

impl Scenario {
    /// Counts (unsound, wrong) of generation 0: the shares of `start` times N, to the nearest whole belief. Where the start
    /// is drawn they are its mean, rounded.
    #[must_use]
    pub fn start_counts(&self) -> (u64, u64) {
        let n = self.examples.as_f64();
        let unsound = (self.start.unsound.get() * n).round() as u64;
        let wrong = (self.start.wrong.get() * n).round() as u64;
        let wrong = wrong.min(self.examples.get() - unsound.min(self.examples.get()));
        (unsound.min(self.examples.get()), wrong)
    }

    /// Whether a vote or a filter stands between what is generated and what is trained on.
    #[must_use]
    pub fn has_checks(&self) -> bool {
        self.vote.candidates.get() > 1 || !self.filters.is_empty()
    }

    /// Whether unsound beliefs can arise or are there from the start, so that the count chain has two dimensions.
    #[must_use]
    pub fn has_unsound(&self) -> bool {
        let begun = if self.start.draw { self.start.unsound.get() > 0.0 } else { self.start_counts().0 > 0 };
        self.errors.recovery.get() > 0.0 || begun
    }
}

// Serde asks by reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(rate: &Rate) -> bool {
    rate.get() == 0.0
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_one(rate: &Rate) -> bool {
    rate.get() == 1.0
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_whole(share: &Probability) -> bool {
    share.get() == 1.0
}
