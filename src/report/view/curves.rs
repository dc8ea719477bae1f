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
    let columns: [(&str, &[f64]); 6] = [
        ("error, simulated", &simulated.mean_error),
        ("± se", &simulated.se_error),
        ("survival, simulated", &simulated.survival),
        ("unsound", &simulated.mean_unsound),
        ("wrong", &simulated.mean_wrong),
        ("yield", &simulated.mean_yield),
    ];
    by_generation(&simulated.generations, &columns)
}

/// A table of shares, each column in the unit that its head names.
fn by_generation(generations: &[u64], columns: &[(&str, &[f64])]) -> Table {
    let shown = thin::stride(generations.len(), ROWS);
    let cell = |at: &usize| generations.get(*at).map_or_else(String::new, u64::to_string);
    let mut table = Table::new("Curves", vec![TableColumn::new("generation", 0, shown.iter().map(cell))]);
    for (rank, (title, values)) in (1..).zip(columns) {
        let values: Vec<f64> = shown.iter().map(|&at| values.get(at).copied().unwrap_or(f64::NAN)).collect();
        let column = shares(&values);
        table.columns.push(TableColumn::new(column.head(title), rank, column.cells));
    }
    let every = thin::every(generations.len(), ROWS);
    table.noted((every > 1).then(|| format!("One row for every {every} generations (the JSON holds all)")))
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
    if let (None, Some(near)) = (&solution.curves, &solution.approximation) {
        columns.extend::<[(&'static str, &[f64]); 4]>([
            ("≈ error, mean", &near.expected_error),
            ("≈ 5 % quantile", &near.error_q05),
            ("≈ 95 % quantile", &near.error_q95),
            ("≈ survival", &near.survival),
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
