//! The filters of a loop: which parameters each kind takes.

use serde::{Deserialize, Serialize};

use crate::quantity::Probability;

/// A check that accepted examples pass through (model.md, section 4). Catch probabilities are per accepted example.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
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
}
