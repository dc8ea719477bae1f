//! The finding in words; the bad news leads.

use crate::analytic::{ByGeneration, ParameterThreshold, Regime, Remedy, SAFE, SafetyReport};
use crate::simulate::Simulated;

use super::super::ReportInputs;
use super::super::words::{generations, number, percent, probability, ratio};
use super::reason;

/// A floor above this share of the threshold is close to it.
const NEAR: f64 = 0.9;
/// Thresholds named in the finding; the table holds all.
const NAMED: usize = 3;

/// Results that contradict each other, and runs that starved.
pub(super) fn alarms(inputs: &ReportInputs<'_>) -> Vec<String> {
    let mut alarms = Vec::new();
    if let Some(verdict) = inputs.verdict.filter(|verdict| !verdict.agree) {
        alarms.push(format!("The simulation contradicts the reference ({}): {}", verdict.reference, verdict.sentence));
    }
    alarms.extend(inputs.simulated.and_then(starved_runs));
    if inputs.solution.start_yield == 0.0 {
        alarms.push(
            "Generation 0 accepts no example at all: there is nothing to train the next generation on.".to_owned(),
        );
    }
    alarms
}

/// That runs starved, where some did.
pub(super) fn starved_runs(simulated: &Simulated) -> Option<String> {
    let (starved, runs) = (number(simulated.starved as f64, 3), number(simulated.replicates as f64, 3));
    let sentence =
        format!("{starved} of {runs} simulated runs starved: a generation accepted no example to train the next.");
    (simulated.starved > 0).then_some(sentence)
}

/// The expected runway, or the best substitute for it.
pub(super) fn headline(inputs: &ReportInputs<'_>) -> String {
    let threshold = percent(inputs.threshold(), 3);
    if inputs.fails_at_once() {
        let start = percent(inputs.solution.start_error, 3);
        return format!("No runway: generation 0 already errs in {start} of its answers, and {threshold} is failure.");
    }
    let runway = &inputs.solution.runway;
    if let Some(mean) = runway.mean {
        let range = match (runway.q05, runway.q95) {
            (Some(low), Some(high)) => format!(" (5–95 %: {}–{})", number(low, 3), number(high, 3)),
            _ => String::new(),
        };
        return format!("Expected runway {}{range}.", generations(mean));
    }
    match (runway.ever_fails, runway.ever_fails_error) {
        (Some(0.0), Some(0.0)) => {
            return format!("This loop never fails: it reaches no error rate of {threshold} or more.");
        }
        (Some(ever), Some(error)) if runway.never_fails.is_some_and(|never| never > error) => {
            return format!(
                "The loop eventually fails with probability {}; otherwise it lasts forever.",
                probability(ever, error)
            );
        }
        _ => {}
    }
    if let Some(simulated) = inputs.simulated {
        return restricted(simulated, &inputs.horizon_text());
    }
    if let Some(crossing) = inputs.mean_field_crossing() {
        return format!("The mean field reaches the threshold of {threshold} at generation {}.", number(crossing, 3));
    }
    let why = reason(inputs, "runway.mean").map_or_else(String::new, |reason| format!(": {}", ended(reason)));
    format!("The expected runway is not available{}", if why.is_empty() { "." } else { &why })
}

/// The runway as the simulation saw it; runs alive at the horizon are told, not dropped.
pub(super) fn restricted(simulated: &Simulated, horizon: &str) -> String {
    let runs = number(simulated.replicates as f64, 3);
    if simulated.runway.censored >= simulated.replicates {
        return format!("No failure in {runs} simulated runs to generation {horizon}.");
    }
    let (mean, reach) = (number(simulated.runway.restricted_mean, 4), number(2.0 * simulated.runway.se, 2));
    if simulated.runway.censored == 0 {
        return format!(
            "Expected runway {mean} ± {reach} generations (mean of {runs} simulated runs, all of which failed)."
        );
    }
    let alive = percent(simulated.runway.censored as f64 / simulated.replicates.max(1) as f64, 3);
    format!(
        "Runway {mean} ± {reach} generations, counted to generation {horizon} at most ({runs} simulated runs, of which {alive} \
         were still alive then)."
    )
}

