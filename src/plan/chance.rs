//! A chosen design under the draws of a fit: how probable it is that it does what was asked.

use rayon::prelude::*;

use crate::fit::CredibleInterval;
use crate::scenario::{FittedDesigns, PosteriorDraw, Scenario, ScenarioError};

use super::evaluate::RunOutcome;
use super::planned::{DesignPlan, PlanChance, PlanQuestion, PlannedDesign};

/// The chosen design and the runner-up under one draw.
struct DrawnChoice {
    chosen: Option<RunOutcome>,
    second: Option<RunOutcome>,
    strained: bool,
}

/// The chosen design under every draw, each worked out exactly. `None` where nothing was chosen. `progress` is told of finished draws.
///
/// # Errors
/// [`ScenarioError`] where a draw breaks a rule of scenario files.
pub fn chance(
    plan: &DesignPlan,
    drawn: &FittedDesigns,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Option<PlanChance>, ScenarioError> {
    let Some(chosen) = &plan.chosen else { return Ok(None) };
    let draws: Vec<DrawnChoice> = (0..drawn.draws())
        .into_par_iter()
        .map(|number| {
            let under = drawn.of(PosteriorDraw::Number(number))?;
            let outcome = |one: &PlannedDesign| {
                let named = under.designs.iter().find(|design| one.of.as_ref().is_none_or(|name| design.name == *name));
                let Some(base) = named else { return Ok(None) };
                run_of(plan, one, &base.scenario)
            };
            let chosen = outcome(chosen)?;
            let second = plan.runner_up.as_ref().map(outcome).transpose()?.flatten();
            progress(1);
            Ok(DrawnChoice { chosen, second, strained: under.strained })
        })
        .collect::<Result<_, ScenarioError>>()?;
    Ok(Some(summed(plan, &draws)))
}

/// The run of a design on the loop of a draw; `None` where no exact method reaches it.
fn run_of(plan: &DesignPlan, design: &PlannedDesign, base: &Scenario) -> Result<Option<RunOutcome>, ScenarioError> {
    let mut sets = super::search::prices(plan.counts_steps);
    sets.extend(design.sets.iter().cloned());
    let scenario = base.varied(&sets, &design.without)?;
    // The length of the run is that of the plan.
    let question = PlanQuestion::Cheapest { generations: design.generations, budget: None };
    Ok(RunOutcome::of(&scenario, question, plan.max_failure).ok())
}

fn summed(plan: &DesignPlan, draws: &[DrawnChoice]) -> PlanChance {
    let budget = match plan.question {
        PlanQuestion::Cheapest { budget, .. } => budget.unwrap_or(f64::INFINITY),
        PlanQuestion::Longest { budget, .. } => budget,
    };
    let meets = |one: &RunOutcome| one.lasts && one.cost.is_finite() && one.cost <= budget;
    let known: Vec<RunOutcome> = draws.iter().filter_map(|draw| draw.chosen).collect();
    let share = |outcomes: &[RunOutcome]| {
        outcomes.iter().filter(|one| meets(one)).count() as f64 / outcomes.len().max(1) as f64
    };
    let second: Vec<RunOutcome> = draws.iter().filter_map(|draw| draw.second).collect();
    let costs: Vec<f64> = known.iter().map(|one| one.cost).filter(|cost| cost.is_finite()).collect();
    PlanChance {
        draws: draws.len(),
        beyond_reach: draws.len() - known.len(),
        strained: draws.iter().filter(|draw| draw.strained).count() as f64 / draws.len().max(1) as f64,
        meets: share(&known),
        failed: CredibleInterval::of(known.iter().map(|one| one.failed)),
        mean_failed: known.iter().map(|one| one.failed).sum::<f64>() / known.len().max(1) as f64,
        cost: (!costs.is_empty()).then(|| CredibleInterval::of(costs)),
        runner_up_meets: (!second.is_empty()).then(|| share(&second)),
    }
}
