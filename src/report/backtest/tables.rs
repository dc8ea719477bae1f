//! The tables of a back-test, cell by cell.

use crate::fit::{BaselineSummary, Summary};

use super::best_extrapolation;
use super::words::{score, share};

/// Titles of [`errors`] without its first column.
pub(super) const ERRORS: [&str; 6] =
    ["Cases", "CRPS error", "Best extrapolation", "Ratio", "50 % interval holds", "90 % interval holds"];

/// One row of scores of the error rate.
pub(super) fn errors(name: String, summary: &Summary) -> Vec<String> {
    let best = best_extrapolation(summary);
    vec![
        name,
        summary.cases.to_string(),
        score(summary.crps_error),
        best.map_or_else(|| "–".to_owned(), |(name, crps)| format!("{} ({name})", score(Some(crps)))),
        score(summary.crps_ratio),
        share(summary.coverage50_error),
        share(summary.coverage90_error),
    ]
}

/// Titles of [`runways`] without its first column.
pub(super) const RUNWAYS: [&str; 5] = [
    "Cases not failed at the cut",
    "90 % interval holds",
    "CRPS (generations)",
    "Best extrapolation (generations)",
    "False alarms",
];

/// One row of scores of the remaining runway.
pub(super) fn runways(name: String, summary: &Summary) -> Vec<String> {
    let best = summary.baselines.values().filter_map(|one| one.crps_runway).reduce(f64::min);
    vec![
        name,
        summary.runway_cases.to_string(),
        share(summary.coverage90_runway),
        score(summary.crps_runway),
        score(best),
        format!("{} of {} warnings", summary.false_alarms, summary.warnings),
    ]
}

/// The fit and every extrapolation over all cases.
pub(super) fn forecasters(summary: &Summary) -> Vec<Vec<String>> {
    let row = |name: &str, one: &BaselineSummary| {
        vec![name.to_owned(), score(one.crps_error), score(one.mae_error), score(one.crps_runway)]
    };
    let fit = BaselineSummary {
        crps_error: summary.crps_error,
        crps_runway: summary.crps_runway,
        mae_error: summary.mae_error,
    };
    let rows = summary.baselines.iter().map(|(name, one)| row(name, one));
    std::iter::once(row("this fit", &fit)).chain(rows).collect()
}
