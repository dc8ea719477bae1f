//! `runaway fit`.

mod class;
mod pair;
mod save;
mod text;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Serialize;

use crate::files::ReportFolder;
use crate::fit::{
    Advised, Checks, Effort, Fit, FitError, FitOptions, Fitted, Log, LogFile, MOST_GENERATIONS, PriorError,
    ReadOptions, Unit, Variant, Weighed, Written,
};
use crate::provenance::{LogProvenance, SCHEMA_VERSION, digest_all_of};
use crate::report;
use crate::scenario::{Scenario, ScenarioError, StatedPrior};

use super::args;
use super::ingest::read_as;
use super::limits::Work;
use super::progress::watched;
use super::{UsageError, Verdict, quoted, report_folder, write_report};

/// A document about logs.
#[derive(Serialize)]
struct Document<'a, T> {
    schema_version: u32,
    version: &'static str,
    provenance: &'a LogProvenance,
    #[serde(flatten)]
    result: T,
}

/// A result as JSON, with a line end.
pub(super) fn json<T: Serialize>(provenance: &LogProvenance, result: T) -> anyhow::Result<Vec<u8>> {
    let version = env!("CARGO_PKG_VERSION");
    let mut bytes =
        serde_json::to_vec_pretty(&Document { schema_version: SCHEMA_VERSION, version, provenance, result })?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Everything that was asked.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    fit: &'a Fit,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<&'a Advised>,
    #[serde(skip_serializing_if = "Option::is_none")]
    variants: Option<&'a Weighed>,
}

pub(super) fn run(args: &args::Fit, out: &mut dyn Write) -> anyhow::Result<Verdict> {
    if args.class.is_some() || args.reading.metric.len() > 1 {
        return pair::run(args, out);
    }
    let files = Log::files(&args.files)?;
    let log = read(args, &files, &args.reading.options()?)?;
    let provenance = provenance(args, &files)?.with_reading(log.reading());
    // Beliefs of a scenario are about whole solutions.
    let long = log.runs.iter().flat_map(|run| &run.rows).any(|row| row.steps.is_some_and(|steps| steps > 1));
    let options = options(args, args.save.is_some() && long)?;
    admit(args, &log, &options)?;
    let folder = report_folder(args.report.as_deref(), "fit", args.replacing)?;
    let fitted = watched("fit", "sweeps", |watch| Fitted::watched(&log, &options, watch))?
        .map_err(|error| blamed(error, args.files.first().map(PathBuf::as_path), args.scenario.as_deref()))?;
    read_as(&log, &mut std::io::stderr())?;
    let fit = fitted.answer();
    let asked = args.advise.clone().or_else(|| args.report.as_ref().map(|_| Vec::new()));
    let asked = asked.map(|asked| if asked.is_empty() { fitted.measurements() } else { asked });
    if asked.iter().flatten().any(|one| matches!(one, crate::fit::Measurement::Audit(_)))
        && fit.basis.checks == Checks::Unknown
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
    let json = json(&provenance, Answer { fit: &fit, advice: advised.as_ref(), variants: weighed.as_ref() })?;
    let run = log.runs.get(options.run).ok_or(FitError::NoRun(options.run))?;
    let inputs = report::fit::Inputs {
        fit: &fit,
        run,
        advised: advised.as_ref(),
        weighed: weighed.as_ref(),
        provenance: &provenance,
    };
    let written = folder.as_ref().map(|folder| write(folder, &inputs, &json)).transpose()?;
    let saved = args.save.as_deref().map(|file| save::write(&fitted, file)).transpose()?;
    if args.output.json {
        out.write_all(&json)?;
    } else {
        text::answer(&inputs, out)?;
        if let (Some(files), Some(folder)) = (written, &args.report) {
            writeln!(out, "wrote {files} files to {}", folder.display())?;
        }
        saved.iter().flatten().try_for_each(|saved| writeln!(out, "{saved}"))?;
    }
    Ok(if fit.unsettled().is_some() { Verdict::Unsettled } else { Verdict::Fine })
}

/// Where a log comes from, before it is said how it was read.
fn provenance(args: &args::Fit, files: &[LogFile]) -> anyhow::Result<LogProvenance> {
    Ok(LogProvenance::new(digests(files)?, args.seed, command(args)))
}

/// The log as it is to be fitted.
fn read(args: &args::Fit, files: &[LogFile], reading: &ReadOptions) -> anyhow::Result<Log> {
    let mut log = Log::of(files, reading)?;
    if args.run >= log.runs.len() {
        let (last, run) = (log.runs.len().saturating_sub(1), args.run);
        return Err(UsageError(format!("--run {run}: the runs of this log are 0 to {last}")).into());
    }
    if let (Some(first), Some(run)) = (args.first, log.runs.get_mut(args.run)) {
        if usize::from(first) > run.rows.len() {
            let has = run.rows.len();
            let noun = if has == 1 { "generation" } else { "generations" };
            log.notes.push(format!("--first {first} has no effect: the run has {has} evaluated {noun}"));
        }
        *run = run.first(first.into());
    }
    if args.alone {
        log.keep_run(args.run);
    }
    Ok(log)
}

