//! The tables of the page, cell by cell.

use serde_json::Value;

use crate::analytic::{BestGeneration, ParameterThreshold, Solution};
use crate::compare::{AgreementTest, AgreementVerdict};
use crate::provenance::Provenance;
use crate::scenario::{Scenario, key_place};

use super::super::ReportInputs;
use super::super::thin;
use super::super::words::{estimate, number, percent, ratio, runway_cell, shares};
use super::{CurveTable, ParameterRow, QuantityRow, TestRow, ThresholdRow, VerdictView, absent};

/// Significant digits in tables.
const DIGITS: usize = 3;
/// Rows of the curve table at most.
const ROWS: usize = 201;

pub(super) fn numbers(inputs: &ReportInputs<'_>) -> Vec<QuantityRow> {
    let solution = inputs.solution;
    let cell = |value: Option<f64>, key: &str, show: fn(f64, usize) -> String| {
        value.map_or_else(|| absent(inputs, key), |value| show(value, DIGITS))
    };
    let row = |label: &str, exact: String| QuantityRow { label: label.to_owned(), exact, simulated: String::new() };
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
    rows.push(row("error floor", cell(solution.floor_error, "floor_error", percent)));
    rows.push(row("tipping point", cell(solution.tipping_error, "tipping_error", percent)));
    rows.push(row("error rate at generation 0", percent(solution.start_error, DIGITS)));
    rows.push(row("accepted examples per problem at generation 0", percent(solution.start_yield, DIGITS)));
    let hazard = solution.quasi_stationary.as_ref().map(|law| law.hazard);
    rows.push(row("hazard per generation after long survival", cell(hazard, "quasi_stationary", percent)));
    rows.push(row("generation with the lowest expected error", keep(solution.best)));
    rows.extend(cost(solution).into_iter().map(|(label, value)| row(&label, value)));
    let runway = &solution.runway;
    let far = |value: f64| runway_cell(value, inputs.horizon());
    for (label, value, key) in [
        ("expected runway, E[T] (generations)", runway.mean, "runway.mean"),
        ("standard deviation of T", runway.sd, "runway.sd"),
        ("5 % quantile of T", runway.q05, "runway.q05"),
        ("median of T", runway.q50, "runway.q50"),
        ("95 % quantile of T", runway.q95, "runway.q95"),
    ] {
        rows.push(row(label, value.map_or_else(|| absent(inputs, key), far)));
    }
    rows.extend(both_sides(inputs, &cell));
    rows
}

fn keep(best: BestGeneration) -> String {
    format!("{} ({})", number(best.generation as f64, 3), percent(best.error, DIGITS))
}

/// What the loop costs, where prices are given.
fn cost(solution: &Solution) -> Vec<(String, String)> {
    let Some(spending) = &solution.cost else { return Vec::new() };
    let cell = |value: Option<f64>, key: &str| match (value, spending.undefined.get(key)) {
        (Some(value), _) => number(value, DIGITS),
        (None, Some(reason)) => format!("not available: {reason}"),
        (None, None) => "not available".to_owned(),
    };
    let unit = &spending.unit;
    vec![
        (format!("cost of generation 0 ({unit})"), number(spending.start.total, DIGITS)),
        (format!("cost until failure ({unit})"), cell(spending.until_failure, "until_failure")),
        (format!("cost up to the horizon, or failure ({unit})"), cell(spending.until_horizon, "until_horizon")),
        (
            format!("cost per sustained generation ({unit})"),
            cell(spending.per_sustained_generation, "per_sustained_generation"),
        ),
    ]
}

type Cell<'a> = dyn Fn(Option<f64>, &str, fn(f64, usize) -> String) -> String + 'a;

/// Numbers that the simulation knows as well.
fn both_sides(inputs: &ReportInputs<'_>, cell: &Cell<'_>) -> [QuantityRow; 3] {
    let horizon = inputs.horizon_text();
    let curves = inputs.solution.curves.as_ref();
    let last = |values: &[f64]| values.last().copied();
    let plus_minus = |mean: f64, se: f64| format!("{} (2 se)", estimate(mean, 2.0 * se));
    let simulated = inputs.simulated;
    [
        QuantityRow {
            label: format!("mean runway restricted to the horizon, E[min(T, {horizon})]"),
            exact: cell(inputs.solution.runway.restricted_mean, "runway.restricted_mean", number),
            simulated: simulated.map_or_else(String::new, |s| plus_minus(s.runway.restricted_mean, s.runway.se)),
        },
        QuantityRow {
            label: format!("probability of surviving generation {horizon}"),
            exact: cell(curves.and_then(|curves| last(&curves.survival)), "survival", percent),
            simulated: simulated.and_then(|s| last(&s.survival)).map_or_else(String::new, |s| percent(s, DIGITS)),
        },
        QuantityRow {
            label: format!("mean error rate at generation {horizon}"),
            exact: cell(curves.and_then(|curves| last(&curves.expected_error)), "expected_error", percent),
            simulated: simulated
                .and_then(|s| Some((last(&s.mean_error)?, last(&s.se_error)?)))
                .map_or_else(String::new, |(mean, se)| format!("({}) % (2 se)", estimate(100.0 * mean, 200.0 * se))),
        },
    ]
}

