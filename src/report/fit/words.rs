//! What a fit says, in sentences: for the page, the figures' titles and the terminal.

use super::PairInputs;
use crate::fit::{
    AdvisedMeasurements, ConditionalInterval, CredibleInterval, FailureThreshold, FanPhase, FitOutlook, LogFit,
    Measurement, MeasurementAdvice, MetricParting, ModelVariant, ParameterSummary, RunwayForecast, TrainingMode,
    WeighedVariants,
};
use crate::report::words::{capitalised, generations, number, percent, ratio};

/// Contraction from which the data are said to pin down a parameter, and below which they are said to leave it open.
const FIXED: f64 = 0.8;
const OPEN: f64 = 0.2;

/// How far these forecasts have been tested.
pub const LEARNERS: &str = "Priors and forecasts of this program were chosen and tested on measured loops of small learners \
                            (perceptrons and logistic regressions on digits and addition), of a transformer that adds and of a \
                            few language models.";

/// In place of a headline, where no number is one.
pub(super) const UNSETTLED: &str = "No answer: the sampler has not settled";

/// The remaining runway in one sentence; a failure that has happened comes first.
#[must_use]
pub fn headline(fit: &LogFit) -> String {
    let runway = &fit.runway;
    let failure = percent(runway.error_rate, 3);
    if let Some(failed) = runway.failed_at {
        let measured = fit.fan.iter().find(|fan| fan.generation == failed).and_then(|fan| fan.measured);
        let measured = measured.map_or_else(String::new, |rate| format!(" measured {} wrong, and", percent(rate, 3)));
        return format!("The loop has failed already: generation {failed}{measured} {failure} is failure.");
    }
    let range = range(runway.interval90, runway.horizon);
    match runway.median {
        Some(median) => {
            let noun = if median == 1 { "generation" } else { "generations" };
            format!(
                "Median remaining runway {median} {noun} (90\u{a0}%: {range}) until {failure} of answers are wrong."
            )
        }
        None => format!(
            "The remaining runway is more than {} generations with probability {} (90\u{a0}%: {range}) until {failure} of answers \
             are wrong.",
            runway.horizon,
            percent(runway.no_failure, 3)
        ),
    }
}

/// Ends of an interval of the runway; an absent end lies beyond the horizon.
#[must_use]
pub fn range((low, high): (Option<u64>, Option<u64>), horizon: u64) -> String {
    match (low, high) {
        (Some(low), Some(high)) if low == high => low.to_string(),
        (Some(low), Some(high)) => format!("{low} to {high}"),
        (Some(low), None) => format!("{low} to more than {horizon}"),
        (None, _) => format!("more than {horizon}"),
    }
}

/// Median, 50 % and 90 % interval.
#[must_use]
pub fn spread(interval: &CredibleInterval, form: impl Fn(f64) -> String) -> String {
    let CredibleInterval { q05, q25, q50, q75, q95 } = *interval;
    format!("{} (50\u{a0}%: {} to {}; 90\u{a0}%: {} to {})", form(q50), form(q25), form(q75), form(q05), form(q95))
}

/// The remaining runway with both intervals, and the chance of none.
#[must_use]
pub fn runway(fit: &LogFit) -> String {
    let runway = &fit.runway;
    let horizon = runway.horizon;
    let median = runway
        .median
        .map_or_else(|| format!("more than {}", generations(horizon as f64)), |median| generations(median as f64));
    format!(
        "{}, the median of the remaining runway is {median}, its 50\u{a0}% interval {} and its \
         90\u{a0}% interval {}. No failure within {horizon} generations has probability {}.",
        capitalised(&since(runway)),
        range(runway.interval50, horizon),
        range(runway.interval90, horizon),
        percent(runway.no_failure, 3)
    )
}

/// What counts as a failure, where nobody said and it is not half wrong.
#[must_use]
pub fn failure(fit: &LogFit) -> Option<String> {
    let chosen = fit.basis.threshold == FailureThreshold::Chosen;
    let rate = fit.runway.error_rate;
    (chosen && rate > 0.5).then(|| {
        format!(
            "No generation has stood below 50\u{a0}% wrong: {}, above the lowest error rate measured, is taken as failure. \
             --threshold or --drop choose another.",
            percent(rate, 3)
        )
    })
}

