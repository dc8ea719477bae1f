//! What a back-test found, in sentences.

use crate::fit::{BacktestResult, BacktestSummary};
use crate::report::fit::words::listed;
use crate::report::words::{number, or_dash, percent};

use super::contest::{Contest, ContestQuantity};
use super::short;

/// The finding: the remaining runway against every fixed extrapolation, then against the best of each log.
#[must_use]
pub fn headline(tested: &BacktestResult) -> String {
    if tested.cases.is_empty() {
        return "No run could be cut: there is nothing to score.".to_owned();
    }
    compared(tested, ContestQuantity::Runway).map_or_else(
        || "Remaining runway: every run had failed by its cut, so that there is none to score.".to_owned(),
        |compared| format!("Remaining runway: forecasts {compared}."),
    )
}

/// The same for the error rate.
#[must_use]
pub fn errors(tested: &BacktestResult) -> String {
    compared(tested, ContestQuantity::Error)
        .map_or_else(String::new, |compared| format!("Error rate: forecasts {compared}."))
}

/// Against each extrapolation fixed for all logs, and against the best of each log.
fn compared(tested: &BacktestResult, quantity: ContestQuantity) -> Option<String> {
    let fixed = quantity.against_best(&tested.summary)?;
    let logs = quantity.by_log(tested);
    let lost = logs.iter().filter(|(_, contest)| contest.lost()).count();
    let crps = if fixed.other > 0.0 {
        format!("{} times the CRPS of the best, {}", number(fixed.ratio(), 3), fixed.rival.key())
    } else {
        format!("the best, {}, has a CRPS of 0", fixed.rival.key())
    };
    let verdict = if fixed.lost() || fixed.own == fixed.other { "do not beat" } else { "beat" };
    Some(format!(
        "{verdict} every extrapolation fixed for all logs ({crps}); to the best of each log, chosen in hindsight, they lose on {lost} of {}",
        logs.len()
    ))
}

/// The logs on which forecasts of the remaining runway lose to the best extrapolation of the log.
#[must_use]
pub fn lost_runways(tested: &BacktestResult) -> String {
    lost(tested, ContestQuantity::Runway)
}

/// The logs on which forecasts of the error rate lose to the best extrapolation of the log.
#[must_use]
pub fn lost_errors(tested: &BacktestResult) -> String {
    lost(tested, ContestQuantity::Error)
}

/// Lost logs that are named, the largest losses first.
const NAMED: usize = 5;

fn lost(tested: &BacktestResult, quantity: ContestQuantity) -> String {
    let (subject, held) = match quantity {
        ContestQuantity::Runway => ("remaining runway", tested.summary.coverage90_runway),
        ContestQuantity::Error => ("error rate", tested.summary.coverage90_error),
    };
    let logs = quantity.by_log(tested);
    let told = |(file, contest): &(&str, Contest)| {
        format!("{} ({} against {})", short(file), score(Some(contest.own)), score(Some(contest.other)))
    };
    let mut named: Vec<String> = logs.iter().filter(|(_, contest)| contest.lost()).map(told).collect();
    let more = named.len().saturating_sub(NAMED);
    if more > 0 {
        named.truncate(NAMED);
        named.push(format!("{more} more, by less"));
    }
    let lost = match listed(&named.iter().map(String::as_str).collect::<Vec<_>>()) {
        Some(files) => format!(
            "They forecast the {subject} worse on these logs (CRPS against that of the best extrapolation, in {}): {files}.",
            quantity.unit()
        ),
        None if logs.is_empty() => return format!("No log has a case in which the {subject} could be scored."),
        None => format!("They forecast the {subject} worse on none of the logs."),
    };
    format!("{lost} Their 90\u{a0}% intervals contain {} of the outcomes.", share(held))
}

/// What the warnings were worth.
#[must_use]
pub fn warnings(summary: &BacktestSummary) -> String {
    let lead = summary
        .mean_lead_time
        .map_or_else(String::new, |lead| format!(", {} generations ahead on average", number(lead, 2)));
    format!(
        "Warnings (“fails within 5 generations with probability above 0.5”) in cases whose outcome is known: {}, of which {} false. \
         They preceded {} of {} failures after the first cut{lead}.",
        summary.warnings, summary.false_alarms, summary.failures_warned, summary.failures
    )
}

/// A share, or a dash where there is none.
#[must_use]
pub fn share(value: Option<f64>) -> String {
    or_dash(value.map(|value| percent(value, 3)))
}

/// A score, or a dash where there is none; what rounds to nothing beside other scores is said to be small.
#[must_use]
pub fn score(value: Option<f64>) -> String {
    match value {
        None => "–".to_owned(),
        Some(value) if value > 0.0 && value < 1e-3 => "< 0.001".to_owned(),
        Some(value) => number(value, 3),
    }
}
