//! A verdict in sentences.

use crate::gate::{
    GateDecision, GateVerdict, MissingData, RuleEnd, RuleOutcome, RuleQuantity, RuleRates, RuleValue, WhyUndecided,
};
use crate::report::fit::words::spread;
use crate::report::words::{generations, number, percent};

/// A verdict in a word or four.
#[must_use]
pub const fn decision(decision: GateDecision) -> &'static str {
    match decision {
        GateDecision::Go => "go",
        GateDecision::Stop => "stop",
        GateDecision::NotEnoughData => "not enough data",
        GateDecision::ModelDoesNotFit => "the model does not fit",
    }
}

/// The verdict and its reason, then what it is about.
#[must_use]
pub fn finding(verdict: &GateVerdict) -> Vec<String> {
    let reason = match verdict.decision {
        GateDecision::Go => "Go: no rule is met.".to_owned(),
        GateDecision::Stop => stop(verdict),
        GateDecision::NotEnoughData => {
            let why = verdict.missing.as_ref().map_or_else(String::new, |missing| self::missing(missing, verdict));
            format!("Not enough data: {why}")
        }
        GateDecision::ModelDoesNotFit => misfit(verdict),
    };
    let observed = generations(verdict.observed as f64);
    vec![
        reason,
        format!("{}: {observed} evaluated, the last of them generation {}.", verdict.subject, verdict.generation),
    ]
}

fn stop(verdict: &GateVerdict) -> String {
    let met = verdict.rules.iter().filter(|one| one.end() == RuleEnd::Met);
    let said = met.map(|one| format!("{} ({} = {})", one.rule, one.rule.quantity, value(one)));
    let said = said.collect::<Vec<_>>().join("; ");
    let failed =
        verdict.failed_at.map_or_else(String::new, |at| format!(" The loop has failed already, at generation {at}."));
    format!("Stop: {said}.{failed}")
}

/// What is missing, in a sentence without its beginning.
#[must_use]
pub fn missing(missing: &MissingData, verdict: &GateVerdict) -> String {
    let more = |amount: u64, noun: &str| format!("{} more {noun}", number(amount as f64, 6));
    let more_generations =
        |amount: u64| more(amount, if amount == 1 { "evaluated generation" } else { "evaluated generations" });
    match missing.why {
        WhyUndecided::FewGenerations => {
            let has = generations(verdict.observed as f64);
            let needed = missing.generations.map_or_else(String::new, more_generations);
            format!("the log has {has} with an evaluation. Missing: {needed}.")
        }
        WhyUndecided::ModelDoesNotFit => why_undecided(missing.why).to_owned(),
        WhyUndecided::NotSettled => {
            "the sampler has not settled, and every number would depend on the seed. Sample longer with --sweeps."
                .to_owned()
        }
        WhyUndecided::ReproductionUnknown => {
            let why = "the log barely shows on which side of 1 R lies, and a rule is about R.";
            let by_time = missing.generations.map(|amount| format!("{} like the last", more_generations(amount)));
            let by_items =
                missing.items.map(|items| format!("{} test problems for the next generation", number(items as f64, 6)));
            let ways: Vec<String> = by_time.into_iter().chain(by_items).collect();
            if ways.is_empty() {
                format!(
                    "{why} Evaluations of the next 8 generations would probably not change that; audit kept examples (`runaway advise`)."
                )
            } else {
                format!("{why} Missing, more probably than not: {}.", ways.join(", or "))
            }
        }
        WhyUndecided::SamplingError => {
            let open = verdict.rules.iter().filter(|one| one.undecided == Some(missing.why));
            let open = open.map(|one| format!("{} ({})", one.rule, sampled(one))).collect::<Vec<_>>().join("; ");
            let draws = missing.draws.map(|draws| {
                format!("Sample more, with about --draws {draws} and, where that does not narrow it, with --sweeps.")
            });
            let draws = draws.unwrap_or_else(|| {
                "That is too near for any number of draws within reason: move the bound of the rule, or wait for the next generation."
                    .to_owned()
            });
            format!("another sample of draws could reverse the verdict on {open}. {draws}")
        }
        WhyUndecided::FailureNotExcluded => {
            let why = "no rule is met, but the last evaluation has too few problems to exclude that the loop has failed already.";
            let items = missing
                .items
                .map(|items| format!("{why} Missing: {} at the measured error rate.", more(items, "test problems")));
            items.unwrap_or_else(|| {
                format!("{why} Its error rate is too near to failure for any number of problems within reason.")
            })
        }
    }
}

fn misfit(verdict: &GateVerdict) -> String {
    let rows = verdict.surprises.iter().map(|one| {
        let predicted = spread(&one.predicted, |rate| percent(rate, 3));
        format!(
            "generation {} measured {}, and earlier ones predicted {predicted}",
            one.generation,
            percent(one.measured, 3)
        )
    });
    format!("The model does not fit this log: {}.", rows.collect::<Vec<_>>().join("; "))
}

