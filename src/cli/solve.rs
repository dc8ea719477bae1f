//! `runaway solve`.

use std::io::Write;

use crate::analytic;
use crate::provenance::Provenance;

use super::args::Solve;
use super::document::Document;
use super::limits::Work;
use super::{Verdict, table};

pub(super) fn run(args: &Solve, out: &mut dyn Write) -> anyhow::Result<Verdict> {
    let scenario = args.source.load()?;
    Work::default().solve(&scenario).admit(args.source.patience)?;
    let provenance = Provenance::new(&scenario, args.source.command("solve"));
    let solution = analytic::solve(&scenario);
    if args.output.json {
        Document::new(&scenario, &provenance, &solution).write(out)?;
    } else {
        table::solution(&scenario, &solution, out)?;
    }
    Ok(Verdict::Fine)
}
