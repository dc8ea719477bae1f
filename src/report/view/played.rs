//! What a simulation alone says, in words and numbers.

use crate::simulate::{RareFailure, Simulated};
use crate::table::Table;

use super::super::words::{estimate, generations, number, or_dash, percent};
use super::finding::{restricted, starved_runs};

/// What a simulation tells of the horizon, as rows of a table.
pub(super) fn labels(horizon: &str) -> [String; 3] {
    [
        format!("mean runway restricted to the horizon, E[min(T, {horizon})]"),
        format!("probability of surviving generation {horizon}"),
        format!("mean error rate at generation {horizon}"),
    ]
}

/// The values of [`labels`], with twice their standard errors.
pub(super) fn at_horizon(simulated: &Simulated) -> [String; 3] {
    let last = |values: &[f64]| values.last().copied();
    let error = last(&simulated.mean_error).zip(last(&simulated.se_error));
    [
        format!("{} (2 se)", estimate(simulated.runway.restricted_mean, 2.0 * simulated.runway.se)),
        last(&simulated.survival).map_or_else(String::new, |alive| percent(alive, 3)),
        error.map_or_else(String::new, |(mean, se)| format!("({}) % (2 se)", estimate(100.0 * mean, 200.0 * se))),
    ]
}

fn horizon(simulated: &Simulated) -> String {
    number(simulated.generations.last().map_or(0.0, |&last| last as f64), 3)
}

/// The finding of a simulation without the exact solution: how long runs last, where the error goes, where it is lowest.
#[must_use]
pub fn played(simulated: &Simulated) -> Vec<String> {
    let horizon = horizon(simulated);
    let ends = simulated.mean_error.first().zip(simulated.mean_error.last());
    let course = ends.map(|(&first, &last)| {
        format!(
            "The mean error rate is {} at generation 0 and {} at generation {horizon}.",
            percent(first, 3),
            percent(last, 3)
        )
    });
    let most = simulated.best_generation.iter().copied().max().unwrap_or(0);
    let best = simulated.best_generation.iter().position(|&count| count == most).map(|best| {
        let share = percent(most as f64 / simulated.replicates.max(1) as f64, 3);
        format!("The error is lowest most often at generation {best} ({share} of runs).")
    });
    [restricted(simulated, &horizon)].into_iter().chain(starved_runs(simulated)).chain(course).chain(best).collect()
}

/// The numbers of a simulation.
#[must_use]
pub fn played_numbers(name: &str, simulated: &Simulated) -> Table {
    let engine = format!("{:?}", simulated.engine).to_lowercase();
    let runs = [
        ("loop".to_owned(), name.to_owned()),
        ("runs".to_owned(), number(simulated.replicates as f64, 6)),
        ("engine".to_owned(), engine),
        ("seed".to_owned(), simulated.seed.to_string()),
    ];
    let horizon = horizon(simulated);
    let more = [
        (format!("runs alive at generation {horizon}"), number(simulated.runway.censored as f64, 6)),
        ("runs that starved".to_owned(), number(simulated.starved as f64, 6)),
    ];
    let values = labels(&horizon).into_iter().zip(at_horizon(simulated));
    Table::of_values("Key numbers", ["Quantity", "Simulated"], runs.into_iter().chain(values).chain(more))
}

/// The finding of an estimate of rare failures.
#[must_use]
pub fn rare(rare: &RareFailure) -> String {
    let range = match (rare.interval, rare.undefined.get("interval")) {
        (Some((low, high)), _) => format!(" (95 %: {} to {})", percent(low, 3), percent(high, 3)),
        (None, Some(reason)) => format!(" (no interval: {reason})"),
        (None, None) => String::new(),
    };
    let within = generations(rare.horizon as f64);
    format!("A run fails within {within} with probability {}{range}.", percent(rare.probability, 3))
}

/// The numbers of an estimate of rare failures.
#[must_use]
pub fn rare_numbers(name: &str, rare: &RareFailure) -> Table {
    let engine = format!("{:?}", rare.engine).to_lowercase();
    let error = or_dash(rare.relative_standard_error.map(|relative| percent(relative, 2)));
    let values = [
        ("loop".to_owned(), name.to_owned()),
        (format!("P(T ≤ {})", rare.horizon), percent(rare.probability, 3)),
        ("its relative standard error".to_owned(), error),
        ("repetitions".to_owned(), rare.repetitions.to_string()),
        ("runs at each level".to_owned(), rare.effort.to_string()),
        ("levels".to_owned(), (rare.levels.len() + 1).to_string()),
        ("engine".to_owned(), engine),
        ("seed".to_owned(), rare.seed.to_string()),
    ];
    Table::of_values("Key numbers", ["Quantity", "Estimate"], values)
}
