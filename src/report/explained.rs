//! One generation taken apart, in words and tables.

use crate::explain::{Explanation, ReproductionDrivers};
use crate::scenario::{Scenario, Vote};
use crate::table::Table;

use super::view::account_tables;
use super::words::{number, percent, ratio};

fn share(value: f64) -> String {
    percent(value, 3)
}

/// Where errors enter, first of all that is said.
#[must_use]
pub fn sentences(scenario: &Scenario, explanation: &Explanation) -> Vec<String> {
    let (x, solution) = (explanation.composition, explanation.solution);
    let means = if explanation.difficulties.is_empty() {
        ""
    } else {
        " These are means over problems of different difficulty, the steps those of the longest."
    };
    vec![
        format!(
            "{}, generation {}: {} sound, {} unsound, {} wrong beliefs.",
            scenario.name,
            explanation.generation,
            share(x.sound()),
            share(x.unsound),
            share(x.wrong)
        ),
        format!(
            "Where errors enter: each of {} steps slips with probability {}. A solution that no belief misleads is sound in {} of \
             cases, right by a wrong step in {} and wrong in {}.{means}",
            explanation.steps,
            share(explanation.step_error),
            share(solution.sound),
            share(solution.unsound),
            share(solution.wrong)
        ),
        format!("Before any check a candidate is wrong with probability {}.", share(explanation.error_rate)),
    ]
}

/// The generation from its candidates to what the next one learns, and the account of its mistakes.
#[must_use]
pub fn tables(scenario: &Scenario, explanation: &Explanation) -> Vec<Table> {
    let mut tables = vec![
        difficulties(explanation),
        situations(explanation),
        checks(scenario, explanation).noted([learned(scenario, explanation)]),
    ];
    tables.extend(account_tables(&explanation.account));
    tables.extend(explanation.account.drivers.as_ref().map(drivers));
    tables.retain(|table| table.height() > 0);
    if let (Some(reason), Some(last)) = (explanation.account.undefined.get("drivers"), tables.last_mut()) {
        last.notes.push(format!("What drives R is not known: {reason}"));
    }
    tables
}

fn difficulties(explanation: &Explanation) -> Table {
    let rows = explanation.difficulties.iter().map(|one| {
        let parts = [one.step_error, one.solution.sound, one.solution.wrong, one.error_rate, one.yield_];
        [share(one.share), one.steps.to_string()].into_iter().chain(parts.map(share))
    });
    let columns = [
        ("Problems", 0),
        ("Steps", 1),
        ("Slip per step", 2),
        ("Sound", 5),
        ("Wrong", 4),
        ("Error", 0),
        ("Accepted", 3),
    ];
    Table::of_rows("Problems by their difficulty", columns, rows)
}

fn situations(explanation: &Explanation) -> Table {
    let rows = explanation.situations.iter().map(|one| {
        let head = [one.belief.name().to_owned(), share(one.share)];
        head.into_iter().chain(one.candidate.kinds().map(share))
    });
    let columns = [("Problem meets", 0), ("Share", 0), ("Sound", 2), ("Unsound", 3), ("Systematic", 0), ("Random", 1)];
    Table::of_rows("What one candidate answers", columns, rows)
}

fn checks(scenario: &Scenario, explanation: &Explanation) -> Table {
    let first =
        [("one candidate".to_owned(), explanation.answered.kinds()), (voted(scenario.vote), explanation.voted.kinds())];
    let filters = explanation.filters.iter().map(|one| (format!("`{}` lets pass", one.kind), one.passing.kinds()));
    let last = ("accepted".to_owned(), explanation.accepted.kinds());
    let rows = first.into_iter().chain(filters).chain([last]);
    let rows = rows.map(|(name, kinds)| std::iter::once(name).chain(kinds.map(share)));
    let columns = [("Per problem", 0), ("Sound", 2), ("Unsound", 3), ("Systematic", 0), ("Random", 1)];
    Table::of_rows("What the checks let through", columns, rows)
}

/// The vote in words.
fn voted(vote: Vote) -> String {
    match vote.candidates.get() {
        1 => "no vote".to_owned(),
        k if vote.is_majority() => format!("vote, {} of {k} agree", vote.agree.get()),
        k if vote.agree.get() == 1 && vote.most() == k => format!("vote, plurality of {k}"),
        k if vote.most() == k => format!("vote, most of {k}, at least {}", vote.agree.get()),
        k => format!("vote, most of {k}, {} to {} votes", vote.agree.get(), vote.most()),
    }
}

fn learned(scenario: &Scenario, explanation: &Explanation) -> String {
    let Some(q) = explanation.learned else {
        return "Nothing is accepted: the loop starves at this generation, and there is no next one.".to_owned();
    };
    format!(
        "Of 100 problems {} end in an accepted example. Learned: {} sound, {} unsound, {} wrong beliefs in the next generation \
         (random mistakes leave a belief with probability {}, systematic and unsound ones with {}; {} is replaced by ground truth).",
        number(100.0 * explanation.yield_, 3),
        share(q.sound()),
        share(q.unsound),
        share(q.wrong),
        share(scenario.learning.imprint.get()),
        share(scenario.learning.persistence.get()),
        share(scenario.learning.anchor.get())
    )
}

/// The next-generation matrix: a column for each belief, a row for what it leaves.
fn drivers(drivers: &ReproductionDrivers) -> Table {
    let [unsound, wrong] = drivers.next_generation_matrix;
    let row = |name: &str, parts: [f64; 2]| {
        std::iter::once(format!("{name} beliefs")).chain(parts.map(|part| number(part, 4)))
    };
    let rows = [row("unsound", unsound), row("wrong", wrong)];
    let title = format!("What drives R = {}", ratio(drivers.reproduction_number));
    Table::of_rows(title, [("Leaves", 0), ("An unsound belief", 0), ("A wrong belief", 0)], rows)
}
