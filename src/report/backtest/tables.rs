//! The tables of a back-test, cell by cell.

use crate::fit::{BaselineSummary, Summary};

use super::best_extrapolation;
use super::words::{score, share};

/// Titles of [`scores`] without its first column.
pub(super) const SCORES: [&str; 10] = [
    "Cases",
    "CRPS error",
    "Best extrapolation",
    "Ratio",
    "50 % holds",
    "90 % holds",
    "Runway, 90 % holds",
    "CRPS runway (generations)",
    "Best extrapolation (generations)",
    "False alarms",
];

/// One row of scores.
pub(super) fn scores(name: String, summary: &Summary) -> Vec<String> {
    let best = best_extrapolation(summary);
    let runway = summary.baselines.values().filter_map(|one| one.crps_runway).reduce(f64::min);
    vec![
        name,
        summary.cases.to_string(),
        score(summary.crps_error),
        best.map_or_else(|| "–".to_owned(), |(name, crps)| format!("{} ({name})", score(Some(crps)))),
        score(summary.crps_ratio),
        share(summary.coverage50_error),
        share(summary.coverage90_error),
        share(summary.coverage90_runway),
        score(summary.crps_runway),
        score(runway),
        format!("{} of {}", summary.false_alarms, summary.warnings),
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
