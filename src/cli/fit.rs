//! `runaway fit`, `runaway backtest` and `runaway ingest`.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Serialize;

use crate::fit::{
    self, BacktestOptions, Conditional, Fit, FitOptions, IngestOptions, Interval, Log, Summary, Threshold,
};
use crate::provenance::SCHEMA_VERSION;
use crate::report::words::{number, percent, ratio};

use super::Verdict;
use super::args::{self, Failing};
use super::table::sheet;

#[derive(Serialize)]
struct Document<T> {
    schema_version: u32,
    version: &'static str,
    #[serde(flatten)]
    result: T,
}

fn write_json<T: Serialize>(result: T, out: &mut dyn Write) -> anyhow::Result<()> {
    let document = Document { schema_version: SCHEMA_VERSION, version: env!("CARGO_PKG_VERSION"), result };
    let mut json = serde_json::to_vec_pretty(&document)?;
    json.push(b'\n');
    out.write_all(&json)?;
    Ok(())
}

impl Failing {
    const fn threshold(self) -> Threshold {
        match self.drop {
            Some(drop) => Threshold::Drop(drop),
            None => Threshold::ErrorRate(self.threshold),
        }
    }
}

pub(super) fn fit(args: &args::Fit, out: &mut dyn Write) -> anyhow::Result<Verdict> {
    let log = Log::read(&args.file)?;
    let options = FitOptions {
        threshold: args.failing.threshold(),
        horizon: args.horizon,
        seed: args.seed,
        run: args.run,
        ..FitOptions::default()
    };
    let fit = fit::fit(&log, &options)?;
    if args.output.json {
        write_json(&fit, out)?;
    } else {
        answer(&fit, out)?;
    }
    Ok(Verdict::Fine)
}

/// The answer for people: the remaining runway first.
fn answer(fit: &Fit, out: &mut dyn Write) -> anyhow::Result<()> {
    let runway = &fit.runway;
    let end = |bound: Option<u64>| bound.map_or_else(|| format!("more than {}", runway.horizon), |g| g.to_string());
    writeln!(
        out,
        "{}, run {}: generations {} to {}",
        fit.source, fit.run, fit.basis.generations.0, fit.basis.generations.1
    )?;
    if let Some(failed) = runway.failed_at {
        writeln!(
            out,
            "  the loop has failed already: generation {failed} measured {} or more",
            percent(runway.error_rate, 3)
        )?;
    }
    writeln!(
        out,
        "  remaining runway        {} generations until {} are wrong (50 %: {} to {}; 90 %: {} to {})",
        end(runway.median),
        percent(runway.error_rate, 3),
        end(runway.interval50.0),
        end(runway.interval50.1),
        end(runway.interval90.0),
        end(runway.interval90.1)
    )?;
    writeln!(
        out,
        "  no failure in {:<9} probability {}",
        format!("{}:", runway.horizon),
        percent(runway.no_failure, 3)
    )?;
    let r = &fit.reproduction_number;
    writeln!(
        out,
        "  reproduction number R   {} (R > 1: {}, {})",
        spread(&r.posterior, ratio),
        percent(r.above_one, 3),
        r.words
    )?;
    writeln!(
        out,
        "  inherited share         {} of the present error",
        spread(&fit.inherited_share, |x| percent(x, 3))
    )?;
    writeln!(out, "  error floor             {}", conditional(&fit.floor_error))?;
    writeln!(out, "  tipping point           {}", conditional(&fit.tipping_error))?;
    writeln!(
        out,
        "  best generation so far  {} (probability {}); a better one is yet to come with probability {}",
        fit.best.generation,
        percent(fit.best.probability, 3),
        percent(fit.best.yet_to_come, 3)
    )?;
    let mut table = sheet(&["generation", "phase", "measured", "error 5 %", "median", "95 %", "survival"]);
    for fan in &fit.fan {
        table.add_row(vec![
            fan.generation.to_string(),
            format!("{:?}", fan.phase).to_lowercase(),
            fan.measured.map_or_else(String::new, |share| percent(share, 3)),
            percent(fan.error.q05, 3),
            percent(fan.error.q50, 3),
            percent(fan.error.q95, 3),
            fan.survival.map_or_else(String::new, |share| percent(share, 3)),
        ]);
    }
    writeln!(out, "{table}")?;
    for warning in &fit.warnings {
        writeln!(out, "note: {warning}")?;
    }
    Ok(())
}

