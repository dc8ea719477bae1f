//! What an analysis of sensitivity found, in sentences.

use crate::report::words::{generations, number, percent, ratio, runway};
use crate::scenario::Scenario;
use crate::sensitivity::{
    KeyReach, LoopFate, NextStep, RangeEnd, RangeSource, RunwayAbsence, Sensitivity, SobolIndices,
};

/// Keys named in the finding.
const NAMED: usize = 3;

/// The finding: which key decides most, what a change of it buys, which keys nobody has set, and what one more vote is worth.
#[must_use]
pub fn sentences(scenario: &Scenario, found: &Sensitivity) -> Vec<String> {
    let mut said = vec![headline(scenario, found)];
    said.extend(best_change(scenario, found));
    said.extend(unset(scenario, found));
    said.extend(found.next_steps.iter().filter_map(|step| next_vote(scenario, found, step)));
    said.extend(spread(found));
    said
}

/// What to know before using the numbers.
#[must_use]
pub fn notes(found: &Sensitivity) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    if let Some(failing) = &found.derivatives.failing_count {
        let mut jump = format!(
            "the loop has failed from {} wrong beliefs of {} on; derivatives hold until that number changes, where E[T] jumps",
            number(failing.count as f64, 3),
            number(failing.examples as f64, 3)
        );
        let ends = found.derivatives.values.runway.zip(failing.runway_if_one_less.zip(failing.runway_if_one_more));
        if let Some((now, (less, more))) = ends.filter(|(now, _)| *now > 0.0) {
            let change = |other: f64| signed(other / now - 1.0);
            jump += &format!(": by {} at one less and by {} at one more", change(less), change(more));
        }
        notes.push(jump);
    } else if found.derivatives.values.runway.is_some() {
        notes.push("derivatives hold while the same states count as failed: E[T] jumps where that changes".to_owned());
    }
    let reasons = &found.derivatives.undefined;
    notes.extend(reasons.iter().map(|(number, reason)| format!("no derivatives of {}: {reason}", name_of(number))));
    let outside = |key: &&KeyReach| !(key.range.low..=key.range.high).contains(&key.range.value);
    let outside: Vec<String> = found.reach.iter().filter(outside).map(|key| format!("`{}`", key.range.key)).collect();
    if !outside.is_empty() {
        notes.push(format!("the loop lies outside the stated range of {}", outside.join(", ")));
    }
    let unsettled = |shares: &Option<SobolIndices>| shares.as_ref().is_some_and(|one| !one.settled);
    if found.variance.as_ref().is_some_and(|shares| unsettled(&shares.failed) || unsettled(&shares.log_runway)) {
        notes.push(
            "some shares of the variance have wider intervals than asked for; `--evaluations` allows more".to_owned(),
        );
    }
    notes
}

fn name_of(number: &str) -> &str {
    match number {
        "runway" => "E[T]",
        "failed" => "P(T ≤ horizon)",
        "median" => "the median of T",
        "reproduction_number" => "R",
        "floor_error" => "the error floor",
        other => other,
    }
}

/// The key that moves the expected runway most.
pub(super) fn headline(scenario: &Scenario, found: &Sensitivity) -> String {
    let horizon = scenario.horizon().get();
    let Some(most) = found.reach.first().filter(|key| key.span(horizon) > 0.0) else {
        return format!("No key moves the fate of {} within its plausible range.", scenario.name());
    };
    let at = |end: &RangeEnd| lasting(&end.fate, horizon);
    format!(
        "The runway depends most on `{}`: at {}, the lower end of its plausible range, it is {}; at {}, the upper end, {}.",
        most.range.key,
        number(most.low.value, 3),
        at(&most.low),
        number(most.high.value, 3),
        at(&most.high)
    )
}

/// The key that moves the probability of failure most.
pub(super) fn failure_headline(scenario: &Scenario, found: &Sensitivity) -> Option<String> {
    let width = |key: &KeyReach| Some((key.low.fate.failed? - key.high.fate.failed?).abs());
    let most =
        found.reach.iter().max_by(|one, other| width(one).unwrap_or(0.0).total_cmp(&width(other).unwrap_or(0.0)))?;
    let (low, high) = (most.low.fate.failed?, most.high.fate.failed?);
    (low != high).then(|| {
        format!(
            "Failure within {} depends most on `{}`: {} at {}, {} at {}",
            generations(scenario.horizon().get() as f64),
            most.range.key,
            percent(low, 3),
            number(most.low.value, 3),
            percent(high, 3),
            number(most.high.value, 3)
        )
    })
}

