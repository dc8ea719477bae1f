//! `runaway backtest`.

use std::io::Write;

use crate::files::{ReportFolder, write_atomic};
use crate::fit::{self, BacktestOptions, BacktestResult, FitOptions, Log, LogRun, ReadOptions, SamplerConfig};
use crate::provenance::LogProvenance;
use crate::report;
use crate::report::backtest::words;
use crate::report::fit::words::LEARNERS;
use crate::scenario::ScenarioError;

use super::answer::Answer;
use super::args;
use super::document::of_logs;
use super::fit::{blamed, digests, priors};
use super::limits::WorkEstimate;
use super::progress::watched;
use super::{CommandVerdict, UsageError, quoted, report_folder, write_report};

pub(super) fn run(args: &args::BacktestArgs, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    let mut logs = Vec::new();
    let mut read = Vec::new();
    for file in Log::files(&args.files)? {
        logs.push(Log::of(std::slice::from_ref(&file), &ReadOptions::default())?);
        read.extend(digests(std::slice::from_ref(&file))?);
    }
    let provenance = LogProvenance::new(read, args.seed, command(args));
    let options = options(args)?;
    WorkEstimate::default().fits(1, options.fit.effort.sweeps, fitted(&logs, &options)).admit(args.patience)?;
    let folder = report_folder(args.report.as_deref(), "backtest", args.replacing)?;
    let tested = watched("backtest", "cases", |watch| fit::backtest_watched(&logs, &options, watch))?
        .map_err(|error| blamed(error, None, args.scenario.as_deref()))?;
    if tested.cases.is_empty() {
        let why = tested.skipped.first().map_or_else(String::new, |skipped| format!(" ({skipped})"));
        return Err(UsageError(format!(
            "no run can be cut there{why}; a cut is at least 3 and leaves a generation to forecast"
        ))
        .into());
    }
    let json = of_logs(&provenance, &tested)?;
    if let Some(path) = &args.quantiles {
        write_atomic(path, tested.to_quantile_csv().as_bytes())?;
    }
    let written = folder.as_ref().map(|folder| write(folder, &tested, &provenance, &json)).transpose()?;
    let mut answer = answer(&tested);
    answer.wrote(written, args.report.as_deref());
    args.output.print(out, || Ok(json), || answer)?;
    Ok(CommandVerdict::Fine)
}

/// The remaining runway first.
fn answer(tested: &BacktestResult) -> Answer {
    let runway = [words::headline(tested), words::lost_runways(tested)];
    let error = [words::errors(tested), words::lost_errors(tested)];
    let course = if tested.by_kind.len() > 1 { report::backtest::by_course(tested).to_vec() } else { Vec::new() };
    Answer {
        finding: runway.into_iter().chain(error).chain([words::warnings(&tested.summary)]).collect(),
        tables: report::backtest::by_log(tested).into_iter().chain(course).collect(),
        notes: tested.skipped.iter().map(String::as_str).chain([LEARNERS]).map(str::to_owned).collect(),
        ..Answer::default()
    }
}

/// Generations that are fitted in all: every run up to each of its cuts, with the other runs of its log where they are seen.
fn fitted(logs: &[Log], options: &BacktestOptions) -> usize {
    let all = |log: &Log| log.runs.iter().map(|run| run.rows.len()).sum::<usize>();
    let of_run = |log: &Log, run: &LogRun| {
        let beside = if options.others { all(log) - run.rows.len() } else { 0 };
        options.cuts.iter().filter(|cut| **cut < run.rows.len()).map(|cut| cut + beside).sum::<usize>()
    };
    logs.iter().flat_map(|log| log.runs.iter().map(move |run| (log, run))).map(|(log, run)| of_run(log, run)).sum()
}

fn options(args: &args::BacktestArgs) -> Result<BacktestOptions, ScenarioError> {
    let defaults = BacktestOptions::default();
    let priors = priors(args.scenario.as_deref())?;
    let effort = SamplerConfig {
        sweeps: args.sweeps.map_or(SamplerConfig::BRISK.sweeps, |sweeps| sweeps as usize),
        ..SamplerConfig::BRISK
    };
    let fit = args.training.tell(FitOptions {
        threshold: args.failing.threshold(),
        seed: args.seed,
        priors,
        effort,
        ..defaults.fit
    });
    Ok(BacktestOptions { cuts: args.cut.clone(), fit, others: args.others, ..defaults })
}

fn write(
    folder: &ReportFolder,
    tested: &BacktestResult,
    provenance: &LogProvenance,
    json: &[u8],
) -> anyhow::Result<usize> {
    write_report(folder, &report::backtest::render(tested, provenance)?, "backtest.html", &[("backtest.json", json)])
}

/// The command as it can be typed again.
fn command(args: &args::BacktestArgs) -> String {
    let mut words = vec!["runaway backtest".to_owned()];
    words.extend(args.files.iter().map(|file| quoted(&file.display().to_string())));
    let cuts: Vec<String> = args.cut.iter().map(usize::to_string).collect();
    words.extend(args.scenario.as_ref().map(|file| format!("--scenario {}", quoted(&file.display().to_string()))));
    words.extend(args.sweeps.map(|sweeps| format!("--sweeps {sweeps}")));
    words.push(format!("--cut {}", cuts.join(",")));
    words.extend(args.others.then(|| "--others".to_owned()));
    words.extend(args.training.typed());
    words.extend(args.failing.typed());
    words.push(format!("--seed {}", args.seed));
    words.join(" ")
}
