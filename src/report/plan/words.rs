//! What a plan has found, in sentences, and how its choice is written.

use crate::plan::{DesignPlan, PlanQuestion, PlannedDesign, RunLimit};
use crate::report::words::{generations, number, percent, probability};

/// The finding, what it is compared with, and how it was found.
#[must_use]
pub fn sentences(plan: &DesignPlan) -> Vec<String> {
    let Some(chosen) = &plan.chosen else {
        return vec!["No design does what was asked.".to_owned()];
    };
    let mut said = vec![headline(plan)];
    said.extend(plan.chance.as_ref().map(|chance| {
        format!(
            "Over the {} draws of the fit it does so with probability {}; its probability of failing is {} in the median (90 %: {} to {}).",
            chance.draws,
            percent(chance.meets, 3),
            percent(chance.failed.q50, 3),
            percent(chance.failed.q05, 3),
            percent(chance.failed.q95, 3)
        )
    }));
    said.extend(plan.present.as_ref().map(|present| as_it_is(plan, chosen, present)));
    if plan.met && chosen.limit == Some(RunLimit::Failure) {
        said.push("What ends that run is failure, not the budget: one generation more fails too often.".to_owned());
    }
    if plan.met {
        said.push(plan.runner_up.as_ref().map_or_else(|| alone(plan), |second| why_second(plan, chosen, second)));
        said.extend(plan.cheaper.as_ref().map(|cheaper| {
            format!(
                "Of the designs that cost less, “{}” comes nearest: it costs {} and fails with probability {}.",
                cheaper.name,
                price(plan, cheaper),
                failure(cheaper)
            )
        }));
    }
    said.push(searched(plan));
    said
}

/// The answer in one sentence.
fn headline(plan: &DesignPlan) -> String {
    let Some(chosen) = &plan.chosen else { return "No design does what was asked.".to_owned() };
    let (name, cost) = (&chosen.name, price(plan, chosen));
    let limit = percent(plan.max_failure, 3);
    match (plan.question, plan.met) {
        (PlanQuestion::Cheapest { generations: length, .. }, true) => format!(
            "The cheapest design that lasts {} with at most {limit} probability of failing is “{name}”: it costs {cost} and fails \
             with probability {}.",
            generations(length as f64),
            failure(chosen)
        ),
        (PlanQuestion::Cheapest { generations: length, budget }, false) => {
            let within = budget.map_or_else(String::new, |budget| format!(" for {}", amount(plan, budget)));
            format!(
                "No design that was tried lasts {} with at most {limit} probability of failing{within}; “{name}” comes nearest: it \
                 costs {cost} and fails with probability {}.",
                generations(length as f64),
                failure(chosen)
            )
        }
        (PlanQuestion::Longest { budget, .. }, true) => {
            let least = if chosen.limit == Some(RunLimit::Followed) { "at least " } else { "" };
            format!(
                "{} buy {least}{} with at most {limit} probability of failing, with “{name}”: they cost {cost}, and the run fails with \
                 probability {}.",
                amount(plan, budget),
                generations(chosen.generations as f64),
                failure(chosen)
            )
        }
        (PlanQuestion::Longest { budget, .. }, false) => format!(
            "{} buy no generation with at most {limit} probability of failing; “{name}” comes nearest: one generation costs {cost} \
             and fails with probability {}.",
            amount(plan, budget),
            failure(chosen)
        ),
    }
}

fn as_it_is(plan: &DesignPlan, chosen: &PlannedDesign, present: &PlannedDesign) -> String {
    if chosen.name == present.name && chosen.cost == present.cost {
        return "That is the loop as it is.".to_owned();
    }
    match plan.question {
        PlanQuestion::Cheapest { .. } => {
            format!("The loop as it is costs {} and fails with probability {}.", price(plan, present), failure(present))
        }
        PlanQuestion::Longest { .. } => format!(
            "The loop as it is lasts {} for the same budget.",
            if present.generations == 0 { "no generation".to_owned() } else { generations(present.generations as f64) }
        ),
    }
}

