//! The tables of a loop, for the page and the terminal.

use serde_json::Value;

use crate::analytic::{BestGeneration, ParameterThreshold, Solution, VerifierMeter};
use crate::compare::{AgreementTest, AgreementVerdict};
use crate::provenance::Provenance;
use crate::scenario::{Scenario, key_place};
use crate::table::{Table, TableColumn};

use super::super::ReportInputs;
use super::super::words::{number, or_dash, percent, ratio};
use super::absent;
use super::played::{at_horizon as played_to_horizon, labels};

/// Significant digits in tables.
const DIGITS: usize = 3;

/// The numbers that matter, from both sides where the loop was played; a missing one says why.
pub(super) fn numbers(inputs: &ReportInputs<'_>) -> Table {
    let exact = analytic(inputs);
    let beside = exact.len();
    let (labels, exact): (Vec<String>, Vec<String>) = exact.into_iter().chain(at_horizon(inputs)).unzip();
    let mut columns = vec![TableColumn::new("Quantity", 0, labels), TableColumn::new("Analytic", 0, exact)];
    if let Some(simulated) = inputs.simulated {
        let blank = std::iter::repeat_n(String::new(), beside);
        columns.push(TableColumn::new("Simulated", 0, blank.chain(played_to_horizon(simulated))));
    }
    Table::new("Key numbers", columns)
}

/// Numbers that the analytic side alone knows.
fn analytic(inputs: &ReportInputs<'_>) -> Vec<(String, String)> {
    let solution = inputs.solution;
    let cell = |value: Option<f64>, key: &str, show: fn(f64, usize) -> String| {
        value.map_or_else(|| absent(inputs, key), |value| show(value, DIGITS))
    };
    let row = |label: &str, value: String| (label.to_owned(), value);
    let mut rows = vec![
        row(
            "reproduction number of mistakes, R",
            solution.reproduction_number.map_or_else(|| absent(inputs, "reproduction_number"), ratio),
        ),
        row("regime", solution.regime.map_or_else(|| absent(inputs, "regime"), |regime| regime.name().to_owned())),
        row(
            "fresh unsound beliefs of a sound model",
            cell(solution.fresh.map(|fresh| fresh.unsound), "fresh", percent),
        ),
        row("fresh wrong beliefs of a sound model", cell(solution.fresh.map(|fresh| fresh.wrong), "fresh", percent)),
    ];
    rows.push(if solution.reproduction_number.is_some_and(|r| r > 1.0) {
        row("doubling time (generations)", cell(solution.doubling_time, "doubling_time", number))
    } else {
        row("half-life of mistakes (generations)", cell(solution.half_life, "half_life", number))
    });
    let hazard = solution.quasi_stationary.as_ref().map(|law| law.hazard);
    rows.extend([
        row("error floor", cell(solution.floor_error, "floor_error", percent)),
        row("tipping point", cell(solution.tipping_error, "tipping_error", percent)),
        row("error rate at generation 0", percent(solution.start_error, DIGITS)),
        row("accepted examples per problem at generation 0", percent(solution.start_yield, DIGITS)),
        row("hazard per generation after long survival", cell(hazard, "quasi_stationary", percent)),
        row("generation with the lowest expected error", keep(solution.best)),
    ]);
    rows.extend(cost(solution));
    let runway = &solution.runway;
    let far = |value: f64| number(value, DIGITS);
    let law = [
        ("expected runway, E[T] (generations)", runway.mean, "runway.mean"),
        ("standard deviation of T", runway.sd, "runway.sd"),
        ("5 % quantile of T", runway.q05, "runway.q05"),
        ("median of T", runway.q50, "runway.q50"),
        ("95 % quantile of T", runway.q95, "runway.q95"),
    ];
    rows.extend(law.map(|(label, value, key)| row(label, value.map_or_else(|| absent(inputs, key), far))));
    rows
}

fn keep(best: BestGeneration) -> String {
    format!("{} ({})", number(best.generation as f64, 3), percent(best.error, DIGITS))
}

/// What the loop costs, where prices are given.
fn cost(solution: &Solution) -> Vec<(String, String)> {
    let Some(cost) = &solution.cost else { return Vec::new() };
    let cell = |value: Option<f64>, key: &str| match (value, cost.undefined.get(key)) {
        (Some(value), _) => number(value, DIGITS),
        (None, Some(reason)) => format!("not available: {reason}"),
        (None, None) => "not available".to_owned(),
    };
    let unit = &cost.unit;
    vec![
        (format!("cost of generation 0 ({unit})"), number(cost.start.total, DIGITS)),
        (format!("cost until failure ({unit})"), cell(cost.until_failure, "until_failure")),
        (format!("cost up to the horizon, or failure ({unit})"), cell(cost.until_horizon, "until_horizon")),
        (
            format!("cost per sustained generation ({unit})"),
            cell(cost.per_sustained_generation, "per_sustained_generation"),
        ),
    ]
}

/// The analytic side of what a simulation knows as well.
fn at_horizon(inputs: &ReportInputs<'_>) -> [(String, String); 3] {
    let curves = inputs.solution.curves.as_ref();
    let share =
        |value: Option<f64>, key: &str| value.map_or_else(|| absent(inputs, key), |value| percent(value, DIGITS));
    let restricted = inputs.solution.runway.restricted_mean;
    let restricted = restricted.map_or_else(|| absent(inputs, "runway.restricted_mean"), |mean| number(mean, DIGITS));
    let values = [
        restricted,
        share(curves.and_then(|curves| curves.survival.last().copied()), "survival"),
        share(curves.and_then(|curves| curves.expected_error.last().copied()), "expected_error"),
    ];
    let mut values = values.into_iter();
    labels(&inputs.horizon_text()).map(|label| (label, values.next().unwrap_or_default()))
}

