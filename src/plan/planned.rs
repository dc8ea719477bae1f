//! What a plan answers.

use serde::{Deserialize, Serialize};

use crate::fit::CredibleInterval;
use crate::scenario::Scenario;

use super::lever::PlanLever;

/// What a plan is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PlanQuestion {
    /// The cheapest design that lasts this number of generations; no dearer than the budget, if there is one.
    Cheapest {
        /// Generations.
        generations: u64,
        /// Cost that the run may have, in the plan's unit.
        budget: Option<f64>,
    },
    /// The longest run within a budget.
    Longest {
        /// Cost that the run may have, in the plan's unit.
        budget: f64,
        /// Generations that are followed at most.
        most: u64,
    },
}

/// The answer to a plan's question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DesignPlan {
    /// What was asked.
    pub question: PlanQuestion,
    /// The probability of failing within the run that is accepted.
    pub max_failure: f64,
    /// What costs are counted in.
    pub unit: String,
    /// Whether the file has no prices, so that steps are counted.
    pub counts_steps: bool,
    /// Whether a design does what was asked.
    pub met: bool,
    /// That design; where none does, the nearest. Absent where no design can be worked out.
    pub chosen: Option<PlannedDesign>,
    /// The complete loop of the chosen design.
    pub scenario: Option<Scenario>,
    /// The second best of those that do what was asked.
    pub runner_up: Option<PlannedDesign>,
    /// Of the designs that are cheaper than the chosen one and miss the goal, the one that misses it least.
    pub cheaper: Option<PlannedDesign>,
    /// The loop of the file as it is.
    pub present: Option<PlannedDesign>,
    /// Designs that no other beats, by rising cost: of those worked out, and likelier to last than not.
    pub front: Vec<PlannedDesign>,
    /// Every design worked out, in the order of the search.
    pub designs: Vec<PlannedDesign>,
    /// What was varied.
    pub levers: Vec<PlanLever>,
    /// How the designs were gone through.
    pub search: SearchCount,
    /// What the draws of a fit say of the choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chance: Option<PlanChance>,
    /// What to know before using the numbers.
    pub notes: Vec<String>,
}

/// One design worked out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PlannedDesign {
    /// What it is, in a few words: "3 of 5 votes, outcome".
    pub name: String,
    /// The design of the file that it is a variant of, where the file has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// The keys that it sets, `KEY=VALUE`.
    pub sets: Vec<String>,
    /// The filters of the file that it leaves out, by number.
    pub without: Vec<usize>,
    /// Generations of the run: those asked for, or those that the budget buys.
    pub generations: u64,
    /// P(T ≤ generations).
    pub failed: f64,
    /// Bound on the absolute error of `failed`: what truncated sums may have left out of it.
    pub failed_error: f64,
    /// Expected cost of the run, nothing being paid after failure, in the plan's unit; absent where it is infinite.
    pub cost: Option<f64>,
    /// Whether it does what was asked.
    pub meets: bool,
    /// What ends the run of a budget.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<RunLimit>,
}

/// What ends the run that a budget buys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RunLimit {
    /// One generation more costs more than the budget.
    Budget,
    /// One generation more fails too often.
    Failure,
    /// It was not followed further.
    Followed,
}

/// How the designs of a search were gone through.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SearchCount {
    /// Combinations of the options of all levers.
    pub combinations: usize,
    /// Combinations that break a rule between keys.
    pub illegal: usize,
    /// Combinations that make a loop that another one makes too.
    pub doubled: usize,
    /// Designs worked out exactly.
    pub evaluated: usize,
    /// Designs left out because a lower bound on their cost shows that they cannot be the answer.
    pub pruned: usize,
    /// Designs that no exact method reaches.
    pub beyond_reach: usize,
}

/// The choice under each draw of a fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PlanChance {
    /// Draws of the fit.
    pub draws: usize,
    /// Draws under which no exact method reaches the loop; they are not counted.
    pub beyond_reach: usize,
    /// Share of the draws whose error rates the file's `systematic_share` and `consistency` cannot have; the nearest that can was taken.
    pub strained: f64,
    /// Probability over the draws that the chosen design does what was asked.
    pub meets: f64,
    /// P(T ≤ generations) of the chosen design.
    pub failed: CredibleInterval,
    /// P(T ≤ generations), over draws and chance.
    pub mean_failed: f64,
    /// Expected cost of the run, in the plan's unit, over the draws under which it is finite.
    pub cost: Option<CredibleInterval>,
    /// Probability over the draws that the runner-up does what was asked.
    pub runner_up_meets: Option<f64>,
}
