//! The tables of a back-test, cell by cell.

use std::collections::BTreeSet;

use crate::fit::Baseline;
use crate::fit::{BacktestCase, BacktestResult, BacktestSummary, CourseKind};
use crate::report::words::capitalised;
use crate::table::{Table, TableColumn};

use super::contest::ContestQuantity;
use super::short;
use super::words::{score, share};

/// A part of the cases, named.
type Part<'a> = (String, &'a BacktestSummary);

/// Scores of the remaining runway, then of the error rate, by log, with a row for all.
#[must_use]
pub fn by_log(tested: &BacktestResult) -> [Table; 2] {
    let files = tested.by_file.iter().map(|(file, summary)| (short(file).to_owned(), summary));
    let parts: Vec<Part<'_>> = files.chain([("all".to_owned(), &tested.summary)]).collect();
    scoring("by log", "Log", &parts)
}

/// The same by the course of the run.
#[must_use]
pub fn by_course(tested: &BacktestResult) -> [Table; 2] {
    let name = |kind: &CourseKind| counted(tested, &capitalised(kind.words()), |case| case.kind == *kind);
    let parts: Vec<Part<'_>> = tested.by_kind.iter().map(|(kind, summary)| (name(kind), summary)).collect();
    scoring("by the course of the run", "Course", &parts)
}

/// The same by set of logs.
pub(super) fn by_set(tested: &BacktestResult) -> [Table; 2] {
    let name = |set: &String| counted(tested, set, |case| case.set() == set);
    let parts: Vec<Part<'_>> = tested.by_set.iter().map(|(set, summary)| (name(set), summary)).collect();
    scoring("by set of logs", "Set", &parts)
}

/// The same by generations seen.
pub(super) fn by_cut(tested: &BacktestResult) -> [Table; 2] {
    let parts: Vec<Part<'_>> = tested.by_cut.iter().map(|(cut, summary)| (cut.to_string(), summary)).collect();
    scoring("by generations seen", "Seen", &parts)
}

fn scoring(by: &str, first: &str, parts: &[Part<'_>]) -> [Table; 2] {
    [
        Table::new(format!("Remaining runway, {by}"), runways(first, parts)),
        Table::new(format!("Error rate, {by}"), errors(first, parts)),
    ]
}

fn runways(first: &str, parts: &[Part<'_>]) -> Vec<TableColumn> {
    let column = |title: &str, rank, cell: &dyn Fn(&BacktestSummary) -> String| {
        TableColumn::new(title, rank, parts.iter().map(|(_, summary)| cell(summary)))
    };
    let best = |summary: &BacktestSummary| scores(summary, ContestQuantity::Runway);
    vec![
        TableColumn::new(first, 0, parts.iter().map(|(name, _)| name.clone())),
        column("Cases not failed at the cut", 4, &|one| one.runway_cases.to_string()),
        column("CRPS (generations)", 1, &|one| best(one).0),
        column("Best extrapolation (generations)", 2, &|one| best(one).1),
        column("50 % interval holds", 5, &|one| share(one.coverage50_runway)),
        column("90 % interval holds", 3, &|one| share(one.coverage90_runway)),
        column("False alarms", 6, &|one| format!("{} of {} warnings", one.false_alarms, one.warnings)),
    ]
}

fn errors(first: &str, parts: &[Part<'_>]) -> Vec<TableColumn> {
    let column = |title: &str, rank, cell: &dyn Fn(&BacktestSummary) -> String| {
        TableColumn::new(title, rank, parts.iter().map(|(_, summary)| cell(summary)))
    };
    let best = |summary: &BacktestSummary| scores(summary, ContestQuantity::Error);
    vec![
        TableColumn::new(first, 0, parts.iter().map(|(name, _)| name.clone())),
        column("Cases", 5, &|one| one.cases.to_string()),
        column("CRPS (percentage points)", 1, &|one| best(one).0),
        column("Best extrapolation (percentage points)", 2, &|one| best(one).1),
        column("Ratio", 4, &|one| score(one.crps_ratio)),
        column("50 % interval holds", 6, &|one| share(one.coverage50_error)),
        column("90 % interval holds", 3, &|one| share(one.coverage90_error)),
    ]
}

/// A name with the number of runs of the cases that are kept.
fn counted(tested: &BacktestResult, name: &str, keep: impl Fn(&BacktestCase) -> bool) -> String {
    format!("{name} ({} runs)", runs(tested, keep))
}

/// Runs of the cases that are kept.
fn runs(tested: &BacktestResult, keep: impl Fn(&BacktestCase) -> bool) -> usize {
    let named = tested.cases.iter().filter(|case| keep(case)).map(|case| (&case.file, &case.run));
    named.collect::<BTreeSet<_>>().len()
}

/// The score of the forecasts, and of the extrapolation that does best, with its name.
fn scores(summary: &BacktestSummary, quantity: ContestQuantity) -> (String, String) {
    match quantity.against_best(summary) {
        Some(contest) => {
            (score(Some(contest.own)), format!("{} ({})", score(Some(contest.other)), contest.rival.key()))
        }
        None => ("–".to_owned(), "–".to_owned()),
    }
}

/// The fit, every extrapolation fixed for all logs, and the best of each log.
pub(super) fn forecasters(tested: &BacktestResult) -> Table {
    let both = [ContestQuantity::Runway, ContestQuantity::Error];
    let row = |name: &str, cells: &dyn Fn(ContestQuantity) -> [String; 2]| -> Vec<String> {
        std::iter::once(name.to_owned()).chain(both.iter().flat_map(|quantity| cells(*quantity))).collect()
    };
    let against = |rival: Baseline, quantity: ContestQuantity| {
        quantity.contests(&tested.summary).into_iter().find(|one| one.rival == rival)
    };
    let own = |quantity: ContestQuantity| {
        let own = quantity.against_best(&tested.summary).map(|one| one.own);
        [score(own), String::new()]
    };
    let fixed = tested.summary.baselines.keys().map(|rival| {
        row(rival.key(), &|quantity| {
            let other = against(*rival, quantity).map(|one| one.other);
            [score(other), lost(quantity.lost_to(*rival, tested), quantity, tested)]
        })
    });
    let hindsight = row("the best of each log, in hindsight", &|quantity| {
        let count = quantity.by_log(tested).iter().filter(|(_, contest)| contest.lost()).count();
        [score(quantity.hindsight(tested)), lost(count, quantity, tested)]
    });
    let columns = [
        ("Forecaster", 0),
        ("Runway (generations)", 1),
        ("Fit loses on", 3),
        ("Error rate (percentage points)", 2),
        ("Fit loses on", 4),
    ];
    let rows = std::iter::once(row("this fit", &own)).chain(fixed).chain([hindsight]);
    Table::of_rows("CRPS against extrapolations", columns, rows)
}

fn lost(count: usize, quantity: ContestQuantity, tested: &BacktestResult) -> String {
    format!("{count} of {} logs", quantity.by_log(tested).len())
}
