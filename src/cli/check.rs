//! `runaway check`.

use std::io::Write;

use serde::Serialize;

use crate::analytic::{self, Solution};
use crate::compare;
use crate::provenance::Provenance;
use crate::report::{ReportInputs, ReportView};
use crate::scenario::Scenario;
use crate::simulate::Simulated;

use super::answer::Answer;
use super::args::CheckArgs;
use super::document::ResultDocument;
use super::limits::WorkEstimate;
use super::playing::{EngineArg, PlayArgs};
use super::{CommandVerdict, play, played, quoted};

#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct CheckDocument<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    against: Option<&'a Scenario>,
    check: &'a compare::AgreementVerdict,
}

pub(super) fn run(args: &CheckArgs, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    let scenario = args.source.load()?;
    let other = args.against.as_deref().map(|file| args.source.read_other(file)).transpose()?.map(|file| file.scenario);
    let played_by = other.as_ref().unwrap_or(&scenario);
    WorkEstimate::default().solve(&scenario).play(played_by, args.play).admit(args.source.patience)?;
    let solution = analytic::solve(&scenario);
    let simulated = play::simulate(played_by, args.play)?;
    let verdict = verdict(&scenario, &solution, &simulated, args.play, args.level)?;
    let mut command = args.source.command("check");
    if let Some(file) = &args.against {
        command += &format!(" --against {}", quoted(&file.display().to_string()));
    }
    command += &format!(" --level {}", args.level);
    let provenance = played(&scenario, args.play, &command);
    let document = CheckDocument { against: other.as_ref(), check: &verdict };
    let json = || ResultDocument::new(&scenario, &provenance, document).to_bytes();
    // Another loop's runs say nothing of this one.
    let simulated = other.is_none().then_some(&simulated);
    let answer = || answer(&scenario, &provenance, &solution, simulated, &verdict);
    args.output.print(out, json, answer)?;
    Ok(CommandVerdict::of(verdict.agree))
}

/// The verdict, then what it is about.
fn answer(
    scenario: &Scenario,
    provenance: &Provenance,
    solution: &Solution,
    simulated: Option<&Simulated>,
    verdict: &compare::AgreementVerdict,
) -> Answer {
    let view = ReportView::new(&ReportInputs {
        scenario,
        provenance,
        solution,
        simulated,
        verdict: Some(verdict),
        account: None,
        safety: None,
        posterior: None,
        sensitivity: None,
    });
    // The verdict is said once, and first.
    let rest = view.said().into_iter().filter(|line| !line.contains(&verdict.sentence));
    let finding = [format!("{}.", verdict.sentence.trim_end_matches('.'))].into_iter().chain(rest).collect();
    let mut tables: Vec<_> = view.verdict.into_iter().collect();
    tables.iter_mut().for_each(|table| table.notes.retain(|note| *note != verdict.sentence));
    Answer { finding, tables, ..Answer::default() }
}

/// Holds `simulated` against the exact curves; where there are none, against the other engine.
pub(super) fn verdict(
    scenario: &Scenario,
    solution: &Solution,
    simulated: &Simulated,
    play: PlayArgs,
    level: f64,
) -> anyhow::Result<compare::AgreementVerdict> {
    compare::judge(solution, simulated, level, |engine| {
        play::simulate(scenario, PlayArgs { engine: EngineArg::of(engine), ..play })
    })
}
