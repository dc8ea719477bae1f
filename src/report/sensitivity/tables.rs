//! The tables of an analysis of sensitivity.

use crate::analytic::{DerivedNumbers, LoopDerivatives};
use crate::report::words::{generations, number, or_dash, percent, ratio, runway_cell};
use crate::scenario::Scenario;
use crate::sensitivity::{
    IndexInterval, KeyReach, LoopFate, NextStep, RangeSource, Sensitivity, SobolIndices, VarianceShares,
};
use crate::table::{Table, TableColumn};

use super::words::signed;

/// Every table, in order.
#[must_use]
pub fn tables(scenario: &Scenario, found: &Sensitivity) -> Vec<Table> {
    let horizon = scenario.horizon().get();
    let mut tables = vec![reach(&found.reach, horizon), elasticities(&found.derivatives)];
    tables.extend(at_zero(&found.derivatives));
    tables.push(next_steps(&found.fate, &found.next_steps, horizon));
    tables.extend(jumps(&found.derivatives));
    tables.extend(found.variance.iter().flat_map(variance));
    tables.retain(|table| table.height() > 0);
    tables
}

/// Those that stand in the report of a loop.
pub(crate) fn in_report(scenario: &Scenario, found: &Sensitivity) -> Vec<Table> {
    vec![reach(&found.reach, scenario.horizon().get()), elasticities(&found.derivatives)]
}

/// P(failed by the horizon) from which on what is left of survival says more.
const NEARLY_SURE: f64 = 0.99;
/// The same from which on nothing is left to say.
const SURE: f64 = 0.999_9;

/// The expected runway, or why there is none.
fn lasting(fate: &LoopFate, horizon: u64) -> String {
    let absent = || fate.runway_absent.map(|absent| absent.word().to_owned());
    or_dash(fate.runway.map(|value| runway_cell(value, horizon)).or_else(absent))
}

fn reach(keys: &[KeyReach], horizon: u64) -> Table {
    let source = |key: &KeyReach| {
        let from = match key.range.source {
            RangeSource::Stated => "stated",
            RangeSource::Posterior => "5–95 % of the fit",
            RangeSource::Around => "half to double",
            RangeSource::End => "near its end",
        };
        if key.range.is_default { format!("{from}; at its default") } else { from.to_owned() }
    };
    let still: Vec<&str> =
        keys.iter().filter(|key| key.low.fate == key.high.fate).map(|key| key.range.key.as_str()).collect();
    let moved: Vec<&KeyReach> = keys.iter().filter(|key| key.low.fate != key.high.fate).collect();
    let column = |title: &str, rank: u8, cell: &dyn Fn(&KeyReach) -> String| {
        TableColumn::new(title, rank, moved.iter().map(|key| cell(key)))
    };
    let mut columns = vec![
        column("Key", 0, &|key| key.range.key.clone()),
        column("Now", 3, &|key| number(key.range.value, 3)),
        column("From", 1, &|key| number(key.low.value, 3)),
        column("To", 1, &|key| number(key.high.value, 3)),
        column("E[T] at from", 0, &|key| lasting(&key.low.fate, horizon)),
        column("E[T] at to", 0, &|key| lasting(&key.high.fate, horizon)),
    ];
    let (chances, said) = chances(&moved, horizon);
    columns.extend(chances);
    columns.push(column("Range", 4, &source));
    let none = (!still.is_empty()).then(|| format!("Without any effect over their ranges: {}.", still.join(", ")));
    Table::new("Each key over its plausible range: E[T] in generations", columns).noted(said.into_iter().chain(none))
}

/// How often loops fail by the horizon at both ends; how often they outlast it where nearly all fail; a sentence in place of
/// columns where all do.
fn chances(keys: &[&KeyReach], horizon: u64) -> (Vec<TableColumn>, Option<String>) {
    let ends = || keys.iter().flat_map(|key| [key.low.fate, key.high.fate]);
    let all_above =
        |bound: f64| !keys.is_empty() && ends().all(|fate| fate.failed.is_some_and(|failed| failed >= bound));
    if all_above(SURE) {
        let said = format!(
            "At either end of every range more than {} of the loops fail within {}: a shorter --horizon tells the keys apart by P(fail).",
            percent(SURE, 4),
            generations(horizon as f64)
        );
        return (Vec::new(), Some(said));
    }
    let outlasts = all_above(NEARLY_SURE);
    let (what, of): (&str, fn(&LoopFate) -> Option<f64>) =
        if outlasts { ("Outlasts", |fate| fate.survival) } else { ("Failed by", |fate| fate.failed) };
    // Survival is not computed below 1e-16.
    let told = |value: f64| if outlasts && value == 0.0 { "< 10⁻¹⁴ %".to_owned() } else { percent(value, 3) };
    let cell = |fate: &LoopFate| or_dash(of(fate).map(told));
    let columns = vec![
        TableColumn::new(format!("{what} the horizon at from"), 2, keys.iter().map(|key| cell(&key.low.fate))),
        TableColumn::new(format!("{what} the horizon at to"), 2, keys.iter().map(|key| cell(&key.high.fate))),
    ];
    (columns, None)
}

