//! What a person writes: every key optional but `name`, unknown keys refused.

use serde::Deserialize;

use crate::quantity::{Count, Probability, Rate};

use super::Policy;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    pub name: String,
    pub source: Option<String>,
    pub examples: Option<Count>,
    pub horizon: Option<Count>,
    #[serde(default)]
    pub task: Task,
    #[serde(default)]
    pub errors: Errors,
    #[serde(default)]
    pub learning: Learning,
    #[serde(default)]
    pub vote: Vote,
    #[serde(default)]
    pub filter: Vec<Filter>,
    #[serde(default)]
    pub start: Start,
    #[serde(default)]
    pub failure: Failure,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Task {
    pub steps: Option<Count>,
    pub steps_per_generation: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Errors {
    pub step_error: Option<Probability>,
    pub recovery: Option<Probability>,
    pub systematic_share: Option<Probability>,
    pub consistency: Option<Probability>,
    pub amplification: Option<Rate>,
    pub wrong_answers: Option<Count>,
    pub step_error_floor: Option<Probability>,
    pub step_error_gain: Option<Probability>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Learning {
    pub imprint: Option<Probability>,
    pub persistence: Option<Probability>,
    pub anchor: Option<Probability>,
    pub policy: Option<Policy>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Vote {
    pub candidates: Option<Count>,
    pub agree: Option<Count>,
}

/// One `[[filter]]` table, before its kind has said which parameters it takes. A flat table and not a tagged enum,
/// because the TOML reader knows the line and column of a value only where nothing is buffered in between.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Filter {
    pub kind: String,
    pub random: Option<Probability>,
    pub systematic: Option<Probability>,
    pub unsound: Option<Probability>,
    pub false_reject: Option<Probability>,
    pub sensitivity: Option<Probability>,
    pub agreement_on_error: Option<Probability>,
    pub error_rate: Option<Probability>,
    pub invariance: Option<Probability>,
    pub coverage: Option<Probability>,
    pub steps: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Start {
    pub unsound: Option<Probability>,
    pub wrong: Option<Probability>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Failure {
    pub error_rate: Option<Probability>,
}
