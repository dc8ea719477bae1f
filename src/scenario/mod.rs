//! A self-training loop, as a file describes it and as the program runs on it.
//!
//! Two forms: `written` is what a person types (every key optional but the name), [`Scenario`] is complete and checked.
//! Only the second leaves this module. A [`Scenario`] serialises to the keys it was read from, so that the copy in a
//! result file is itself a scenario file.

mod cost;
mod design;
mod error;
mod fault;
mod filter;
mod form;
mod load;
mod overrides;
mod priors;
mod reader;
mod resolve;
mod stated;
mod written;

use serde::{Deserialize, Serialize};

use crate::quantity::{Count, Probability, Rate};

pub use cost::{CheckPrice, Cost};
pub use design::Design;
pub use error::{Origin, Position, ScenarioError};
pub use filter::Filter;
pub use priors::{MOST_SPREAD, PRIORS, Range, StatedPrior};
pub use stated::{Claim, Published, Quantity, Role, Stated, Subject, quantity_names};

/// A complete, checked description of a self-training loop (model.md, section 7 for the defaults).
#[derive(Debug, Clone, PartialEq)]
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
pub struct Task {
    /// L, steps of a solution at generation 0.
    pub steps: Count,
    /// Steps added each generation.
    pub steps_per_generation: u32,
}

/// How mistakes are made.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
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
}

/// How examples are learned.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Learning {
    /// λ, probability that a random wrong example becomes a wrong belief.
    pub imprint: Probability,
    /// ρ, probability that a systematic or unsound example is learned as such.
    pub persistence: Probability,
    /// μ, share of examples replaced by verified ground truth.
    pub anchor: Probability,
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
pub struct Vote {
    /// k, candidates for each problem.
    pub candidates: Count,
    /// m, votes that one answer needs to be accepted; more than half of the candidates.
    pub agree: Count,
}

/// Shares of generation 0's beliefs; what is left is sound.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Start {
    /// Share of unsound beliefs.
    pub unsound: Probability,
    /// Share of wrong beliefs.
    pub wrong: Probability,
}

/// When the loop has failed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Failure {
    /// θ, the error rate of one candidate at which the loop has failed.
    pub error_rate: Probability,
}

impl Scenario {
    /// L_g, steps of a solution at `generation` (model.md, section 6a).
    #[must_use]
    pub fn steps_at(&self, generation: u64) -> u64 {
        let grown = generation.saturating_mul(u64::from(self.task.steps_per_generation));
        self.task.steps.get().saturating_add(grown).min(Count::MAX)
    }

    /// ε_g, probability of a slip at one step of a flawless model at `generation` (model.md, section 6a). Once improvement
    /// has settled it is the floor itself: slips that die out to a floor of 0 then leave a law with its true zeros.
    #[must_use]
    pub fn step_error_at(&self, generation: u64) -> f64 {
        let (start, floor) = (self.errors.step_error.get(), self.errors.step_error_floor.get());
        let settled = self.improved_at();
        if settled > 0 && generation >= settled {
            return floor;
        }
        // ln((1 − gain)^g); 0 times the logarithm of 0 is no number.
        let ln_kept =
            if generation == 0 { 0.0 } else { generation as f64 * (-self.errors.step_error_gain.get()).ln_1p() };
        (start * ln_kept.exp() - floor * ln_kept.exp_m1()).clamp(0.0, 1.0)
    }

    /// Roundings in [`Self::step_error_at`]: a power has some for each unit of its logarithm.
    #[must_use]
    pub fn step_error_roundings(&self, generation: u64) -> f64 {
        let gain = self.errors.step_error_gain.get();
        // Past a logarithm of 800 the power is 0.
        if generation == 0 { 0.0 } else { 16.0 + 4.0 * (-(generation as f64) * (-gain).ln_1p()).min(800.0) }
    }

    /// The generation from which the law of one generation no longer changes, to double precision: 0 for a loop without
    /// schedules, `None` while the curriculum grows.
    #[must_use]
    pub fn settles_at(&self) -> Option<u64> {
        if self.task.steps_per_generation > 0 { None } else { Some(self.improved_at()) }
    }

    /// Whether no step slips at `generation` nor at any later one.
    #[must_use]
    pub fn never_slips_from(&self, generation: u64) -> bool {
        let stays = self.errors.step_error_floor.get() == 0.0 || self.errors.step_error_gain.get() == 0.0;
        stays && self.step_error_at(generation) == 0.0
    }

    /// The generation from which the slips no longer change, to double precision.
    fn improved_at(&self) -> u64 {
        let moves = self.errors.step_error != self.errors.step_error_floor;
        let gain = self.errors.step_error_gain.get();
        if gain == 0.0 || !moves {
            0
        } else if gain == 1.0 {
            1
        } else {
            // (1 − gain)^g < 2^-60, relative to the larger of the two ends, is below the rounding of either.
            (-60.0 * std::f64::consts::LN_2 / (-gain).ln_1p()).ceil() as u64
        }
    }

    /// Counts (unsound, wrong) of generation 0: the shares of `start` times N, to the nearest whole belief.
    #[must_use]
    pub fn start_counts(&self) -> (u64, u64) {
        let n = self.examples.as_f64();
        let unsound = (self.start.unsound.get() * n).round() as u64;
        let wrong = (self.start.wrong.get() * n).round() as u64;
        let wrong = wrong.min(self.examples.get() - unsound.min(self.examples.get()));
        (unsound.min(self.examples.get()), wrong)
    }

    /// Whether unsound beliefs can arise or are there from the start, so that the count chain has two dimensions.
    #[must_use]
    pub fn has_unsound(&self) -> bool {
        self.errors.recovery.get() > 0.0 || self.start_counts().0 > 0
    }
}
