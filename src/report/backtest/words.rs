//! What a back-test found, in sentences.

use crate::fit::{Backtest, Summary};
use crate::report::fit::words::listed;
use crate::report::words::{number, percent};

use super::contest::{Contest, Quantity};
use super::short;

/// The finding: the remaining runway against every fixed extrapolation, then against the best of each log.
#[must_use]
pub fn headline(tested: &Backtest) -> String {
    if tested.cases.is_empty() {
        return "No run could be cut: there is nothing to score.".to_owned();
    }
    let held = tested.summary.coverage90_runway;
    let held = held
        .map_or_else(String::new, |held| format!(" Their 90\u{a0}% intervals hold {} of runways.", percent(held, 3)));
    match compared(tested, Quantity::Runway) {
        Some(compared) => format!("Remaining runway: forecasts {compared}.{held}"),
        None => "Remaining runway: every run had failed by its cut, so that there is none to score.".to_owned(),
    }
}

/// The same for the error rate.
#[must_use]
pub fn errors(tested: &Backtest) -> String {
    let Some(compared) = compared(tested, Quantity::Error) else { return String::new() };
    let held = share(tested.summary.coverage90_error);
    format!("Error rate: forecasts {compared}. Their 90\u{a0}% intervals hold {held} of measured errors.")
}

/// Against each extrapolation fixed for all logs, and against the best of each log.
fn compared(tested: &Backtest, quantity: Quantity) -> Option<String> {
    let fixed = quantity.against_best(&tested.summary)?;
    let logs = quantity.by_log(tested);
    let lost = logs.iter().filter(|(_, contest)| contest.lost()).count();
    let (own, other) = (score(Some(fixed.own)), score(Some(fixed.other)));
    let times =
        if fixed.other > 0.0 { format!("{} times its CRPS, ", number(fixed.ratio(), 3)) } else { String::new() };
    let scores = format!("{times}{own} against {other} {}", quantity.unit());
    let over_all = if fixed.own < fixed.other {
        format!("beat every extrapolation fixed for all logs (the best of them, {}: {scores})", fixed.rival)
    } else {
        format!("do not beat the best extrapolation fixed for all logs ({}: {scores})", fixed.rival)
    };
    let hindsight =
        format!("the best extrapolation of each log, chosen in hindsight, they lose on {lost} of {} logs", logs.len());
    Some(format!("{over_all}; to {hindsight}"))
}

/// The logs on which forecasts of the remaining runway lose to the best extrapolation of the log.
#[must_use]
pub fn lost_runways(tested: &Backtest) -> String {
    lost(tested, Quantity::Runway)
}

/// The logs on which forecasts of the error rate lose to the best extrapolation of the log.
#[must_use]
pub fn lost_errors(tested: &Backtest) -> String {
    lost(tested, Quantity::Error)
}

fn lost(tested: &Backtest, quantity: Quantity) -> String {
    let subject = match quantity {
        Quantity::Runway => "remaining runway",
        Quantity::Error => "error rate",
    };
    let logs = quantity.by_log(tested);
    let told = |(file, contest): &(&str, Contest)| {
        format!("{} ({} against {})", short(file), score(Some(contest.own)), score(Some(contest.other)))
    };
    let named: Vec<String> = logs.iter().filter(|(_, contest)| contest.lost()).map(told).collect();
    match listed(&named.iter().map(String::as_str).collect::<Vec<_>>()) {
        Some(files) => {
            format!("By log, the {subject} is lost on {files}: CRPS in {}, largest loss first.", quantity.unit())
        }
        None if logs.is_empty() => format!("No log has a case in which the {subject} could be scored."),
        None => format!("The {subject} is lost on none of the logs."),
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

/// A score, or a dash where there is none; what rounds to nothing beside other scores is said to be small.
#[must_use]
pub fn score(value: Option<f64>) -> String {
    match value {
        None => "–".to_owned(),
        Some(value) if value > 0.0 && value < 1e-3 => "< 0.001".to_owned(),
        Some(value) => number(value, 3),
    }
}
