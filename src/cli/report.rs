//! `runaway report`.

use std::io::Write;
use std::path::Path;

use serde::Serialize;

use crate::analytic::{self, Safety, Solution};
use crate::compare::{self, DEFAULT_LEVEL};
use crate::explain::Account;
use crate::files::ReportFolder;
use crate::plan::Posterior;
use crate::report::{self, Inputs, View};
use crate::simulate::Simulated;

use super::args::Report;
use super::check::verdict;
use super::document::Document;
use super::limits::Work;
use super::{Verdict, play, played, write_report};

#[derive(Serialize)]
struct Results<'a> {
    solve: &'a Solution,
    simulate: &'a Simulated,
    check: &'a compare::Verdict,
    account: &'a Account,
    #[serde(skip_serializing_if = "Option::is_none")]
    safety: Option<&'a Safety>,
    #[serde(skip_serializing_if = "Option::is_none")]
    posterior: Option<&'a Posterior>,
}

pub(super) fn run(args: &Report, out: &mut dyn Write) -> anyhow::Result<Verdict> {
    let scenario = args.source.load()?;
    Work::default().solve(&scenario).play(&scenario, args.play).admit(args.source.patience)?;
    let folder = folder(args, &scenario.name)?;
    let provenance = played(&scenario, args.play, &args.source.command("report"));
    let solution = analytic::solve(&scenario);
    let simulated = play::simulate(&scenario, args.play)?;
    let check = verdict(&scenario, &solution, &simulated, args.play, DEFAULT_LEVEL)?;
    let account = Account::of(&scenario);
    let safety = super::solve::safety(&scenario, &solution);
    let posterior = super::posterior::of_source(&args.source)?;
    let inputs = Inputs {
        scenario: &scenario,
        provenance: &provenance,
        solution: &solution,
        simulated: Some(&simulated),
        verdict: Some(&check),
        account: Some(&account),
        safety: safety.as_ref(),
        posterior: posterior.as_ref(),
    };
    let rendered = report::render(&inputs)?;
    let results = Results {
        solve: &solution,
        simulate: &simulated,
        check: &check,
        account: &account,
        safety: safety.as_ref(),
        posterior: posterior.as_ref(),
    };
    let json = Document::new(&scenario, &provenance, results).to_bytes()?;
    let written = write_report(&folder, &rendered, "report.html", &[("results.json", &json)])?;
    if args.json {
        out.write_all(&json)?;
    } else {
        let view = View::new(&inputs);
        writeln!(out, "{}", view.headline)?;
        for sentence in view.alarms.iter().chain(&view.finding) {
            writeln!(out, "{sentence}")?;
        }
        writeln!(out, "wrote {written} files to {}", folder.named().display())?;
    }
    Ok(Verdict::of(check.agree))
}

/// The folder that was asked for, or one by the loop's name, which is told before anything is written there.
fn folder(args: &Report, name: &str) -> anyhow::Result<ReportFolder> {
    let path = args.output.clone().unwrap_or_else(|| Path::new("reports").join(name));
    let folder = ReportFolder::new(&path, "report", args.replacing.force)?;
    if args.output.is_none() {
        writeln!(std::io::stderr(), "writes to {}; another folder with `-o DIR`", path.display())?;
    }
    Ok(folder)
}
