//! `runaway solve`.

use std::io::Write;

use crate::analytic::{self, Safety, Solution};
use crate::provenance::Provenance;
use crate::report::view::ways_to_safety;
use crate::scenario::Scenario;

use super::args::Solve;
use super::document::{Document, Given};
use super::limits::Work;
use super::{Verdict, posterior, table};

pub(super) fn run(args: &Solve, out: &mut dyn Write) -> anyhow::Result<Verdict> {
    let scenario = args.source.load()?;
    Work::default().solve(&scenario).admit(args.source.patience)?;
    let provenance = Provenance::new(&scenario, args.source.command("solve"));
    let solution = analytic::solve(&scenario);
    let posterior = posterior::of_source(&args.source)?;
    if args.output.json {
        let given = Given { result: &solution, posterior: posterior.as_ref() };
        Document::new(&scenario, &provenance, given).write(out)?;
    } else {
        posterior::finding(posterior.as_ref(), out)?;
        table::solution(&scenario, &solution, out)?;
        if let Some(safety) = safety(&scenario, &solution) {
            writeln!(out, "{}", ways_to_safety(&safety, scenario.horizon.get()))?;
        }
        posterior::table(posterior.as_ref(), out)?;
    }
    Ok(Verdict::Fine)
}

/// What would make a loop safe, from its exact solution.
pub(super) fn safety(scenario: &Scenario, solution: &Solution) -> Option<Safety> {
    let failed = solution.curves.as_ref()?.failed.last().copied()?;
    if solution.runway.restricted_mean == Some(0.0) { None } else { Safety::of(scenario, failed) }
}