/// Numbers in the order of columns.
fn parts(numbers: &DerivedNumbers) -> [Option<f64>; 5] {
    [numbers.runway, numbers.failed, numbers.median, numbers.reproduction_number, numbers.floor_error]
}

const HEADS: [(&str, u8); 6] =
    [("Key", 0), ("E[T]", 0), ("Failed by the horizon", 1), ("Median of T", 3), ("R", 0), ("Error floor", 2)];

fn elasticities(derivatives: &LoopDerivatives) -> Table {
    let rows = derivatives.parameters.iter().filter(|one| one.value != 0.0).map(|one| {
        let cells = parts(&one.slopes).into_iter().zip(parts(&derivatives.values));
        let cells = cells.map(|(slope, value)| {
            let elastic =
                slope.zip(value.filter(|value| *value != 0.0)).map(|(slope, value)| slope * one.value / value);
            or_dash(elastic.map(|change| number(change, 3)))
        });
        std::iter::once(one.key.clone()).chain(cells).collect::<Vec<_>>()
    });
    Table::of_rows("Elasticities: change in % for 1 % more of the key", HEADS, rows)
}

fn at_zero(derivatives: &LoopDerivatives) -> Option<Table> {
    let rows = derivatives.parameters.iter().filter(|one| one.value == 0.0).map(|one| {
        let cells = parts(&one.slopes).into_iter().zip(parts(&derivatives.values));
        let cells = cells.map(|(slope, value)| {
            let change = slope.zip(value.filter(|value| *value != 0.0)).map(|(slope, value)| slope / value);
            or_dash(change.map(|change| number(change, 3)))
        });
        std::iter::once(one.key.clone()).chain(cells).collect::<Vec<_>>()
    });
    let table =
        Table::of_rows("Keys at 0: relative change for a small change of the key, over that change", HEADS, rows);
    (table.height() > 0).then_some(table)
}

fn next_steps(now: &LoopFate, steps: &[NextStep], horizon: u64) -> Table {
    let change = |step: &NextStep| {
        let both = step.fate.runway.zip(now.runway.filter(|now| *now > 0.0));
        or_dash(both.map(|(after, before)| signed(after / before - 1.0)))
    };
    Table::of_rows(
        "One more",
        [
            ("Key", 0),
            ("Now", 0),
            ("With one more: E[T] (generations)", 0),
            ("Change of E[T]", 0),
            ("Failed by the horizon", 1),
            ("R", 1),
        ],
        steps.iter().map(|step| {
            [
                step.key.clone(),
                number(step.value as f64, 3),
                lasting(&step.fate, horizon),
                change(step),
                or_dash(step.fate.failed.map(|value| percent(value, 3))),
                or_dash(step.fate.reproduction_number.map(ratio)),
            ]
        }),
    )
}

fn jumps(derivatives: &LoopDerivatives) -> Option<Table> {
    let failing = derivatives.failing_count.as_ref()?;
    let value = |key: &str| derivatives.parameters.iter().find(|one| one.key == key).map(|one| number(one.value, 6));
    let table = Table::of_rows(
        "Where E[T] jumps next: the count at which the loop has failed changes by one",
        [("Key", 0), ("Now", 0), ("One less at", 0), ("One more at", 0)],
        failing.jumps.iter().map(|jump| {
            let at = |value: Option<f64>| or_dash(value.map(|value| number(value, 6)));
            [jump.key.clone(), or_dash(value(&jump.key)), at(jump.one_less), at(jump.one_more)]
        }),
    );
    (table.height() > 0).then_some(table)
}

fn variance(shares: &VarianceShares) -> Vec<Table> {
    let both = [("P(failed by the horizon)", &shares.failed), ("log E[T]", &shares.log_runway)];
    both.into_iter().filter_map(|(name, indices)| Some(indices_table(shares, name, indices.as_ref()?))).collect()
}

/// Which keys do not vary, and why.
fn held(keys: &[String]) -> Option<String> {
    (!keys.is_empty()).then(|| format!("Held at their values, being whole numbers: {}.", keys.join(", ")))
}

fn indices_table(shares: &VarianceShares, name: &str, indices: &SobolIndices) -> Table {
    let told =
        |one: &IndexInterval| format!("{} ({} to {})", number(one.value, 2), number(one.low, 2), number(one.high, 2));
    let rows = shares.keys.iter().zip(&indices.inputs).map(|(key, input)| {
        [key.key.clone(), number(key.low, 3), number(key.high, 3), told(&input.first), told(&input.total)]
    });
    let dummy =
        ["(a key without effect)".to_owned(), "–".to_owned(), "–".to_owned(), told(&indices.dummy), "0".to_owned()];
    Table::of_rows(
        format!("Shares of the variance of {name}, all keys varying at once"),
        [
            ("Key", 0),
            ("From", 1),
            ("To", 1),
            ("Alone: first order (95 % interval)", 0),
            ("With others too: total order (95 % interval)", 0),
        ],
        rows.chain([dummy]),
    )
    .noted([format!("{} loops solved.", number(indices.evaluations as f64, 3))].into_iter().chain(held(&shares.held)))
}