/// The rest of the finding.
pub(super) fn sentences(inputs: &ReportInputs<'_>) -> Vec<String> {
    let mut sentences = Vec::new();
    if !inputs.fails_at_once() {
        sentences.extend(inputs.failure_sentence().map(|sentence| sentence + "."));
    }
    sentences.push(match &inputs.solution.by_generation {
        Some(changing) => changing_reproduction(inputs, changing),
        None => regime(inputs),
    });
    sentences.extend(tipping(inputs));
    sentences.extend(keep(inputs));
    sentences.extend(inputs.safety.map(|safety| ways_to_safety(safety, inputs.horizon())));
    sentences.extend(remedy(inputs));
    // Without a simulation, and of a loop that may never fail, the headline itself says why.
    let told = inputs.solution.runway.ever_fails.is_some_and(|ever| ever < 1.0);
    if let (None, Some(reason), Some(_), false) =
        (inputs.solution.runway.mean, reason(inputs, "runway.mean"), inputs.simulated, told)
    {
        sentences.push(format!("The exact expected runway is not available: {}", ended(reason)));
    }
    if let Some(verdict) = inputs.verdict.filter(|verdict| verdict.agree) {
        sentences.push(ended(&verdict.sentence));
    }
    sentences
}

fn regime(inputs: &ReportInputs<'_>) -> String {
    let solution = inputs.solution;
    let Some(regime) = solution.regime else {
        let reason = solution.undefined.get("regime").map_or("", String::as_str);
        return format!("No reproduction number decides the fate of this loop: {reason}.");
    };
    let r = solution.reproduction_number.map_or_else(|| "more than 10³⁰⁸".to_owned(), ratio);
    let floor = solution.floor_error.map(|floor| percent(floor, 3));
    let threshold = percent(inputs.threshold(), 3);
    let halving = solution
        .half_life
        .map_or_else(String::new, |time| format!("; their number halves every {}", generations(time)));
    match regime {
        Regime::Starved => starved(solution.starved),
        Regime::Avalanche => {
            let pace = solution.doubling_time.map(|time| format!(" that doubles every {}", generations(time)));
            format!("Mistakes multiply by R = {r} per generation: an avalanche{}.", pace.unwrap_or_default())
        }
        Regime::Contained => {
            let at = floor.map_or_else(String::new, |floor| format!(" at {floor}"));
            format!("Mistakes multiply by R = {r} per generation, but level off{at}{}.", by_chance(inputs))
        }
        Regime::Healing => {
            let rises = solution.floor_error.is_some_and(|floor| floor > solution.start_error);
            let at = match floor {
                Some(floor) if rises => {
                    format!(", while fresh ones carry the error from {} to {floor}", percent(solution.start_error, 3))
                }
                Some(floor) => format!(", and fresh ones hold the error at {floor}"),
                None => String::new(),
            };
            format!(
                "Each mistake leaves fewer than one behind (R = {r} per generation{halving}){at}{}.",
                by_chance(inputs)
            )
        }
        Regime::Overwhelmed => format!(
            "Old mistakes heal (R = {r} per generation{halving}), but fresh ones alone carry the error over the threshold of \
             {threshold}."
        ),
        Regime::Drift => {
            format!("Each mistake leaves just one (R = {r}): fresh ones pile up by the same number every generation.")
        }
    }
}

fn starved(generation: Option<u64>) -> String {
    match generation {
        Some(g) => format!(
            "The loop starves at generation {g}: of what it generates there no example is accepted, and no next generation can be \
             trained."
        ),
        None => "The loop starves beyond the horizon: in the end no generated example is accepted.".to_owned(),
    }
}

/// What chance makes of a loop whose mean field stays below the threshold: the words follow the failures, not the mean field.
fn by_chance(inputs: &ReportInputs<'_>) -> String {
    let runway = &inputs.solution.runway;
    let threshold = percent(inputs.threshold(), 3);
    if runway.ever_fails == Some(0.0) && runway.ever_fails_error == Some(0.0) {
        return format!(", below the threshold of {threshold}, which is out of reach");
    }
    let hazard = inputs.solution.quasi_stationary.as_ref().map(|law| law.hazard);
    let hazard = hazard.map_or_else(String::new, |hazard| format!("; hazard {} per generation", percent(hazard, 3)));
    let near = match inputs.solution.floor_error {
        Some(floor) if floor > NEAR * inputs.threshold() => "close below",
        _ => "below",
    };
    match inputs.failed_by_horizon() {
        Some(failed) if failed >= SAFE => format!(
            ", {near} the threshold of {threshold}: chance carries {} of runs over it within {} generations{hazard}",
            percent(failed, 3),
            inputs.horizon_text()
        ),
        _ => format!(", {near} the threshold of {threshold}: the loop fails by fluctuation alone{hazard}"),
    }
}

