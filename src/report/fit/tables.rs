//! The tables of a fit, for the page and the terminal.

use crate::fit::{
    AdvisedMeasurements, ChainMixing, ConditionalInterval, CredibleInterval, FanPhase, FanPoint, LogFit,
    ParameterSummary, PriorScale, WeighedVariants,
};
use crate::report::words::{number, percent, ratio};
use crate::table::Table;

use super::words::{self, measurement, spread, variant};

/// What a fit says, number by number.
#[must_use]
pub fn numbers(fit: &LogFit) -> Table {
    let (runway, best) = (&fit.runway, &fit.best);
    let horizon = runway.horizon;
    let share = |share: f64| percent(share, 3);
    let median = runway.median.map_or_else(|| format!("more than {horizon}"), |median| median.to_string());
    let ahead = [
        (
            "remaining runway (generations)",
            format!(
                "{median} until {} are wrong (50 %: {}; 90 %: {})",
                share(runway.error_rate),
                words::range(runway.interval50, horizon),
                words::range(runway.interval90, horizon)
            ),
        ),
        ("no failure", format!("within {horizon} generations: probability {}", share(runway.no_failure))),
    ];
    let next = fit.fan.iter().find_map(|fan| Some((fan.error, fan.measurement?)));
    let next = next.map(|(error, measured)| {
        ("next measurement", format!("{} wrong; true error {}", spread(&measured, share), spread(&error, share)))
    });
    let reproduction = spread(&fit.reproduction_number.posterior, ratio);
    let yet_to_come = share(best.yet_to_come);
    let better = format!("a better one is yet to come with probability {yet_to_come}");
    let now = [
        ("reproduction number R", format!("{reproduction}; above 1: {}", words::outlook(fit))),
        ("inherited share", format!("{} of the present error", spread(&fit.inherited_share, share))),
        ("error floor", conditional(&fit.floor_error)),
        ("tipping point", conditional(&fit.tipping_error)),
        ("best generation so far", format!("{} (probability {}); {better}", best.generation, share(best.probability))),
    ];
    // A loop that has failed has no runway left.
    let ahead = ahead.into_iter().filter(|_| runway.failed_at.is_none());
    Table::of_values("Key numbers", ["Quantity", "Given the log"], ahead.chain(next).chain(now))
}

fn conditional(value: &ConditionalInterval) -> String {
    let given = value.given.as_ref().map(|interval| spread(interval, |share| percent(share, 3)));
    given.map_or_else(
        || "in none of the draws".to_owned(),
        |interval| format!("{interval}, in {} of the draws", percent(value.probability, 3)),
    )
}

/// Measurements by what each is expected to narrow.
#[must_use]
pub fn advice(advised: &AdvisedMeasurements) -> Table {
    let row = |one: &crate::fit::MeasurementAdvice| {
        [
            measurement(one.measurement, advised.generation),
            number(one.expected_sd, 3),
            percent(one.reduction, 2),
            percent(one.reduction_per_100, 2),
        ]
    };
    let columns = [
        ("Measurement", 0),
        ("Expected standard deviation of the runway (generations)", 2),
        ("Less by", 0),
        ("Per 100 items", 1),
    ];
    Table::of_rows("Measurements weighed", columns, advised.advice.iter().map(row))
}

/// Variants by their weights.
#[must_use]
pub fn variants(weighed: &WeighedVariants) -> Table {
    let row = |score: &crate::fit::VariantScore| {
        [
            variant(score.variant).to_owned(),
            number(score.elpd, 4),
            number(score.difference, 2),
            number(score.standard_error, 2),
            percent(score.weight, 2),
        ]
    };
    let columns = [
        ("Variant", 0),
        ("Log predictive density", 3),
        ("Against the full model", 1),
        ("Standard error", 2),
        ("Weight", 0),
    ];
    Table::of_rows("Variants of the model", columns, weighed.scores.iter().map(row))
}

/// Parameters before and after the data.
pub(super) fn parameters(fit: &LogFit) -> Table {
    let row = |one: &ParameterSummary| {
        let mixing = fit.mixing.iter().find(|mixing| mixing.parameter == one.parameter);
        [
            one.parameter.key().to_owned(),
            one.parameter.meaning(),
            value(&one.prior, one.scale),
            value(&one.posterior, one.scale),
            contraction(one),
            mixing.map_or_else(String::new, |mixing| number(mixing.r_hat, 4)),
            mixing.map_or_else(String::new, |mixing| number(mixing.effective.round(), 6)),
        ]
    };
    let columns = [
        ("Key", 0),
        ("Meaning", 5),
        ("Prior (90 %)", 2),
        ("Given the log (90 %)", 0),
        ("Contraction", 1),
        ("R-hat", 3),
        ("Effective draws", 4),
    ];
    Table::of_rows("Parameters", columns, fit.parameters.iter().map(row))
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
#[must_use]
pub fn generations(fit: &LogFit) -> Table {
    let or_empty = |share: Option<f64>| share.map_or_else(String::new, |share| percent(share, 3));
    let row = |fan: &FanPoint| {
        [
            fan.generation.to_string(),
            phase(fan.phase).to_owned(),
            or_empty(fan.measured),
            percent(fan.error.q50, 3),
            format!("{} to {}", percent(fan.error.q25, 3), percent(fan.error.q75, 3)),
            format!("{} to {}", percent(fan.error.q05, 3), percent(fan.error.q95, 3)),
            or_empty(fan.survival),
        ]
    };
    let columns = [
        ("Generation", 0),
        ("Phase", 4),
        ("Measured", 3),
        ("Median error", 0),
        ("50 %", 5),
        ("90 %", 1),
        ("No failure so far", 2),
    ];
    Table::of_rows("Error rate", columns, fit.fan.iter().map(row))
}

const fn phase(phase: FanPhase) -> &'static str {
    match phase {
        FanPhase::Filtered => "measured",
        FanPhase::Gap => "not measured",
        FanPhase::Forecast => "forecast",
    }
}

/// The generations by their chance to be the best of those measured.
pub(super) fn best(fit: &LogFit) -> Table {
    let mut ranked = fit.best.by_generation.clone();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let likely = ranked.into_iter().filter(|(_, probability)| *probability >= 0.01);
    let values = likely.map(|(generation, probability)| (generation.to_string(), percent(probability, 3)));
    Table::of_values("Lowest error of those measured", ["Generation", "Probability"], values)
}

/// How well each parameter has mixed.
pub(super) fn mixing(fit: &LogFit) -> Table {
    let row =
        |one: &ChainMixing| [one.parameter.key().to_owned(), number(one.r_hat, 4), number(one.effective.round(), 6)];
    let columns = [("Key", 0), ("R-hat", 0), ("Effective draws", 0)];
    Table::of_rows("Mixing of the sampler", columns, fit.mixing.iter().map(row))
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
