//! `runaway plan --per-problem`.

use std::io::Write;

use crate::files::ReportFolder;
use crate::plan::inference::{self, InferencePlan, InferenceRequest};
use crate::provenance::Provenance;
use crate::report::inference as shown;

use super::answer::Answer;
use super::args::{PlanArgs, SourceArgs};
use super::document::ResultDocument;
use super::outcome::UsageError;
use super::{CommandVerdict, report_folder, write_report};

pub(super) fn run(args: &PlanArgs, samples: u64, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    let (set, design) = (args.set.clone(), args.design.clone());
    let source = SourceArgs { file: args.file.clone(), set, horizon: None, design, patience: args.patience };
    let scenario = source.load()?;
    let folder = report_folder(args.output.as_deref(), "plan", args.replacing)?;
    let request = InferenceRequest { samples, revision: args.revision, stop_error: args.stop_error };
    let threads = rayon::ThreadPoolBuilder::new().num_threads(args.threads.map_or(0, usize::from)).build()?;
    let plan = threads.install(|| inference::divide(&scenario, request));
    let plan = plan.map_err(|error| UsageError(error.to_string()))?;
    let provenance = Provenance::new(&scenario, command(args, &source, samples));
    let json = ResultDocument::new(&scenario, &provenance, &plan).to_bytes()?;
    let render = || shown::render(&plan, &provenance);
    let write = |folder: &ReportFolder| write_report(folder, &render()?, "plan.html", &[("plan.json", &json)]);
    let written = folder.as_ref().map(write).transpose()?;
    let mut answer = answer(&plan);
    answer.wrote(written, args.output.as_deref());
    args.output_as.print(out, || Ok(json), || answer)?;
    Ok(CommandVerdict::Fine)
}

fn answer(plan: &InferencePlan) -> Answer {
    Answer {
        finding: shown::sentences(plan),
        tables: shown::tables(plan),
        notes: plan.notes.clone(),
        ..Answer::default()
    }
}

/// The command as it can be typed again.
fn command(args: &PlanArgs, source: &SourceArgs, samples: u64) -> String {
    let mut words = vec![source.command("plan"), format!("--per-problem {samples} --stop-error {}", args.stop_error)];
    words.extend(args.revision.map(|rates| format!("--revision {}:{}", rates.right_to_wrong, rates.wrong_to_right)));
    words.join(" ")
}
