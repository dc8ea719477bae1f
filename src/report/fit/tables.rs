//! The tables of a fit, cell by cell.

use crate::fit::{
    AdvisedMeasurements, ChainMixing, CredibleInterval, FanPhase, FanPoint, LogFit, ParameterSummary, PriorScale,
    WeighedVariants,
};
use crate::report::words::{number, percent};

use super::words::{measurement, variant};

/// Measurements by what each is expected to narrow.
pub(super) fn advice(advised: &AdvisedMeasurements) -> Vec<Vec<String>> {
    let row = |one: &crate::fit::MeasurementAdvice| {
        vec![
            measurement(one.measurement, advised.generation),
            number(one.expected_sd, 3),
            percent(one.reduction, 2),
            percent(one.reduction_per_100, 2),
        ]
    };
    advised.advice.iter().map(row).collect()
}

/// Variants by their weights.
pub(super) fn variants(weighed: &WeighedVariants) -> Vec<Vec<String>> {
    let row = |score: &crate::fit::VariantScore| {
        vec![
            variant(score.variant).to_owned(),
            number(score.elpd, 4),
            number(score.difference, 2),
            number(score.standard_error, 2),
            percent(score.weight, 2),
        ]
    };
    weighed.scores.iter().map(row).collect()
}

/// Parameters before and after the data.
pub(super) fn parameters(fit: &LogFit) -> Vec<Vec<String>> {
    let row = |one: &ParameterSummary| {
        let mixing = fit.mixing.iter().find(|mixing| mixing.parameter == one.parameter);
        vec![
            one.parameter.key().to_owned(),
            one.parameter.meaning(),
            value(&one.prior, one.scale),
            value(&one.posterior, one.scale),
            contraction(one),
            mixing.map_or_else(String::new, |mixing| number(mixing.r_hat, 4)),
            mixing.map_or_else(String::new, |mixing| number(mixing.effective.round(), 6)),
        ]
    };
    fit.parameters.iter().map(row).collect()
}

/// The contraction in whole percent: its own uncertainty leaves no more.
pub(super) fn contraction(learned: &ParameterSummary) -> String {
    format!("{:.0}\u{a0}%", 100.0 * learned.contraction.max(0.0))
}

fn value(interval: &CredibleInterval, scale: PriorScale) -> String {
    let form = |value: f64| if scale == PriorScale::Logit { percent(value, 3) } else { number(value, 3) };
    format!("{} ({} to {})", form(interval.q50), form(interval.q05), form(interval.q95))
}

/// Error and survival by generation.
pub(super) fn generations(fit: &LogFit) -> Vec<Vec<String>> {
    let or_empty = |share: Option<f64>| share.map_or_else(String::new, |share| percent(share, 3));
    let row = |fan: &FanPoint| {
        vec![
            fan.generation.to_string(),
            phase(fan.phase).to_owned(),
            or_empty(fan.measured),
            percent(fan.error.q50, 3),
            format!("{} to {}", percent(fan.error.q25, 3), percent(fan.error.q75, 3)),
            format!("{} to {}", percent(fan.error.q05, 3), percent(fan.error.q95, 3)),
            or_empty(fan.survival),
        ]
    };
    fit.fan.iter().map(row).collect()
}

const fn phase(phase: FanPhase) -> &'static str {
    match phase {
        FanPhase::Filtered => "measured",
        FanPhase::Gap => "not measured",
        FanPhase::Forecast => "forecast",
    }
}

/// The generations by their chance to be the best of those measured.
pub(super) fn best(fit: &LogFit) -> Vec<Vec<String>> {
    let mut ranked = fit.best.by_generation.clone();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let likely = ranked.into_iter().filter(|(_, probability)| *probability >= 0.01);
    likely.map(|(generation, probability)| vec![generation.to_string(), percent(probability, 3)]).collect()
}

/// How well each parameter has mixed.
pub(super) fn mixing(fit: &LogFit) -> Vec<Vec<String>> {
    let row = |one: &ChainMixing| {
        vec![one.parameter.key().to_owned(), number(one.r_hat, 4), number(one.effective.round(), 6)]
    };
    fit.mixing.iter().map(row).collect()
}

/// How the numbers were computed.
pub(super) fn computing(fit: &LogFit) -> String {
    let basis = &fit.basis;
    let worst = fit.mixing.iter().map(|mixing| mixing.r_hat).fold(f64::NAN, f64::max);
    let fewest = fit.mixing.iter().map(|mixing| mixing.effective).fold(f64::NAN, f64::min);
    let asked = basis.effort.ensembles * basis.effort.walkers * (basis.effort.sweeps - basis.effort.sweeps / 3);
    let went_on = if fit.draws > asked { " and went on, not having settled" } else { "" };
    format!(
        "The hidden state is the number of wrong beliefs, a Markov chain that is filtered exactly; the parameters are sampled by {} \
         ensembles of {} walkers in {} sweeps (seed {}){}, of which {} draws were kept and {} of the proposals accepted. The largest split \
         R-hat is {}, the smallest effective sample size {}. The log holds {} evaluated generations, {} to {}, of the run that is \
         forecast; {}.",
        basis.effort.ensembles,
        basis.effort.walkers,
        basis.effort.sweeps,
        basis.seed,
        went_on,
        number(fit.draws as f64, 6),
        percent(fit.accepted, 2),
        number(worst, 4),
        number(fewest.round(), 6),
        basis.observed,
        basis.generations.0,
        basis.generations.1,
        if fit.runs_fitted == 1 {
            "it alone was fitted".to_owned()
        } else {
            format!("{} runs were fitted together", fit.runs_fitted)
        }
    )
}