/// Which loop was solved, and how; what its checks know.
pub(super) fn method(inputs: &ReportInputs<'_>) -> Table {
    let values = [
        ("loop", inputs.scenario.name.clone()),
        ("error rate at which it has failed", percent(inputs.threshold(), DIGITS)),
        ("information in the checks, J", verifier(inputs.solution)),
        ("method", inputs.solution.method.clone()),
    ];
    Table::of_values("The loop and its solution", ["What", "Value"], values)
}

/// What the checks tell at first and at the horizon, and from when on they select for mistakes.
fn verifier(solution: &Solution) -> String {
    let Some(verifier) = &solution.verifier else { return "nothing is checked".to_owned() };
    let known = verifier.best_known();
    let j =
        |at: Option<&Option<VerifierMeter>>| or_dash(at.copied().flatten().map(|met| number(met.discrimination, 3)));
    let course = format!("{} at generation 0, {} at the horizon", j(known.first()), j(known.last()));
    let selects = verifier.selects_for_mistakes;
    selects.map_or(course.clone(), |at| format!("{course}; first selects for mistakes at generation {at}"))
}

/// What brings R to 1; nothing where that was not sought.
pub(super) fn thresholds(inputs: &ReportInputs<'_>) -> Option<Table> {
    let value = |threshold: &ParameterThreshold| match (threshold.value, &threshold.reason) {
        (Some(value), _) => number(value, DIGITS),
        (None, Some(reason)) => format!("not available: {reason}"),
        (None, None) => "not available".to_owned(),
    };
    let rows = inputs.solution.thresholds.iter().map(|threshold| {
        let present = or_dash(threshold.present.map(|present| number(present, DIGITS)));
        [threshold.parameter.clone(), threshold.meaning.clone(), present, value(threshold)]
    });
    let columns = [("Parameter", 0), ("Meaning", 1), ("Now", 2), ("At R = 1", 0)];
    (!inputs.solution.thresholds.is_empty()).then(|| Table::of_rows("What brings R to 1", columns, rows))
}

/// The comparison of analytic and simulated results.
pub(super) fn verdict(verdict: &AgreementVerdict) -> Table {
    let row = |test: &AgreementTest| {
        [
            test.quantity.clone(),
            number(test.deviation, DIGITS),
            number(test.critical, DIGITS),
            test.unit.name().to_owned(),
            or_dash(test.generation.map(|generation| number(generation as f64, DIGITS))),
            number(test.level, 3),
            if test.passed { "passed" } else { "failed" }.to_owned(),
        ]
    };
    let columns = [
        ("Test", 0),
        ("Largest deviation", 1),
        ("Critical", 2),
        ("Unit", 3),
        ("At generation", 4),
        ("Level", 5),
        ("Result", 0),
    ];
    let setting = format!(
        "{} runs against {}; family-wise level {}.",
        number(verdict.replicates as f64, DIGITS),
        verdict.reference,
        number(verdict.level, 3)
    );
    let title = if verdict.agree { "Check: passed" } else { "Check: failed" };
    Table::of_rows(title, columns, verdict.tests.iter().map(row)).noted([verdict.sentence.clone(), setting])
}

/// Every key of the scenario with its value, in the order of the schema, filters last.
pub(super) fn parameters(scenario: &Scenario) -> Table {
    let rows = keys(scenario).into_iter().map(|(key, value)| {
        let meaning = scenario.key_info(&key).map_or_else(String::new, |info| info.meaning.clone());
        [key, value, meaning]
    });
    Table::of_rows("Parameters", [("Key", 0), ("Value", 0), ("Meaning", 1)], rows)
}

/// Every key of the scenario with its value, in the same order.
pub(in crate::report) fn keys(scenario: &Scenario) -> Vec<(String, String)> {
    let mut found = Vec::new();
    // A scenario holds finite numbers and strings only, all of which JSON can hold.
    flatten(&serde_json::to_value(scenario).unwrap_or_default(), String::new(), &mut found);
    found.sort_by_cached_key(|(key, _)| {
        let filter = key.starts_with("filter.");
        (filter, if filter { None } else { Some(key_place(key)) }, key.clone())
    });
    found
}

/// Leaves of a JSON value under dotted keys.
fn flatten(value: &Value, key: String, found: &mut Vec<(String, String)>) {
    let below = |name: &str| if key.is_empty() { name.to_owned() } else { format!("{key}.{name}") };
    match value {
        Value::Object(map) => map.iter().for_each(|(name, value)| flatten(value, below(name), found)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| flatten(value, below(&index.to_string()), found));
        }
        Value::String(text) => found.push((key, text.clone())),
        other => found.push((key, other.to_string())),
    }
}

pub(in crate::report) fn provenance(provenance: &Provenance) -> Table {
    let optional = |value: Option<String>| value.unwrap_or_else(|| "none: nothing was drawn".to_owned());
    let values = [
        ("program", format!("{} {}", provenance.program, provenance.version)),
        ("scenario (SHA-256)", provenance.scenario_sha256.clone()),
        ("seed", optional(provenance.seed.map(|seed| seed.to_string()))),
        ("engine", optional(provenance.engine.clone())),
        ("runs", optional(provenance.replicates.map(|runs| runs.to_string()))),
        ("command", provenance.command.clone()),
    ];
    Table::of_values("Provenance", ["What", "Value"], values)
}
