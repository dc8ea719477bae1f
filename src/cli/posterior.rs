//! What a log leaves open, for commands that take a fitted loop.

use crate::plan::{self, DesignPosterior, PosteriorError};
use crate::scenario::{FittedDesigns, FittedLoop};

use super::args::SourceArgs;
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

/// The same for a file that holds a fitted loop; `None` for one that does not, and for a named pipe, which was read already.
pub(super) fn of_source(source: &SourceArgs) -> anyhow::Result<Option<DesignPosterior>> {
    let again = source.file.is_file() || source.file.as_os_str() == "-";
    if source.is_result() || !again {
        return Ok(None);
    }
    let Some(fitted) = FittedLoop::load(&source.file)? else { return Ok(None) };
    let files = [fitted.under(&source.file, &source.overrides())?];
    of(&files, SEED, None).map(Some)
}
