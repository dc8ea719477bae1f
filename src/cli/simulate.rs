//! `runaway simulate`.

use std::io::Write;

use crate::scenario::Scenario;

use super::args::Simulate;
use super::document::Document;
use super::limits::Work;
use super::playing::{Engine, Play};
use super::{Verdict, checkpoint, play, played, table};

pub(super) fn run(args: &Simulate, out: &mut dyn Write) -> anyhow::Result<Verdict> {
    let scenario = args.source.load()?;
    if args.rare {
        return rare(args, &scenario, out);
    }
    Work::default().play(&scenario, args.play).admit(args.source.patience)?;
    let provenance = played(&scenario, args.play, &args.source.command("simulate"));
    let simulated = match &args.checkpoint {
        Some(file) => play::simulate_kept(&scenario, args.play, file)?,
        None => play::simulate(&scenario, args.play)?,
    };
    if args.output.json {
        Document::new(&scenario, &provenance, &simulated).write(out)?;
    } else {
        table::simulated(&scenario, &simulated, out)?;
    }
    if let Some(file) = &args.checkpoint {
        out.flush()?;
        checkpoint::remove(file)?;
    }
    Ok(Verdict::Fine)
}

fn rare(args: &Simulate, scenario: &Scenario, out: &mut dyn Write) -> anyhow::Result<Verdict> {
    let engine = if args.play.engine == Engine::Agents { Engine::Events } else { args.play.engine };
    let play = Play { engine, replicates: Some(args.play.repetitions()), ..args.play };
    Work::default().rare(scenario, play, play::EFFORT).admit(args.source.patience)?;
    let rare = play::rare(scenario, play)?;
    if args.output.json {
        let provenance = played(scenario, play, &format!("{} --rare", args.source.command("simulate")));
        Document::new(scenario, &provenance, &rare).write(out)?;
    } else {
        table::rare(scenario, &rare, out)?;
    }
    Ok(Verdict::Fine)
}
