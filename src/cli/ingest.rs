//! `runaway ingest`.

use std::io::Write;

use crate::fit::Log;

use super::CommandVerdict;
use super::args;
use super::standard_error;

pub(super) fn run(args: &args::IngestArgs, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    let log = Log::open(&args.files, &args.reading.options()?)?;
    out.write_all(log.to_csv().as_bytes())?;
    read_as(&log, &mut standard_error::notes())?;
    if log.same_problems && !log.runs.iter().flat_map(|run| &run.rows).any(|row| row.moves().is_some()) {
        standard_error::note("every generation answers the same problems; fit these counts with --same-problems")?;
    }
    Ok(CommandVerdict::Fine)
}

/// What was recognised, in a line, and what a reader of the log should know.
pub(super) fn read_as(log: &Log, notes: &mut dyn Write) -> std::io::Result<()> {
    log.reading().iter().try_for_each(|line| writeln!(notes, "{line}"))
}
