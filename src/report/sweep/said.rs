//! What a sweep found, in sentences and as a table.

use crate::report::words::{generations, is_far, number, or_dash, percent, ratio, runway, runway_cell};
use crate::sweep::{CellExtreme, SweepPlan, SweepResult, SweepSummary};
use crate::table::{Table, TableColumn};

/// Cells that a table shows at most.
const SHOWN: usize = 60;

/// The finding, the present design first.
#[must_use]
pub fn finding(summary: &SweepSummary) -> Vec<String> {
    let mut said: Vec<String> = present(summary).into_iter().collect();
    said.extend(range(summary));
    said.extend(share(summary));
    said.extend(growth(summary));
    said
}

fn present(summary: &SweepSummary) -> Option<String> {
    let (point, horizon) = (&summary.present, summary.horizon);
    let mean = point.mean.map(|mean| format!("an expected runway of {}", runway(mean, horizon)));
    let failed = point
        .failed
        .map(|failed| format!("fails within {} with probability {}", generations(horizon as f64), percent(failed, 3)));
    let reproduction = point.reproduction_number.map(|number| format!("R = {}", ratio(number)));
    let has: Vec<String> = reproduction.into_iter().chain(mean).collect();
    let has = (!has.is_empty()).then(|| format!("has {}", has.join(" and ")));
    let told: Vec<String> = has.into_iter().chain(failed).collect();
    (!told.is_empty()).then(|| format!("The present design {}.", told.join(", and ")))
}

fn range(summary: &SweepSummary) -> Option<String> {
    let (shortest, longest) = (summary.shortest.as_ref()?, summary.longest.as_ref()?);
    let [short, long] = range_words(shortest.value, longest.value, summary.horizon);
    let told = |value: String, extreme: &CellExtreme| format!("{value} ({})", extreme.cell);
    let known = match known_where(summary) {
        "" => String::new(),
        known => format!(", {known},"),
    };
    Some(if shortest.value == longest.value {
        let cells = if summary.without_mean > 0 { "" } else { " everywhere" };
        format!("Over the grid the expected runway{known} is {short}{cells}.")
    } else {
        format!(
            "Over the grid the expected runway{known} goes from {} to {}.",
            told(short, shortest),
            told(long, longest)
        )
    })
}

/// The shortest and the longest runway of a sweep in words. Where both are far beyond the horizon, their numbers are what tells
/// them apart.
pub(super) fn range_words(shortest: f64, longest: f64, horizon: u64) -> [String; 2] {
    let told = |value: f64| if is_far(shortest, horizon) { generations(value) } else { runway(value, horizon) };
    [shortest, longest].map(told)
}

/// Of which cells a sentence about the expected runway speaks; of all where this is empty.
pub(super) fn known_where(summary: &SweepSummary) -> &'static str {
    match summary.without_mean {
        0 => "",
        missing if missing == summary.endless => "where it is finite",
        _ => "where it is known",
    }
}

fn share(summary: &SweepSummary) -> Option<String> {
    let known = summary.cells - summary.without_failed;
    let horizon = if summary.same_horizon { generations(summary.horizon as f64) } else { "its horizon".to_owned() };
    (known > 0).then(|| {
        format!(
            "P(fail within {horizon}) is at least 50{NO_BREAK}% in {} of {} cells and at most 5{NO_BREAK}% in {}.",
            summary.failing, summary.cells, summary.lasting
        )
    })
}

const NO_BREAK: char = '\u{a0}';

fn growth(summary: &SweepSummary) -> Option<String> {
    let known = summary.cells - summary.without_reproduction;
    let (growing, cells) = (summary.growing, summary.cells);
    match growing {
        _ if known == 0 => None,
        0 if known < cells => {
            Some(format!("R is at most 1 in all {known} of {cells} cells where it is known: mistakes heal."))
        }
        0 => Some(format!("R is at most 1 in all {cells} cells: mistakes heal.")),
        _ if growing == cells => Some(format!("R is above 1 in all {cells} cells: mistakes grow.")),
        _ => Some(format!("R is above 1, so that mistakes grow, in {growing} of {cells} cells.")),
    }
}

/// What to know before using the numbers.
#[must_use]
pub fn notes(summary: &SweepSummary) -> Vec<String> {
    let mut notes = Vec::new();
    if summary.without_mean > 0 {
        let reason = summary.reason.as_ref().map_or_else(String::new, |reason| format!(" (the first: {reason})"));
        let cells = counted(summary.without_mean);
        notes.push(format!("the expected runway is not a known number in {cells}{reason}; these are left blank"));
    }
    if summary.without_failed > 0 {
        notes.push(format!("P(fail) is not known in {}; these are left blank", counted(summary.without_failed)));
    }
    notes
}

fn counted(cells: u64) -> String {
    format!("{cells} {}", if cells == 1 { "cell" } else { "cells" })
}

/// The cells as a table; `None` where they are too many to be read.
#[must_use]
pub fn table(plan: &SweepPlan, result: &SweepResult) -> Option<Table> {
    if result.cells.len() > SHOWN {
        return None;
    }
    let horizon = result.summary.horizon;
    let mut columns: Vec<TableColumn> = plan
        .grid
        .axes()
        .iter()
        .enumerate()
        .map(|(at, axis)| {
            let value = |cell: &crate::sweep::SweepCell| number(cell.values[at].get(), 4);
            TableColumn::new(&axis.key, 0, result.cells.iter().map(value))
        })
        .collect();
    let mut column = |title: String, rank: u8, told: &dyn Fn(&crate::analytic::SweepPoint) -> Option<String>| {
        columns.push(TableColumn::new(title, rank, result.cells.iter().map(|cell| or_dash(told(&cell.point)))));
    };
    let failed = if result.summary.same_horizon {
        format!("P(fail within {horizon})")
    } else {
        "P(fail within horizon)".to_owned()
    };
    column("R".to_owned(), 1, &|point| point.reproduction_number.map(ratio));
    column("E[T] (generations)".to_owned(), 0, &|point| point.mean.map(|mean| runway_cell(mean, horizon)));
    column(failed, 0, &|point| point.failed.map(|failed| percent(failed, 3)));
    if plan.quantiles {
        for (at, level) in ["5 %", "50 %", "95 %"].iter().enumerate() {
            column(format!("{level} quantile of T"), 2, &|point| {
                point.quantiles[at].map(|value| runway_cell(value, horizon))
            });
        }
    }
    Some(Table::new("Cells", columns))
}
