//! `runaway check`.

use std::io::Write;

use serde::Serialize;

use crate::analytic::{self, Solution};
use crate::compare;
use crate::scenario::Scenario;
use crate::simulate::Simulated;

use super::args::CheckArgs;
use super::document::ResultDocument;
use super::limits::WorkEstimate;
use super::playing::{EngineArg, PlayArgs};
use super::{CommandVerdict, play, played, quoted, table};

#[derive(Serialize)]
struct CheckDocument<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    against: Option<&'a Scenario>,
    check: &'a compare::AgreementVerdict,
}

pub(super) fn run(args: &CheckArgs, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    let scenario = args.source.load()?;
    let other = args.against.as_deref().map(|file| args.source.load_from(file)).transpose()?;
    let played_by = other.as_ref().unwrap_or(&scenario);
    WorkEstimate::default().solve(&scenario).play(played_by, args.play).admit(args.source.patience)?;
    let solution = analytic::solve(&scenario);
    let simulated = play::simulate(played_by, args.play)?;
    let verdict = verdict(&scenario, &solution, &simulated, args.play, args.level)?;
    if args.output.json {
        let mut command = args.source.command("check");
        if let Some(file) = &args.against {
            command += &format!(" --against {}", quoted(&file.display().to_string()));
        }
        command += &format!(" --level {}", args.level);
        let provenance = played(&scenario, args.play, &command);
        ResultDocument::new(&scenario, &provenance, CheckDocument { against: other.as_ref(), check: &verdict })
            .write(out)?;
    } else {
        table::verdict(&verdict, out)?;
    }
    Ok(CommandVerdict::of(verdict.agree))
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
