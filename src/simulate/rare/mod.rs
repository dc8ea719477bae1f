//! Probabilities of failures too rare to wait for: fixed-effort multilevel splitting.
//!
//! A failure of probability 1e-9 is reached over levels each of which is passed by about one run in five. At every level a fixed
//! number of runs sets out from the states in which earlier ones reached it; the product of the shares that get through is
//! an unbiased estimate of P(T ≤ horizon), whatever the levels are: they decide the variance alone. They are set on a
//! forecast of failure (`forecast`), by a pilot run with random numbers of its own. Sources: M. Villén-Altamirano and J.
//! Villén-Altamirano (1991); M. J. J. Garvels, The splitting method in rare event simulation (2000); P. Del Moral, Feynman-Kac
//! Formulae (2004) for the absence of bias.
//!
//! The way to failure may be a few improbable generations rather than many small steps: a vote keeps few mistakes out of the
//! next generation and passes many. A level that only whole generations can reach is then passed by none of the runs, or by
//! those on another, less probable way, and the product is wrong by orders of magnitude with a small spread. A training
//! set is therefore drawn in parts, none of which is very improbable on the cheapest way, and levels lie between the parts.
//!
//! The error is judged from independent repetitions. Where they spread too far the effort is raised and they are made anew;
//! where one of them still makes up most of the estimate there is no interval.

mod forecast;
mod splitting;

use std::borrow::Cow;
use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::scenario::Scenario;
use crate::stats::interval::student_critical;
use crate::stats::moments::SampleMoments;

use super::agents::Events;
use super::beliefs::BeliefChain;
use super::counts::CountEngine;
use super::error::SimulationError;
use super::result::Engine;
use super::stream::{RandomStream, StreamPurpose};
use forecast::FailureForecast;
use splitting::{AdaptiveSplitting, NO_NEARER, TOO_RARE, stuck};

/// Probability that the interval misses, as far as repetitions are log-normal.
const LEVEL: f64 = 0.05;
/// Cost of a part of a training set on the cheapest way to failure, at most: levels lie about as far apart.
const NATS: f64 = 1.5;
/// Standard error of ln P above which the effort is raised. The larger of two is taken: repetitions that miss the paths which
/// make up the probability have a small relative error and an estimate that is too low, and to stop at these is a bias.
const PRECISE: f64 = 0.25;
/// How often the effort is raised at most, and by what factor.
const RAISES: u32 = 2;
const RAISE: u64 = 4;
/// Forecast cost, in nats, that no way to count and no patience brings down to the 690 of 1e-300.
const HOPELESS: f64 = 800.0;
/// Share of one repetition in the sum of all above which there is no interval.
const MOST: f64 = 0.5;

/// How a rare failure is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RareSettings {
    /// Independent repetitions, at least 2.
    pub repetitions: u64,
    /// Runs at each level, at least 10; raised up to sixteenfold where repetitions spread too far.
    pub effort: u64,
    /// Seed; repetition i plays from its i-th stream.
    pub seed: u64,
    /// Who plays; [`Engine::Agents`] are played by their event-driven form, [`Engine::Events`].
    pub engine: Engine,
}

/// The probability of failing within the horizon, estimated by splitting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RareFailure {
    /// Who played.
    pub engine: Engine,
    /// Seed of the streams.
    pub seed: u64,
    /// Independent repetitions.
    pub repetitions: u64,
    /// Runs at each level, as raised.
    pub effort: u64,
    /// Levels, in nats of the forecast cost of failing, falling; failure itself comes after the last.
    pub levels: Vec<f64>,
    /// Last generation in which a failure counts.
    pub horizon: u64,
    /// Estimate of P(T ≤ horizon): unbiased mean of the repetitions.
    pub probability: f64,
    /// Standard error of `probability` from the repetitions, relative to it; absent where no repetition failed.
    pub relative_standard_error: Option<f64>,
    /// 95 % interval on a logarithmic scale, as wide as both the relative standard error and the log-normal law of the
    /// repetitions ask for; absent where no repetition failed, or one makes up most of the estimate.
    pub interval: Option<(f64, f64)>,
    /// Share of the largest repetition in the sum of all.
    pub largest_share: Option<f64>,
    /// Why numbers are absent, by their keys.
    pub undefined: BTreeMap<Cow<'static, str>, String>,
}