/// Why the runner-up is not chosen.
fn why_second(plan: &DesignPlan, chosen: &PlannedDesign, second: &PlannedDesign) -> String {
    let name = &second.name;
    if second.generations < chosen.generations {
        let end = match second.limit {
            Some(RunLimit::Failure) => ", after which it fails too often",
            Some(RunLimit::Budget) => ", after which the budget is spent",
            _ => "",
        };
        return format!(
            "The runner-up “{name}” lost because it lasts {}{end}.",
            generations(second.generations as f64)
        );
    }
    let (cost, best) = (second.cost.unwrap_or(f64::INFINITY), chosen.cost.unwrap_or(0.0));
    let dearer = cost / best - 1.0;
    let rate = failure(second);
    if dearer > 1e-9 {
        let share = if dearer > 0.995 {
            format!("{} times as much", number(dearer + 1.0, 3))
        } else {
            format!("{} more", percent(dearer, 3))
        };
        return format!(
            "The runner-up “{name}” lost because it costs {share}, {}; it fails with probability {rate}.",
            price(plan, second)
        );
    }
    format!("The runner-up “{name}” costs the same and lost because it fails no less often, with probability {rate}.")
}

fn alone(plan: &DesignPlan) -> String {
    match plan.question {
        _ if plan.search.pruned == 0 => "No other design that was tried does so.".to_owned(),
        PlanQuestion::Cheapest { .. } => "Every other design that does so costs more than twice as much.".to_owned(),
        PlanQuestion::Longest { .. } => "No other design lasts half as long.".to_owned(),
    }
}

/// How many designs were gone through, and how.
fn searched(plan: &DesignPlan) -> String {
    let search = &plan.search;
    let count = |number: usize| number.to_string();
    let designs = search.evaluated + search.pruned + search.beyond_reach;
    let bound = match plan.question {
        PlanQuestion::Cheapest { .. } => "would cost more than twice the best, if they met the goal",
        PlanQuestion::Longest { .. } => "could not last half as long as the best, or not one generation",
    };
    if designs == 1 && search.evaluated == 1 {
        return "It is the only design that was tried, worked out exactly.".to_owned();
    }
    let pruned = match search.pruned {
        0 => "none was left out".to_owned(),
        pruned => {
            format!("{} were left out because a lower bound on their cost shows that they {bound}", count(pruned))
        }
    };
    let beyond = match search.beyond_reach {
        0 => String::new(),
        beyond => format!(", {} are beyond the exact methods", count(beyond)),
    };
    if search.evaluated == 0 && search.pruned == designs {
        return format!(
            "None of {} designs was worked out for the whole run: a lower bound on the cost of each shows that it {}.",
            count(designs),
            if designs == 1 { bound.replace("they ", "it ") } else { bound.to_owned() }
        );
    }
    format!("Of {} designs {} were worked out exactly; {pruned}{beyond}.", count(designs), count(search.evaluated))
}

/// A design's cost with its unit.
pub(super) fn price(plan: &DesignPlan, design: &PlannedDesign) -> String {
    match design.cost {
        None => "more than any budget, because nothing is accepted,".to_owned(),
        Some(0.0) if design.failed >= 1.0 => {
            "nothing, because it has failed before the first generation is paid,".to_owned()
        }
        Some(0.0) => "nothing, because all that it uses has a price of 0,".to_owned(),
        Some(cost) => amount(plan, cost),
    }
}

/// An amount with the plan's unit.
pub(super) fn amount(plan: &DesignPlan, cost: f64) -> String {
    format!("{}\u{a0}{}", number(cost, 3), plan.unit)
}

/// A design's probability of failing, as far as it is known.
pub(super) fn failure(design: &PlannedDesign) -> String {
    probability(design.failed, design.failed_error)
}
