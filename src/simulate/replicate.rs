//! Independent runs, spread over threads.

use rayon::prelude::*;

use crate::scenario::Scenario;

use super::agents::Agents;
use super::counts::Counts;
use super::error::SimulationError;
use super::result::{Engine, Simulated};
use super::run::Run;
use super::stream::Stream;
use super::tally::Tally;

/// Runs summed together before they meet the rest. Fixed, because the order of floating-point sums must not depend on the
/// number of threads.
const BLOCK: u64 = 8;
/// Blocks in flight for each thread: enough to keep it busy, few enough to hold in memory.
const BLOCKS_PER_THREAD: usize = 16;

/// How a scenario is simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Independent runs, at least 2.
    pub replicates: u64,
    /// Seed; replicate i plays from its i-th stream.
    pub seed: u64,
    /// Who plays.
    pub engine: Engine,
    /// Error curves kept, of the first so many runs.
    pub sample_runs: usize,
}

/// An engine ready to play.
enum Player<'a> {
    Agents(Agents<'a>),
    Counts(Counts<'a>),
}

impl Player<'_> {
    fn play(&self, stream: &mut Stream, run: &mut Run) -> Result<(), SimulationError> {
        run.clear();
        match self {
            Self::Agents(agents) => agents.play(stream, run),
            Self::Counts(counts) => {
                counts.play(stream, run);
                Ok(())
            }
        }
    }
}

/// Simulates `scenario` to its horizon on the threads of the current rayon pool. `progress` hears of every finished run: it
/// is called with the number of runs finished since it was last called, from any thread.
///
/// The result depends on `scenario` and `settings` alone, to the last bit, and not on the number of threads.
///
/// # Errors
/// [`SimulationError`] where the work is refused or an engine gives up; it is the error of the first run that has one.
pub fn run(
    scenario: &Scenario,
    settings: &Settings,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Simulated, SimulationError> {
    let replicates = settings.replicates;
    if replicates < 2 {
        return Err(SimulationError::TooFewReplicates { replicates });
    }
    let player = match settings.engine {
        Engine::Agents => Player::Agents(Agents::new(scenario, replicates)?),
        Engine::Counts => Player::Counts(Counts::new(scenario)),
    };
    let horizon = scenario.horizon.get() as usize;
    let mut total = Tally::new(horizon);
    let wave = BLOCK * (rayon::current_num_threads() * BLOCKS_PER_THREAD) as u64;
    let mut begin = 0;
    while begin < replicates {
        let end = begin.saturating_add(wave).min(replicates);
        let starts: Vec<u64> = (begin..end).step_by(BLOCK as usize).collect();
        let blocks: Vec<Result<Tally, SimulationError>> =
            starts.into_par_iter().map(|first| block(&player, settings, first, horizon, progress)).collect();
        for block in blocks {
            total.merge(block?);
        }
        begin = end;
    }
    Ok(total.finish(settings))
}

/// Plays the block of runs that begins with replicate `first`.
fn block(
    player: &Player<'_>,
    settings: &Settings,
    first: u64,
    horizon: usize,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Tally, SimulationError> {
    let mut tally = Tally::new(horizon);
    let mut run = Run::default();
    for replicate in first..first.saturating_add(BLOCK).min(settings.replicates) {
        let mut stream = Stream::new(settings.seed, settings.engine, replicate);
        player.play(&mut stream, &mut run)?;
        tally.add(&run, replicate < settings.sample_runs as u64);
        progress(1);
    }
    Ok(tally)
}
