//! The law of absorption of an explicit chain: sentences and tables.

use crate::analytic::absorbing::AbsorptionLaw;
use crate::table::Table;

use super::words::{number, or_dash, percent, plain, probability, shares};

/// When the chain ends, and where.
#[must_use]
pub fn sentences(law: &AbsorptionLaw) -> Vec<String> {
    if law.never == 1.0 {
        let names: Vec<&str> = law.ends.iter().map(|end| end.name.as_str()).collect();
        let ends = if names.is_empty() { "an end".to_owned() } else { names.join(" or ") };
        return vec![format!("The chain never ends: from state {} it cannot come to {ends}.", law.start)];
    }
    let mut said = Vec::new();
    if let Some(mean) = law.mean {
        let spread = law.sd.map(|sd| format!(" (standard deviation {})", number(sd, 3))).unwrap_or_default();
        said.push(format!("The chain ends after {} on average{spread}.", steps(mean)));
    } else {
        let reason = law.undefined.get("mean").map_or("unknown", String::as_str);
        said.push(match reason.split_once(": ") {
            Some((what, why)) => format!("The expected number of steps is {what}: {why}."),
            None => format!("There is no expected number of steps: {reason}."),
        });
    }
    match &law.ends[..] {
        [end] if law.never == 0.0 => said.push(format!("It always ends in {}.", end.name)),
        ends => {
            let each = ends
                .iter()
                .take(5)
                .map(|end| format!("in {} with {}", end.name, probability(end.probability, end.error)));
            let mut each: Vec<String> = each.collect();
            if ends.len() > 5 {
                each.push(format!("in one of {} others", ends.len() - 5));
            }
            if law.never > 0.0 {
                each.push(format!("never with {}", percent(law.never, 3)));
            }
            said.push(format!("It ends {}.", each.join(", ")));
        }
    }
    said
}

/// Key numbers, and the ends.
#[must_use]
pub fn tables(law: &AbsorptionLaw) -> Vec<Table> {
    let cell = |value: Option<f64>| or_dash(value.map(|value| number(value, 3)));
    let numbers = [
        ("states", number(law.states as f64, 3)),
        ("states from which it goes on", number(law.open as f64, 3)),
        ("transitions", number(law.transitions as f64, 3)),
        ("start (state)", law.start.to_string()),
        ("E[T] (steps)", cell(law.mean)),
        ("bound on its error (steps)", cell(law.mean_error)),
        ("standard deviation (steps)", cell(law.sd)),
        ("5 % quantile (steps)", cell(law.q05)),
        ("median (steps)", cell(law.q50)),
        ("95 % quantile (steps)", cell(law.q95)),
        ("long-run probability of ending in a step", or_dash(law.hazard.map(|hazard| percent(hazard, 3)))),
        ("smallest way into an end (probability)", cell(law.rows.smallest_exit)),
        ("largest distance of a row's sum from 1", number(law.rows.largest_defect, 3)),
    ];
    let mut tables = vec![Table::of_values("Key numbers", ["Quantity", "Value"], numbers)];
    if law.ends.len() > 1 || law.never > 0.0 {
        let mut rows: Vec<[String; 4]> = law
            .ends
            .iter()
            .map(|end| {
                let states = number(end.states as f64, 3);
                [end.name.clone(), states, probability(end.probability, end.error), number(end.error, 2)]
            })
            .collect();
        if law.never > 0.0 {
            rows.push(["never".to_owned(), or_dash(None), percent(law.never, 3), or_dash(None)]);
        }
        let heads = [("End", 0), ("States", 2), ("Probability", 0), ("Bound on its error", 1)];
        tables.push(Table::of_rows("Where it ends", heads, rows));
    }
    tables
}

