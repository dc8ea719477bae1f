//! Independent runs, spread over threads.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::scenario::Scenario;

use super::agents::{AgentEngine, Events};
use super::counts::CountEngine;
use super::error::SimulationError;
use super::result::{Engine, Simulated, SimulationSettings};
use super::run::PlayedRun;
use super::stream::RandomStream;
use super::tally::RunTally;

/// Runs summed together before they meet the rest. Fixed, because the order of floating-point sums must not depend on the
/// number of threads.
const BLOCK: u64 = 8;
/// The most blocks in flight for each thread: enough to keep it busy, few enough to hold in memory.
const BLOCKS_PER_THREAD: u64 = 64;
/// Time that the blocks in flight may take together, so that there is something to keep now and then.
const WAVE: Duration = Duration::from_millis(250);

/// An engine ready to play.
enum EnginePlayer<'a> {
    Agents(AgentEngine<'a>),
    Events(Events<'a>),
    Counts(CountEngine<'a>),
}

impl<'a> EnginePlayer<'a> {
    fn new(scenario: &'a Scenario, settings: &SimulationSettings) -> Result<Self, SimulationError> {
        Ok(match settings.engine {
            Engine::Agents => Self::Agents(AgentEngine::new(scenario, settings.replicates)?),
            Engine::Events => Self::Events(Events::new(scenario, settings.replicates)?),
            Engine::Counts => Self::Counts(CountEngine::new(scenario)),
        })
    }

    fn play(&self, stream: &mut RandomStream, run: &mut PlayedRun) -> Result<(), SimulationError> {
        run.clear();
        match self {
            Self::Agents(agents) => agents.play(stream, run),
            Self::Events(events) => events.play(stream, run),
            Self::Counts(counts) => {
                counts.play(stream, run);
                Ok(())
            }
        }
    }
}

/// Simulates `scenario` to its horizon on the threads of the current rayon pool: [`run`] without a progress bar.
///
/// ```
/// use runaway::scenario::Origin;
/// use runaway::simulate::{Engine, SimulationSettings};
/// use runaway::{Scenario, simulate};
///
/// let text = "name = \"small\"\nexamples = 50\nhorizon = 10\n[errors]\namplification = 20";
/// let scenario = Scenario::parse(text, Origin::Text, &[])?;
/// let settings = SimulationSettings { engine: Engine::Counts, replicates: 200, ..SimulationSettings::default() };
/// let simulated = simulate(&scenario, &settings)?;
/// // The share of runs that have not failed by generation 0, 1, …, 10.
/// assert_eq!(simulated.survival.len(), 11);
/// // The same seed gives the same result to the last bit, on any number of threads.
/// assert_eq!(simulated, simulate(&scenario, &settings)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`run`].
pub fn simulate(scenario: &Scenario, settings: &SimulationSettings) -> Result<Simulated, SimulationError> {
    run(scenario, settings, &|_| ())
}

/// Simulates `scenario` to its horizon on the threads of the current rayon pool. `progress` is called for every finished run: it
/// is called with the number of runs finished since it was last called, from any thread.
///
/// The result depends on `scenario` and `settings` alone, to the last bit, and not on the number of threads.
///
/// # Errors
/// [`SimulationError`] where the work is refused or an engine gives up; it is the error of the first run that has one.
pub fn run(
    scenario: &Scenario,
    settings: &SimulationSettings,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Simulated, SimulationError> {
    resume(scenario, settings, None, &mut |_| ControlFlow::Continue(()), progress)
}

/// As [`run`], but from the tallies of an earlier attempt on, and showing the tallies so far to `keep` every second or so
/// (a block of eight runs is never divided). The result is that of an uninterrupted [`run`], to the last bit, provided
/// that `begun` comes from the same scenario and settings: what can be checked of that here is checked.
///
/// # Errors
/// As [`run`]; [`SimulationError::UnfitProgress`] for tallies that cannot be of this simulation; and
/// [`SimulationError::Stopped`] where `keep` says so.
pub fn resume(
    scenario: &Scenario,
    settings: &SimulationSettings,
    begun: Option<SimulationProgress>,
    keep: &mut dyn FnMut(&SimulationProgress) -> ControlFlow<()>,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Simulated, SimulationError> {
    let replicates = settings.replicates;
    if replicates < 2 {
        return Err(SimulationError::TooFewReplicates { replicates });
    }
    let player = EnginePlayer::new(scenario, settings)?;
    let horizon = scenario.horizon.get() as usize;
    let mut total = begun.unwrap_or_else(|| SimulationProgress(RunTally::new(horizon)));
    total.check(settings, horizon)?;
    progress(total.replicates());
    let threads = rayon::current_num_threads() as u64;
    let mut blocks = threads;
    while total.replicates() < replicates {
        let (begin, began) = (total.replicates(), Instant::now());
        let end = begin.saturating_add(BLOCK * blocks).min(replicates);
        let starts: Vec<u64> = (begin..end).step_by(BLOCK as usize).collect();
        let tallies: Vec<Result<RunTally, SimulationError>> =
            starts.into_par_iter().map(|first| block(&player, settings, first, horizon, progress)).collect();
        for tally in tallies {
            total.0.merge(tally?);
        }
        if keep(&total).is_break() {
            return Err(SimulationError::Stopped { replicates: total.replicates() });
        }
        // The clock decides how many blocks are in flight, and nothing else: they are summed in the same order.
        blocks =
            if began.elapsed() > WAVE { blocks / 2 } else { blocks * 2 }.clamp(threads, threads * BLOCKS_PER_THREAD);
    }
    Ok(total.0.finish(settings))
}

/// The tallies of a simulation that may not be finished. They hold every digit, so that what is written down and read again
/// goes on to the same result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SimulationProgress(RunTally);

impl SimulationProgress {
    /// Runs finished.
    #[must_use]
    pub fn replicates(&self) -> u64 {
        self.0.runs()
    }

    fn check(&self, settings: &SimulationSettings, horizon: usize) -> Result<(), SimulationError> {
        let unfit = |reason| Err(SimulationError::UnfitProgress { reason });
        let done = self.replicates();
        if !self.0.fits(horizon) {
            unfit("their curves are not those of this many runs over this horizon")
        } else if done > settings.replicates {
            unfit("they hold more runs than were asked for")
        } else if !done.is_multiple_of(BLOCK) && done != settings.replicates {
            unfit("they end within a block of runs")
        } else {
            Ok(())
        }
    }
}

/// Plays the block of runs that begins with replicate `first`.
fn block(
    player: &EnginePlayer<'_>,
    settings: &SimulationSettings,
    first: u64,
    horizon: usize,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<RunTally, SimulationError> {
    let mut tally = RunTally::new(horizon);
    let mut run = PlayedRun::default();
    for replicate in first..first.saturating_add(BLOCK).min(settings.replicates) {
        let mut stream = RandomStream::new(settings.seed, settings.engine, replicate);
        player.play(&mut stream, &mut run)?;
        tally.add(&run, replicate < settings.sample_runs as u64);
        progress(1);
    }
    Ok(tally)
}
