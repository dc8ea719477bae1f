//! How to measure, and why samples may not be measured.

use thiserror::Error;

use crate::scenario::{NameError, ScenarioError};

/// How to measure.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasureOptions {
    /// Steps of a solution, which samples do not show.
    pub steps: u64,
    /// Seed of the intervals.
    pub seed: u64,
    /// Name of the scenario.
    pub name: String,
}

impl Default for MeasureOptions {
    fn default() -> Self {
        Self { steps: 1, seed: 1, name: "measured".to_owned() }
    }
}

/// Why samples cannot be measured.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum MeasureError {
    /// Nothing to measure.
    #[error("there is no answer in these files")]
    Empty,
    /// More than two generations.
    #[error("these are {count} generations, but one, or two in succession, are measured; {remedy}")]
    Generations {
        /// How many.
        count: usize,
        /// How to leave two of them.
        remedy: String,
    },
    /// Too few problems for any interval.
    #[error("{} too few; at least {LEAST_PROBLEMS} are needed for an interval", problems(*.0))]
    TooFew(usize),
    /// No step at all.
    #[error("a solution has 1 to 1,000,000 steps, not {0}")]
    Steps(u64),
    /// A name that no scenario may have.
    #[error("name of the scenario: {0}")]
    Name(NameError),
    /// What was measured makes no scenario; its key and rule.
    #[error("these samples do not make a scenario: {}", broken(.0))]
    Scenario(ScenarioError),
}

/// "1 problem is", "3 problems are".
fn problems(count: usize) -> String {
    if count == 1 { "1 problem is".to_owned() } else { format!("{count} problems are") }
}

/// A rule of scenario files without the place in a file that nobody has seen.
fn broken(error: &ScenarioError) -> String {
    match error {
        ScenarioError::Rule { key, rule, .. } => format!("`{key}`: {rule}"),
        other => other.to_string(),
    }
}

/// Problems below which nothing is measured.
pub(super) const LEAST_PROBLEMS: usize = 10;

/// Answers to a problem from which on systematic mistakes can be told from others.
pub(super) const SYSTEMATIC_FROM: u32 = 3;

/// Most difficulties.
pub(super) const MOST_DIFFICULTIES: usize = 3;
