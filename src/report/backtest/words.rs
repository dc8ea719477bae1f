//! What a back-test found, in sentences.

use crate::fit::{Backtest, Summary};
use crate::report::fit::words::listed;
use crate::report::words::{number, percent};

use super::{best_extrapolation, short};

/// The finding: against the best extrapolation, and whether the intervals hold what they claim.
#[must_use]
pub fn headline(tested: &Backtest) -> String {
    let summary = &tested.summary;
    let (Some(ratio), Some((best, _))) = (summary.crps_ratio, best_extrapolation(summary)) else {
        return "No run could be cut: there is nothing to score.".to_owned();
    };
    let verdict = if ratio < 1.0 { "beat" } else { "do not beat" };
    format!(
        "Forecasts {verdict} the best extrapolation ({best}): {} times its CRPS. Their 90\u{a0}% intervals hold {} of measured errors{}.",
        number(ratio, 2),
        share(summary.coverage90_error),
        summary.coverage90_runway.map_or_else(String::new, |held| format!(" and {} of runways", percent(held, 3)))
    )
}

/// Where the forecasts are worse than the best extrapolation of a log.
#[must_use]
pub fn worse(tested: &Backtest) -> String {
    let ratios = tested.by_file.iter().filter_map(|(file, summary)| Some((short(file), summary.crps_ratio?)));
    let mut worse: Vec<(&str, f64)> = ratios.filter(|(_, ratio)| *ratio > 1.0).collect();
    worse.sort_by(|a, b| b.1.total_cmp(&a.1));
    let named: Vec<String> = worse.iter().map(|(file, ratio)| format!("{file} ({})", number(*ratio, 3))).collect();
    match listed(&named.iter().map(String::as_str).collect::<Vec<_>>()) {
        Some(files) => format!("They are worse than the best extrapolation on {files}."),
        None => "They are worse than the best extrapolation on none of the logs.".to_owned(),
    }
}

/// What the warnings were worth.
#[must_use]
pub fn warnings(summary: &Summary) -> String {
    let lead = summary
        .mean_lead_time
        .map_or_else(String::new, |lead| format!(", {} generations before on average", number(lead, 2)));
    format!(
        "The warning “fails within 5 generations with probability above 0.5” was given {} times where the log tells what came, {} of \
         them in vain. Of {} failures after the first cut {} were warned of{lead}.",
        summary.warnings, summary.false_alarms, summary.failures, summary.failures_warned
    )
}

/// A share, or a dash where there is none.
#[must_use]
pub fn share(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| percent(value, 3))
}

/// A score, or a dash where there is none.
#[must_use]
pub fn score(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| number(value, 3))
}
