//! One more of what comes in whole numbers: a vote, an example, a step.

use serde::{Deserialize, Serialize};

use crate::scenario::Scenario;

use super::fate::{LoopFate, fates};

/// Keys of whole numbers.
const WHOLE: [&str; 4] = ["vote.candidates", "vote.agree", "examples", "task.steps"];

/// A loop with one more of a whole number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct NextStep {
    /// The dotted key.
    pub key: String,
    /// Its value in the loop.
    pub value: u64,
    /// The fate of the loop with one more.
    pub fate: LoopFate,
}

/// The steps that are legal.
pub fn of(scenario: &Scenario) -> Vec<NextStep> {
    let own = |key: &str| match key {
        "vote.candidates" => scenario.vote.candidates.get(),
        "vote.agree" => scenario.vote.agree.get(),
        "examples" => scenario.examples.get(),
        _ => scenario.task.steps.get(),
    };
    let legal = |key: &'static str| {
        let moved = scenario.with(key, own(key).saturating_add(1)).ok()?;
        Some((key, own(key), moved))
    };
    let steps: Vec<_> = WHOLE.into_iter().filter_map(legal).collect();
    let moved: Vec<Scenario> = steps.iter().map(|(.., moved)| moved.clone()).collect();
    let steps = steps.into_iter().zip(fates(&moved));
    steps.map(|((key, value, _), fate)| NextStep { key: key.to_owned(), value, fate }).collect()
}
