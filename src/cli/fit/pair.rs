//! `runaway fit --metric A --metric B`: two metrics of one run, and where they part; `--class COLUMN`: the total and one class
//! of mistakes.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use serde::Serialize;

use crate::fit::{FitError, FitOptions, Fitted, Log, LogFit, MetricParting, ReadOptions};
use crate::provenance::LogProvenance;
use crate::report;
use crate::report::fit::{FitInputs, PairInputs, words};

use super::super::answer::Answer;
use super::super::args;
use super::super::document::of_logs;
use super::super::ingest::read_as;
use super::super::limits::WorkEstimate;
use super::super::progress::watched;
use super::super::standard_error::notes;
use super::super::{CommandVerdict, UsageError, report_folder, write_report};
use super::{blamed, class, command, generations, options, provenance, read, text};

/// The fits of both metrics.
#[derive(Serialize, schemars::JsonSchema)]
pub struct PairDocument<'a> {
    metrics: [OfMetric<'a>; 2],
    parting: Option<MetricParting>,
}

#[derive(Serialize, schemars::JsonSchema)]
pub struct OfMetric<'a> {
    metric: &'a str,
    #[serde(flatten)]
    fit: &'a LogFit,
}

pub(super) fn run(args: &args::FitArgs, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    let [first, second] = names(args)?;
    let options = options(&args.log, false)?;
    let files = Log::files(&args.log.files)?;
    let read = |reading: &ReadOptions| read(&args.log, &files, reading);
    let mut of_second = options.clone();
    let (one, other) = match &args.class {
        None => (read(&args.log.reading.of_metric(first))?, read(&args.log.reading.of_metric(second))?),
        Some(class) => {
            let reading = args.log.reading.options()?;
            let total = read(&reading)?;
            let mut part = read(&class::reading(reading, class)?).with_context(|| format!("--class {class}"))?;
            class::keep(&mut part, &total, class)?;
            // What is accepted depends on all mistakes.
            of_second.yields = false;
            (total, part)
        }
    };
    let provenance =
        provenance(&args.log, &files, command(args))?.with_reading([one.reading(), other.reading()].concat());
    let longest = generations(&one).max(generations(&other));
    WorkEstimate::default().fits(2, options.effort.sweeps, longest).admit(args.log.patience)?;
    let folder = report_folder(args.report.as_deref(), "fit", args.replacing)?;
    let fitted = [fitted(&one, &options, args)?, fitted(&other, &of_second, args)?];
    let fits = [fitted[0].answer(), fitted[1].answer()];
    let parting = fitted[0].parting(&fitted[1]);
    let metrics = [OfMetric { metric: first, fit: &fits[0] }, OfMetric { metric: second, fit: &fits[1] }];
    let json = of_logs(&provenance, PairDocument { metrics, parting })?;
    let inputs = PairInputs {
        metrics: [
            (first, inputs(&one, &fits[0], &options, &provenance)?),
            (second, inputs(&other, &fits[1], &options, &provenance)?),
        ],
        parting,
    };
    let written = folder
        .as_ref()
        .map(|folder| write_report(folder, &report::fit::render_pair(&inputs)?, "report.html", &[("fit.json", &json)]))
        .transpose()?;
    let parted = Answer { finding: vec![words::parting(&inputs)], ..Answer::default() };
    let each = inputs.metrics.iter().map(|(metric, one)| text::answer(one, args.curve).about(metric));
    let mut answer = each.fold(parted, Answer::and);
    answer.wrote(written, args.report.as_deref());
    args.output.print(out, || Ok(json), || answer)?;
    let unsettled = fits.iter().any(|fit| fit.unsettled().is_some());
    Ok(if unsettled { CommandVerdict::Unsettled } else { CommandVerdict::Fine })
}

/// What the total is called beside a class.
const TOTAL: &str = "all mistakes";

/// The two metrics, or the total and the class; what answers for one alone is refused.
fn names(args: &args::FitArgs) -> Result<[&str; 2], UsageError> {
    let names = match (args.log.reading.metric.as_slice(), &args.class) {
        ([] | [_], Some(class)) => [TOTAL, class],
        (_, Some(class)) => {
            return Err(UsageError(format!("--class {class}: a class stands beside one total; give --metric once")));
        }
        ([first, second], None) if first == second => {
            return Err(UsageError(format!("--metric {first}: two different metrics are compared")));
        }
        ([first, second], None) => [first.as_str(), second],
        (metrics, None) => {
            let count = metrics.len();
            return Err(UsageError(format!("--metric is given {count} times; a fit compares two metrics at the most")));
        }
    };
    let remedy = if args.class.is_some() { "--class" } else { "one --metric" };
    if args.advise.is_some() || args.variants {
        return Err(UsageError(format!("--advise and --variants answer for one metric; leave {remedy} out")));
    }
    if !args.gate.fail_if.is_empty() {
        return Err(UsageError(format!("--fail-if judges the loop by one metric; leave {remedy} out")));
    }
    if args.save.is_some() {
        return Err(UsageError(format!("--save writes the loop of one metric; leave {remedy} out")));
    }
    Ok(names)
}

fn fitted<'a>(log: &'a Log, options: &'a FitOptions, args: &args::FitArgs) -> anyhow::Result<Fitted<'a>> {
    let fitted = watched("fit", "sweeps", |watch| Fitted::watched(log, options, watch))?
        .map_err(|error| blamed(error, args.log.files.first().map(PathBuf::as_path), args.log.scenario.as_deref()))?;
    read_as(log, &mut notes())?;
    Ok(fitted)
}

fn inputs<'a>(
    log: &'a Log,
    fit: &'a LogFit,
    options: &FitOptions,
    provenance: &'a LogProvenance,
) -> Result<FitInputs<'a>, FitError> {
    let run = log.runs.get(options.run).ok_or(FitError::NoRun(options.run))?;
    Ok(FitInputs { fit, run, advised: None, weighed: None, provenance })
}