/// Names of files, each with the digest of its bytes.
pub(super) fn digests(files: &[LogFile]) -> anyhow::Result<Vec<(String, String)>> {
    let digest = |file: &LogFile| {
        let digest =
            digest_all_of(file.reader()?).with_context(|| format!("{}: cannot read this file", file.name()))?;
        Ok((file.name().to_owned(), digest))
    };
    files.iter().map(digest).collect()
}

/// Every variant is a fit of its own.
fn admit(args: &args::Fit, log: &Log, options: &FitOptions) -> anyhow::Result<()> {
    let weighed = args.variants || args.report.is_some();
    let fits = if weighed { 1 + Variant::ALL.len() } else { 1 };
    Work::default().fits(fits, options.effort.sweeps, generations(log)).admit(args.patience)
}

/// Generations of all runs that a fit filters; it refuses to filter more.
fn generations(log: &Log) -> usize {
    log.runs.iter().map(|run| run.rows.len()).sum::<usize>().min(MOST_GENERATIONS as usize)
}

fn options(args: &args::Fit, whole_solutions: bool) -> Result<FitOptions, ScenarioError> {
    Ok(args.training.tell(FitOptions {
        unit: if whole_solutions { Unit::Solution } else { Unit::Step },
        threshold: args.failing.threshold(),
        horizon: args.horizon,
        seed: args.seed,
        run: if args.alone { 0 } else { args.run },
        same_problems: args.problems.same(),
        priors: priors(args.scenario.as_deref())?,
        effort: args.sweeps.map_or(Effort::THOROUGH, |sweeps| Effort { sweeps: sweeps as usize, ..Effort::THOROUGH }),
        ..FitOptions::default()
    }))
}

/// The priors that a scenario file states.
pub(super) fn priors(scenario: Option<&Path>) -> Result<BTreeMap<String, Written>, ScenarioError> {
    let stated = scenario.map(Scenario::load_priors).transpose()?.unwrap_or_default();
    let written = |prior: StatedPrior| (prior.key, Written { median: prior.median, spread: prior.spread });
    Ok(stated.into_iter().map(written).collect())
}

/// A prior that does not suit the log is the scenario file's fault, and told with its place there.
pub(super) fn blamed(error: FitError, log: Option<&Path>, scenario: Option<&Path>) -> anyhow::Error {
    match (&error, scenario, log) {
        (FitError::Prior(PriorError::Median { key, value, range }), Some(file), _) => {
            let rule = format!("for a loop like that of the log the median lies in {range}, not at {value}");
            Scenario::refused(file, &format!("fit.priors.{key}.median"), &rule, "").into()
        }
        (_, _, Some(log)) => anyhow::Error::new(error).context(log.display().to_string()),
        _ => error.into(),
    }
}

fn write(folder: &ReportFolder, inputs: &report::fit::Inputs<'_>, json: &[u8]) -> anyhow::Result<usize> {
    write_report(folder, &report::fit::render(inputs)?, "report.html", &[("fit.json", json)])
}

/// The command as it can be typed again.
fn command(args: &args::Fit) -> String {
    let mut words = vec!["runaway fit".to_owned()];
    words.extend(args.files.iter().map(|file| quoted(&file.display().to_string())));
    words.extend(args.reading.typed());
    words.extend(args.class.as_ref().map(|class| format!("--class {}", quoted(class))));
    words.extend(args.problems.typed());
    if args.run != 0 {
        words.push(format!("--run {}", args.run));
    }
    if args.alone {
        words.push("--alone".to_owned());
    }
    words.extend(args.sweeps.map(|sweeps| format!("--sweeps {sweeps}")));
    words.extend(args.first.map(|first| format!("--first {first}")));
    words.extend(args.scenario.as_ref().map(|file| format!("--scenario {}", quoted(&file.display().to_string()))));
    words.extend(args.training.typed());
    words.extend(args.failing.typed());
    words.push(format!("--horizon {} --seed {}", args.horizon, args.seed));
    words.extend(args.save.as_ref().map(|file| format!("--save {}", quoted(&file.display().to_string()))));
    let sizes = args.advise.iter().flatten().map(|measurement| match measurement {
        crate::fit::Measurement::Evaluate(items) => format!("evaluate={items}"),
        crate::fit::Measurement::Audit(items) => format!("audit={items}"),
        crate::fit::Measurement::Next(items) => format!("next={items}"),
    });
    let sizes = sizes.collect::<Vec<_>>().join(",");
    let one = args.class.is_none() && args.reading.metric.len() < 2;
    if args.advise.is_some() || args.report.is_some() && one {
        words.push(if sizes.is_empty() { "--advise".to_owned() } else { format!("--advise={sizes}") });
    }
    if args.variants || args.report.is_some() && one {
        words.push("--variants".to_owned());
    }
    words.join(" ")
}
