//! What a fit was asked, and the log that it is asked of.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;

use crate::fit::{
    FitError, FitOptions, Log, LogFile, MOST_GENERATIONS, PriorError, ReadOptions, SamplerConfig, SlipUnit,
    USUAL_DRAWS, WrittenPrior,
};
use crate::gate::FEWEST_GENERATIONS;
use crate::provenance::{LogProvenance, digest_all_of};
use crate::scenario::{Scenario, ScenarioError, StatedPrior};

use super::super::args;
use super::super::outcome::UsageError;
use super::super::typed::quoted;

/// Where a log comes from, before it is said how it was read.
pub(crate) fn provenance(args: &args::LogFitArgs, files: &[LogFile], command: String) -> anyhow::Result<LogProvenance> {
    Ok(LogProvenance::new(digests(files)?, args.seed, command))
}

/// The log as it is to be fitted.
pub(crate) fn read(args: &args::LogFitArgs, files: &[LogFile], reading: &ReadOptions) -> anyhow::Result<Log> {
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
pub(crate) fn digests(files: &[LogFile]) -> anyhow::Result<Vec<(String, String)>> {
    let digest = |file: &LogFile| {
        let digest =
            digest_all_of(file.reader()?).with_context(|| format!("{}: cannot read this file", file.name()))?;
        Ok((file.name().to_owned(), digest))
    };
    files.iter().map(digest).collect()
}

/// Generations of all runs that a fit filters; it refuses to filter more.
pub(crate) fn generations(log: &Log) -> usize {
    log.runs.iter().map(|run| run.rows.len()).sum::<usize>().min(MOST_GENERATIONS as usize)
}

pub(crate) fn options(args: &args::LogFitArgs, whole_solutions: bool) -> Result<FitOptions, ScenarioError> {
    Ok(args.training.tell(FitOptions {
        unit: if whole_solutions { SlipUnit::Solution } else { SlipUnit::Step },
        threshold: args.failing.threshold(),
        horizon: args.horizon,
        seed: args.seed,
        run: if args.alone { 0 } else { args.run },
        same_problems: args.problems.same(),
        priors: priors(args.scenario.as_deref())?,
        effort: args.sweeps.map_or(SamplerConfig::THOROUGH, |sweeps| SamplerConfig {
            sweeps: sweeps as usize,
            ..SamplerConfig::THOROUGH
        }),
        paths: args.draws as usize,
        ..FitOptions::default()
    }))
}

/// The priors that a scenario file states.
pub(crate) fn priors(scenario: Option<&Path>) -> Result<BTreeMap<String, WrittenPrior>, ScenarioError> {
    let stated = scenario.map(Scenario::load_priors).transpose()?.unwrap_or_default();
    let written = |prior: StatedPrior| (prior.key, WrittenPrior { median: prior.median, spread: prior.spread });
    Ok(stated.into_iter().map(written).collect())
}

/// A prior that does not suit the log is the scenario file's fault, and told with its place there.
pub(crate) fn blamed(error: FitError, log: Option<&Path>, scenario: Option<&Path>) -> anyhow::Error {
    match (&error, scenario, log) {
        (FitError::Prior(PriorError::Median { key, value, range }), Some(file), _) => {
            let rule = format!("for a loop like that of the log the median lies in {range}, not at {value}");
            Scenario::refused(file, &format!("fit.priors.{key}.median"), &rule, "").into()
        }
        (_, _, Some(log)) => anyhow::Error::new(error).context(log.display().to_string()),
        _ => error.into(),
    }
}

/// The log and how it is fitted, as they can be typed again: what stands before the options of a command alone, then the rest.
pub(crate) fn typed(args: &args::LogFitArgs, between: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut words: Vec<String> = args.files.iter().map(|file| quoted(&file.display().to_string())).collect();
    words.extend(args.reading.typed());
    words.extend(between);
    words.extend(args.problems.typed());
    if args.run != 0 {
        words.push(format!("--run {}", args.run));
    }
    if args.alone {
        words.push("--alone".to_owned());
    }
    words.extend(args.sweeps.map(|sweeps| format!("--sweeps {sweeps}")));
    words.extend((args.draws != USUAL_DRAWS).then(|| format!("--draws {}", args.draws)));
    words.extend(args.first.map(|first| format!("--first {first}")));
    words.extend(args.scenario.as_ref().map(|file| format!("--scenario {}", quoted(&file.display().to_string()))));
    words.extend(args.training.typed());
    words.extend(args.failing.typed());
    words.push(format!("--horizon {} --seed {}", args.horizon, args.seed));
    words
}

/// The rules as they can be typed again.
pub(crate) fn typed_rules(args: &args::GateRuleArgs) -> impl Iterator<Item = String> {
    let fewest =
        (args.min_generations != FEWEST_GENERATIONS).then(|| format!("--min-generations {}", args.min_generations));
    args.fail_if.iter().map(|rule| format!("--fail-if {}", quoted(&rule.to_string()))).chain(fewest)
}

/// The command as it can be typed again.
pub(super) fn command(args: &args::FitArgs) -> String {
    let mut words = vec!["runaway fit".to_owned()];
    words.extend(typed(&args.log, args.class.as_ref().map(|class| format!("--class {}", quoted(class)))));
    words.extend(typed_rules(&args.gate));
    words.extend(args.save.as_ref().map(|file| format!("--save {}", quoted(&file.display().to_string()))));
    let sizes = args.advise.iter().flatten().map(|measurement| match measurement {
        crate::fit::Measurement::Evaluate(items) => format!("evaluate={items}"),
        crate::fit::Measurement::Audit(items) => format!("audit={items}"),
        crate::fit::Measurement::Next(items) => format!("next={items}"),
    });
    let sizes = sizes.collect::<Vec<_>>().join(",");
    let one = args.class.is_none() && args.log.reading.metric.len() < 2;
    if args.advise.is_some() || args.report.is_some() && one {
        words.push(if sizes.is_empty() { "--advise".to_owned() } else { format!("--advise={sizes}") });
    }
    if args.variants || args.report.is_some() && one {
        words.push("--variants".to_owned());
    }
    words.join(" ")
}
