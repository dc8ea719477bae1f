//! The tables of a verdict.

use super::words;
use crate::gate::{GateVerdict, RateEstimate, RuleOutcome};
use crate::report::fit::words::{range, spread};
use crate::report::words::{number, or_dash, percent, plain, ratio};
use crate::table::Table;

/// R and the remaining runway; absent where they cannot be used.
#[must_use]
pub fn numbers(verdict: &GateVerdict) -> Option<Table> {
    let numbers = verdict.numbers.as_ref()?;
    let runway = &numbers.runway;
    let median = runway.median.map_or_else(|| format!("more than {}", runway.horizon), |median| median.to_string());
    let left = format!("{median} (90\u{a0}%: {})", range(runway.interval90, runway.horizon));
    let failed = runway.failed_at.map(|at| format!("0: failed already, at generation {at}"));
    let values = [
        ("reproduction number R", spread(&numbers.reproduction_number, ratio)),
        ("probability that R is above 1", words::with_error(numbers.above_one, numbers.above_one_error)),
        ("remaining runway (generations)", failed.unwrap_or(left)),
    ];
    Some(Table::of_values("Key numbers", ["Quantity", "Given the log"], values))
}

/// The rules for programs, a row each: numbers with every digit, probabilities from 0 to 1.
#[must_use]
pub fn records(verdict: &GateVerdict) -> Table {
    let share = |one: Option<RateEstimate>| {
        let numbers = one.map(|one| [one.rate, one.interval90.0, one.interval90.1]);
        numbers.map_or_else(Default::default, |numbers| numbers.map(plain))
    };
    let row = |one: &RuleOutcome| {
        let lead = one.rates.and_then(|rates| rates.lead);
        let lead = lead.map(|lead| [lead.mean, lead.interval90.0 as f64, lead.interval90.1 as f64].map(plain));
        let optional = |value: Option<f64>| value.map_or_else(String::new, plain);
        let [alarms, detected] = [one.rates.map(|rates| rates.false_alarms), one.rates.map(|rates| rates.detected)];
        let judged = [
            one.rule.to_string(),
            optional(one.value.map(|value| value.value)),
            optional(one.deciding.map(|share| share.value)),
            optional(one.deciding.map(|share| share.standard_error)),
            optional(one.deciding.map(|share| share.effective_draws)),
            words::end(one.end()).to_owned(),
            one.undecided.map_or_else(String::new, |why| words::why_undecided(why).to_owned()),
        ];
        let rates = share(alarms).into_iter().chain(share(detected)).chain(lead.unwrap_or_default());
        let log = [verdict.generation.to_string(), words::decision(verdict.decision).to_owned()];
        judged.into_iter().chain(rates).chain(log).collect::<Vec<_>>()
    };
    let heads = [
        "rule",
        "value",
        "deciding_share",
        "standard_error",
        "effective_draws",
        "outcome",
        "reason",
        "false_alarms",
        "false_alarms_low",
        "false_alarms_high",
        "detected",
        "detected_low",
        "detected_high",
        "lead_generations",
        "lead_low",
        "lead_high",
        "generation",
        "verdict",
    ];
    Table::of_rows("Rules", heads.map(|head| (head, 0)), verdict.rules.iter().map(row))
}

/// The rules, each with what it has been worth.
#[must_use]
pub fn rules(verdict: &GateVerdict) -> Table {
    let share = |one: Option<RateEstimate>| {
        or_dash(one.map(|one| {
            let (low, high) = one.interval90;
            format!("{} ({} to {})", percent(one.rate, 2), percent(low, 2), percent(high, 2))
        }))
    };
    let row = |one: &RuleOutcome| {
        let lead = one.rates.and_then(|rates| rates.lead);
        [
            one.rule.to_string(),
            words::value(one),
            words::met(one),
            share(one.rates.map(|rates| rates.false_alarms)),
            share(one.rates.map(|rates| rates.detected)),
            or_dash(
                lead.map(|lead| format!("{} ({} to {})", number(lead.mean, 2), lead.interval90.0, lead.interval90.1)),
            ),
            or_dash(one.rates.map(|rates| words::checks(&rates))),
        ]
    };
    let columns = [
        ("Stop if", 0),
        ("Value", 0),
        ("Met", 0),
        ("False alarms (90 %)", 1),
        ("Detected (90 %)", 1),
        ("Lead time (generations; 90 %)", 2),
        ("Counted on", 3),
    ];
    Table::of_rows("Rules", columns, verdict.rules.iter().map(row))
}