/// R where the law changes with the generation.
fn changing_reproduction(inputs: &ReportInputs<'_>, changing: &ByGeneration) -> String {
    let numbers = &changing.reproduction_number;
    let starves = inputs.solution.regime == Some(Regime::Starved);
    let (Some(&Some(first)), Some(&Some(last)), false) = (numbers.first(), numbers.last(), starves) else {
        return regime(inputs);
    };
    let ends = format!(
        "The loop changes as it runs: R = {} at generation 0, {} at generation {}",
        ratio(first),
        ratio(last),
        inputs.horizon_text()
    );
    let above = numbers.iter().position(|r| r.is_some_and(|r| r > 1.0)).filter(|_| first <= 1.0);
    let below = numbers.iter().position(|r| r.is_some_and(|r| r < 1.0)).filter(|_| first >= 1.0);
    match (above, below) {
        (Some(at), _) => format!("{ends}. From generation {at} on mistakes multiply."),
        (None, Some(at)) => format!("{ends}. Mistakes multiply until generation {at}, then they heal."),
        (None, None) if first > 1.0 => format!("{ends}: mistakes multiply throughout."),
        (None, None) => {
            let crossed = inputs.solution.regime == Some(Regime::Overwhelmed);
            let but = if crossed { ", but fresh ones alone carry the error over the threshold" } else { "" };
            format!("{ends}: old mistakes heal throughout{but}.")
        }
    }
}

fn tipping(inputs: &ReportInputs<'_>) -> Option<String> {
    let tipping = percent(inputs.solution.tipping_error?, 3);
    let steady = inputs.solution.by_generation.is_none();
    steady.then(|| format!("Beyond an error rate of {tipping} even this loop avalanches (tipping point)."))
}

/// The generation to keep, where the error first falls and then rises.
fn keep(inputs: &ReportInputs<'_>) -> Option<String> {
    let best = inputs.solution.best;
    if best.generation == 0 || best.generation >= inputs.horizon() {
        return None;
    }
    let error = percent(best.error, 3);
    let share = inputs.simulated.and_then(|simulated| {
        let runs = simulated.best_generation.get(usize::try_from(best.generation).ok()?)?;
        Some(format!(
            "; {} of simulated runs err least there",
            percent(*runs as f64 / simulated.replicates.max(1) as f64, 3)
        ))
    });
    Some(format!(
        "Keep generation {}: the error falls to {error} there and does not get lower{}.",
        number(best.generation as f64, 3),
        share.unwrap_or_default()
    ))
}

/// What would bring the probability of failing within the horizon below 5 %.
#[must_use]
pub fn ways_to_safety(safety: &SafetyReport, horizon: u64) -> String {
    let (level, within) = (percent(SAFE, 3), generations(horizon as f64));
    if safety.remedies.is_empty() {
        return format!("None of {} single parameters brings failure within {within} below {level}.", safety.tried);
    }
    let ways: Vec<String> = safety.remedies.iter().map(remedy_in_words).collect();
    format!(
        "Failure within {within} falls below {level} with {} (exact solution, each to within 0.1 percentage points).",
        ways.join(", or with ")
    )
}

fn remedy_in_words(remedy: &Remedy) -> String {
    let value = percent(remedy.value, 4);
    match remedy.present {
        None => format!("a further filter that catches {value} of every kind of mistake"),
        Some(present) => format!("`{}` = {value} instead of {}", remedy.parameter, percent(present, 4)),
    }
}

/// What would bring R below 1, where it is above. That stops mistakes from multiplying; it need not save the loop.
fn remedy(inputs: &ReportInputs<'_>) -> Option<String> {
    if inputs.solution.reproduction_number.is_none_or(|r| r <= 1.0) {
        return None;
    }
    // Of two thresholds of one parameter the first is the one that speaks of R alone.
    let thresholds = &inputs.solution.thresholds;
    let firsts = thresholds
        .iter()
        .enumerate()
        .filter(|(at, one)| thresholds[..*at].iter().all(|other| other.parameter != one.parameter));
    let ways: Vec<String> = firsts.filter_map(|(_, threshold)| way(threshold)).take(NAMED).collect();
    if ways.is_empty() {
        let tried = inputs.solution.thresholds.is_empty();
        return (!tried).then(|| "No single parameter examined brings R below 1.".to_owned());
    }
    Some(format!(
        "R falls below 1 (mistakes stop multiplying, though fresh ones may still make the loop fail) with {}.",
        ways.join(", or with ")
    ))
}

fn way(threshold: &ParameterThreshold) -> Option<String> {
    let value = threshold.value?;
    let instead =
        |present: Option<f64>| present.map_or_else(String::new, |now| format!(" instead of {}", number(now, 3)));
    Some(match threshold.parameter.as_str() {
        "task.steps" => format!("at most {} steps{}", number(value, 3), instead(threshold.present)),
        key if key.starts_with("filter.") => format!("`{key}` = {}{}", number(value, 3), instead(threshold.present)),
        _ => format!("a further filter that catches {} of every kind of mistake", percent(value, 3)),
    })
}

/// With a full stop.
fn ended(text: &str) -> String {
    let text = text.trim_end();
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}
