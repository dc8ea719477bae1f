//! Designs side by side, and mistakes by their origin, as tables for people.

use std::io::{self, Write};

use crate::claims::{ClaimResult, ClaimResults};
use crate::explain::{MistakeAccount, MistakeFlows, ReproductionDrivers, VoteRow};
use crate::plan::DesignComparison;
use crate::report::designs;
use crate::report::words::{number, percent, ratio};
use crate::table::TableColumn;

use super::width::{self, fit, sheet};

/// The answer of `compare`.
pub(super) fn comparison(comparison: &DesignComparison, out: &mut dyn Write) -> io::Result<()> {
    let (runway, mut price) = designs::runway_and_price(comparison);
    // One table holds both here; the page has room for two. The names stand once.
    price.remove(0);
    let mut left_out = fitted(runway.into_iter().chain(price).collect(), out)?;
    let against = designs::against(comparison);
    if !against.is_empty() {
        writeln!(out)?;
        left_out.extend(fitted(against, out)?);
    }
    for line in designs::legend(comparison) {
        writeln!(out, "{line}")?;
    }
    said(&left_out, out)?;
    for note in &comparison.notes {
        writeln!(out, "note: {note}")?;
    }
    Ok(())
}

/// Prints a table of designs; what did not fit is said.
pub(super) fn print(columns: Vec<TableColumn>, out: &mut dyn Write) -> io::Result<()> {
    let left_out = fitted(columns, out)?;
    said(&left_out, out)
}

fn said(left_out: &[String], out: &mut dyn Write) -> io::Result<()> {
    if left_out.is_empty() {
        return Ok(());
    }
    let names = left_out.join(", ");
    writeln!(out, "note: left out for want of room: {names}; `--json` and the page of `-o DIR` have them")
}

/// Prints a table no wider than the terminal; the heads of the columns that are left out for that.
fn fitted(columns: Vec<TableColumn>, out: &mut dyn Write) -> io::Result<Vec<String>> {
    let (table, left_out) = fit(columns, width::of_terminal());
    writeln!(out, "{table}")?;
    Ok(left_out)
}

/// Claims with their verdicts, published values beside the model's.
pub(super) fn evidence(evidence: &ClaimResults, out: &mut dyn Write) -> io::Result<()> {
    for judged in &evidence.claims {
        let verdict = if judged.holds { "holds" } else { "DOES NOT HOLD" };
        writeln!(out, "claim {verdict}: {} ({})", judged.claim.says, measured(judged))?;
    }
    if evidence.published.is_empty() {
        return Ok(());
    }
    let (titles, rows) = designs::published_table(evidence);
    let column = |(index, title): (usize, String)| TableColumn {
        title,
        cells: rows.iter().map(|row| row[index].clone()).collect(),
        // The miss follows from the two values.
        rank: u8::from(index == 3),
    };
    fitted(titles.into_iter().enumerate().map(column).collect(), out)?;
    Ok(())
}

/// The number of a claim with its bounds: "runway of `votes` over `none` 6.21, at least 5".
fn measured(judged: &ClaimResult) -> String {
    let claim = &judged.claim;
    let of = claim.subject.design.as_ref().map_or_else(String::new, |design| format!(" of `{design}`"));
    let over = claim.over.as_ref().map_or_else(String::new, |design| format!(" over `{design}`"));
    let found = judged.found.map_or_else(|| "not available".to_owned(), |found| number(found, 5));
    let bound = |word: &str, bound: Option<f64>| {
        bound.map_or_else(String::new, |bound| format!(", {word} {}", number(bound, 5)))
    };
    format!(
        "{}{of}{over}: {found}{}{}",
        claim.subject.quantity.name(),
        bound("at least", claim.at_least),
        bound("at most", claim.at_most)
    )
}