/// Estimates P(T ≤ horizon) of `scenario`. `progress` is called for every finished repetition, those of too little effort included.
///
/// The result depends on `scenario` and `settings` alone, to the last bit, and not on the number of threads.
///
/// ```
/// use runaway::Scenario;
/// use runaway::scenario::Origin;
/// use runaway::simulate::{Engine, RareSettings, rare};
///
/// let text = "name = \"small\"\nexamples = 50\nhorizon = 5\n[learning]\nanchor = 0.3";
/// let scenario = Scenario::parse(text, Origin::Text, &[])?;
/// let settings = RareSettings { repetitions: 4, effort: 50, seed: 1, engine: Engine::Counts };
/// let found = rare(&scenario, &settings, &|_| ())?;
/// assert!(found.probability < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`SimulationError`] where no forecast can be made, no level is passed, or an engine gives up.
pub fn rare(
    scenario: &Scenario,
    settings: &RareSettings,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<RareFailure, SimulationError> {
    if settings.repetitions < 2 {
        return Err(SimulationError::TooFewReplicates { replicates: settings.repetitions });
    }
    let runs = settings.repetitions.saturating_mul(settings.effort).saturating_mul(RAISE.pow(RAISES));
    match settings.engine {
        Engine::Counts => estimate(scenario, &CountEngine::new(scenario), Engine::Counts, settings, progress),
        Engine::Agents | Engine::Events => {
            estimate(scenario, &Events::new(scenario, runs)?, Engine::Events, settings, progress)
        }
    }
}

fn estimate(
    scenario: &Scenario,
    chain: &dyn BeliefChain,
    engine: Engine,
    settings: &RareSettings,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<RareFailure, SimulationError> {
    let forecast = FailureForecast::new(scenario)?;
    let examples = scenario.examples.get();
    let share = likely_start(scenario, &forecast)?;
    match forecast.cost(0, share) {
        f64::INFINITY => {
            return Err(stuck(0, "no composition that can be drawn within the horizon has a failing error rate"));
        }
        cost if cost > HOPELESS => return Err(stuck(0, TOO_RARE)),
        _ => {}
    }
    let parts = (forecast.steepest(share) / NATS).ceil().max(1.0);
    let mut splitting = AdaptiveSplitting {
        chain,
        forecast: &forecast,
        scenario,
        horizon: scenario.horizon.get(),
        examples,
        part: ((examples as f64 / parts).ceil() as u64).max(1),
        effort: settings.effort.max(10),
    };
    let mut raised = 0;
    loop {
        let last = raised == RAISES;
        match attempt(&splitting, u64::from(raised), engine, settings, progress) {
            Ok((rare, spread)) if last || spread.is_some_and(|spread| spread <= PRECISE) => return Ok(rare),
            Err(error) if last || !matches!(error, SimulationError::NoWayToFailure { reason: NO_NEARER, .. }) => {
                return Err(error);
            }
            _ => {}
        }
        splitting.effort = splitting.effort.saturating_mul(RAISE);
        raised += 1;
    }
}

/// Share of wrong beliefs in generation 0 from which failure is nearest; where the start is drawn, its own cost included.
fn likely_start(scenario: &Scenario, forecast: &FailureForecast) -> Result<f64, SimulationError> {
    if !scenario.start.draw {
        return Ok(scenario.start_counts().1 as f64 / scenario.examples.as_f64());
    }
    let (drawing, share) = forecast.start(scenario.start.wrong.get());
    // A start is drawn whole: no level lies between the likely ones and those from which the loop fails.
    if drawing > 2.0 * NATS {
        return Err(SimulationError::NoForecast {
            reason: "its start is drawn, and failure comes from starts too improbable to be drawn at once",
        });
    }
    Ok(share)
}

/// One pilot and its repetitions, with random numbers that no other attempt draws; and their spread, by which the effort is
/// raised.
fn attempt(
    splitting: &AdaptiveSplitting<'_>,
    number: u64,
    engine: Engine,
    settings: &RareSettings,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<(RareFailure, Option<f64>), SimulationError> {
    let levels =
        splitting.pilot(&mut RandomStream::for_purpose(settings.seed, engine, StreamPurpose::Pilot, number))?;
    let first = number * settings.repetitions;
    let repetitions: Vec<Result<f64, SimulationError>> = (0..settings.repetitions)
        .into_par_iter()
        .map(|repetition| {
            let mut stream =
                RandomStream::for_purpose(settings.seed, engine, StreamPurpose::Splitting, first + repetition);
            let estimate = splitting.estimate(&levels, &mut stream);
            progress(1);
            estimate
        })
        .collect();
    let estimates = repetitions.into_iter().collect::<Result<Vec<f64>, _>>()?;
    Ok(judged(&estimates, levels, engine, splitting, settings))
}

/// The repetitions taken together, and the standard error of ln P, the larger of two estimates.
fn judged(
    estimates: &[f64],
    levels: Vec<f64>,
    engine: Engine,
    splitting: &AdaptiveSplitting<'_>,
    settings: &RareSettings,
) -> (RareFailure, Option<f64>) {
    // Scaled by the largest: squares of 1e-200 would vanish.
    let largest = estimates.iter().copied().fold(0.0, f64::max);
    let mut moments = SampleMoments::default();
    for estimate in estimates {
        moments.add(if largest > 0.0 { estimate / largest } else { 0.0 });
    }
    let relative = (largest > 0.0).then(|| moments.standard_error() / moments.mean());
    let probability = moments.mean() * largest;
    let share = relative.map(|_| 1.0 / (moments.mean() * estimates.len() as f64));
    let logs = relative.and_then(|_| log_normal(estimates));
    let interval = relative.filter(|_| share.is_some_and(|share| share <= MOST)).map(|relative| {
        let critical = student_critical(LEVEL, estimates.len() as f64 - 1.0);
        let ends = |(centre, se): (f64, f64)| (centre - critical * se, centre + critical * se);
        let (low, high) = ends((probability.ln(), relative));
        let (lower, higher) = logs.map_or((low, high), ends);
        (low.min(lower).exp(), high.max(higher).exp().min(1.0))
    });
    let spread = relative.map(|relative| logs.map_or(relative, |(_, se)| relative.max(se)));
    let rare = RareFailure {
        engine,
        seed: settings.seed,
        repetitions: settings.repetitions,
        effort: splitting.effort,
        levels,
        horizon: splitting.horizon,
        probability,
        relative_standard_error: relative,
        interval,
        largest_share: share,
        undefined: undefined(share),
    };
    (rare, spread)
}

/// ln of the mean of log-normal estimates and its standard error (D. R. Cox; see C. E. Land, Technometrics 14 (1972) 145);
/// estimates of 0 are a part of their own. `None` for fewer than two others.
///
/// The mean of a skewed law is mostly made up by estimates that few repetitions give. Where none gave them, estimate and
/// standard error are both too small; the spread of the logarithms shows that they are to be expected.
fn log_normal(estimates: &[f64]) -> Option<(f64, f64)> {
    let logs: Vec<f64> = estimates.iter().filter(|estimate| **estimate > 0.0).map(|estimate| estimate.ln()).collect();
    let (n, all) = (logs.len() as f64, estimates.len() as f64);
    if n < 2.0 {
        return None;
    }
    let mean = logs.iter().sum::<f64>() / n;
    let variance = logs.iter().map(|log| (log - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let missing = (all - n) / (n * all);
    let se = (variance / n + variance * variance / (2.0 * (n - 1.0)) + missing).sqrt();
    Some((mean + 0.5 * variance + (n / all).ln(), se))
}

/// Why numbers are absent, from the share of the largest repetition.
fn undefined(share: Option<f64>) -> BTreeMap<Cow<'static, str>, String> {
    match share {
        None => {
            let reason = "no repetition reached failure";
            ["interval", "largest_share", "relative_standard_error"].map(|key| (key.into(), reason.to_owned())).into()
        }
        Some(share) if share > MOST => {
            let reason = format!(
                "one repetition makes up {:.0} % of the sum of all, so that their spread does not show the error; \
                 ask for more repetitions (--replicates)",
                100.0 * share
            );
            [("interval".into(), reason)].into()
        }
        Some(_) => BTreeMap::new(),
    }
}
