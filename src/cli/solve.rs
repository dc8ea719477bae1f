//! `runaway solve`.

use std::io::Write;

use crate::analytic::{self, SafetyReport, Solution};
use crate::plan::DesignPosterior;
use crate::provenance::Provenance;
use crate::report::{ReportInputs, ReportView};
use crate::scenario::{Scenario, ScenarioFile};

use super::answer::Answer;
use super::args::{SolveArgs, SourceArgs};
use super::document::{GivenSource, ResultDocument};
use super::limits::WorkEstimate;
use super::{CommandVerdict, posterior};

pub(super) fn run(args: &SolveArgs, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    let solved = SolvedLoop::of(&args.source, &args.source.read()?)?;
    args.output.print(out, || solved.to_bytes(), || solved.answer(args.curve.curve))?;
    Ok(CommandVerdict::Fine)
}

/// A loop and what `solve` knows of it.
pub(super) struct SolvedLoop {
    scenario: Scenario,
    provenance: Provenance,
    solution: Solution,
    posterior: Option<DesignPosterior>,
}

impl SolvedLoop {
    /// Solves the loop that is asked for of a file that was read.
    pub fn of(source: &SourceArgs, file: &ScenarioFile) -> anyhow::Result<Self> {
        let scenario = source.chosen(file)?;
        WorkEstimate::default().solve(&scenario).admit(source.patience)?;
        let provenance = Provenance::new(&scenario, source.command("solve"));
        let solution = analytic::solve(&scenario);
        let posterior = posterior::of_file(file)?;
        Ok(Self { scenario, provenance, solution, posterior })
    }

    /// The document.
    pub fn to_bytes(&self) -> anyhow::Result<Vec<u8>> {
        let given = GivenSource { result: &self.solution, posterior: self.posterior.as_ref() };
        ResultDocument::new(&self.scenario, &self.provenance, given).to_bytes()
    }

    /// The answer in words and tables.
    pub fn answer(&self, curve: bool) -> Answer {
        answer(&self.scenario, &self.provenance, &self.solution, self.posterior.as_ref(), curve)
    }
}

fn answer(
    scenario: &Scenario,
    provenance: &Provenance,
    solution: &Solution,
    posterior: Option<&DesignPosterior>,
    curve: bool,
) -> Answer {
    let safety = safety(scenario, solution);
    let view = ReportView::new(&ReportInputs {
        scenario,
        provenance,
        solution,
        simulated: None,
        verdict: None,
        account: None,
        safety: safety.as_ref(),
        posterior,
        sensitivity: None,
    });
    let finding = view.said();
    let tables = [view.numbers, view.method].into_iter().chain(view.thresholds).chain(view.accounts);
    Answer {
        finding,
        tables: tables.chain(curve.then_some(view.curves)).collect(),
        remarks: defaults(scenario).into_iter().collect(),
        notes: view.warnings,
        written: Vec::new(),
    }
}

/// Which keys nobody has set otherwise than they are by themselves.
fn defaults(scenario: &Scenario) -> Option<String> {
    let tables = scenario.keys_at_defaults();
    let written = tables.iter().map(|(table, keys)| {
        let keys = keys.join(", ");
        if table.is_empty() { keys } else { format!("[{table}] {keys}") }
    });
    let written: Vec<String> = written.collect();
    let told = format!("these keys are at their defaults: {} (`runaway init` explains each)", written.join("; "));
    (!written.is_empty()).then_some(told)
}

/// What would make a loop safe, from its exact solution.
pub(super) fn safety(scenario: &Scenario, solution: &Solution) -> Option<SafetyReport> {
    let failed = solution.curves.as_ref()?.failed.last().copied()?;
    if solution.runway.restricted_mean == Some(0.0) { None } else { SafetyReport::of(scenario, failed) }
}
