//! What would bring R below 1: catch rates and lengths of solution, in solved form (model.md, section 6).

use thiserror::Error;

use crate::analytic::result::ParameterThreshold;
use crate::law::{Composition, Law};
use crate::quantity::{Count, Probability};
use crate::scenario::{Filter, FilterStrength, Scenario, Stronger};

use super::fixed_points;
use super::reproduction::{TOO_LARGE, reproduction_number};

/// The longest solution that is looked at.
const LONGEST: u64 = 1_000_000;
/// Intervals in which a strength is looked for.
const GRID: u32 = 64;

/// Every threshold of a scenario, under the law of generation 0.
pub fn all(scenario: &Scenario) -> Vec<ParameterThreshold> {
    let mut thresholds: Vec<ParameterThreshold> = (0..scenario.filters.len())
        .flat_map(|index| scenario.filters[index].strengths().into_iter().map(move |knob| (index, knob)))
        .map(|(index, knob)| strength(scenario, index, &knob))
        .collect();
    thresholds.push(added_catch(scenario));
    thresholds.push(longest(scenario, "largest number of steps with R < 1", heals));
    let limit = scenario.failure.error_rate.get();
    let start = Composition::start(scenario);
    thresholds.push(longest(
        scenario,
        "largest number of steps with R < 1 and the error floor below the threshold",
        |law| Some(heals(law)? && fixed_points::floor(law, start).is_ok_and(|floor| law.error_rate(floor) < limit)),
    ));
    thresholds
}

/// Whether R < 1; `None` where nothing is accepted, so that there is no R.
fn heals(law: &Law) -> Option<bool> {
    match reproduction_number(law) {
        Ok(number) => Some(number < 1.0),
        Err(TOO_LARGE) => Some(false),
        Err(_) => None,
    }
}

/// The weakest setting of one parameter of one filter with R < 1.
fn strength(scenario: &Scenario, index: usize, knob: &FilterStrength) -> ParameterThreshold {
    let mut changed = scenario.clone();
    let falling = knob.stronger == Stronger::Lower;
    let value = weakest(falling, |value| {
        (knob.set)(&mut changed.filters[index], value);
        heals(&Law::new(&changed, 0))
    });
    let bound = if falling { "largest" } else { "smallest" };
    ParameterThreshold {
        parameter: format!("filter.{index}.{}", knob.key),
        meaning: format!("{bound} `{}` of the `{}` filter with R < 1", knob.key, scenario.filters[index].kind()),
        present: Some(knob.present.get()),
        reason: value.err().map(str::to_owned),
        value: value.ok(),
    }
}

/// The smallest catch rate of systematic mistakes that a further filter needs.
fn added_catch(scenario: &Scenario) -> ParameterThreshold {
    let mut changed = scenario.clone();
    let zero = Probability::ZERO;
    changed.filters.push(Filter::Catch { random: zero, systematic: zero, unsound: zero, false_reject: zero });
    let last = changed.filters.len() - 1;
    let value = weakest(false, |value| {
        changed.filters[last] = Filter::Catch { random: value, systematic: value, unsound: value, false_reject: zero };
        heals(&Law::new(&changed, 0))
    });
    ParameterThreshold {
        parameter: "a further `catch` filter".to_owned(),
        meaning: "smallest catch rate of every kind of mistake that a further filter needs for R < 1".to_owned(),
        present: None,
        reason: value.err().map(str::to_owned),
        value: value.ok(),
    }
}

/// The weakest value in [0, 1] at which `heals` holds, to the last digit; the reason, if there is none.
///
/// More of a check is not always better: what it catches leaves a larger share to what it does not see. So the range is
/// looked through for the weakest place that heals, and only next to it halved.
fn weakest(falling: bool, mut heals: impl FnMut(Probability) -> Option<bool>) -> Result<f64, &'static str> {
    // `at(0)` is the weakest check, `at(1)` the strongest; both lie in [0, 1].
    let value = |strength: f64| if falling { 1.0 - strength } else { strength };
    let mut at = |strength: f64| Probability::new(value(strength)).ok().and_then(&mut heals);
    let looked: Vec<(f64, Option<bool>)> =
        (0..=GRID).map(|step| f64::from(step) / f64::from(GRID)).map(|strength| (strength, at(strength))).collect();
    if looked.iter().all(|(_, heals)| heals.is_none()) {
        return Err("nothing that an all-sound model generates is accepted at any value");
    }
    if looked.iter().all(|(_, heals)| *heals == Some(true)) {
        return Err("R < 1 at any value");
    }
    if looked.iter().all(|(_, heals)| *heals != Some(false)) {
        return Err("R < 1 at any value at which anything is accepted");
    }
    let first = looked.iter().position(|(_, heals)| *heals == Some(true));
    let Some(first) = first else { return Err("R stays at or above 1 at any value") };
    let Some(before) = first.checked_sub(1) else { return Ok(value(0.0)) };
    let (mut low, mut high) = (looked[before].0, looked[first].0);
    while high - low > f64::EPSILON {
        let middle = 0.5 * (low + high);
        if at(middle) == Some(true) { high = middle } else { low = middle }
    }
    Ok(value(high))
}

