//! `runaway gate`, and `--fail-if` of `fit`.

use std::env;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::files::write_atomic;
use crate::fit::{FitError, FitOptions, Fitted, Log, LogFit};
use crate::gate::{GateDecision, GateOptions, GateVerdict};
use crate::provenance::LogProvenance;
use crate::report::fit::words::LEARNERS;
use crate::report::gate::{self, words};

use super::answer::Answer;
use super::args;
use super::document::of_logs;
use super::fit::{blamed, generations, options, provenance, read, typed, typed_rules};
use super::ingest::read_as;
use super::limits::WorkEstimate;
use super::progress::watched;
use super::standard_error::notes;
use super::{CommandVerdict, UsageError, quoted};

/// Where GitHub wants the summary of a step.
const SUMMARY: &str = "GITHUB_STEP_SUMMARY";

pub(super) fn run(args: &args::GateArgs, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    let asked = asked(&args.gate).ok_or_else(|| {
        UsageError("gate: no rule is given; add one, as in --fail-if 'P(fail within 5) > 0.2'".to_owned())
    })?;
    let files = Log::files(&args.log.files)?;
    let log = read(&args.log, &files, &args.log.reading.options()?)?;
    let provenance = provenance(&args.log, &files, command(args))?.with_reading(log.reading());
    let options = reaching(options(&args.log, false)?, asked.horizon());
    WorkEstimate::default().fits(1, options.effort.sweeps, generations(&log)).admit(args.log.patience)?;
    let fitted = watched("gate", "sweeps", |watch| Fitted::watched(&log, &options, watch))?;
    read_as(&log, &mut notes())?;
    let (verdict, warnings) = match fitted {
        Ok(fitted) => {
            let fit = fitted.answer();
            (GateVerdict::of(&fitted, &fit, &asked), fit.warnings)
        }
        Err(FitError::TooShort { .. }) => (GateVerdict::too_short(&log, options.run, &asked), Vec::new()),
        Err(error) => {
            let log = args.log.files.first().map(PathBuf::as_path);
            return Err(blamed(error, log, args.log.scenario.as_deref()));
        }
    };
    let mut answer = answer(&verdict, warnings);
    answer.written = publish(args, &verdict)?;
    args.output.print(out, || document(&verdict, &provenance), || answer)?;
    Ok(outcome(&verdict))
}

/// The options of a fit that forecasts so far at the least; a horizon of nothing is left to be refused.
pub(super) fn reaching(options: FitOptions, horizon: u64) -> FitOptions {
    let horizon = if options.horizon == 0 { 0 } else { options.horizon.max(horizon) };
    FitOptions { horizon, ..options }
}

/// What is asked by `--fail-if`, if anything is.
pub(super) fn asked(args: &args::GateRuleArgs) -> Option<GateOptions> {
    let mut asked = GateOptions::new(args.fail_if.clone());
    asked.fewest_generations = args.min_generations;
    (!asked.rules.is_empty()).then_some(asked)
}

/// The verdict on a fit, where one is asked for.
pub(super) fn judged(args: &args::GateRuleArgs, fitted: &Fitted<'_>, fit: &LogFit) -> Option<GateVerdict> {
    Some(GateVerdict::of(fitted, fit, &asked(args)?))
}

/// A verdict as an exit code.
pub(super) const fn outcome(verdict: &GateVerdict) -> CommandVerdict {
    match verdict.decision {
        GateDecision::Go => CommandVerdict::Fine,
        GateDecision::Stop => CommandVerdict::Negative,
        GateDecision::NotEnoughData => CommandVerdict::NotEnoughData,
        GateDecision::ModelDoesNotFit => CommandVerdict::ModelDoesNotFit,
    }
}

fn answer(verdict: &GateVerdict, warnings: Vec<String>) -> Answer {
    Answer {
        finding: words::finding(verdict),
        tables: gate::tables(verdict),
        remarks: words::rates(),
        notes: warnings.into_iter().chain([LEARNERS.to_owned()]).collect(),
        ..Answer::default()
    }
}

fn document(verdict: &GateVerdict, provenance: &LogProvenance) -> anyhow::Result<Vec<u8>> {
    of_logs(provenance, verdict)
}

/// Writes the JUnit file and the summary; what was written where.
fn publish(args: &args::GateArgs, verdict: &GateVerdict) -> anyhow::Result<Vec<String>> {
    let mut written = Vec::new();
    if let Some(file) = &args.junit {
        write_atomic(file, &gate::junit(verdict)?)?;
        written.push(format!("wrote {}", file.display()));
    }
    let named = || env::var_os(SUMMARY).filter(|name| !name.is_empty()).map(PathBuf::from);
    if let Some(file) = args.summary.clone().or_else(named) {
        append(&file, &gate::summary(verdict))?;
        written.push(format!("added the verdict to {}", file.display()));
    }
    Ok(written)
}

/// Adds to a file that belongs to the steps of a job together: in one write, after what the others wrote.
fn append(file: &Path, text: &str) -> anyhow::Result<()> {
    let add = || OpenOptions::new().append(true).create(true).open(file)?.write_all(text.as_bytes());
    add().with_context(|| format!("{}: cannot add to this file", file.display()))
}

/// The command as it can be typed again.
fn command(args: &args::GateArgs) -> String {
    let mut words = vec!["runaway gate".to_owned()];
    words.extend(typed(&args.log, None));
    words.extend(typed_rules(&args.gate));
    words.extend(args.junit.as_ref().map(|file| format!("--junit {}", quoted(&file.display().to_string()))));
    words.extend(args.summary.as_ref().map(|file| format!("--summary {}", quoted(&file.display().to_string()))));
    words.join(" ")
}
