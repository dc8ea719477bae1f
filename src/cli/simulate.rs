//! `runaway simulate`.

use std::io::Write;

use super::args::Simulate;
use super::document::Document;
use super::{Verdict, play, played, table};

pub(super) fn run(args: &Simulate, out: &mut dyn Write) -> anyhow::Result<Verdict> {
    let scenario = args.source.load()?;
    let provenance = played(&scenario, args.play, &args.source.command("simulate"));
    let simulated = play::simulate(&scenario, args.play)?;
    if args.output.json {
        Document::new(&scenario, &provenance, &simulated).write(out)?;
    } else {
        table::simulated(&scenario, &simulated, out)?;
    }
    Ok(Verdict::Fine)
}
