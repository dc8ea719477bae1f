//! The answer of `runaway fit` for people: the finding first; one line and no number where the sampler has not settled.

use std::io::{self, Write};

use crate::fit::{AdvisedMeasurements, ConditionalInterval, CredibleInterval, FanPoint, LogFit, WeighedVariants};
use crate::report::fit::{FitInputs, words};
use crate::report::words::{number, percent, ratio};

use super::super::width::sheet;

pub(super) fn answer(inputs: &FitInputs<'_>, out: &mut dyn Write) -> io::Result<()> {
    let fit = inputs.fit;
    if let Some(unsettled) = words::unsettled(fit) {
        return writeln!(out, "{unsettled}");
    }
    writeln!(out, "{}", words::headline(fit))?;
    if let Some(advised) = inputs.advised {
        writeln!(out, "{}", words::advice(advised))?;
    }
    let (first, last) = fit.basis.generations;
    writeln!(out, "{}: generations {first} to {last}", fit.subject())?;
    numbers(fit, out)?;
    generations(&fit.fan, out)?;
    if let Some(advised) = inputs.advised {
        advice(advised, out)?;
    }
    if let Some(weighed) = inputs.weighed {
        variants(weighed, out)?;
    }
    let sentences = words::failure(fit).into_iter().chain([words::members(fit)]).chain(words::problems(fit));
    for sentence in sentences.chain(words::unknown(fit)).chain(words::criticism(fit, inputs.weighed)) {
        writeln!(out, "{sentence}")?;
    }
    for warning in &fit.warnings {
        writeln!(out, "note: {warning}")?;
    }
    writeln!(out, "note: {}", words::LEARNERS)?;
    Ok(())
}

fn numbers(fit: &LogFit, out: &mut dyn Write) -> io::Result<()> {
    let (runway, r, best) = (&fit.runway, &fit.reproduction_number, &fit.best);
    let horizon = runway.horizon;
    let median = runway.median.map_or_else(|| format!("more than {horizon}"), |median| median.to_string());
    let ahead = [
        (
            "remaining runway",
            format!(
                "{median} generations until {} are wrong (50 %: {}; 90 %: {})",
                percent(runway.error_rate, 3),
                words::range(runway.interval50, horizon),
                words::range(runway.interval90, horizon)
            ),
        ),
        ("no failure", format!("within {horizon} generations: probability {}", percent(runway.no_failure, 3))),
    ];
    let next = fit.fan.iter().find_map(|fan| Some((fan.error, fan.measurement?)));
    let next = next.map(|(error, measured)| {
        let with = |one: CredibleInterval| spread(&one, |share| percent(share, 3));
        ("next measurement", format!("{} wrong; true error {}", with(measured), with(error)))
    });
    let rows = [
        ("reproduction number R", format!("{}; above 1: {}", spread(&r.posterior, ratio), words::outlook(fit))),
        ("inherited share", format!("{} of the present error", spread(&fit.inherited_share, |x| percent(x, 3)))),
        ("error floor", conditional(&fit.floor_error)),
        ("tipping point", conditional(&fit.tipping_error)),
        (
            "best generation so far",
            format!(
                "{} (probability {}); a better one is yet to come with probability {}",
                best.generation,
                percent(best.probability, 3),
                percent(best.yet_to_come, 3)
            ),
        ),
    ];
    // A loop that has failed has no runway left.
    let ahead = if runway.failed_at.is_some() { &[] } else { ahead.as_slice() };
    ahead.iter().chain(&next).chain(&rows).try_for_each(|(label, value)| writeln!(out, "  {label:<23} {value}"))
}

fn generations(fan: &[FanPoint], out: &mut dyn Write) -> io::Result<()> {
    let mut table = sheet(&["generation", "phase", "measured", "error 5 %", "median", "95 %", "survival"]);
    let or_empty = |share: Option<f64>| share.map_or_else(String::new, |share| percent(share, 3));
    for one in fan {
        table.add_row(vec![
            one.generation.to_string(),
            format!("{:?}", one.phase).to_lowercase(),
            or_empty(one.measured),
            percent(one.error.q05, 3),
            percent(one.error.q50, 3),
            percent(one.error.q95, 3),
            or_empty(one.survival),
        ]);
    }
    writeln!(out, "{table}")
}

fn advice(advised: &AdvisedMeasurements, out: &mut dyn Write) -> io::Result<()> {
    let mut table = sheet(&["measurement", "runway, expected sd", "less by", "per 100 items"]);
    for one in &advised.advice {
        table.add_row(vec![
            words::measurement(one.measurement, advised.generation),
            number(one.expected_sd, 3),
            percent(one.reduction, 2),
            percent(one.reduction_per_100, 2),
        ]);
    }
    writeln!(out, "{table}")
}

fn variants(weighed: &WeighedVariants, out: &mut dyn Write) -> io::Result<()> {
    let mut table = sheet(&["variant", "log predictive density", "against full", "standard error", "weight"]);
    for score in &weighed.scores {
        table.add_row(vec![
            words::variant(score.variant).to_owned(),
            number(score.elpd, 4),
            number(score.difference, 2),
            number(score.standard_error, 2),
            percent(score.weight, 2),
        ]);
    }
    writeln!(out, "{table}")
}

fn spread(interval: &CredibleInterval, form: impl Fn(f64) -> String) -> String {
    format!("{} (90 %: {} to {})", form(interval.q50), form(interval.q05), form(interval.q95))
}

fn conditional(value: &ConditionalInterval) -> String {
    match &value.given {
        Some(interval) => {
            format!("{}, in {} of the draws", spread(interval, |x| percent(x, 3)), percent(value.probability, 3))
        }
        None => "in none of the draws".to_owned(),
    }
}