/// The account of mistakes, for `explain`.
pub(super) fn account(account: &MistakeAccount, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "\nWhere mistakes enter, pass and heal at this composition (of 100 problems; behind ‖ of 100 accepted)"
    )?;
    flows(&account.now, out)?;
    let place = account.place("the mean field");
    writeln!(
        out,
        "\nThe same {place} (generation {}: {} unsound, {} wrong)",
        account.later.generation,
        percent(account.later.composition.unsound, 3),
        percent(account.later.composition.wrong, 3)
    )?;
    flows(&account.later, out)?;
    match (&account.drivers, account.undefined.get("drivers")) {
        (Some(drivers), _) => self::drivers(drivers, out)?,
        (None, Some(reason)) => writeln!(out, "\nWhat drives R is not told: {reason}")?,
        (None, None) => {}
    }
    votes(account, out)
}

fn flows(flows: &MistakeFlows, out: &mut dyn Write) -> io::Result<()> {
    let mut header = vec!["mistakes".to_owned(), "enter".to_owned(), "vote catches".to_owned()];
    header.extend(flows.filters.iter().map(|kind| format!("`{kind}` catches")));
    header.extend(["accepted", "‖ replaced", "heal", "learned"].map(str::to_owned));
    let mut table = sheet(&header.iter().map(String::as_str).collect::<Vec<_>>());
    let hundred = |value: f64| number(100.0 * value, 3);
    for flow in flows.flows.iter().filter(|flow| flow.enters > 0.0) {
        let mut row = vec![flow.class.name().to_owned(), hundred(flow.enters), hundred(flow.caught_by_vote)];
        row.extend(flow.caught_by_filters.iter().map(|&caught| hundred(caught)));
        row.extend([flow.accepted, flow.replaced, flow.healed, flow.learned].map(hundred));
        table.add_row(row);
    }
    writeln!(out, "{table}")
}

fn drivers(drivers: &ReproductionDrivers, out: &mut dyn Write) -> io::Result<()> {
    let [[uu, uw], [wu, ww]] = drivers.next_generation_matrix;
    let show = |value: f64| number(value, 4);
    writeln!(out, "\nWhat drives R = {}", ratio(drivers.reproduction_number))?;
    writeln!(
        out,
        "  next-generation matrix: an unsound belief leaves {} unsound and {} wrong, a wrong one {} unsound and {} wrong",
        show(uu),
        show(wu),
        show(uw),
        show(ww)
    )?;
    let parts = drivers.contributions.iter().filter(|one| one.part.abs() > 1e-12 * drivers.reproduction_number);
    let parts: Vec<String> = parts.map(|one| format!("{} {}", one.class.name(), show(one.part))).collect();
    writeln!(out, "  parts of R by what is left: {}", parts.join(", "))?;
    writeln!(out, "  driven by: {}", drivers.driver.name())
}

fn votes(account: &MistakeAccount, out: &mut dyn Write) -> io::Result<()> {
    let votes = &account.votes;
    writeln!(out, "\nWhat votes catch (negative: the vote rather picks the shared mistake)")?;
    let priced = votes.are_priced();
    let columns = ["vote", "random caught", "systematic caught", "right kept", "yield", "R", "E[T]", "fails", "cost"];
    let shown = if priced { columns.len() } else { columns.len() - 1 };
    let mut table = sheet(&columns[..shown]);
    let share = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| percent(value, 3));
    let or_dash = |value: Option<String>| value.unwrap_or_else(|| "–".to_owned());
    let row = |row: &VoteRow| {
        vec![
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
    for vote in votes.rows() {
        table.add_row(row(vote).into_iter().take(shown));
    }
    writeln!(out, "{table}")?;
    writeln!(
        out,
        "`most of k`: the answer with most votes wins, however few. `fails`: within the horizon{}.",
        if priced { "; `cost`: of an accepted example" } else { "" }
    )?;
    for sentence in votes.enough() {
        writeln!(out, "{sentence}")?;
    }
    Ok(())
}