/// The end of a range that buys most.
fn best_change(scenario: &Scenario, found: &Sensitivity) -> Option<String> {
    let horizon = scenario.horizon().get();
    let now = found.fate.lasting(horizon)?;
    // What counts as failure and how long the task is are not to be chosen.
    let chosen = |key: &&KeyReach| !["failure.error_rate", "task.steps"].contains(&key.range.key.as_str());
    let ends = found.reach.iter().filter(chosen).flat_map(|key| [(key, key.low), (key, key.high)]);
    let longer =
        ends.filter_map(|(key, end)| Some((key, end, end.fate.lasting(horizon)?))).filter(|(.., long)| *long > now);
    // Of those that last beyond all plans the one that fails most rarely.
    let (key, end, _) = longer.max_by(|one, other| {
        let failed = |end: &RangeEnd| end.fate.failed.unwrap_or(1.0);
        one.2.total_cmp(&other.2).then(failed(&other.1).total_cmp(&failed(&one.1)))
    })?;
    Some(format!(
        "The change that buys most is `{}` = {} instead of {}: the runway, now {}, is then {}.",
        key.range.key,
        number(end.value, 3),
        number(key.range.value, 3),
        lasting(&found.fate, horizon),
        lasting(&end.fate, horizon)
    ))
}

/// Which of the keys that move most stand at their defaults.
fn unset(scenario: &Scenario, found: &Sensitivity) -> Option<String> {
    let horizon = scenario.horizon().get();
    let widest = found.reach.iter().filter(|key| key.span(horizon) > 0.0).take(NAMED);
    let unset: Vec<String> = widest
        .filter(|key| key.range.is_default && matches!(key.range.source, RangeSource::Around | RangeSource::End))
        .map(|key| format!("`{}`", key.range.key))
        .collect();
    let (last, others) = unset.split_last()?;
    let (all, they) = match others {
        [] => (last.clone(), "it stands at its default"),
        _ => (format!("{} and {last}", others.join(", ")), "they stand at their defaults"),
    };
    Some(format!("Measure {all} first: among the keys that move the runway most {they}."))
}

/// What one more vote is worth.
fn next_vote(scenario: &Scenario, found: &Sensitivity, step: &NextStep) -> Option<String> {
    if step.key != "vote.candidates" {
        return None;
    }
    let (now, more) = (found.fate.runway?, step.fate.runway?);
    let (before, after) = (found.fate.reproduction_number?, step.fate.reproduction_number?);
    let horizon = scenario.horizon().get();
    Some(format!(
        "One more candidate, {} instead of {}, takes the expected runway from {} to {} and R from {} to {}.",
        step.value + 1,
        step.value,
        runway(now, horizon),
        runway(more, horizon),
        ratio(before),
        ratio(after)
    ))
}

/// Which key brings most of the spread.
fn spread(found: &Sensitivity) -> Option<String> {
    let shares = found.variance.as_ref()?;
    let indices = shares.failed.as_ref().or(shares.log_runway.as_ref())?;
    let of = if shares.failed.is_some() { "P(failed by the horizon)" } else { "log E[T]" };
    let most =
        indices.inputs.iter().zip(&shares.keys).max_by(|one, other| one.0.total.value.total_cmp(&other.0.total.value));
    let (input, key) = most?;
    Some(format!(
        "Where all keys vary at once, `{}` brings most of the variance of {of}: {} alone, {} together with others.",
        key.key,
        percent(input.first.value.clamp(0.0, 1.0), 2),
        percent(input.total.value.clamp(0.0, 1.0), 2)
    ))
}

/// The expected runway; where it is infinite or unknown, how often the loop fails by the horizon.
fn lasting(fate: &LoopFate, horizon: u64) -> String {
    let word = fate.runway_absent.map_or("unknown", RunwayAbsence::word);
    match (fate.runway, fate.failed) {
        (Some(value), _) => runway(value, horizon),
        (None, Some(failed)) => {
            let generations = generations(horizon as f64);
            format!("{word}, with {} failed within {generations}", percent(failed, 3))
        }
        (None, None) => word.to_owned(),
    }
}

/// "+12 %", "−3.4 %".
pub(super) fn signed(change: f64) -> String {
    let plus = if change > 0.0 { "+" } else { "" };
    format!("{plus}{}", percent(change, 2))
}