/// Lengths of solution from 1 to [`LONGEST`], an eighth apart.
fn lengths() -> impl Iterator<Item = u64> {
    std::iter::successors(Some(1), |&steps| Some(steps + (steps / 8).max(1))).take_while(|&steps| steps <= LONGEST)
}

/// The largest number of steps up to which `holds`, if it holds at 1 step and fails later.
fn longest(scenario: &Scenario, meaning: &str, holds: impl Fn(&Law) -> Option<bool>) -> ParameterThreshold {
    if !scenario.difficulty.is_empty() {
        return added(scenario, meaning, holds);
    }
    let holds_at = |steps: u64| {
        let mut changed = scenario.clone();
        changed.task.steps = Count::new(steps).ok()?;
        holds(&Law::new(&changed, 0))
    };
    let present = scenario.task.steps.get();
    let value = largest(holds_at);
    let reason = value.as_ref().err().map(|reason| match (holds_at(1), holds_at(present)) {
        (Some(false), Some(true)) => format!("{reason}, though at the present {present}: fewer steps are not better"),
        _ => reason.to_string(),
    });
    ParameterThreshold {
        parameter: "task.steps".to_owned(),
        meaning: meaning.to_owned(),
        present: Some(scenario.task.steps.as_f64()),
        reason,
        value: value.ok().map(|steps| steps as f64),
    }
}

/// The largest number of steps that can be added to every difficulty.
fn added(scenario: &Scenario, meaning: &str, holds: impl Fn(&Law) -> Option<bool>) -> ParameterThreshold {
    // Counted from 1, as lengths are: one more than is added.
    let holds_at = |more: u64| {
        let mut changed = scenario.clone();
        for bin in &mut changed.difficulty {
            let steps = bin.steps.unwrap_or(scenario.task.steps).get();
            bin.steps = Some(Count::new(steps + (more - 1)).ok()?);
        }
        holds(&Law::new(&changed, 0))
    };
    let value = largest(holds_at).map(|more| more - 1);
    ParameterThreshold {
        parameter: "difficulty.steps".to_owned(),
        meaning: meaning.replacen("number of steps", "number of steps added to every difficulty", 1),
        present: Some(0.0),
        reason: value.as_ref().err().map(|reason| reason.to_string().replace("at 1 step", "with none added")),
        value: value.ok().map(|steps| steps as f64),
    }
}

/// Why no number of steps is the largest.
#[derive(Debug, Error)]
enum StepLimit {
    #[error("nothing that an all-sound model generates is accepted at 1 step")]
    NothingAccepted,
    #[error("does not hold at 1 step")]
    FailsAtOnce,
    #[error("holds at any number of steps up to {last}, beyond which nothing is accepted")]
    WhereAccepted { last: u64 },
    #[error("holds at any number of steps up to a million")]
    Unlimited,
}

/// The last number of steps before the first at which it no longer holds: at the far end, where every answer is wrong anyway, R
/// may fall again. Where nothing is accepted any more, there is nothing left to hold or not.
fn largest(holds_at: impl Fn(u64) -> Option<bool>) -> Result<u64, StepLimit> {
    let mut held = 0;
    for steps in lengths() {
        match holds_at(steps) {
            Some(true) => held = steps,
            None if held == 0 => {
                return Err(StepLimit::NothingAccepted);
            }
            None => {
                let last = halved(held, steps, |middle| holds_at(middle).is_some());
                return match halved(held, last + 1, |middle| holds_at(middle) == Some(true)) {
                    held if held == last => Err(StepLimit::WhereAccepted { last }),
                    held => Ok(held),
                };
            }
            Some(false) if held == 0 => return Err(StepLimit::FailsAtOnce),
            Some(false) => return Ok(halved(held, steps, |middle| holds_at(middle) == Some(true))),
        }
    }
    Err(StepLimit::Unlimited)
}

/// The largest number below `high` at which `holds`, which it does at `low`.
fn halved(mut low: u64, mut high: u64, holds: impl Fn(u64) -> bool) -> u64 {
    while high - low > 1 {
        let middle = low.midpoint(high);
        if holds(middle) { low = middle } else { high = middle }
    }
    low
}
