//! The account of mistakes as tables.

use crate::explain::{MistakeAccount, ReproductionDrivers, VoteRow};
use crate::table::Table;

use super::super::designs::flows;
use super::super::words::{number, or_dash, percent, ratio};

/// Mistakes now and later, and what votes catch.
#[must_use]
pub fn tables(account: &MistakeAccount) -> Vec<Table> {
    let mut notes = vec![
        "Up to “accepted” of 100 problems, then of 100 accepted examples; a negative number means that the vote \
              favours the shared mistake."
            .to_owned(),
    ];
    notes.extend(account.drivers.as_ref().map(drivers));
    let now = flows(format!("Mistakes at generation {}", account.now.generation), &account.now).noted(notes);
    let place = account.place("the mean field");
    let generation = account.later.generation;
    let later = flows(format!("Mistakes {place} (generation {generation} of the mean field)"), &account.later);
    vec![now, later, votes(account)]
}

/// What R is made of, and what makes most of it.
pub(in crate::report) fn drivers(drivers: &ReproductionDrivers) -> String {
    let mut parts: Vec<(&str, f64)> = drivers.contributions.iter().map(|one| (one.class.name(), one.part)).collect();
    let most = if parts.iter().all(|(_, part)| *part < drivers.copied) {
        "beliefs copied from the predecessor".to_owned()
    } else {
        format!("{} mistakes", drivers.driver.name())
    };
    parts.push(("copied from the predecessor", drivers.copied));
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(_, part)| part.abs() > 1e-9)
        .map(|(name, part)| format!("{name} {}", number(part, 3)))
        .collect();
    format!("R = {} is the sum of {}: mostly {most}.", ratio(drivers.reproduction_number), parts.join(", "))
}

fn votes(account: &MistakeAccount) -> Table {
    let votes = &account.votes;
    let share = |value: Option<f64>| or_dash(value.map(|value| percent(value, 3)));
    let row = |row: &VoteRow| {
        [
            row.name(),
            share(row.random_caught),
            share(row.systematic_caught),
            percent(row.right_kept, 3),
            percent(row.yield_, 3),
            or_dash(row.reproduction_number.map(ratio)),
            or_dash(row.expected_runway.map(|runway| number(runway, 3))),
            share(row.failing_within_horizon),
            or_dash(row.cost_per_accepted.map(|cost| number(cost, 3))),
        ]
    };
    let mut columns = vec![
        ("Vote", 0),
        ("Random caught", 4),
        ("Systematic caught", 1),
        ("Right kept", 6),
        ("Yield", 5),
        ("R", 2),
        ("Expected runway", 3),
        ("Fails within the horizon", 7),
    ];
    columns.extend(votes.are_priced().then_some(("Cost per accepted example", 8)));
    let simple = "“Most of k”: the answer with most votes wins, however few.".to_owned();
    Table::of_rows("What votes would catch", columns, votes.rows().map(row))
        .noted(std::iter::once(simple).chain(votes.enough()))
}