/// What the forecast averages, and why.
#[must_use]
pub fn members(fit: &LogFit) -> String {
    let basis = &fit.basis;
    let is = if basis.training_told { "is" } else { "is taken to be" };
    let otherwise = match (basis.training_told, basis.training) {
        (true, _) => "",
        (false, TrainingMode::Anew) => "; --fine-tuned says otherwise",
        (false, TrainingMode::FineTuned) => "; --trained-anew says otherwise",
    };
    let trend = if basis.trend_split {
        "a trend of the wrong share of what is kept and one of how often candidates disagree, taken together"
    } else {
        "a plain trend"
    };
    format!(
        "The forecast averages two members: the mechanism ({}) and {trend} ({}). Each generation {is} {}{otherwise}.",
        percent(1.0 - basis.trend_share, 2),
        percent(basis.trend_share, 2),
        basis.training.words()
    )
}

/// What error rates are about where every generation answers the same problems.
#[must_use]
pub fn problems(fit: &LogFit) -> Option<String> {
    fit.basis.same_problems.then(|| {
        "Every generation answers the same problems: their common difficulty is not mistaken for a \
         change. Error rates, the threshold and the runway are those of all problems of their kind; measured rates, and what \
         an evaluation ahead would measure, are on these."
            .to_owned()
    })
}

/// Probability from which two metrics are said to part, and below which there is no sign of it. Of 60 runs in which nothing
/// changed (600 problems, seven generations) 9 passed 0.5 and none 0.8: the generation is chosen after the fact.
const PARTED: f64 = 0.8;
const UNTOLD: f64 = 0.5;

/// Whether two metrics are said to part.
pub(super) fn is_sign(parting: &MetricParting) -> bool {
    parting.probability >= PARTED
}

/// Whether two metrics of a run part, and since when.
#[must_use]
pub fn parting(inputs: &PairInputs<'_>) -> String {
    let [(first, one), (second, other)] = &inputs.metrics;
    if let Some(unsettled) = unsettled(one.fit).or_else(|| unsettled(other.fit)) {
        return format!("Whether {first} and {second} diverge cannot be determined. {unsettled}");
    }
    let Some(parting) = inputs.parting else {
        return format!("No generation has both {first} and {second}.");
    };
    let MetricParting { generation, last, probability, margin, second_worsens } = parting;
    // Draws cannot tell more.
    let probability = if probability > 0.999 { "more than 99.9\u{a0}%".to_owned() } else { percent(probability, 2) };
    if parting.probability < UNTOLD {
        return format!("No clear sign that {first} and {second} diverge (probability {probability}).");
    }
    let (improving, worsening) = if second_worsens { (first, second) } else { (second, first) };
    let part = if is_sign(&parting) { "diverge" } else { "may diverge" };
    format!(
        "{first} and {second} {part} after generation {generation} (probability {probability}): by generation {last} the \
         error of {improving} has fallen and that of {worsening} has risen, each by more than {}.",
        percent(margin, 2)
    )
}

/// From when the remaining runway counts.
pub(super) fn since(runway: &RunwayForecast) -> String {
    let anew = if runway.failed_at.is_some() { "anew " } else { "" };
    format!("counted {anew}from generation {}", runway.survived_to)
}

/// What must be read before any number, where the sampler has not settled.
#[must_use]
pub fn unsettled(fit: &LogFit) -> Option<String> {
    let worst = fit.unsettled()?;
    Some(format!(
        "The sampler has not settled (R-hat {} for {}): do not use any number of this fit; sample longer with --sweeps, now {}.",
        number(worst.r_hat, 3),
        worst.parameter.key(),
        fit.basis.effort.sweeps
    ))
}

