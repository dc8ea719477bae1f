//! `runaway simulate`.

use std::io::Write;

use crate::report::view;
use crate::scenario::Scenario;

use super::answer::Answer;
use super::args::SimulateArgs;
use super::document::ResultDocument;
use super::limits::WorkEstimate;
use super::playing::{EngineArg, PlayArgs};
use super::{CommandVerdict, checkpoint, play, played};

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
    let json = || ResultDocument::new(&scenario, &provenance, &simulated).to_bytes();
    let curve = args.curve.curve.then(|| view::curves_of_runs(&simulated));
    let tables = [view::played_numbers(&scenario.name, &simulated)].into_iter().chain(curve).collect();
    let answer = || Answer { finding: view::played(&simulated), tables, ..Answer::default() };
    args.output.print(out, json, answer)?;
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
    let provenance = played(scenario, play, &format!("{} --rare", args.source.command("simulate")));
    let json = || ResultDocument::new(scenario, &provenance, &rare).to_bytes();
    let tables = vec![view::rare_numbers(&scenario.name, &rare)];
    args.output.print(out, json, || Answer { finding: vec![view::rare(&rare)], tables, ..Answer::default() })?;
    Ok(CommandVerdict::Fine)
}
