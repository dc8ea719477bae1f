//! What a log leaves open, for commands that take a fitted loop.

use crate::plan::{self, DesignPosterior, PosteriorError};
use crate::scenario::{FittedDesigns, FittedLoop, ScenarioFile};

use super::progress::bar;

/// Draws where nobody gives a seed.
const SEED: u64 = 1;

/// Plays the designs of files under every draw.
pub(super) fn of(files: &[FittedDesigns], seed: u64, baseline: Option<&str>) -> anyhow::Result<DesignPosterior> {
    let draws = files.iter().map(FittedDesigns::draws).min().unwrap_or(0);
    let bar = bar(draws as u64, "posterior", "draws")?;
    let played = plan::posterior(files, seed, baseline, &|more| bar.inc(more));
    bar.finish_and_clear();
    played.map_err(|error| match error {
        PosteriorError::Scenario(error) => error.into(),
        PosteriorError::Plan(error) => error.into(),
    })
}

/// The same for a file that holds a fitted loop; `None` for one that does not.
pub(super) fn of_file(file: &ScenarioFile) -> anyhow::Result<Option<DesignPosterior>> {
    let Some(fitted) = FittedLoop::of(file)? else { return Ok(None) };
    of(&[fitted.under(file)?], SEED, None).map(Some)
}
