//! `runaway simulate`.

use std::io::Write;

use crate::scenario::Scenario;

use super::args::SimulateArgs;
use super::document::ResultDocument;
use super::limits::WorkEstimate;
use super::playing::{EngineArg, PlayArgs};
use super::{CommandVerdict, checkpoint, play, played, table};

pub(super) fn run(args: &SimulateArgs, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    let scenario = args.source.load()?;
    if args.rare {
        return rare(args, &scenario, out);
    }
    WorkEstimate::default().play(&scenario, args.play).admit(args.source.patience)?;
    let provenance = played(&scenario, args.play, &args.source.command("simulate"));
    let simulated = match &args.checkpoint {
        Some(file) => play::simulate_kept(&scenario, args.play, file)?,
        None => play::simulate(&scenario, args.play)?,
    };
    if args.output.json {
        ResultDocument::new(&scenario, &provenance, &simulated).write(out)?;
    } else {
        table::simulated(&scenario, &simulated, out)?;
    }
    if let Some(file) = &args.checkpoint {
        out.flush()?;
        checkpoint::remove(file)?;
    }
    Ok(CommandVerdict::Fine)
}

fn rare(args: &SimulateArgs, scenario: &Scenario, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    let engine = if args.play.engine == EngineArg::Agents { EngineArg::Events } else { args.play.engine };
    let play = PlayArgs { engine, replicates: Some(args.play.repetitions()), ..args.play };
    WorkEstimate::default().rare(scenario, play, play::EFFORT).admit(args.source.patience)?;
    let rare = play::rare(scenario, play)?;
    if args.output.json {
        let provenance = played(scenario, play, &format!("{} --rare", args.source.command("simulate")));
        ResultDocument::new(scenario, &provenance, &rare).write(out)?;
    } else {
        table::rare(scenario, &rare, out)?;
    }
    Ok(CommandVerdict::Fine)
}
