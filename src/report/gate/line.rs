//! How a loop stands, in a line for each generation.

use crate::fit::LogRow;
use crate::gate::{GateDecision, GateNumbers, GateVerdict, WhyUndecided};
use crate::report::fit::words::range;
use crate::report::words::{generations, number, percent};

use super::words;

/// What a generation measured.
#[must_use]
pub fn measured(row: &LogRow) -> String {
    let answers = number(row.evaluated as f64, 6);
    format!("generation {}: {} wrong (of {answers} answers)", row.generation, percent(row.error_rate(), 3))
}

/// What the newest generation measured, and where the loop stands after it.
#[must_use]
pub fn standing(row: &LogRow, verdict: &GateVerdict) -> String {
    let numbers = verdict.numbers.iter().flat_map(known);
    let failed = verdict.failed_at.map(|at| format!("failed at generation {at}"));
    let parts: Vec<String> = [measured(row)].into_iter().chain(failed).chain(numbers).chain(judged(verdict)).collect();
    parts.join("; ")
}

/// R and the remaining runway, with their 90 % intervals.
fn known(numbers: &GateNumbers) -> [String; 2] {
    let (r, runway) = (&numbers.reproduction_number, &numbers.runway);
    let horizon = runway.horizon;
    let median = runway
        .median
        .map_or_else(|| format!("more than {}", generations(horizon as f64)), |median| generations(median as f64));
    [
        format!("R {} (90\u{a0}%: {} to {})", number(r.q50, 3), number(r.q05, 3), number(r.q95, 3)),
        format!("runway {median} (90\u{a0}%: {})", range(runway.interval90, horizon)),
    ]
}

/// The values of the rules, then the verdict; without rules, only what keeps numbers from being used.
fn judged(verdict: &GateVerdict) -> Vec<String> {
    let value = |one: &crate::gate::RuleOutcome| format!("{} = {}", one.rule.quantity, words::value(one));
    let mut parts: Vec<String> = verdict.rules.iter().filter(|one| one.value.is_some()).map(value).collect();
    let decision = match verdict.decision {
        GateDecision::Go | GateDecision::Stop => {
            (!verdict.rules.is_empty()).then(|| words::decision(verdict.decision).to_owned())
        }
        GateDecision::NotEnoughData => verdict.missing.as_ref().and_then(|missing| {
            // A verdict that nobody asked for lacks nothing but a fit.
            let asked =
                !verdict.rules.is_empty() || missing.why == WhyUndecided::NotSettled || verdict.numbers.is_none();
            asked.then(|| format!("not enough data: {}", words::missing(missing, verdict)))
        }),
        GateDecision::ModelDoesNotFit => Some("the model does not fit".to_owned()),
    };
    parts.extend(decision);
    parts
}