/// Every number by itself, for programs: quantity, value and the bound on its error.
#[must_use]
pub fn records(law: &AbsorptionLaw) -> Table {
    let row = |name: &str, value: Option<f64>, error: Option<f64>| {
        [name.to_owned(), value.map_or_else(String::new, plain), error.map_or_else(String::new, plain)]
    };
    let numbers = [
        ("states", Some(law.states as f64), None),
        ("open_states", Some(law.open as f64), None),
        ("transitions", Some(law.transitions as f64), None),
        ("start", Some(law.start as f64), None),
        ("mean", law.mean, law.mean_error),
        ("sd", law.sd, None),
        ("q05", law.q05, None),
        ("q50", law.q50, None),
        ("q95", law.q95, None),
        ("hazard", law.hazard, None),
        ("smallest_exit", law.rows.smallest_exit, None),
        ("largest_defect", Some(law.rows.largest_defect), None),
        ("never", Some(law.never), None),
    ];
    let ends = law.ends.iter().map(|end| row(&format!("end: {}", end.name), Some(end.probability), Some(end.error)));
    let rows = numbers.into_iter().map(|(name, value, error)| row(name, value, error)).chain(ends);
    Table::of_rows("Key numbers", [("quantity", 0), ("value", 0), ("error_bound", 0)], rows)
}

/// The curves, for programs.
#[must_use]
pub fn curve_records(law: &AbsorptionLaw) -> Table {
    let numbers = law.steps.iter().zip(law.survival.iter().zip(&law.absorbed));
    let rows = numbers.map(|(step, (lasting, ended))| [step.to_string(), plain(*lasting), plain(*ended)]);
    Table::of_rows("By step", [("step", 0), ("survival", 0), ("absorbed", 0)], rows)
}

/// The table by step.
#[must_use]
pub fn curve(law: &AbsorptionLaw) -> Table {
    let (survival, absorbed) = (shares(&law.survival), shares(&law.absorbed));
    let heads = [("Step".to_owned(), 0), (survival.head("P(T > n)"), 0), (absorbed.head("P(T ≤ n)"), 0)];
    let cells = survival.cells.into_iter().zip(absorbed.cells);
    let rows = law.steps.iter().zip(cells).map(|(step, (lasting, ended))| [step.to_string(), lasting, ended]);
    Table::of_rows("By step", heads, rows)
}

/// What to know of it: absent numbers, and how far the rows bear it out.
#[must_use]
pub fn notes(law: &AbsorptionLaw) -> Vec<String> {
    let mut notes = Vec::new();
    let rows = &law.rows;
    if rows.bound > TOLD {
        let verb = if rows.doubtful == 1 { "row misses" } else { "rows miss" };
        notes.push(format!(
            "{} {verb} a sum of 1 by more than rounding (by up to {}), or {} a way out formed as 1 minus the rest: E[T] is known to \
             within {} of itself",
            number(rows.doubtful as f64, 3),
            number(rows.largest_defect, 3),
            if rows.doubtful == 1 { "has" } else { "have" },
            percent(rows.bound, 2)
        ));
    }
    if let Some(exit) = rows.smallest_exit.filter(|exit| *exit < RARE) {
        notes.push(format!(
            "ways into an end as rare as {} are taken at their word: no row sum can tell whether they are right",
            number(exit, 3)
        ));
    }
    let mut absent: Vec<(&str, &str)> = Vec::new();
    for (key, name) in
        [("q05", "5 % quantile"), ("q50", "median"), ("q95", "95 % quantile"), ("hazard", "long-run probability")]
    {
        if let Some(reason) = law.undefined.get(key) {
            absent.push((name, reason));
        }
    }
    while let Some((name, reason)) = absent.first().copied() {
        let (same, others): (Vec<_>, Vec<_>) = absent.into_iter().partition(|other| other.1 == reason);
        let names: Vec<&str> = if same.len() > 1 { same.iter().map(|pair| pair.0).collect() } else { vec![name] };
        notes.push(format!("no {}: {reason}", names.join(", ")));
        absent = others;
    }
    notes
}

/// Ways out below the rounding of 1.
const RARE: f64 = 1e-16;
/// Relative bounds that a reader of three digits need not know of.
const TOLD: f64 = 1e-9;

fn steps(count: f64) -> String {
    let written = number(count, 3);
    let noun = if written == "1" { "step" } else { "steps" };
    format!("{written} {noun}")
}
