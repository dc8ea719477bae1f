//! The tables of a measurement, for the page and the terminal.

use crate::measure::{DifficultyFit, MeasuredKey, MeasuredLoop, MeasuredNumber, VoteMeasurement};
use crate::report::words::{number, or_dash, percent};
use crate::table::Table;

use super::words::share;

/// What was measured, what votes would keep, how difficulties fit, and what the files cannot tell; those that have rows.
#[must_use]
pub fn tables(measured: &MeasuredLoop) -> Vec<Table> {
    let mut tables = vec![keys(measured), votes(measured), difficulties(measured), missing(measured)];
    tables.retain(|table| table.height() > 0);
    tables
}

fn keys(measured: &MeasuredLoop) -> Table {
    let row = |key: &MeasuredKey| {
        let interval = match (key.number.low, key.number.high) {
            (Some(low), Some(high)) => format!("{} to {}", number(low, 3), number(high, 3)),
            _ => String::new(),
        };
        [key.key.clone(), number(key.number.value, 3), interval, key.basis.clone()]
    };
    let columns = [("Key", 0), ("Value", 0), ("90 % interval", 1), ("Counted", 2)];
    Table::of_rows("What was measured", columns, measured.keys.iter().map(row))
}

fn votes(measured: &MeasuredLoop) -> Table {
    let predicted = |value: Option<f64>| or_dash(value.map(|value| percent(value, 3)));
    let measured_share = |number: Option<MeasuredNumber>| or_dash(number.map(share));
    let row = |vote: &VoteMeasurement| {
        [
            format!("{} of {}", vote.agree, vote.candidates),
            share(vote.accepted),
            predicted(Some(vote.predicted_accepted)),
            measured_share(vote.right),
            predicted(vote.predicted_right),
        ]
    };
    let columns = [
        ("Votes needed", 0),
        ("Accepted, measured", 0),
        ("Accepted, predicted", 2),
        ("Right of these, measured", 1),
        ("Right of these, predicted", 3),
    ];
    Table::of_rows("What a vote would keep", columns, measured.votes.iter().map(row))
}

/// Nothing where one difficulty alone was tried.
fn difficulties(measured: &MeasuredLoop) -> Table {
    let row =
        |fit: &DifficultyFit| [fit.difficulties.to_string(), number(fit.log_likelihood, 6), number(fit.bic_change, 3)];
    let columns = [("Difficulties", 0), ("ln likelihood", 1), ("BIC, against one (lowest is chosen)", 0)];
    let tried = measured.difficulties.iter().filter(|_| measured.difficulties.len() > 1);
    Table::of_rows("How many difficulties", columns, tried.map(row))
}

fn missing(measured: &MeasuredLoop) -> Table {
    let rows = measured.missing.iter().map(|one| [one.key.clone(), one.reason.clone(), one.remedy.clone()]);
    Table::of_rows("What these files cannot determine", [("Key", 0), ("Why", 1), ("What would", 2)], rows)
}
