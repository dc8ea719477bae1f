//! `runaway fit`.

mod asked;
mod class;
mod pair;
mod save;
mod text;

use std::io::Write;
use std::path::PathBuf;

use serde::Serialize;

use crate::files::ReportFolder;
use crate::fit::{
    AdvisedMeasurements, FitError, FitOptions, Fitted, Log, LogFit, LoopChecks, ModelVariant, WeighedVariants,
};
use crate::gate::GateVerdict;
use crate::report;

use super::args;
use super::document::of_logs;
use super::gate;
use super::ingest::read_as;
use super::limits::WorkEstimate;
use super::progress::watched;
use super::standard_error::notes;
use super::{CommandVerdict, UsageError, report_folder, write_report};
use asked::command;
pub(super) use pair::PairDocument;

pub(super) use asked::{blamed, digests, generations, options, priors, provenance, read, typed, typed_rules};

/// Everything that was asked.
#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct FitAnswer<'a> {
    #[serde(flatten)]
    fit: &'a LogFit,
    #[serde(skip_serializing_if = "Option::is_none")]
    gate: Option<&'a GateVerdict>,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<&'a AdvisedMeasurements>,
    #[serde(skip_serializing_if = "Option::is_none")]
    variants: Option<&'a WeighedVariants>,
}

pub(super) fn run(args: &args::FitArgs, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    if args.class.is_some() || args.log.reading.metric.len() > 1 {
        return pair::run(args, out);
    }
    let files = Log::files(&args.log.files)?;
    let log = read(&args.log, &files, &args.log.reading.options()?)?;
    let provenance = provenance(&args.log, &files, command(args))?.with_reading(log.reading());
    // Beliefs of a scenario are about whole solutions.
    let long = log.runs.iter().flat_map(|run| &run.rows).any(|row| row.steps.is_some_and(|steps| steps > 1));
    let plain = options(&args.log, args.save.is_some() && long)?;
    let rules = gate::asked(&args.gate).map_or(1, |asked| asked.horizon());
    let options = gate::reaching(plain, rules);
    admit(args, &log, &options)?;
    let folder = report_folder(args.report.as_deref(), "fit", args.replacing)?;
    let fitted = watched("fit", "sweeps", |watch| Fitted::watched(&log, &options, watch))?
        .map_err(|error| blamed(error, args.log.files.first().map(PathBuf::as_path), args.log.scenario.as_deref()))?;
    read_as(&log, &mut notes())?;
    let fit = fitted.answer();
    let verdict = gate::judged(&args.gate, &fitted, &fit);
    let asked = args.advise.clone().or_else(|| args.report.as_ref().map(|_| Vec::new()));
    let asked = asked.map(|asked| if asked.is_empty() { fitted.measurements() } else { asked });
    if asked.iter().flatten().any(|one| matches!(one, crate::fit::Measurement::Audit(_)))
        && fit.basis.checks == LoopChecks::Unknown
    {
        let rule = "what was kept of how many answers is not known, so that an audit would not be used; add `generated` to the log";
        return Err(UsageError(format!("--advise=audit: {rule}")).into());
    }
    let advised = asked.map(|measurements| fitted.advise(&measurements));
    let weighed = if args.variants || args.report.is_some() {
        Some(watched("variants", "sweeps", |watch| fitted.weigh_variants_watched(watch))??)
    } else {
        None
    };
    let json = of_logs(
        &provenance,
        FitAnswer { fit: &fit, gate: verdict.as_ref(), advice: advised.as_ref(), variants: weighed.as_ref() },
    )?;
    let run = log.runs.get(options.run).ok_or(FitError::NoRun(options.run))?;
    let inputs = report::fit::FitInputs {
        fit: &fit,
        run,
        advised: advised.as_ref(),
        weighed: weighed.as_ref(),
        provenance: &provenance,
    };
    let written = folder.as_ref().map(|folder| write(folder, &inputs, &json)).transpose()?;
    let saved = args.save.as_deref().map(|file| save::write(&fitted, file)).transpose()?;
    let mut answer = text::answer(&inputs, args.curve);
    if let Some(verdict) = &verdict {
        answer = text::verdict(verdict).and(answer);
    }
    answer.wrote(written, args.report.as_deref());
    answer.written.extend(saved.into_iter().flatten());
    args.output.print(out, || Ok(json), || answer)?;
    let settled = if fit.unsettled().is_some() { CommandVerdict::Unsettled } else { CommandVerdict::Fine };
    Ok(verdict.as_ref().map_or(settled, gate::outcome))
}

/// Every variant is a fit of its own.
fn admit(args: &args::FitArgs, log: &Log, options: &FitOptions) -> anyhow::Result<()> {
    let weighed = args.variants || args.report.is_some();
    let fits = if weighed { 1 + ModelVariant::ALL.len() } else { 1 };
    WorkEstimate::default().fits(fits, options.effort.sweeps, generations(log)).admit(args.log.patience)
}

fn write(folder: &ReportFolder, inputs: &report::fit::FitInputs<'_>, json: &[u8]) -> anyhow::Result<usize> {
    write_report(folder, &report::fit::render(inputs)?, "report.html", &[("fit.json", json)])
}