/// P(R > 1) beside its prior, and what may be said of it.
#[must_use]
pub fn outlook(fit: &LogFit) -> String {
    let r = &fit.reproduction_number;
    let settles = |how: &str| match (&fit.floor_error.given, present(fit)) {
        (Some(floor), Some(now)) => {
            format!("the error {how} at {}, worse than now ({})", percent(floor.q50, 3), percent(now, 3))
        }
        _ => r.words.words().to_owned(),
    };
    let words = match r.words {
        FitOutlook::SettleWorse => settles("settles"),
        FitOutlook::LikelySettleWorse => settles("likely settles"),
        other => other.words().to_owned(),
    };
    format!("{}, prior {}: {words}", percent(r.above_one, 3), percent(r.prior_above_one, 3))
}

/// Median error rate of the last generation of the log.
fn present(fit: &LogFit) -> Option<f64> {
    fit.fan.iter().rfind(|one| one.phase != FanPhase::Forecast).map(|one| one.error.q50)
}

/// R in words.
#[must_use]
pub fn reproduction(fit: &LogFit) -> String {
    let r = &fit.reproduction_number;
    format!("R = {}. The probability that R is above 1 is {}.", spread(&r.posterior, ratio), outlook(fit))
}

/// Fresh against inherited errors.
#[must_use]
pub fn inherited(fit: &LogFit) -> String {
    format!(
        "Of the error at generation {}, the share {} was inherited from earlier generations; the rest is fresh.",
        fit.basis.generations.1,
        spread(&fit.inherited_share, |share| percent(share, 3))
    )
}

/// Floor and tipping point.
#[must_use]
pub fn rest(fit: &LogFit) -> [String; 2] {
    let told = |what: &str, value: &ConditionalInterval, none: &str| match &value.given {
        Some(interval) => format!(
            "{what} {}, where there is one: in {} of the draws.",
            spread(interval, |error| percent(error, 3)),
            percent(value.probability, 3)
        ),
        None => none.to_owned(),
    };
    [
        told("The error settles at", &fit.floor_error, "No draw has an error floor."),
        told("It runs away above", &fit.tipping_error, "No draw has a tipping point."),
    ]
}

/// The generation to keep.
#[must_use]
pub fn best(fit: &LogFit) -> String {
    let best = &fit.best;
    let mut others: Vec<&(u64, f64)> = best.by_generation.iter().filter(|(g, _)| *g != best.generation).collect();
    others.sort_by(|a, b| b.1.total_cmp(&a.1));
    let next = others.first().filter(|(_, probability)| *probability >= 0.05);
    let next = next.map_or_else(String::new, |(g, probability)| format!("; next {g}, {}", percent(*probability, 3)));
    format!(
        "Keep generation {}: of those measured it has the lowest error with probability {}{next}. A better one is yet to come \
         with probability {}.",
        best.generation,
        percent(best.probability, 3),
        percent(best.yet_to_come, 3)
    )
}

/// A measurement as an instruction.
#[must_use]
pub fn measurement(measurement: Measurement, generation: u64) -> String {
    match measurement {
        Measurement::Evaluate(items) => {
            format!("evaluate generation {generation} on {} more problems", number(items as f64, 6))
        }
        Measurement::Audit(items) => {
            format!("audit {} more kept examples of generation {generation}", number(items as f64, 6))
        }
        Measurement::Next(items) => {
            let next = generation.saturating_add(1);
            format!("train generation {next} and evaluate it on {} problems", number(items as f64, 6))
        }
    }
}

/// What to measure next, or that nothing now would help.
#[must_use]
pub fn advice(advised: &AdvisedMeasurements) -> String {
    let sd = number(advised.sd, 3);
    let chosen = advised.cheapest.and_then(|cheapest| advised.advice.iter().find(|one| one.measurement == cheapest));
    let Some(chosen) = chosen else {
        let (later, now): (Vec<&MeasurementAdvice>, Vec<&MeasurementAdvice>) =
            advised.advice.iter().partition(|one| matches!(one.measurement, Measurement::Next(_)));
        let most = now.iter().map(|one| one.reduction).fold(0.0, f64::max);
        let later = later.iter().max_by(|a, b| a.reduction.total_cmp(&b.reduction)).map_or_else(String::new, |one| {
            let instruction = capitalised(&measurement(one.measurement, advised.generation));
            format!(" {instruction}: that is expected to remove {}.", percent(one.reduction, 2))
        });
        return format!(
            "Measuring generation {} again would gain little: the standard deviation of the remaining runway is {sd} generations now, \
             and no measurement considered is expected to remove more than {} of it.{later}",
            advised.generation,
            percent(most, 2)
        );
    };
    format!(
        "To know more, {}: that is expected to bring the standard deviation of the remaining runway from {sd} to {} generations \
         ({} less), more per item than any other measurement considered.",
        measurement(chosen.measurement, advised.generation),
        number(chosen.expected_sd, 3),
        percent(chosen.reduction, 2)
    )
}

