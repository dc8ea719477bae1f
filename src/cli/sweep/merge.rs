//! `runaway merge`: the parts of a sharded sweep, put together.

use std::collections::BTreeMap;
use std::io::Write;

use crate::cli::CommandVerdict;
use crate::cli::args::MergeArgs;
use crate::cli::{outcome::UsageError, report_folder};
use crate::sweep::{CellRange, FinishedPart, PartHeader, SweepError};

use super::grid_file::{GridWriter, write_grid};
use super::{Gathered, Outcome};

/// Shards that a message names at most.
const NAMED: usize = 5;

pub fn run(args: &MergeArgs, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    if args.output.is_none() && args.report.is_none() && args.format.typed().is_none() {
        return Err(UsageError(
            "name what to make of the parts: `-o FILE`, `--report DIR` or `--format csv`".to_owned(),
        )
        .into());
    }
    let outcome = Outcome::of(args.output.as_deref(), args.format, false)?;
    let parts = args.parts.iter().map(|path| FinishedPart::open(path)).collect::<Result<Vec<_>, _>>()?;
    let parts = whole(parts)?;
    let first = &parts[0].header;
    let header = PartHeader { range: CellRange::ALL, ..first.clone() };
    let damaged = || SweepError::Parts(format!("{}: its first line is damaged", parts[0].path().display()));
    let plan = header.plan().ok_or_else(damaged)?;
    outcome.admit(&plan, args.report.is_some())?;
    let folder = report_folder(args.report.as_deref(), "sweep", args.replacing)?;
    let mut gathered = Gathered::new(&plan, outcome.is_held(folder.is_some()));
    match &outcome {
        Outcome::File(file, format) => write_grid(file, *format, &header, &parts, &mut |cell| gathered.take(cell))?,
        Outcome::Stream(format) => {
            // What is printed cannot be taken back.
            parts.iter().try_for_each(|part| part.read(|_| Ok::<(), SweepError>(())))?;
            let mut writer = GridWriter::new(out, *format, &header)?;
            for part in &parts {
                part.read(|cell| -> anyhow::Result<()> {
                    writer.cell(&cell)?;
                    gathered.take(cell);
                    Ok(())
                })?;
            }
            writer.finish()?;
        }
        Outcome::Told(_) => {
            for part in &parts {
                part.read(|cell| -> anyhow::Result<()> {
                    gathered.take(cell);
                    Ok(())
                })?;
            }
        }
    }
    gathered.tell(&outcome, &header, folder.as_ref(), out)?;
    Ok(CommandVerdict::Fine)
}

/// The parts in order, if they are those of one sweep, each once and none missing.
fn whole(parts: Vec<FinishedPart>) -> Result<Vec<FinishedPart>, SweepError> {
    let refuse = |rule: String| Err(SweepError::Parts(rule));
    let mut known: BTreeMap<u64, FinishedPart> = BTreeMap::new();
    let mut first: Option<(String, PartHeader)> = None;
    for part in parts {
        let name = part.path().display().to_string();
        let (other, header) = first.get_or_insert_with(|| (name.clone(), part.header.clone()));
        let range = part.header.range;
        if !part.header.is_of(header) {
            let (ours, theirs) = (&header.command, &part.header.command);
            return refuse(format!(
                "{name}: this part is of another sweep (`{theirs}`) than {other} (`{ours}`); merge the parts of one"
            ));
        }
        if range.of != header.range.of {
            let (ours, theirs) = (header.range.of, range.of);
            return refuse(format!(
                "{name}: this is one of {theirs} parts, and {other} one of {ours}; merge the parts of one division"
            ));
        }
        if let Some(twice) = known.get(&range.shard) {
            let shown = twice.path().display();
            return refuse(format!(
                "{name}: shard {}/{} is in {shown} as well; name each part once",
                range.shard, range.of
            ));
        }
        known.insert(range.shard, part);
    }
    let of = first.map_or(0, |(_, header)| header.range.of);
    let missing: Vec<u64> = (1..=of).filter(|shard| !known.contains_key(shard)).collect();
    if !missing.is_empty() {
        let named: Vec<String> = missing.iter().take(NAMED).map(|shard| format!("{shard}/{of}")).collect();
        let more = if missing.len() > NAMED { format!(" and {} more", missing.len() - NAMED) } else { String::new() };
        let plural = if missing.len() == 1 { "" } else { "s" };
        return refuse(format!(
            "shard{plural} {}{more} missing: {} of {of} parts were named; sweep with `--shard {}/{of}`, or name its file",
            named.join(", "),
            known.len(),
            missing[0]
        ));
    }
    Ok(known.into_values().collect())
}
