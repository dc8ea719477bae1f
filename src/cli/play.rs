//! Playing a loop with a progress bar, on a pool of threads.

use std::path::Path;

use anyhow::Context;
use rayon::ThreadPool;

use crate::scenario::Scenario;
use crate::simulate::{self, RareFailure, RareSettings, Simulated, SimulationError, SimulationSettings};

use super::checkpoint::Checkpoint;
use super::playing::PlayArgs;
use super::progress::bar;

/// Sample runs kept for the figures.
const SAMPLE_RUNS: usize = 8;
/// Runs at each level of a splitting.
pub const EFFORT: u64 = 1_000;

/// Simulates `scenario` as asked for. The bar goes to standard error, and only to a terminal.
pub fn simulate(scenario: &Scenario, play: PlayArgs) -> anyhow::Result<Simulated> {
    let settings = settings(play);
    let bar = bar(settings.replicates, play.engine.name(), "runs")?;
    let simulated = pool(play)?.install(|| simulate::run(scenario, &settings, &|done| bar.inc(done)));
    bar.finish_and_clear();
    Ok(simulated?)
}

/// The same, with a checkpoint in `file`, which is resumed where it exists.
pub fn simulate_kept(scenario: &Scenario, play: PlayArgs, file: &Path) -> anyhow::Result<Simulated> {
    let settings = settings(play);
    let mut checkpoint = Checkpoint::new(file, scenario, &settings);
    let begun = checkpoint.read()?;
    let bar = bar(settings.replicates, play.engine.name(), "runs")?;
    let simulated = pool(play)?.install(|| {
        simulate::resume(scenario, &settings, begun, &mut |progress| checkpoint.keep(progress), &|done| bar.inc(done))
    });
    bar.finish_and_clear();
    match (simulated, checkpoint.failure()) {
        (Err(SimulationError::Stopped { .. }), Some(failure)) => Err(failure.into()),
        (Err(error @ SimulationError::UnfitProgress { .. }), _) => {
            Err(error).with_context(|| format!("{}: this checkpoint is damaged", file.display()))
        }
        (simulated, _) => Ok(simulated?),
    }
}

/// Estimates how probable a failure within the horizon is.
pub fn rare(scenario: &Scenario, play: PlayArgs) -> anyhow::Result<RareFailure> {
    let repetitions = play.repetitions();
    let settings = RareSettings { repetitions, effort: EFFORT, seed: play.seed, engine: play.engine.engine() };
    let bar = bar(repetitions, "splitting", "runs")?;
    let rare = pool(play)?.install(|| simulate::rare(scenario, &settings, &|done| bar.inc(done)));
    bar.finish_and_clear();
    Ok(rare?)
}

fn settings(play: PlayArgs) -> SimulationSettings {
    SimulationSettings {
        replicates: play.replicates(),
        seed: play.seed,
        engine: play.engine.engine(),
        sample_runs: SAMPLE_RUNS,
    }
}

fn pool(play: PlayArgs) -> anyhow::Result<ThreadPool> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(play.threads.map_or(0, usize::from))
        .build()
        .context("cannot start threads")
}
