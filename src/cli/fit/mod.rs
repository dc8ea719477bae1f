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
    AdvisedMeasurements, FitError, FitOptions, Fitted, Log, LogFit, LoopChecks, Measurement, ModelVariant,
    WeighedVariants,
};
use crate::gate::GateVerdict;
use crate::report;

use super::answer::Answer;
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
    with_fit(args, |made| {
        let answer = made.answer(args)?;
        args.output.print(out, || Ok(made.json.clone()), || answer)?;
        Ok(made.outcome())
    })
}

/// A fit that was made, and everything that was asked of it.
pub(super) struct MadeFit<'a> {
    pub fitted: &'a Fitted<'a>,
    pub inputs: report::fit::FitInputs<'a>,
    pub json: Vec<u8>,
    verdict: Option<&'a GateVerdict>,
    folder: Option<ReportFolder>,
}

impl MadeFit<'_> {
    /// Writes the report and the loop, where they are asked for; the answer in words, with what was written.
    pub fn answer(&self, args: &args::FitArgs) -> anyhow::Result<Answer> {
        let written = self.folder.as_ref().map(|folder| write(folder, &self.inputs, &self.json)).transpose()?;
        let saved = args.save.as_deref().map(|file| save::write(self.fitted, file)).transpose()?;
        let mut answer = text::answer(&self.inputs, args.curve);
        if let Some(verdict) = self.verdict {
            answer = text::verdict(verdict).and(answer);
        }
        answer.wrote(written, args.report.as_deref());
        answer.written.extend(saved.into_iter().flatten());
        Ok(answer)
    }

    pub fn outcome(&self) -> CommandVerdict {
        let unsettled = self.inputs.fit.unsettled().is_some();
        let settled = if unsettled { CommandVerdict::Unsettled } else { CommandVerdict::Fine };
        self.verdict.map_or(settled, gate::outcome)
    }
}

/// Makes the fit of one metric, and hands it over with the answers to all that is asked.
pub(super) fn with_fit<T>(
    args: &args::FitArgs,
    take: impl FnOnce(MadeFit<'_>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
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
    let advised = measurements(args, &fitted, &fit)?.map(|measurements| fitted.advise(&measurements));
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
    take(MadeFit { fitted: &fitted, inputs, json, verdict: verdict.as_ref(), folder })
}

/// What advice is asked for: as typed, the usual, or none.
fn measurements(
    args: &args::FitArgs,
    fitted: &Fitted<'_>,
    fit: &LogFit,
) -> Result<Option<Vec<Measurement>>, UsageError> {
    let asked = args.advise.clone().or_else(|| args.report.as_ref().map(|_| Vec::new()));
    let asked = asked.map(|asked| if asked.is_empty() { fitted.measurements() } else { asked });
    if asked.iter().flatten().any(|one| matches!(one, Measurement::Audit(_))) && fit.basis.checks == LoopChecks::Unknown
    {
        let rule = "what was kept of how many answers is not known, so that an audit would not be used; add `generated` to the log";
        return Err(UsageError(format!("--advise=audit: {rule}")));
    }
    Ok(asked)
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
