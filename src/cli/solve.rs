//! `runaway solve`.

use std::io::Write;

use crate::analytic::{self, SafetyReport, Solution};
use crate::provenance::Provenance;
use crate::report::view::ways_to_safety;
use crate::scenario::Scenario;

use super::args::SolveArgs;
use super::document::{GivenSource, ResultDocument};
use super::limits::WorkEstimate;
use super::{CommandVerdict, posterior, table};

pub(super) fn run(args: &SolveArgs, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    let scenario = args.source.load()?;
    WorkEstimate::default().solve(&scenario).admit(args.source.patience)?;
    let provenance = Provenance::new(&scenario, args.source.command("solve"));
    let solution = analytic::solve(&scenario);
    let posterior = posterior::of_source(&args.source)?;
    if args.output.json {
        let given = GivenSource { result: &solution, posterior: posterior.as_ref() };
        ResultDocument::new(&scenario, &provenance, given).write(out)?;
    } else {
        posterior::finding(posterior.as_ref(), out)?;
        table::solution(&scenario, &solution, out)?;
        if let Some(safety) = safety(&scenario, &solution) {
            writeln!(out, "{}", ways_to_safety(&safety, scenario.horizon.get()))?;
        }
        posterior::table(posterior.as_ref(), out)?;
        defaults(&scenario, out)?;
    }
    Ok(CommandVerdict::Fine)
}

/// Which keys nobody has set otherwise than they are by themselves.
fn defaults(scenario: &Scenario, out: &mut dyn Write) -> std::io::Result<()> {
    let tables = scenario.keys_at_defaults();
    if tables.is_empty() {
        return Ok(());
    }
    let written = tables.iter().map(|(table, keys)| {
        let keys = keys.join(", ");
        if table.is_empty() { keys } else { format!("[{table}] {keys}") }
    });
    let written: Vec<String> = written.collect();
    writeln!(out, "these keys are at their defaults: {} (`runaway init` explains each)", written.join("; "))
}

/// What would make a loop safe, from its exact solution.
pub(super) fn safety(scenario: &Scenario, solution: &Solution) -> Option<SafetyReport> {
    let failed = solution.curves.as_ref()?.failed.last().copied()?;
    if solution.runway.restricted_mean == Some(0.0) { None } else { SafetyReport::of(scenario, failed) }
}
