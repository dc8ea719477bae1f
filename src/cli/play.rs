//! Playing a loop with a progress bar, on a pool of threads.

use anyhow::Context;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::scenario::Scenario;
use crate::simulate::{self, Settings, Simulated};

use super::args::Play;

/// Sample runs kept for the figures.
const SAMPLE_RUNS: usize = 8;

/// Simulates `scenario` as asked for. The bar goes to standard error, and only to a terminal.
pub fn simulate(scenario: &Scenario, play: Play) -> anyhow::Result<Simulated> {
    let settings = Settings {
        replicates: play.replicates(),
        seed: play.seed,
        engine: play.engine.engine(),
        sample_runs: SAMPLE_RUNS,
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(play.threads.map_or(0, usize::from))
        .build()
        .context("cannot start threads")?;
    // An indicatif bar on standard error hides itself where that is no terminal.
    let bar = ProgressBar::with_draw_target(Some(settings.replicates), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} runs, {eta} left") {
        bar.set_style(style);
    }
    bar.set_message(play.engine.name());
    let simulated = pool.install(|| simulate::run(scenario, &settings, &|done| bar.inc(done)));
    bar.finish_and_clear();
    Ok(simulated?)
}