pub(super) fn thresholds(inputs: &ReportInputs<'_>) -> Vec<ThresholdRow> {
    let value = |threshold: &ParameterThreshold| match (threshold.value, &threshold.reason) {
        (Some(value), _) => number(value, DIGITS),
        (None, Some(reason)) => format!("not available: {reason}"),
        (None, None) => "not available".to_owned(),
    };
    let rows = inputs.solution.thresholds.iter().map(|threshold| ThresholdRow {
        parameter: threshold.parameter.clone(),
        meaning: threshold.meaning.clone(),
        present: threshold.present.map_or_else(|| "–".to_owned(), |present| number(present, DIGITS)),
        value: value(threshold),
    });
    rows.collect()
}

pub(super) fn verdict(verdict: &AgreementVerdict) -> VerdictView {
    let row = |test: &AgreementTest| TestRow {
        quantity: test.quantity.clone(),
        deviation: number(test.deviation, DIGITS),
        critical: number(test.critical, DIGITS),
        generation: test.generation.map_or_else(|| "–".to_owned(), |generation| number(generation as f64, DIGITS)),
        level: number(test.level, 3),
        passed: test.passed,
    };
    VerdictView {
        agree: verdict.agree,
        sentence: verdict.sentence.clone(),
        setting: format!(
            "{} runs against {}; family-wise level {}.",
            number(verdict.replicates as f64, DIGITS),
            verdict.reference,
            number(verdict.level, 3)
        ),
        tests: verdict.tests.iter().map(row).collect(),
    }
}

/// Every key of the scenario with its value, in the order of the schema, filters last.
pub(in crate::report) fn parameters(scenario: &Scenario) -> Vec<ParameterRow> {
    let mut found = Vec::new();
    // A scenario holds finite numbers and strings only, all of which JSON can hold.
    flatten(&serde_json::to_value(scenario).unwrap_or_default(), String::new(), &mut found);
    found.sort_by_cached_key(|(key, _)| {
        let filter = key.starts_with("filter.");
        (filter, if filter { None } else { Some(key_place(key)) }, key.clone())
    });
    let meaning = |key: &str| scenario.key_info(key).map_or_else(String::new, |info| info.meaning.clone());
    found.into_iter().map(|(key, value)| ParameterRow { meaning: meaning(&key), key, value }).collect()
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

pub(super) fn curves(inputs: &ReportInputs<'_>) -> CurveTable {
    let solution = inputs.solution;
    let count = solution.generations.len();
    let shown = thin::stride(count, ROWS);
    let mut titles = vec!["generation".to_owned()];
    let mut rows: Vec<Vec<String>> =
        shown.iter().map(|&at| vec![solution.generations.get(at).map_or_else(String::new, u64::to_string)]).collect();
    for (title, values) in columns(inputs) {
        let values: Vec<f64> = shown.iter().map(|&at| values.get(at).copied().unwrap_or(f64::NAN)).collect();
        let column = shares(&values);
        titles.push(column.head(title));
        rows.iter_mut().zip(column.cells).for_each(|(row, cell)| row.push(cell));
    }
    CurveTable { every: thin::every(count, ROWS), columns: titles, rows }
}

/// Title and values of every column but the generation.
fn columns<'a>(inputs: &ReportInputs<'a>) -> Vec<(&'static str, &'a [f64])> {
    let solution: &Solution = inputs.solution;
    let mut columns: Vec<(&'static str, &[f64])> = vec![("error, mean field", &solution.mean_field_error)];
    if let Some(curves) = &solution.curves {
        columns.extend::<[(&'static str, &[f64]); 7]>([
            ("error, exact mean", &curves.expected_error),
            ("5 % quantile", &curves.error_q05),
            ("median", &curves.error_q50),
            ("95 % quantile", &curves.error_q95),
            ("yield, exact", &curves.expected_yield),
            ("survival, exact", &curves.survival),
            ("failed, exact", &curves.failed),
        ]);
    }
    if let Some(simulated) = inputs.simulated {
        columns.extend::<[(&'static str, &[f64]); 3]>([
            ("error, simulated", &simulated.mean_error),
            ("± se", &simulated.se_error),
            ("survival, simulated", &simulated.survival),
        ]);
    }
    columns
}

pub(in crate::report) fn provenance(provenance: &Provenance) -> Vec<(String, String)> {
    let optional = |value: Option<String>| value.unwrap_or_else(|| "none: nothing was drawn".to_owned());
    [
        ("program", format!("{} {}", provenance.program, provenance.version)),
        ("scenario (SHA-256)", provenance.scenario_sha256.clone()),
        ("seed", optional(provenance.seed.map(|seed| seed.to_string()))),
        ("engine", optional(provenance.engine.clone())),
        ("runs", optional(provenance.replicates.map(|runs| runs.to_string()))),
        ("command", provenance.command.clone()),
    ]
    .into_iter()
    .map(|(label, value)| (label.to_owned(), value))
    .collect()
}
