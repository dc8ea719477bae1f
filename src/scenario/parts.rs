//! The tables of a scenario file that hold single values: each key once, with its meaning and its default (model.md,
//! section 7).

use serde::{Deserialize, Serialize};
use toml::de::DeValue;

use crate::quantity::{Count, Probability, Rate};

use super::key_table::key_table;
use super::toml_table::TomlValue;
use super::wording::suggest;

const fn share(value: f64) -> Probability {
    Probability::constant(value)
}

const fn rate(value: f64) -> Rate {
    Rate::constant(value)
}

const fn count(value: u64) -> Count {
    Count::constant(value)
}

key_table! {
    /// The file itself.
    #[derive(Debug)]
    pub(super) struct Heading {
        /// Where its numbers come from.
        source: Option<String> = None, example "\"where the numbers come from\"";
        /// N, independent training examples of a generation.
        examples: Count = count(1000);
        /// Generations reported.
        horizon: Count = count(60);
    }
}

key_table! {
    /// The task: how long a solution is.
    #[derive(Debug, Clone, Copy, PartialEq, Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[non_exhaustive]
    pub struct Task {
        /// L, steps of a solution at generation 0.
        steps: Count = count(20);
        /// Steps added each generation.
        steps_per_generation: u32 = 0;
    }
}

key_table! {
    /// How mistakes are made.
    #[derive(Debug, Clone, Copy, PartialEq, Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[non_exhaustive]
    pub struct Errors {
        /// ε, probability of a slip at one step.
        ///
        /// At generation 0.
        step_error: Probability = share(0.002);
        /// r, probability per step that a wrong path finds back.
        ///
        /// To the right answer.
        recovery: Probability = share(0.0), range [0.0, 0.05];
        /// σ, share of fresh wrong outcomes that are systematic.
        systematic_share: Probability = share(0.1);
        /// γ, probability that a candidate shows its problem's systematic mistake.
        consistency: Probability = share(1.0), range [0.7, 1.0];
        /// A, growth of the step error per share of unsound and wrong beliefs.
        ///
        /// Relative to the step error of a sound model.
        amplification: Rate = rate(5.0);
        /// D, wrong answers that random mistakes scatter over.
        ///
        /// Absent: they never coincide.
        #[serde(skip_serializing_if = "Option::is_none")]
        wrong_answers: Option<Count> = None, example "50";
        /// Step error that improvement tends to.
        step_error_floor: Probability = share(0.0);
        /// Share of the way to the floor gained each generation.
        step_error_gain: Probability = share(0.0);
        /// δ, log-odds of a slip that each generation adds.
        ///
        /// Ability that narrow training wears off.
        #[serde(skip_serializing_if = "is_zero")]
        erosion: Rate = rate(0.0);
    }
}

key_table! {
    /// How examples are learned.
    #[derive(Debug, Clone, Copy, PartialEq, Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[non_exhaustive]
    pub struct Learning {
        /// λ, probability that a random wrong example becomes a wrong belief.
        imprint: Probability = share(0.6);
        /// ρ, probability that a systematic or unsound example is learned as such.
        persistence: Probability = share(0.95);
        /// μ, share of examples replaced by verified ground truth.
        anchor: Probability = share(0.0), range [0.0, 0.1];
        /// κ, factor of the hazard of mistaken beliefs between learning and answering.
        ///
        /// That is −ln(1 − their share); above 1 where answers are sampled hot.
        #[serde(skip_serializing_if = "is_one")]
        hazard_gain: Rate = rate(1.0), range [0.9, 1.2];
        /// η, share of beliefs learned anew; the others are copied from the predecessor.
        ///
        /// Below 1 where it is fine-tuned.
        #[serde(skip_serializing_if = "is_whole")]
        renewal: Probability = share(1.0), range [0.3, 1.0];
        /// What a generation trains on.
        ///
        /// `replace`: the last generation's examples, `accumulate`: all so far.
        policy: Policy = Policy::Replace;
    }
}

/// What a generation trains on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// The last generation's N examples.
    Replace,
    /// All examples so far, generation 0's N included.
    Accumulate,
}

impl TomlValue for Policy {
    const RULE: &'static str = "a policy is \"replace\" or \"accumulate\"";

    fn read(value: &DeValue<'_>) -> Option<Self> {
        match value.as_str()? {
            "replace" => Some(Self::Replace),
            "accumulate" => Some(Self::Accumulate),
            _ => None,
        }
    }

    fn help(value: &DeValue<'_>) -> String {
        value.as_str().and_then(|typed| suggest(typed, ["replace", "accumulate"])).unwrap_or_default()
    }
}

key_table! {
    /// The vote among candidates for one problem; one candidate is no vote.
    #[derive(Debug)]
    pub(super) struct WrittenVote {
        /// k, candidates for each problem.
        candidates: Count = count(1);
        /// m, votes that an answer needs.
        ///
        /// Absent: more than half; 1: a plurality.
        agree: Option<Count> = None, example "1";
        /// The most votes with which an answer is accepted.
        ///
        /// Absent: all.
        agree_at_most: Option<Count> = None, example "1";
    }
}

/// The vote among candidates for one problem; one candidate is no vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

key_table! {
    /// Shares of generation 0's beliefs; what is left is sound.
    #[derive(Debug, Clone, Copy, PartialEq, Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[non_exhaustive]
    pub struct Start {
        /// Share of unsound beliefs of generation 0.
        unsound: Probability = share(0.0);
        /// Share of wrong beliefs of generation 0.
        wrong: Probability = share(0.0);
        /// Whether generation 0 is drawn with these shares.
        ///
        /// Each belief by itself; otherwise the counts are the nearest whole ones.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        draw: bool = false;
    }
}

key_table! {
    /// When the loop has failed.
    #[derive(Debug, Clone, Copy, PartialEq, Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[non_exhaustive]
    pub struct Failure {
        /// θ, error rate at which the loop has failed.
        ///
        /// Of one candidate.
        error_rate: Probability = share(0.5);
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
