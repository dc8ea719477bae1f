//! What would bring R below 1: catch rates and lengths of solution, in solved form (model.md, section 6).

use crate::law::{Composition, Law};
use crate::quantity::{Count, Probability};
use crate::scenario::{Filter, Scenario};

use super::fixed;
use super::reproduction::reproduction_number;
use super::result::Threshold;

/// The longest solution that is looked at.
const LONGEST: u64 = 1_000_000;

/// Every threshold of a scenario, under the law of generation 0.
pub(super) fn all(scenario: &Scenario) -> Vec<Threshold> {
    let mut thresholds: Vec<Threshold> = (0..scenario.filters.len())
        .flat_map(|index| knobs(&scenario.filters[index]).into_iter().map(move |knob| (index, knob)))
        .map(|(index, knob)| strength(scenario, index, &knob))
        .collect();
    thresholds.push(added_catch(scenario));
    thresholds.push(longest(scenario, "largest number of steps with R < 1", |law| reproduction_number(law) < 1.0));
    let limit = scenario.failure.error_rate.get();
    let start = Composition::start(scenario);
    thresholds.push(longest(
        scenario,
        "largest number of steps with R < 1 and the error floor below the threshold",
        |law| {
            reproduction_number(law) < 1.0
                && fixed::floor(law, start).is_some_and(|floor| law.error_rate(floor) < limit)
        },
    ));
    thresholds
}

/// A parameter that sets how much a filter catches.
struct Knob {
    name: &'static str,
    present: Probability,
    /// Whether a smaller value catches more.
    falling: bool,
    set: fn(&mut Filter, Probability),
}

fn knobs(filter: &Filter) -> Vec<Knob> {
    macro_rules! knob {
        ($variant:ident, $field:ident, $falling:expr) => {
            Knob {
                name: stringify!($field),
                present: *$field,
                falling: $falling,
                set: |filter, value| {
                    if let Filter::$variant { $field, .. } = filter {
                        *$field = value;
                    }
                },
            }
        };
    }
    match filter {
        Filter::Catch { random, systematic, unsound, .. } => {
            vec![knob!(Catch, random, false), knob!(Catch, systematic, false), knob!(Catch, unsound, false)]
        }
        Filter::Outcome { sensitivity, .. } => vec![knob!(Outcome, sensitivity, false)],
        Filter::Steps { sensitivity, .. } => vec![knob!(Steps, sensitivity, false)],
        Filter::CrossModel { agreement_on_error, .. } => vec![knob!(CrossModel, agreement_on_error, true)],
        Filter::Transform { invariance } => vec![knob!(Transform, invariance, true)],
        Filter::GroundTruth { coverage, .. } => vec![knob!(GroundTruth, coverage, false)],
    }
}

/// The weakest setting of one parameter of one filter with R < 1.
fn strength(scenario: &Scenario, index: usize, knob: &Knob) -> Threshold {
    let mut changed = scenario.clone();
    let value = weakest(knob.falling, |value| {
        (knob.set)(&mut changed.filters[index], value);
        reproduction_number(&Law::new(&changed, 0)) < 1.0
    });
    let bound = if knob.falling { "largest" } else { "smallest" };
    Threshold {
        parameter: format!("filter.{index}.{}", knob.name),
        meaning: format!("{bound} `{}` of the `{}` filter with R < 1", knob.name, scenario.filters[index].kind()),
        present: Some(knob.present.get()),
        reason: value.err().map(str::to_owned),
        value: value.ok(),
    }
}

/// The smallest catch rate of systematic mistakes that a further filter needs.
fn added_catch(scenario: &Scenario) -> Threshold {
    let mut changed = scenario.clone();
    let zero = Probability::ZERO;
    changed.filters.push(Filter::Catch { random: zero, systematic: zero, unsound: zero, false_reject: zero });
    let last = changed.filters.len() - 1;
    let value = weakest(false, |value| {
        changed.filters[last] = Filter::Catch { random: value, systematic: value, unsound: value, false_reject: zero };
        reproduction_number(&Law::new(&changed, 0)) < 1.0
    });
    Threshold {
        parameter: "a further `catch` filter".to_owned(),
        meaning: "smallest catch rate of every kind of mistake that a further filter needs for R < 1".to_owned(),
        present: None,
        reason: value.err().map(str::to_owned),
        value: value.ok(),
    }
}

/// The weakest value in [0, 1] at which `heals` holds, by bisection to the last digit; the reason, if there is none.
fn weakest(falling: bool, mut heals: impl FnMut(Probability) -> bool) -> Result<f64, &'static str> {
    // `at(0)` is the weakest check, `at(1)` the strongest; both lie in [0, 1].
    let mut at = |strength: f64| {
        let value = if falling { 1.0 - strength } else { strength };
        Probability::new(value).is_ok_and(&mut heals)
    };
    if at(0.0) {
        return Err("R < 1 at any value");
    }
    if !at(1.0) {
        return Err("R stays at or above 1 at any value");
    }
    let (mut low, mut high) = (0.0, 1.0);
    while high - low > f64::EPSILON {
        let middle = 0.5 * (low + high);
        if at(middle) { high = middle } else { low = middle }
    }
    Ok(if falling { 1.0 - high } else { high })
}

/// Lengths of solution from 1 to [`LONGEST`], an eighth apart.
fn lengths() -> impl Iterator<Item = u64> {
    std::iter::successors(Some(1), |&steps| Some(steps + (steps / 8).max(1))).take_while(|&steps| steps <= LONGEST)
}

/// The largest number of steps up to which `holds`, if it holds at 1 step and fails later.
fn longest(scenario: &Scenario, meaning: &str, holds: impl Fn(&Law) -> bool) -> Threshold {
    let holds_at = |steps: u64| {
        let mut changed = scenario.clone();
        Count::new(steps).is_ok_and(|steps| {
            changed.task.steps = steps;
            holds(&Law::new(&changed, 0))
        })
    };
    // The first length at which it fails: at the far end, where every answer is wrong anyway, R may fall again.
    let mut held = 0;
    let failing = lengths().find(|&steps| {
        let holds = holds_at(steps);
        if holds {
            held = steps;
        }
        !holds
    });
    let value = match failing {
        Some(1) => Err("does not hold at 1 step"),
        None => Err("holds at any number of steps up to a million"),
        Some(failing) => {
            let (mut low, mut high) = (held, failing);
            while high - low > 1 {
                let middle = low.midpoint(high);
                if holds_at(middle) { low = middle } else { high = middle }
            }
            Ok(low as f64)
        }
    };
    Threshold {
        parameter: "task.steps".to_owned(),
        meaning: meaning.to_owned(),
        present: Some(scenario.task.steps.as_f64()),
        reason: value.err().map(str::to_owned),
        value: value.ok(),
    }
}
