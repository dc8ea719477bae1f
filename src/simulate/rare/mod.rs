//! Probabilities of failures too rare to wait for: fixed-effort multilevel splitting.
//!
//! A failure of probability 1e-9 is reached over levels each of which is passed by about one run in five. At every level a fixed
//! number of runs sets out from the states in which earlier ones reached it; the product of the shares that get through is
//! an unbiased estimate of P(T ≤ horizon), whatever the levels are: they decide the variance alone. They are set on a
//! forecast of failure (`forecast`), by a pilot run with random numbers of its own. The error is judged from independent
//! repetitions. Sources: M. Villén-Altamirano and J. Villén-Altamirano (1991); M. J. J. Garvels, The splitting method in
//! rare event simulation (2000); P. Del Moral, Feynman-Kac Formulae (2004) for the absence of bias.

mod forecast;
mod splitting;

use rayon::prelude::*;
use serde::Serialize;

use crate::scenario::Scenario;
use crate::stats::interval::normal_critical;
use crate::stats::moments::Moments;

use super::agents::Events;
use super::beliefs::{Beliefs, Chain};
use super::counts::Counts;
use super::error::SimulationError;
use super::result::Engine;
use super::stream::{Purpose, Stream};
use forecast::Forecast;
use splitting::Splitting;

/// Probability that the interval misses, as far as repetitions are log-normal.
const LEVEL: f64 = 0.05;

/// How a rare failure is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RareSettings {
    /// Independent repetitions, at least 2.
    pub repetitions: u64,
    /// Runs at each level, at least 10.
    pub effort: u64,
    /// Seed; repetition i plays from its i-th stream.
    pub seed: u64,
    /// Who plays; [`Engine::Agents`] are played by their event-driven form, [`Engine::Events`].
    pub engine: Engine,
}

/// The probability of failing within the horizon, estimated by splitting.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rare {
    /// Who played.
    pub engine: Engine,
    /// Seed of the streams.
    pub seed: u64,
    /// Independent repetitions.
    pub repetitions: u64,
    /// Runs at each level.
    pub effort: u64,
    /// Levels, in nats of the forecast cost of failing, falling; failure itself comes after the last.
    pub levels: Vec<f64>,
    /// Last generation in which a failure counts.
    pub horizon: u64,
    /// Estimate of P(T ≤ horizon): unbiased mean of the repetitions.
    pub probability: f64,
    /// Standard error of `probability` from the repetitions, relative to it; absent where no repetition failed.
    pub relative_standard_error: Option<f64>,
    /// 95 % interval, from the relative standard error on a logarithmic scale; absent where no repetition failed.
    pub interval: Option<(f64, f64)>,
    /// Share of the largest repetition in the sum of all. Near 1 the standard error is not to be trusted.
    pub largest_share: Option<f64>,
}

/// Estimates P(T ≤ horizon) of `scenario`. `progress` hears of every finished repetition.
///
/// The result depends on `scenario` and `settings` alone, to the last bit, and not on the number of threads.
///
/// # Errors
/// [`SimulationError`] where no forecast can be made, no level is passed, or an engine gives up.
pub fn rare(
    scenario: &Scenario,
    settings: &RareSettings,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Rare, SimulationError> {
    if settings.repetitions < 2 {
        return Err(SimulationError::TooFewReplicates { replicates: settings.repetitions });
    }
    let runs = settings.repetitions.saturating_mul(settings.effort);
    match settings.engine {
        Engine::Counts => estimate(scenario, &Counts::new(scenario), Engine::Counts, settings, progress),
        Engine::Agents | Engine::Events => {
            estimate(scenario, &Events::new(scenario, runs)?, Engine::Events, settings, progress)
        }
    }
}

fn estimate(
    scenario: &Scenario,
    chain: &dyn Chain,
    engine: Engine,
    settings: &RareSettings,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Rare, SimulationError> {
    let forecast = Forecast::new(scenario)?;
    let splitting = Splitting {
        chain,
        forecast: &forecast,
        start: Beliefs::start(scenario),
        horizon: scenario.horizon.get(),
        effort: settings.effort.max(10),
    };
    let levels = splitting.pilot(&mut Stream::for_purpose(settings.seed, engine, Purpose::Pilot, 0))?;
    let repetitions: Vec<Result<f64, SimulationError>> = (0..settings.repetitions)
        .into_par_iter()
        .map(|repetition| {
            let mut stream = Stream::for_purpose(settings.seed, engine, Purpose::Splitting, repetition);
            let estimate = splitting.estimate(&levels, &mut stream);
            progress(1);
            estimate
        })
        .collect();
    let estimates = repetitions.into_iter().collect::<Result<Vec<f64>, _>>()?;
    Ok(judged(&estimates, levels, engine, splitting.horizon, settings))
}

/// The repetitions taken together.
fn judged(estimates: &[f64], levels: Vec<f64>, engine: Engine, horizon: u64, settings: &RareSettings) -> Rare {
    // Scaled by the largest: squares of 1e-200 would vanish.
    let largest = estimates.iter().copied().fold(0.0, f64::max);
    let mut moments = Moments::default();
    for estimate in estimates {
        moments.add(if largest > 0.0 { estimate / largest } else { 0.0 });
    }
    let relative = (largest > 0.0).then(|| moments.standard_error() / moments.mean());
    let probability = moments.mean() * largest;
    let interval = relative.map(|relative| {
        let reach = (normal_critical(LEVEL) * relative).exp();
        (probability / reach, (probability * reach).min(1.0))
    });
    Rare {
        engine,
        seed: settings.seed,
        repetitions: settings.repetitions,
        effort: settings.effort.max(10),
        levels,
        horizon,
        probability,
        relative_standard_error: relative,
        interval,
        largest_share: relative.map(|_| 1.0 / (moments.mean() * estimates.len() as f64)),
    }
}
