//! `runaway explain`.

use std::io::Write;

use crate::analytic;
use crate::explain::explain;
use crate::law::Composition;
use crate::provenance::Provenance;
use crate::report::view::ways_to_safety;
use crate::report::{designs, explained};

use super::answer::Answer;
use super::args::ExplainArgs;
use super::document::{GivenSource, ResultDocument};
use super::limits::WorkEstimate;
use super::{CommandVerdict, UsageError, posterior, quoted};

pub(super) fn run(args: &ExplainArgs, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    let file = args.source.read()?;
    let scenario = args.source.chosen(&file)?;
    WorkEstimate::default().solve(&scenario).admit(args.source.patience)?;
    let start = Composition::start(&scenario);
    let x = Composition { unsound: args.unsound.unwrap_or(start.unsound), wrong: args.wrong.unwrap_or(start.wrong) };
    if x.unsound + x.wrong > 1.0 {
        return Err(UsageError(format!("--unsound {} and --wrong {} sum to more than 1", x.unsound, x.wrong)).into());
    }
    let explanation = explain(&scenario, args.generation, x);
    let posterior = posterior::of_file(&file)?;
    let json = || {
        let command = format!(
            "{} --generation {} --unsound {} --wrong {}",
            args.source.command("explain"),
            args.generation,
            quoted(&x.unsound.to_string()),
            quoted(&x.wrong.to_string())
        );
        let provenance = Provenance::new(&scenario, command);
        let given = GivenSource { result: &explanation, posterior: posterior.as_ref() };
        ResultDocument::new(&scenario, &provenance, given).to_bytes()
    };
    let answer = || {
        let safety = super::solve::safety(&scenario, &analytic::solve(&scenario));
        let safety = safety.map(|safety| ways_to_safety(&safety, scenario.horizon.get()));
        let given = posterior.as_ref().map(designs::posterior::finding).into_iter();
        let tables = explained::tables(&scenario, &explanation).into_iter();
        Answer {
            finding: given.chain(explained::sentences(&scenario, &explanation)).collect(),
            tables: tables.chain(posterior.as_ref().map(designs::posterior::table)).collect(),
            remarks: safety.into_iter().collect(),
            ..Answer::default()
        }
    };
    args.output.print(out, json, answer)?;
    Ok(CommandVerdict::Fine)
}
