//! Every design worked out, cost against failure or runway, with the front and the choice.

use crate::plan::{DesignPlan, PlanQuestion, PlannedDesign, RunLimit};
use crate::report::axis::Axis;
use crate::report::front::{FrontPoint, amount_axis, steps};
use crate::report::plot::Plot;
use crate::report::shape::{Layer, PlotShape};
use crate::report::theme::{AXIS, EXACT, FRONT, THRESHOLD, VERMILLION};
use crate::report::words::{generations, number, percent};

use super::words::{amount, failure};

/// Failures rarer than the accepted one by this factor are drawn where it ends: nobody plans with their digits.
const RARE: f64 = 1e-6;

/// A design's place on the figure.
#[derive(Clone, Copy)]
struct PlanScale<'a> {
    plan: &'a DesignPlan,
}

impl PlanScale<'_> {
    /// Failure in percent, no rarer than is drawn; or generations.
    fn value(self, design: &PlannedDesign) -> f64 {
        match self.plan.question {
            PlanQuestion::Cheapest { .. } => 100.0 * design.failed.max(self.least()),
            PlanQuestion::Longest { .. } => design.generations as f64,
        }
    }

    /// The rarest failure that is drawn as it is.
    fn least(self) -> f64 {
        (self.plan.max_failure * RARE).max(f64::MIN_POSITIVE)
    }

    fn is_clipped(self, design: &PlannedDesign) -> bool {
        matches!(self.plan.question, PlanQuestion::Cheapest { .. }) && design.failed < self.least()
    }
}

/// Nothing where fewer than two designs have a place.
pub(super) fn plot(plan: &DesignPlan) -> Option<Plot> {
    let scale = PlanScale { plan };
    let drawn: Vec<(&PlannedDesign, f64, f64)> = plan
        .designs
        .iter()
        .filter_map(|one| Some((one, one.cost.filter(|cost| *cost > 0.0)?, scale.value(one))))
        .filter(|(.., value)| *value > 0.0)
        .collect();
    if drawn.len() < 2 {
        return None;
    }
    let costs: Vec<f64> = drawn.iter().map(|(_, cost, _)| *cost).collect();
    let accepted = 100.0 * plan.max_failure;
    let of_failure = matches!(plan.question, PlanQuestion::Cheapest { .. });
    let level = (of_failure && accepted > 0.0).then_some(accepted);
    let values: Vec<f64> = drawn.iter().map(|(.., value)| *value).chain(level).collect();
    let (x, across) = amount_axis(&format!("expected cost of the run ({})", plan.unit), &costs);
    let (mut y, up) = amount_axis(&value_title(plan), &values);
    if of_failure {
        below_certainty(&mut y, up(100.0));
    }
    let named = [&plan.chosen, &plan.runner_up].map(Option::as_ref);
    let point = |one: &PlannedDesign, name: &str, leads: bool| {
        let cost = one.cost.filter(|cost| *cost > 0.0)?;
        let value = Some(scale.value(one)).filter(|value| *value > 0.0)?;
        Some(FrontPoint { x: across(cost), y: up(value), name: name.to_owned(), leads })
    };
    let front: Vec<FrontPoint> = plan.front.iter().filter_map(|one| point(one, "", true)).collect();
    let line = steps(&front);
    let choice: Vec<FrontPoint> = named.iter().flatten().filter_map(|one| point(one, &one.name, true)).collect();
    let dots = drawn.iter().map(|(_, cost, value)| (across(*cost), up(*value))).collect();
    let on_front = front.iter().map(|point| (point.x, point.y)).collect();
    let mut layers = all_designs(dots, line, on_front);
    layers.extend(level.map(|level| {
        let label = format!("{} accepted", percent(plan.max_failure, 3));
        Layer::unnamed(PlotShape::Level { y: up(level), label, stroke: THRESHOLD })
    }));
    layers.extend(choices(plan, choice));
    Some(Plot { title: title(plan)?, notes: notes(plan, scale), caption: caption(plan), x, y, layers })
}

/// Every design as a ring, and the front.
fn all_designs(designs: Vec<(f64, f64)>, line: Vec<(f64, f64)>, front: Vec<(f64, f64)>) -> Vec<Layer> {
    vec![
        Layer::new("designs worked out", PlotShape::Dots { points: designs, color: AXIS, open: true }),
        Layer::new("Pareto front", PlotShape::Line { points: line, stroke: FRONT }),
        Layer::unnamed(PlotShape::Dots { points: front, color: EXACT.color, open: false }),
    ]
}

/// An axis of percentages that ends where no probability goes on.
fn below_certainty(axis: &mut Axis, certain: f64) {
    axis.high = axis.high.min(certain + 0.02 * (certain - axis.low));
    axis.ticks.retain(|(at, _)| *at <= axis.high);
}

/// The chosen design and the runner-up, each with its name in the legend.
fn choices(plan: &DesignPlan, points: Vec<FrontPoint>) -> impl Iterator<Item = Layer> {
    let chosen = if plan.met { "chosen" } else { "nearest" };
    let marks = [(chosen, false), ("runner-up", true)];
    marks.into_iter().zip(points).map(|((what, open), point)| point.marked(what, VERMILLION, open))
}

fn value_title(plan: &DesignPlan) -> String {
    match plan.question {
        PlanQuestion::Cheapest { generations: length, .. } => {
            format!("probability of failing within {} (%)", generations(length as f64))
        }
        PlanQuestion::Longest { .. } => "generations of the run".to_owned(),
    }
}

fn caption(plan: &DesignPlan) -> String {
    let what = match plan.question {
        PlanQuestion::Cheapest { .. } => "its probability of failing",
        PlanQuestion::Longest { .. } => "its generations",
    };
    format!("What the run of every design that was worked out costs, and {what}. Nothing is paid after failure.")
}

fn notes(plan: &DesignPlan, scale: PlanScale<'_>) -> Vec<String> {
    let clipped = plan.designs.iter().filter(|one| scale.is_clipped(one)).count();
    let mut notes = Vec::new();
    if clipped > 0 {
        notes.push(format!("Drawn at {}, because they fail less often: {clipped} designs.", percent(scale.least(), 1)));
    }
    let without = plan.designs.iter().filter(|one| one.cost.is_none()).count();
    if without > 0 {
        notes.push(format!("Not drawn, because nothing is accepted: {without} designs."));
    }
    notes
}

/// The choice, with its numbers.
fn title(plan: &DesignPlan) -> Option<String> {
    let chosen = plan.chosen.as_ref()?;
    let (name, cost) = (&chosen.name, amount(plan, chosen.cost.unwrap_or(f64::INFINITY)));
    Some(match (plan.question, plan.met) {
        (PlanQuestion::Cheapest { generations: length, .. }, true) => format!(
            "“{name}” is the cheapest that lasts {} with at most {} probability of failing: {cost}",
            generations(length as f64),
            percent(plan.max_failure, 3)
        ),
        (PlanQuestion::Cheapest { .. }, false) => {
            format!("No design does what was asked; “{name}” comes nearest, failing with {} at {cost}", failure(chosen))
        }
        (PlanQuestion::Longest { budget, .. }, true) => format!(
            "“{name}” lasts {}{}, longer than any other for {}",
            if chosen.limit == Some(RunLimit::Followed) { "at least " } else { "" },
            number(chosen.generations as f64, 3) + " generations",
            amount(plan, budget)
        ),
        (PlanQuestion::Longest { budget, .. }, false) => {
            format!("{} buy no generation; “{name}” comes nearest", amount(plan, budget))
        }
    })
}
