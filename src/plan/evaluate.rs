//! One design of a search worked out: how likely its run fails, what it costs, and how long a run a budget buys.

use crate::analytic::{PricedRun, SolveError};
use crate::quantity::Count;
use crate::scenario::Scenario;

use super::least_price::most_generations;
use super::planned::{PlanQuestion, RunLimit};

/// The numbers of one design.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct RunOutcome {
    pub generations: u64,
    pub failed: f64,
    pub failed_error: f64,
    /// Infinite where nothing is accepted.
    pub cost: f64,
    /// Whether the run fails seldom enough, for certain.
    pub lasts: bool,
    pub limit: Option<RunLimit>,
}

impl RunOutcome {
    /// The run that the question is about.
    ///
    /// # Errors
    /// [`SolveError`] where no exact method reaches the loop.
    pub fn of(scenario: &Scenario, question: PlanQuestion, max_failure: f64) -> Result<Self, SolveError> {
        match question {
            PlanQuestion::Cheapest { generations, .. } => Self::at(scenario, generations, max_failure),
            PlanQuestion::Longest { budget, most } => Self::within(scenario, budget, most, max_failure),
        }
    }

    /// A run of this many generations.
    fn at(scenario: &Scenario, generations: u64, max_failure: f64) -> Result<Self, SolveError> {
        let run = PricedRun::follow(&lasting(scenario, generations), &|run| last(&run.failed) >= 1.0)?;
        let lasts = is_safe(last(&run.failed), last(&run.doubt), max_failure);
        Ok(Self { generations, lasts, limit: None, ..Self::read(&run, run.failed.len().saturating_sub(1)) })
    }

    /// The longest run that costs no more than `budget` and fails seldom enough.
    fn within(scenario: &Scenario, budget: f64, most: u64, max_failure: f64) -> Result<Self, SolveError> {
        let affordable = most_generations(scenario, budget, max_failure, most);
        // One generation more, to see what ends the run.
        let followed = affordable.saturating_add(1).min(most);
        let is_paid = |cost: f64| cost <= budget;
        let safe = |run: &PricedRun, at: usize| is_safe(run.failed[at], run.doubt[at], max_failure);
        let run = PricedRun::follow(&lasting(scenario, followed), &|run| {
            let at = run.failed.len().saturating_sub(1);
            !safe(run, at) || !is_paid(run.cost[at])
        })?;
        let end = run.failed.len().saturating_sub(1);
        let limit = match (safe(&run, end), is_paid(run.cost[end])) {
            (false, _) => RunLimit::Failure,
            (true, false) => RunLimit::Budget,
            (true, true) => RunLimit::Followed,
        };
        // Only the last generation followed can be one too many.
        let reached = if limit == RunLimit::Followed { end } else { end.saturating_sub(1) };
        let lasts = limit == RunLimit::Followed || end > 0;
        Ok(Self { lasts, limit: Some(limit), ..Self::read(&run, reached) })
    }

    fn read(run: &PricedRun, at: usize) -> Self {
        Self {
            generations: at as u64,
            failed: run.failed[at],
            failed_error: run.doubt[at],
            cost: if run.cost[at].is_nan() { f64::INFINITY } else { run.cost[at] },
            lasts: false,
            limit: None,
        }
    }
}

/// The same loop with another horizon, which begins at 1.
fn lasting(scenario: &Scenario, generations: u64) -> Scenario {
    let mut scenario = scenario.clone();
    scenario.horizon = Count::new(generations.max(1)).unwrap_or(scenario.horizon);
    scenario
}

fn last(values: &[f64]) -> f64 {
    values.last().copied().unwrap_or(f64::NAN)
}

/// Whether a probability is at most `most` for certain, `doubt` included.
fn is_safe(failed: f64, doubt: f64, most: f64) -> bool {
    failed + doubt <= most
}
