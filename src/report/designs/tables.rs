//! Other tables of the comparison, cell by cell: mistakes by their origin, differing keys, and what the files state.

use std::collections::BTreeMap;

use crate::claims::{ClaimResult, ClaimResults};
use crate::explain::{MistakeFlow, MistakeFlows};
use crate::plan::DesignComparison;
use crate::report::view::{ParameterRow, parameters};
use crate::report::words::number;

/// Titles and rows of a table.
pub type TextTable = (Vec<String>, Vec<Vec<String>>);

/// The account of mistakes of one design: a row for each stage, a column for each class of mistakes, so that further filters
/// make the table longer and not wider.
pub(in crate::report) fn flows(flows: &MistakeFlows) -> TextTable {
    let shown: Vec<&MistakeFlow> =
        flows.flows.iter().filter(|flow| flow.enters > 0.0 || flow.unrepeated > 0.0).collect();
    let mut titles = vec!["Stage".to_owned()];
    titles.extend(shown.iter().map(|flow| flow.class.name().to_owned()));
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
    (titles, rows)
}

/// Each design with what it sets otherwise than the baseline; the baseline with its own values of all those keys.
pub(super) fn differing(comparison: &DesignComparison) -> Vec<Vec<String>> {
    let of = |one: &crate::plan::ComparedDesign| -> BTreeMap<String, String> {
        let all = parameters(&one.scenario).into_iter().filter(|parameter| parameter.key != "name");
        all.map(|ParameterRow { key, value, .. }| (key, value)).collect()
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
    if every.is_empty() {
        return Vec::new();
    }
    let row = |index: usize| {
        let keys = if index == base { every.clone() } else { changed(index) };
        let word = |key: &&String| format!("{key} = {}", all[index].get(*key).map_or("none", String::as_str));
        vec![comparison.designs[index].name.clone(), keys.iter().map(word).collect::<Vec<_>>().join("; ")]
    };
    (0..all.len()).map(row).collect()
}

/// Claims with their verdicts.
pub(super) fn claims(evidence: &ClaimResults) -> Vec<Vec<String>> {
    let row = |judged: &ClaimResult| {
        let verdict = if judged.holds { "holds" } else { "DOES NOT HOLD" };
        let bound = |word: &str, bound: Option<f64>| bound.map(|bound| format!("{word} {}", number(bound, 3)));
        let bounds = [bound("at least", judged.claim.at_least), bound("at most", judged.claim.at_most)];
        vec![
            judged.claim.says.clone(),
            verdict.to_owned(),
            judged.found.map_or_else(|| "–".to_owned(), |found| number(found, 3)),
            bounds.into_iter().flatten().collect::<Vec<_>>().join(", "),
        ]
    };
    evidence.claims.iter().map(row).collect()
}

/// Published values beside the model's: in percent where all of them are shares, else as they are.
#[must_use]
pub fn published(evidence: &ClaimResults) -> TextTable {
    let shares = evidence.published.iter().all(|beside| beside.published.subject.quantity.is_share());
    let (scale, unit, points) = if shares { (100.0, " (%)", " (percentage points)") } else { (1.0, "", "") };
    let or_dash = |value: Option<String>| value.unwrap_or_else(|| "–".to_owned());
    let rows = evidence.published.iter().map(|beside| {
        let published = &beside.published;
        vec![
            published.says.clone(),
            number(scale * published.value, 3),
            or_dash(beside.found.map(|found| number(scale * found, 3))),
            or_dash(beside.found.map(|found| number(scale * (found - published.value), 2))),
            format!("{:?}", published.role).to_lowercase(),
        ]
    });
    let titles = [
        "What".to_owned(),
        format!("Published{unit}"),
        format!("Model{unit}"),
        format!("Miss{points}"),
        "Role".to_owned(),
    ];
    (titles.to_vec(), rows.collect())
}
