//! `runaway report`.

use std::io::Write;
use std::path::Path;

use serde::Serialize;

use crate::analytic::{self, SafetyReport, Solution, Sweeper};
use crate::compare::{self, DEFAULT_LEVEL};
use crate::explain::MistakeAccount;
use crate::files::ReportFolder;
use crate::plan::DesignPosterior;
use crate::report::{self, ReportInputs, ReportView};
use crate::sensitivity::{Sensitivity, sensitivity};
use crate::simulate::Simulated;

use super::args::ReportArgs;
use super::check::verdict;
use super::document::ResultDocument;
use super::limits::WorkEstimate;
use super::standard_error::notes;
use super::{CommandVerdict, play, played, write_report};

#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct ReportDocument<'a> {
    solve: &'a Solution,
    simulate: &'a Simulated,
    check: &'a compare::AgreementVerdict,
    account: &'a MistakeAccount,
    #[serde(skip_serializing_if = "Option::is_none")]
    safety: Option<&'a SafetyReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    posterior: Option<&'a DesignPosterior>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sensitivity: Option<&'a Sensitivity>,
}

pub(super) fn run(args: &ReportArgs, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    let file = args.source.read()?;
    let scenario = args.source.chosen(&file)?;
    WorkEstimate::default().solve(&scenario).play(&scenario, args.play).admit(args.source.patience)?;
    let folder = folder(args, &scenario.name)?;
    let provenance = played(&scenario, args.play, &args.source.command("report"));
    let solution = analytic::solve(&scenario);
    let simulated = play::simulate(&scenario, args.play)?;
    let check = verdict(&scenario, &solution, &simulated, args.play, DEFAULT_LEVEL)?;
    let account = MistakeAccount::of(&scenario);
    let safety = super::solve::safety(&scenario, &solution);
    let posterior = super::posterior::of_file(&file)?;
    // Elsewhere each of some fifty variants would take as long as the loop itself; `sensitivity` does it where it is asked for.
    let sensitivity = Sweeper::is_quick(&scenario).then(|| sensitivity(&file, &scenario, None));
    let inputs = ReportInputs {
        scenario: &scenario,
        provenance: &provenance,
        solution: &solution,
        simulated: Some(&simulated),
        verdict: Some(&check),
        account: Some(&account),
        safety: safety.as_ref(),
        posterior: posterior.as_ref(),
        sensitivity: sensitivity.as_ref(),
    };
    let rendered = report::render(&inputs)?;
    let results = ReportDocument {
        solve: &solution,
        simulate: &simulated,
        check: &check,
        account: &account,
        safety: safety.as_ref(),
        posterior: posterior.as_ref(),
        sensitivity: sensitivity.as_ref(),
    };
    let json = ResultDocument::new(&scenario, &provenance, results).to_bytes()?;
    let written = write_report(&folder, &rendered, "report.html", &[("results.json", &json)])?;
    if args.json {
        out.write_all(&json)?;
    } else {
        ReportView::new(&inputs).said().iter().try_for_each(|sentence| writeln!(out, "{sentence}"))?;
        writeln!(out, "wrote {written} files to {}", folder.named().display())?;
    }
    Ok(CommandVerdict::of(check.agree))
}

/// The folder that was asked for, or one by the loop's name, which is told before anything is written there.
fn folder(args: &ReportArgs, name: &str) -> anyhow::Result<ReportFolder> {
    let path = args.output.clone().unwrap_or_else(|| Path::new("reports").join(name));
    let folder = ReportFolder::new(&path, "report", args.replacing.force)?;
    if args.output.is_none() {
        writeln!(notes(), "writes to {}; another folder with `-o DIR`", path.display())?;
    }
    Ok(folder)
}
