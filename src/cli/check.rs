//! `runaway check`.

use std::io::Write;

use serde::Serialize;

use crate::analytic::{self, Solution};
use crate::compare::{self, Expected};
use crate::scenario::Scenario;
use crate::simulate::Simulated;

use super::args::Check;
use super::document::Document;
use super::limits::Work;
use super::playing::{Engine, Play};
use super::{Verdict, play, played, quoted, table};

#[derive(Serialize)]
struct Checked<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    against: Option<&'a Scenario>,
    check: &'a compare::Verdict,
}

pub(super) fn run(args: &Check, out: &mut dyn Write) -> anyhow::Result<Verdict> {
    let scenario = args.source.load()?;
    let other = args.against.as_deref().map(|file| args.source.load_from(file)).transpose()?;
    let played_by = other.as_ref().unwrap_or(&scenario);
    Work::default().solve(&scenario).play(played_by, args.play).admit(args.source.patience)?;
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
        Document::new(&scenario, &provenance, Checked { against: other.as_ref(), check: &verdict }).write(out)?;
    } else {
        table::verdict(&verdict, out)?;
    }
    Ok(Verdict::of(verdict.agree))
}

/// Holds `simulated` against the exact curves; where there are none, against the other engine.
pub(super) fn verdict(
    scenario: &Scenario,
    solution: &Solution,
    simulated: &Simulated,
    play: Play,
    level: f64,
) -> anyhow::Result<compare::Verdict> {
    if let Some(curves) = &solution.curves {
        let expected = Expected::of(curves, format!("the exact chain ({})", solution.method));
        return Ok(compare::with_expected(&expected, simulated, level)?);
    }
    let engine = match play.engine {
        Engine::Agents | Engine::Events => Engine::Counts,
        Engine::Counts => Engine::Agents,
    };
    let reference = play::simulate(scenario, Play { engine, ..play })?;
    Ok(compare::two_samples(&reference, simulated, level)?)
}
