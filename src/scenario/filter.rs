//! The filters of a loop: which parameters each kind takes.

use serde::Serialize;

use crate::quantity::Probability;

use super::error::Breach;
use super::written;

/// A check that accepted examples pass through (model.md, section 4). Catch probabilities are per accepted example.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Filter {
    /// Catch rates stated directly, one for each kind of example.
    Catch {
        /// Probability that a random wrong answer is caught.
        random: Probability,
        /// Probability that a systematic wrong answer is caught.
        systematic: Probability,
        /// Probability that a right answer by a wrong step is caught.
        unsound: Probability,
        /// Probability that a sound example is rejected.
        false_reject: Probability,
    },
    /// A check that sees the final answer only.
    Outcome {
        /// Probability that a wrong answer is caught.
        sensitivity: Probability,
        /// Probability that a right answer is rejected, however it was reached.
        false_reject: Probability,
    },
    /// A check of every step.
    Steps {
        /// Probability that an example with a wrong step is caught.
        sensitivity: Probability,
        /// Probability, per step, that a right step is rejected.
        false_reject: Probability,
    },
    /// Agreement with a second model's answer.
    CrossModel {
        /// Probability that the second model repeats the same systematic wrong answer.
        agreement_on_error: Probability,
        /// Probability that the second model is wrong where the first is right.
        error_rate: Probability,
    },
    /// Agreement with the model's own answer to a restatement of the problem (a + b against b + a).
    Transform {
        /// Probability that a systematic mistake survives the restatement.
        invariance: Probability,
    },
    /// Comparison with the truth for a share of the examples.
    GroundTruth {
        /// Share of examples that are compared.
        coverage: Probability,
        /// Whether the steps are compared too, or the answer alone.
        steps: bool,
    },
    /// The model judges its own answers, and judges at random where it does so from a mistaken belief.
    SelfJudge {
        /// Probability that a wrong answer is caught by a sound judgement.
        sensitivity: Probability,
        /// Probability that a right answer is rejected.
        false_reject: Probability,
        /// Probability that the judge shares a systematic mistake and lets it pass; absent: the consistency of its problem.
        #[serde(skip_serializing_if = "Option::is_none")]
        shared: Option<Probability>,
        /// Whether the steps are judged too, or the answer alone.
        steps: bool,
    },
}

/// The kinds as a file spells them.
pub(super) const KINDS: [&str; 7] =
    ["catch", "outcome", "steps", "cross-model", "transform", "ground-truth", "self-judge"];

impl Filter {
    /// The kind as a file spells it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Catch { .. } => KINDS[0],
            Self::Outcome { .. } => KINDS[1],
            Self::Steps { .. } => KINDS[2],
            Self::CrossModel { .. } => KINDS[3],
            Self::Transform { .. } => KINDS[4],
            Self::GroundTruth { .. } => KINDS[5],
            Self::SelfJudge { .. } => KINDS[6],
        }
    }

    /// Resolves the `index`-th `[[filter]]` table of a file. A strength that is not stated is that of the weakest check.
    pub(super) fn resolve(written: &written::Filter, index: usize) -> Result<Self, Breach> {
        let or_zero = |value: Option<Probability>| value.unwrap_or(Probability::ZERO);
        let (filter, takes): (Self, &[&str]) = match written.kind.as_str() {
            "catch" => (
                Self::Catch {
                    random: or_zero(written.random),
                    systematic: or_zero(written.systematic),
                    unsound: or_zero(written.unsound),
                    false_reject: or_zero(written.false_reject),
                },
                &["random", "systematic", "unsound", "false_reject"],
            ),
            "outcome" => (
                Self::Outcome {
                    sensitivity: or_zero(written.sensitivity),
                    false_reject: or_zero(written.false_reject),
                },
                &["sensitivity", "false_reject"],
            ),
            "steps" => (
                Self::Steps { sensitivity: or_zero(written.sensitivity), false_reject: or_zero(written.false_reject) },
                &["sensitivity", "false_reject"],
            ),
            "cross-model" => (
                Self::CrossModel {
                    agreement_on_error: written.agreement_on_error.unwrap_or(Probability::ONE),
                    error_rate: or_zero(written.error_rate),
                },
                &["agreement_on_error", "error_rate"],
            ),
            "transform" => {
                (Self::Transform { invariance: written.invariance.unwrap_or(Probability::ONE) }, &["invariance"])
            }
            "ground-truth" => (
                Self::GroundTruth { coverage: or_zero(written.coverage), steps: written.steps.unwrap_or(false) },
                &["coverage", "steps"],
            ),
            "self-judge" => (
                Self::SelfJudge {
                    sensitivity: or_zero(written.sensitivity),
                    false_reject: or_zero(written.false_reject),
                    shared: written.shared,
                    steps: written.steps.unwrap_or(false),
                },
                &["sensitivity", "false_reject", "shared", "steps"],
            ),
            unknown => return Err(Breach::unknown_kind(index, unknown)),
        };
        match written.given().find(|key| !takes.contains(key)) {
            Some(key) => Err(Breach::foreign_parameter(index, filter.kind(), key, takes)),
            None => Ok(filter),
        }
    }
}

impl written::Filter {
    /// The names of the parameters that the file gives.
    fn given(&self) -> impl Iterator<Item = &'static str> {
        [
            ("random", self.random.is_some()),
            ("systematic", self.systematic.is_some()),
            ("unsound", self.unsound.is_some()),
            ("false_reject", self.false_reject.is_some()),
            ("sensitivity", self.sensitivity.is_some()),
            ("agreement_on_error", self.agreement_on_error.is_some()),
            ("error_rate", self.error_rate.is_some()),
            ("invariance", self.invariance.is_some()),
            ("coverage", self.coverage.is_some()),
            ("shared", self.shared.is_some()),
            ("steps", self.steps.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, given)| given.then_some(name))
    }
}
