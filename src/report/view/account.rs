//! The account of mistakes as tables.

use crate::explain::{MistakeAccount, ReproductionDrivers, VoteRow};

use super::super::designs::flows_table;
use super::super::words::{number, percent, ratio};
use super::AccountView;

/// Mistakes now and later, and what votes catch.
pub(super) fn tables(account: &MistakeAccount) -> Vec<AccountView> {
    let (columns, rows) = flows_table(&account.now);
    let mut notes = vec![
        "Up to “accepted” of 100 problems, then of 100 accepted examples; a negative catch means that the vote rather \
              picks the shared mistake."
            .to_owned(),
    ];
    notes.extend(account.drivers.as_ref().map(drivers));
    let now = AccountView { title: "Mistakes at generation 0".to_owned(), columns, rows, notes };
    let (columns, rows) = flows_table(&account.later);
    let place = account.place("the mean field");
    let generation = account.later.generation;
    let later = AccountView {
        title: format!("Mistakes {place} (generation {generation} of the mean field)"),
        columns,
        rows,
        notes: Vec::new(),
    };
    vec![now, later, votes(account)]
}

fn drivers(drivers: &ReproductionDrivers) -> String {
    let parts = drivers.contributions.iter().filter(|one| one.part.abs() > 1e-9);
    let parts: Vec<String> = parts.map(|one| format!("{} {}", one.class.name(), number(one.part, 3))).collect();
    format!(
        "R = {} is made by {}: driven by {} mistakes.",
        ratio(drivers.reproduction_number),
        parts.join(", "),
        drivers.driver.name()
    )
}

fn votes(account: &MistakeAccount) -> AccountView {
    let share = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| percent(value, 3));
    let priced = account.votes.are_priced();
    let row = |row: &VoteRow| {
        let mut cells = vec![
            row.name(),
            share(row.random_caught),
            share(row.systematic_caught),
            percent(row.right_kept, 3),
            percent(row.yield_, 3),
            row.reproduction_number.map_or_else(|| "–".to_owned(), ratio),
            row.expected_runway.map_or_else(|| "–".to_owned(), |runway| number(runway, 3)),
            share(row.failing_within_horizon),
        ];
        if priced {
            cells.push(row.cost_per_accepted.map_or_else(|| "–".to_owned(), |cost| number(cost, 3)));
        }
        cells
    };
    let mut columns = vec![
        "Vote",
        "Random caught",
        "Systematic caught",
        "Right kept",
        "Yield",
        "R",
        "Expected runway",
        "Fails within the horizon",
    ];
    if priced {
        columns.push("Cost per accepted example");
    }
    let votes = &account.votes;
    let simple = "“Most of k”: the answer with most votes wins, however few.".to_owned();
    let notes = std::iter::once(simple).chain(votes.enough()).collect();
    AccountView {
        title: "What votes would catch".to_owned(),
        columns: columns.into_iter().map(str::to_owned).collect(),
        rows: votes.rows().map(row).collect(),
        notes,
    }
}
