//! Tables by generation.

use crate::analytic::Solution;
use crate::simulate::Simulated;
use crate::table::{Table, TableColumn};

use super::super::words::shares;
use super::super::{ReportInputs, thin};

/// Rows of a table at most.
const ROWS: usize = 201;

/// What both sides know of every generation.
pub(super) fn of_loop(inputs: &ReportInputs<'_>) -> Table {
    by_generation(&inputs.solution.generations, &columns(inputs))
}

/// What a simulation knows of every generation.
#[must_use]
pub fn of_runs(simulated: &Simulated) -> Table {
    let columns: [(&str, u8, &[f64]); 6] = [
        ("error, simulated", 1, &simulated.mean_error),
        ("± se of the error", 3, &simulated.se_error),
        ("survival, simulated", 2, &simulated.survival),
        ("unsound", 5, &simulated.mean_unsound),
        ("wrong", 4, &simulated.mean_wrong),
        ("yield", 6, &simulated.mean_yield),
    ];
    by_generation(&simulated.generations, &columns)
}

/// A table of shares, each column in the unit that its head names.
fn by_generation(generations: &[u64], columns: &[(&str, u8, &[f64])]) -> Table {
    let shown = thin::stride(generations.len(), ROWS);
    let cell = |at: &usize| generations.get(*at).map_or_else(String::new, u64::to_string);
    let mut table = Table::new("Curves", vec![TableColumn::new("generation", 0, shown.iter().map(cell))]);
    for (title, rank, values) in columns {
        let values: Vec<f64> = shown.iter().map(|&at| values.get(at).copied().unwrap_or(f64::NAN)).collect();
        let column = shares(&values);
        table.columns.push(TableColumn::new(column.head(title), *rank, column.cells));
    }
    let every = thin::every(generations.len(), ROWS);
    table.noted((every > 1).then(|| format!("One row for every {every} generations (the JSON holds all)")))
}

/// Title, rank and values of every column but the generation.
fn columns<'a>(inputs: &ReportInputs<'a>) -> Vec<(&'static str, u8, &'a [f64])> {
    let solution: &Solution = inputs.solution;
    let mut columns: Vec<(&'static str, u8, &[f64])> = vec![("error, mean field", 6, &solution.mean_field_error)];
    if let Some(curves) = &solution.curves {
        columns.extend::<[(&'static str, u8, &[f64]); 7]>([
            ("error, exact mean", 1, &curves.expected_error),
            ("error, 5 % quantile", 4, &curves.error_q05),
            ("error, median", 8, &curves.error_q50),
            ("error, 95 % quantile", 3, &curves.error_q95),
            ("yield, exact", 9, &curves.expected_yield),
            ("survival, exact", 2, &curves.survival),
            ("failed, exact", 7, &curves.failed),
        ]);
    }
    if let (None, Some(near)) = (&solution.curves, &solution.approximation) {
        columns.extend::<[(&'static str, u8, &[f64]); 4]>([
            ("≈ error, mean", 1, &near.expected_error),
            ("≈ error, 5 % quantile", 4, &near.error_q05),
            ("≈ error, 95 % quantile", 3, &near.error_q95),
            ("≈ survival", 2, &near.survival),
        ]);
    }
    if let Some(simulated) = inputs.simulated {
        columns.extend::<[(&'static str, u8, &[f64]); 3]>([
            ("error, simulated", 5, &simulated.mean_error),
            ("± se of the error", 11, &simulated.se_error),
            ("survival, simulated", 10, &simulated.survival),
        ]);
    }
    columns
}
