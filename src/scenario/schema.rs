//! Every key of a scenario file, with what it means and its default.
//!
//! Keys that hold single values are described where they are read (`parts`, `filter`, `difficulty`, `cost`); this puts them
//! together with those of the other tables. Reading, `runaway init` and the pages all use this list.

use std::sync::LazyLock;

use super::cost::{CheckPrice, WrittenCost};
use super::filter::{self, Filter};
use super::fit_parameter::FitParameter;
use super::key_info::{KeyInfo, TableInfo};
use super::parts::{Errors, Failure, Heading, Learning, Start, Task, WrittenVote};
use super::{Difficulty, Scenario};

/// The keys that a fit tells draw by draw.
pub const DRAWN: [&str; 13] = [
    "examples",
    "errors.step_error",
    "errors.step_error_floor",
    "errors.step_error_gain",
    "errors.amplification",
    "learning.imprint",
    "learning.persistence",
    "learning.hazard_gain",
    "learning.renewal",
    "start.wrong",
    "filter.0.random",
    "filter.0.systematic",
    "filter.0.false_reject",
];

/// The keys of every statement of a file, claim or published value.
const STATEMENT: [(&str, &str); 5] = [
    ("says", "what it states, in words"),
    ("quantity", "the number that it is about"),
    ("generation", "the generation of that number, from 0"),
    ("attempts", "k of a coverage; absent: the candidates of the vote"),
    ("design", "the design that it is about; absent: the file's own loop"),
];

static TABLES: LazyLock<Vec<TableInfo>> = LazyLock::new(|| {
    let below = tables_below();
    let mut file = Heading::info("");
    file.keys.insert(0, KeyInfo::new("name", "name of the loop"));
    let named = below.iter().filter(|table| !table.name.contains('.'));
    file.keys.extend(named.map(|table| KeyInfo::new(table.name, &table.meaning)));
    std::iter::once(file).chain(below).collect()
});

fn tables_below() -> Vec<TableInfo> {
    let drawn = DRAWN.map(|key| (key, "one number for each draw of the fit"));
    vec![
        Task::info("task"),
        Errors::info("errors"),
        Difficulty::info("difficulty").list(),
        Learning::info("learning"),
        WrittenVote::info("vote"),
        filters(),
        Start::info("start"),
        Failure::info("failure"),
        WrittenCost::info("cost"),
        plain(
            "design",
            "variants of the loop, to be compared",
            &[("name", "name of the design"), ("set", "keys that the design sets, and their values")],
        )
        .list(),
        plain(
            "claim",
            "what is to hold of the loop and its designs",
            &[
                &STATEMENT[..],
                &[
                    ("over", "the design over whose number it is taken as a ratio"),
                    ("at_least", "smallest value at which it holds"),
                    ("at_most", "largest value at which it holds"),
                ],
            ]
            .concat(),
        )
        .list(),
        plain(
            "published",
            "values that a paper published",
            &[
                &STATEMENT[..],
                &[("value", "the published value"), ("role", "`fitted` to it, or `predicted` without it")],
            ]
            .concat(),
        )
        .list(),
        plain(
            "fit",
            "what is thought of a log before a fit, or found by one",
            &[
                ("priors", "priors of a fit's parameters, by parameter"),
                ("draws", "draws from the posterior of a fit, by key of a scenario"),
            ],
        ),
        plain("ranges", "between which values keys are thought to lie, for `sensitivity`", &[]),
        plain("fit.draws", "draws from the posterior of a fit, by key of a scenario", &drawn),
        FitParameter::info(),
        plain(
            "fit.priors.*",
            "the prior of one parameter",
            &[
                ("median", "median, in the parameter's own units"),
                ("spread", "standard deviation on the scale of the prior; 0 holds the median fixed"),
            ],
        ),
    ]
}

/// A table that nothing but this list describes.
fn plain(name: &'static str, meaning: &str, keys: &[(&'static str, &str)]) -> TableInfo {
    TableInfo::new(name, meaning, keys.iter().map(|(key, meaning)| KeyInfo::new(key, meaning)).collect())
}

/// The keys of all kinds of filters, each once, between the kind and the price.
fn filters() -> TableInfo {
    let mut keys = vec![KeyInfo::new("kind", "kind of check")];
    keys.extend(filter::kind_keys());
    keys.extend(CheckPrice::info("filter").keys);
    TableInfo::new("filter", "the checks that accepted examples pass, in series", keys).list()
}

/// Every table of a scenario file with its keys; the file itself comes first. Those of a filter depend on its kind: see
/// [`filter_kinds`](super::filter_kinds).
#[must_use]
pub fn schema() -> &'static [TableInfo] {
    &TABLES
}

impl Scenario {
    /// What there is to say about a dotted key of this scenario (`errors.recovery`, `filter.0.steps`).
    #[must_use]
    pub fn key_info(&self, key: &str) -> Option<&'static KeyInfo> {
        let (table, index, name) = split(key);
        let kind = index.filter(|_| table == "filter").and_then(|index| self.filters.get(index)).map(Filter::kind);
        let of_kind = filter::filter_kinds().iter().find(|one| kind == Some(one.name)).and_then(|one| one.key(name));
        of_kind.or_else(|| schema().iter().find(|one| one.name == table)?.key(name))
    }
}

/// Where a dotted key stands in the schema: its table, and its place there. Unknown keys come last.
#[must_use]
pub fn key_place(key: &str) -> (usize, usize) {
    let (table, _, name) = split(key);
    let place = |(at, one): (usize, &TableInfo)| Some((at, one.keys.iter().position(|key| key.name == name)?));
    let known = schema().iter().enumerate().filter(|(_, one)| one.name == table).find_map(place);
    known.unwrap_or((usize::MAX, usize::MAX))
}

/// The table of a dotted key, the index in a list of tables, and the key within its table.
fn split(key: &str) -> (&str, Option<usize>, &str) {
    let (table, name) = key.rsplit_once('.').unwrap_or(("", key));
    match table.rsplit_once('.') {
        Some((list, index)) if index.parse::<usize>().is_ok() => (list, index.parse().ok(), name),
        _ => (table, None, name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nothing is blank on a page or in a new scenario file.
    #[test]
    fn every_key_has_a_meaning_and_a_default_or_an_example() {
        for table in schema().iter().chain(filter::filter_kinds()) {
            // Ranges are those of the keys of the other tables.
            assert!(!table.meaning.is_empty() && (!table.keys.is_empty() || table.name == "ranges"), "{}", table.name);
            for key in &table.keys {
                assert!(key.meaning.len() > 5 && !key.meaning.ends_with('.'), "{}.{}", table.name, key.name);
                assert!(key.default.is_none() || key.example.is_none(), "{}.{}", table.name, key.name);
            }
        }
    }
}