/// What the data fix, leave open, and cannot tell apart.
#[must_use]
pub fn unknown(fit: &LogFit) -> Vec<String> {
    let named = |keep: &dyn Fn(&ParameterSummary) -> bool| {
        let mut found: Vec<&ParameterSummary> = fit.parameters.iter().filter(|learned| keep(learned)).collect();
        found.sort_by(|a, b| b.contraction.total_cmp(&a.contraction));
        listed(&found.iter().map(|learned| learned.parameter.key()).collect::<Vec<_>>())
    };
    let mut sentences = Vec::new();
    let (fixed, open) = (named(&|one| one.contraction >= FIXED), named(&|one| one.contraction < OPEN));
    sentences.extend(fixed.map(|keys| format!("The log pins down {keys}.")));
    sentences.extend(open.map(|keys| format!("The log says little about {keys}: there the fit reports the prior.")));
    for pair in &fit.trade_offs {
        let (first, second) = (pair.first.key(), pair.second.key());
        let together = if pair.correlation > 0.0 { "rise together" } else { "trade off against each other" };
        let correlation = number(pair.correlation, 2);
        sentences.push(format!(
            "{first} and {second} {together} (correlation {correlation}): the log determines only their combination."
        ));
    }
    sentences
}

/// Where the model fails to foresee, and which of its parts the data ask for.
#[must_use]
pub fn criticism(fit: &LogFit, weighed: Option<&WeighedVariants>) -> Vec<String> {
    let mut sentences: Vec<String> = fit
        .surprises
        .iter()
        .map(|one| {
            format!(
                "Generation {} measured {}; earlier generations predicted {} (p = {}).",
                one.generation,
                percent(one.measured, 3),
                spread(&one.predicted, |error| percent(error, 3)),
                number(one.p_value, 2)
            )
        })
        .collect();
    if sentences.is_empty() {
        sentences
            .push("Every generation is consistent with its prediction from earlier ones (1\u{a0}% level).".to_owned());
    }
    let Some(weighed) = weighed else { return sentences };
    let told = weighed.scores.iter().filter(|score| !score.sentence.is_empty());
    let told: Vec<String> = told.map(|score| capitalised(&score.sentence) + ".").collect();
    if told.is_empty() {
        sentences.push("No simpler variant of the model predicts this log clearly better or worse.".to_owned());
    }
    sentences.extend(told);
    let runway = &weighed.averaged.runway;
    let median = runway.median.map_or_else(|| format!("more than {}", runway.horizon), |median| median.to_string());
    sentences.push(format!(
        "Averaged over the variants by their weights, the median of the remaining runway is {median} generations (90\u{a0}%: {}), and no \
         failure within {} has probability {}.",
        range(runway.interval90, runway.horizon),
        runway.horizon,
        percent(runway.no_failure, 3)
    ));
    sentences
}

/// A variant in words.
#[must_use]
pub const fn variant(variant: ModelVariant) -> &'static str {
    match variant {
        ModelVariant::Full => "everything free",
        ModelVariant::ConstantSlips => "constant slips",
        ModelVariant::NoAmplification => "no amplification",
        ModelVariant::SoundStart => "no mistakes inherited at the start",
        ModelVariant::WholeSolutions => "whole solutions, not steps",
    }
}

/// "a, b and c"; nothing for none.
pub(in crate::report) fn listed(names: &[&str]) -> Option<String> {
    match names {
        [] => None,
        [only] => Some((*only).to_owned()),
        [first @ .., last] => Some(format!("{} and {last}", first.join(", "))),
    }
}