fn spread(interval: &Interval, form: impl Fn(f64) -> String) -> String {
    format!("{} (90 %: {} to {})", form(interval.q50), form(interval.q05), form(interval.q95))
}

fn conditional(value: &Conditional) -> String {
    match &value.given {
        Some(interval) => {
            format!("{}, in {} of the draws", spread(interval, |x| percent(x, 3)), percent(value.probability, 3))
        }
        None => "in none of the draws".to_owned(),
    }
}

pub(super) fn backtest(args: &args::Backtest, out: &mut dyn Write) -> anyhow::Result<Verdict> {
    let mut logs = Vec::new();
    for file in args.files.iter().map(|file| logs_of(file)).collect::<anyhow::Result<Vec<_>>>()?.concat() {
        logs.push(Log::read(&file)?);
    }
    let defaults = BacktestOptions::default();
    let fit = FitOptions { threshold: args.failing.threshold(), seed: args.seed, ..defaults.fit.clone() };
    let tested = fit::backtest(&logs, &BacktestOptions { cuts: args.cut.clone(), fit, ..defaults })?;
    if args.output.json {
        write_json(&tested, out)?;
        return Ok(Verdict::Fine);
    }
    let mut table =
        sheet(&["log", "CRPS error", "best extrapolation", "ratio", "50 %", "90 %", "runway 90 %", "false alarms"]);
    for (name, summary) in
        tested.by_file.iter().map(|(name, summary)| (name.as_str(), summary)).chain([("all", &tested.summary)])
    {
        table.add_row(scores(name, summary));
    }
    writeln!(out, "{table}")?;
    writeln!(out, "50 %, 90 %: share of measured errors, and of runways, inside that interval.")?;
    for skipped in &tested.skipped {
        writeln!(out, "note: {skipped}")?;
    }
    Ok(Verdict::Fine)
}

/// A log, or the logs of a folder by name.
fn logs_of(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = std::fs::read_dir(path).with_context(|| format!("{}: cannot read this folder", path.display()))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "csv" || extension == "jsonl"));
    files.sort();
    anyhow::ensure!(!files.is_empty(), "{}: no log (.csv, .jsonl) in this folder", path.display());
    Ok(files)
}

fn scores(name: &str, summary: &Summary) -> Vec<String> {
    let or_dash = |value: Option<f64>, form: fn(f64) -> String| value.map_or_else(|| "–".to_owned(), form);
    let score: fn(f64) -> String = |value| number(value, 3);
    let share: fn(f64) -> String = |value| percent(value, 3);
    let best = summary.baselines.values().filter_map(|baseline| baseline.crps_error).reduce(f64::min);
    vec![
        name.to_owned(),
        or_dash(summary.crps_error, score),
        or_dash(best, score),
        or_dash(summary.crps_ratio, score),
        or_dash(summary.coverage50_error, share),
        or_dash(summary.coverage90_error, share),
        or_dash(summary.coverage90_runway, share),
        summary.false_alarms.to_string(),
    ]
}

pub(super) fn ingest(args: &args::Ingest, out: &mut dyn Write) -> anyhow::Result<Verdict> {
    let options = IngestOptions {
        format: None,
        task: args.task.clone(),
        metric: args.metric.clone(),
        filter: args.filter.clone(),
        evaluated: args.evaluated,
    };
    let log = Log::ingest(&args.files, &options)?;
    out.write_all(log.to_csv().as_bytes())?;
    let mut notes = std::io::stderr();
    writeln!(notes, "read as {}: took {}", log.format, log.taken.join(", "))?;
    for ignored in &log.ignored {
        writeln!(notes, "ignored: {ignored}")?;
    }
    Ok(Verdict::Fine)
}
