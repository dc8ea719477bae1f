//! The tables of a back-test, cell by cell.

use std::collections::BTreeSet;

use crate::fit::{BacktestCase, BacktestResult, BacktestSummary};

use super::contest::ContestQuantity;
use super::words::{score, share};

/// Titles of [`runways`] without its first column.
pub(super) const RUNWAYS: [&str; 6] = [
    "Cases not failed at the cut",
    "CRPS (generations)",
    "Best extrapolation (generations)",
    "50 % interval holds",
    "90 % interval holds",
    "False alarms",
];

/// One row of scores of the remaining runway.
pub(super) fn runways(name: String, summary: &BacktestSummary) -> Vec<String> {
    let [own, best] = scores(summary, ContestQuantity::Runway);
    vec![
        name,
        summary.runway_cases.to_string(),
        own,
        best,
        share(summary.coverage50_runway),
        share(summary.coverage90_runway),
        format!("{} of {} warnings", summary.false_alarms, summary.warnings),
    ]
}

/// Titles of [`errors`] without its first column.
pub(super) const ERRORS: [&str; 6] = [
    "Cases",
    "CRPS (percentage points)",
    "Best extrapolation (percentage points)",
    "Ratio",
    "50 % interval holds",
    "90 % interval holds",
];

/// One row of scores of the error rate.
pub(super) fn errors(name: String, summary: &BacktestSummary) -> Vec<String> {
    let [own, best] = scores(summary, ContestQuantity::Error);
    vec![
        name,
        summary.cases.to_string(),
        own,
        best,
        score(summary.crps_ratio),
        share(summary.coverage50_error),
        share(summary.coverage90_error),
    ]
}

/// Runs of the cases that are kept.
pub(super) fn runs(tested: &BacktestResult, keep: impl Fn(&BacktestCase) -> bool) -> usize {
    let named = tested.cases.iter().filter(|case| keep(case)).map(|case| (&case.file, &case.run));
    named.collect::<BTreeSet<_>>().len()
}

/// The score of the forecasts, and of the extrapolation that does best, with its name.
fn scores(summary: &BacktestSummary, quantity: ContestQuantity) -> [String; 2] {
    match quantity.against_best(summary) {
        Some(contest) => [score(Some(contest.own)), format!("{} ({})", score(Some(contest.other)), contest.rival)],
        None => ["–".to_owned(), "–".to_owned()],
    }
}

/// Titles of [`forecasters`].
pub(super) const FORECASTERS: [&str; 5] =
    ["Forecaster", "Runway (generations)", "Fit loses on", "Error rate (percentage points)", "Fit loses on"];

/// The fit, every extrapolation fixed for all logs, and the best of each log.
pub(super) fn forecasters(tested: &BacktestResult) -> Vec<Vec<String>> {
    let both = [ContestQuantity::Runway, ContestQuantity::Error];
    let row = |name: &str, cells: &dyn Fn(ContestQuantity) -> [String; 2]| -> Vec<String> {
        std::iter::once(name.to_owned()).chain(both.iter().flat_map(|quantity| cells(*quantity))).collect()
    };
    let against = |rival: &str, quantity: ContestQuantity| {
        quantity.contests(&tested.summary).into_iter().find(|one| one.rival == rival)
    };
    let own = |quantity: ContestQuantity| {
        let own = quantity.against_best(&tested.summary).map(|one| one.own);
        [score(own), String::new()]
    };
    let fixed = tested.summary.baselines.keys().map(|rival| {
        row(rival, &|quantity| {
            let other = against(rival, quantity).map(|one| one.other);
            [score(other), lost(quantity.lost_to(rival, tested), quantity, tested)]
        })
    });
    let hindsight = row("the best of each log, in hindsight", &|quantity| {
        let count = quantity.by_log(tested).iter().filter(|(_, contest)| contest.lost()).count();
        [score(quantity.hindsight(tested)), lost(count, quantity, tested)]
    });
    std::iter::once(row("this fit", &own)).chain(fixed).chain([hindsight]).collect()
}

fn lost(count: usize, quantity: ContestQuantity, tested: &BacktestResult) -> String {
    format!("{count} of {} logs", quantity.by_log(tested).len())
}