/// The value of a rule's quantity, with its unit, and of a probability with its standard error.
#[must_use]
pub fn value(outcome: &RuleOutcome) -> String {
    let Some(RuleValue { value, beyond_horizon, .. }) = outcome.value else { return "–".to_owned() };
    match outcome.rule.quantity {
        RuleQuantity::FailsWithin(_) | RuleQuantity::AboveOne => {
            outcome.deciding.map_or_else(|| percent(value, 3), |share| with_error(value, share.standard_error))
        }
        RuleQuantity::ReproductionNumber(_) => number(value, 3),
        RuleQuantity::Runway(_) if beyond_horizon => format!("more than {}", generations(value - 1.0)),
        RuleQuantity::Runway(_) => generations(value),
    }
}

/// A probability and its standard error: 58 % ± 1.1 %.
pub(super) fn with_error(share: f64, standard_error: f64) -> String {
    format!("{} ± {}", percent(share, 3), percent(standard_error, 2))
}

/// The share of draws that decides a rule, where another sample could reverse it.
fn sampled(outcome: &RuleOutcome) -> String {
    let Some(share) = outcome.deciding else { return value(outcome) };
    let is_of_quantile = matches!(outcome.rule.quantity, RuleQuantity::ReproductionNumber(_) | RuleQuantity::Runway(_));
    if is_of_quantile {
        let beyond = with_error(share.value, share.standard_error);
        return format!("{} = {}; {beyond} of the draws lie beyond the bound", outcome.rule.quantity, value(outcome));
    }
    format!("{} = {}", outcome.rule.quantity, value(outcome))
}

/// Why there is no verdict on a rule by itself, in a few words.
#[must_use]
pub const fn why_undecided(why: WhyUndecided) -> &'static str {
    match why {
        WhyUndecided::NotSettled => "the sampler has not settled",
        WhyUndecided::ModelDoesNotFit => "the model does not fit the log",
        WhyUndecided::FewGenerations => "too few evaluated generations",
        WhyUndecided::ReproductionUnknown => "the log barely shows on which side of 1 R lies",
        WhyUndecided::SamplingError => "within two standard errors of its bound: another sample could reverse it",
        WhyUndecided::FailureNotExcluded => "the last evaluation does not exclude a failure",
    }
}

/// How a rule ends by itself, in a word or two.
#[must_use]
pub const fn end(end: RuleEnd) -> &'static str {
    match end {
        RuleEnd::Met => "met",
        RuleEnd::NotMet => "not met",
        RuleEnd::Open => "open",
    }
}

/// Whether a rule is met, or why that is open.
#[must_use]
pub fn met(outcome: &RuleOutcome) -> String {
    match outcome.undecided {
        Some(why) => format!("open: {}", why_undecided(why)),
        None if outcome.end() == RuleEnd::Met => "yes".to_owned(),
        None => "no".to_owned(),
    }
}

/// What a rule has been worth, in a sentence.
#[must_use]
pub fn worth(rates: &RuleRates) -> String {
    let share = |one: &crate::gate::RateEstimate| {
        let (low, high) = one.interval90;
        format!("{} ({} to {})", percent(one.rate, 2), percent(low, 2), percent(high, 2))
    };
    let lead = rates.lead.map_or_else(String::new, |lead| {
        format!("; lead time {} generations ({} to {})", number(lead.mean, 2), lead.interval90.0, lead.interval90.1)
    });
    format!("false alarms {}, detected {}{lead}", share(&rates.false_alarms), share(&rates.detected))
}

/// What the rates are of.
#[must_use]
pub fn rates() -> Vec<String> {
    vec![
        "± is the standard error of a probability over samples of draws; a rule is met or not where its bound lies more than two of \
         them away."
            .to_owned(),
        "False alarms, detection and lead time are those of the same rule on finished runs (the back-tests), with 90\u{a0}% intervals. A \
         check is one generation of a run that had not failed by then. False alarms: of the checks after which the run did not fail \
         within the rule's generations, the share that met the rule. Detected: of those after which it did. Lead time: generations \
         from the first check that met the rule to the failure. A failure there is a measured error rate; for a rule about R one within \
         5 generations."
            .to_owned(),
    ]
}

/// How many checks stand behind a rate.
#[must_use]
pub fn checks(rates: &RuleRates) -> String {
    let all = rates.false_alarms.checks + rates.detected.checks;
    let designs = rates.false_alarms.designs.max(rates.detected.designs);
    format!("{} checks of {} designs", number(all as f64, 6), number(designs as f64, 6))
}
