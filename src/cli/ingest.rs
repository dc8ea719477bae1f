//! `runaway ingest`.

use std::io::Write;

use crate::fit::{IngestOptions, Log};

use super::Verdict;
use super::args;

pub(super) fn run(args: &args::Ingest, out: &mut dyn Write) -> anyhow::Result<Verdict> {
    let options = IngestOptions {
        format: None,
        task: args.task.clone(),
        metric: args.metric.clone(),
        filter: args.filter.clone(),
        evaluated: args.evaluated,
    };
    let log = Log::ingest(&args.files, &options)?;
    out.write_all(log.to_csv().as_bytes())?;
    let mut notes = std::io::stderr();
    writeln!(notes, "read as {}: took {}", log.format, log.taken.join(", "))?;
    for ignored in &log.ignored {
        writeln!(notes, "ignored: {ignored}")?;
    }
    Ok(Verdict::Fine)
}
