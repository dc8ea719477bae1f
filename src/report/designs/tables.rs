//! Other tables of the comparison, cell by cell: mistakes by their origin, differing keys, and what the files state.

use std::collections::BTreeMap;

use crate::claims::{ClaimResult, ClaimResults};
use crate::explain::{MistakeFlow, MistakeFlows};
use crate::plan::DesignComparison;
use crate::report::view::keys;
use crate::report::words::{number, or_dash};
use crate::table::Table;

/// The account of mistakes of one design: a row for each stage, a column for each class of mistakes, so that further filters
/// make the table longer and not wider.
pub(in crate::report) fn flows(title: impl Into<String>, flows: &MistakeFlows) -> Table {
    let shown: Vec<&MistakeFlow> =
        flows.flows.iter().filter(|flow| flow.enters > 0.0 || flow.unrepeated > 0.0).collect();
    let row = |name: String, value: &dyn Fn(&MistakeFlow) -> f64| {
        let cells = shown.iter().map(|flow| number(100.0 * value(flow), 3));
        std::iter::once(name).chain(cells).collect::<Vec<_>>()
    };
    let mut rows = vec![
        row("Not repeated".to_owned(), &|flow| flow.unrepeated),
        row("Enter".to_owned(), &|flow| flow.enters),
        row("Caught by the vote".to_owned(), &|flow| flow.caught_by_vote),
    ];
    for (index, kind) in flows.filters.iter().enumerate() {
        rows.push(row(format!("Caught by {kind}"), &|flow| flow.caught_by_filters.get(index).copied().unwrap_or(0.0)));
    }
    rows.push(row("Accepted".to_owned(), &|flow| flow.accepted));
    rows.push(row("Replaced".to_owned(), &|flow| flow.replaced));
    rows.push(row("Healed".to_owned(), &|flow| flow.healed));
    rows.push(row("Learned".to_owned(), &|flow| flow.learned));
    // Where there is no room, the mistakes of which least is learned are left out first.
    let rank = |flow: &MistakeFlow| 1 + shown.iter().filter(|other| other.learned > flow.learned).count() as u8;
    let classes = shown.iter().map(|flow| (flow.class.name(), rank(flow)));
    Table::of_rows(title, std::iter::once(("Stage", 0)).chain(classes), rows)
}

/// Each design with what it sets otherwise than the baseline; the baseline with its own values of all those keys.
pub(super) fn differing(comparison: &DesignComparison) -> Table {
    let of = |one: &crate::plan::ComparedDesign| -> BTreeMap<String, String> {
        keys(&one.scenario).into_iter().filter(|(key, _)| key != "name").collect()
    };
    let all: Vec<_> = comparison.designs.iter().map(of).collect();
    let base = comparison.designs.iter().position(|one| one.name == comparison.baseline).unwrap_or(0);
    let changed = |index: usize| -> Vec<&String> {
        let mut keys: Vec<&String> = all[index].keys().chain(all[base].keys()).collect();
        keys.sort();
        keys.dedup();
        keys.into_iter().filter(|key| all[index].get(*key) != all[base].get(*key)).collect()
    };
    let mut every: Vec<&String> = (0..all.len()).flat_map(changed).collect();
    every.sort();
    every.dedup();
    let row = |index: usize| {
        let keys = if index == base { every.clone() } else { changed(index) };
        let word = |key: &&String| format!("{key} = {}", all[index].get(*key).map_or("none", String::as_str));
        [comparison.designs[index].name.clone(), keys.iter().map(word).collect::<Vec<_>>().join("; ")]
    };
    let rows = (0..all.len()).filter(|_| !every.is_empty()).map(row);
    Table::of_rows("What differs", [("Design", 0), ("Set otherwise than in the baseline", 0)], rows)
}

/// Which claims do not hold, in a sentence; `None` where all do.
#[must_use]
pub fn broken_claims(evidence: &ClaimResults) -> Option<String> {
    let broken = evidence.claims.iter().filter(|one| !one.holds);
    let told = |one: &ClaimResult| {
        let reason = one.absent.as_ref().map_or_else(String::new, |reason| format!(" ({reason})"));
        format!("“{}”{reason}", one.claim.says)
    };
    let broken: Vec<String> = broken.map(told).collect();
    let verb = if broken.len() == 1 { "does not hold" } else { "do not hold" };
    let noun = if evidence.claims.len() == 1 { "claim" } else { "claims" };
    (!broken.is_empty())
        .then(|| format!("{} of {} {noun} {verb}: {}.", broken.len(), evidence.claims.len(), broken.join("; ")))
}

/// Claims with their verdicts: what was found with the digits that a bound may need.
#[must_use]
pub fn claims(evidence: &ClaimResults) -> Table {
    let row = |judged: &ClaimResult| {
        let claim = &judged.claim;
        let bound = |word: &str, bound: Option<f64>| bound.map(|bound| format!("{word} {}", number(bound, 5)));
        let bounds = [bound("at least", claim.at_least), bound("at most", claim.at_most)];
        let of = claim.subject.design.as_ref().map_or_else(String::new, |design| format!(" of “{design}”"));
        let over = claim.over.as_ref().map_or_else(String::new, |design| format!(" over “{design}”"));
        [
            claim.says.clone(),
            if judged.holds { "holds" } else { "DOES NOT HOLD" }.to_owned(),
            format!("{}{of}{over}", claim.subject.quantity.name()),
            or_dash(claim.subject.quantity.is_of_generation().then(|| claim.subject.generation.to_string())),
            or_dash(judged.found.map(|found| number(found, 5))),
            bounds.into_iter().flatten().collect::<Vec<_>>().join(", "),
        ]
    };
    let columns = [("Claim", 0), ("Verdict", 0), ("Quantity", 3), ("Generation", 2), ("Found", 1), ("Bounds", 2)];
    Table::of_rows("Claims", columns, evidence.claims.iter().map(row))
}

/// Why numbers beside published values are absent.
fn absent(evidence: &ClaimResults) -> impl Iterator<Item = String> {
    let beside = evidence.published.iter().map(|one| (&one.published.says, &one.absent));
    beside.filter_map(|(says, absent)| Some(format!("No number for “{says}”: {}.", absent.as_ref()?)))
}

/// Published values beside the model's: in percent where all of them are shares, else as they are.
#[must_use]
pub fn published(evidence: &ClaimResults) -> Table {
    let shares = evidence.published.iter().all(|beside| beside.published.subject.quantity.is_share());
    let (scale, unit, points) = if shares { (100.0, " (%)", " (percentage points)") } else { (1.0, "", "") };
    let rows = evidence.published.iter().map(|beside| {
        let published = &beside.published;
        [
            published.says.clone(),
            number(scale * published.value, 3),
            or_dash(beside.found.map(|found| number(scale * found, 3))),
            or_dash(beside.found.map(|found| number(scale * (found - published.value), 2))),
            format!("{:?}", published.role).to_lowercase(),
        ]
    });
    // The miss follows from the two values.
    let columns = [
        ("What".to_owned(), 0),
        (format!("Published{unit}"), 0),
        (format!("Model{unit}"), 0),
        (format!("Miss{points}"), 1),
        ("Role".to_owned(), 2),
    ];
    Table::of_rows("Published values beside the model's", columns, rows).noted(absent(evidence))
}
