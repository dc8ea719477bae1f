//! The back-test: fit the first generations of finished runs, forecast the rest, score.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use super::answer;
use super::baseline::Baseline;
use super::log::{Log, Row, Run};
use super::model::Ahead;
use super::score::{count_quantile, covered, crps, quantile, sorted};
use super::{FitError, FitOptions};

/// What to test.
#[derive(Debug, Clone, PartialEq)]
pub struct BacktestOptions {
    /// Generations that a fit may see, each in turn.
    pub cuts: Vec<usize>,
    /// How to fit; the horizon is that of each log. A case sees the first generations of its own run and nothing else.
    pub fit: FitOptions,
    /// A warning says: fails within this many generations with probability above one half.
    pub warning: usize,
}

impl Default for BacktestOptions {
    fn default() -> Self {
        let fit = FitOptions { effort: super::Effort::BRISK, paths: 1000, ..FitOptions::default() };
        Self { cuts: vec![4, 6, 8, 10], fit, warning: 5 }
    }
}

/// Scores of one forecaster in one case; lower is better but for coverages.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BaselineScores {
    /// Mean CRPS of the measured error rate over the forecast generations.
    pub crps_error: f64,
    /// CRPS of the remaining runway, restricted to the log, in generations; absent where the run had failed by the cut.
    pub crps_runway: Option<f64>,
    /// Mean absolute error of the median error rate.
    pub mae_error: f64,
}

/// Scores of the fit in one case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseScores {
    /// As for a baseline.
    #[serde(flatten)]
    pub base: BaselineScores,
    /// Share of forecast generations whose measured error lies in the central 50 % interval.
    pub coverage50_error: f64,
    /// The same for 90 %.
    pub coverage90_error: f64,
    /// Whether the runway lies in the central 50 % interval.
    pub coverage50_runway: Option<bool>,
    /// Whether the runway lies in the central 90 % interval.
    pub coverage90_runway: Option<bool>,
    /// Absolute error of the median runway, in generations.
    pub mae_runway: Option<f64>,
    /// Probability of failure within the warning's reach.
    pub failure_probability: Option<f64>,
    /// Whether the run failed within that reach; absent where it had failed already or the log ends too soon to tell.
    pub failed_within: Option<bool>,
    /// Generations from the cut's last generation to the failure, if it came.
    pub failed_after: Option<u64>,
}

/// One generation of a forecast against what came.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ForecastPoint {
    /// Generation.
    pub generation: u64,
    /// What was measured.
    pub measured: f64,
    /// 5 % quantile of the forecast.
    pub q05: f64,
    /// 25 % quantile.
    pub q25: f64,
    /// Median.
    pub q50: f64,
    /// 75 % quantile.
    pub q75: f64,
    /// 95 % quantile.
    pub q95: f64,
    /// Share of the forecast below the measurement, ties counted half: uniform where the forecast is calibrated.
    pub rank: f64,
}

/// One run, cut once.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Case {
    /// The log.
    pub file: String,
    /// The run.
    pub run: String,
    /// Generations that the fit saw.
    pub cut: usize,
    /// The fit.
    pub scores: CaseScores,
    /// The extrapolations.
    pub baselines: BTreeMap<&'static str, BaselineScores>,
    /// The forecast against what came.
    pub forecast: Vec<ForecastPoint>,
}

/// Means over cases; every case counts the same.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Cases.
    pub cases: usize,
    /// Cases whose run had not failed by the cut.
    pub runway_cases: usize,
    /// Share of measured errors in the central 50 % interval.
    pub coverage50_error: Option<f64>,
    /// The same for 90 %.
    pub coverage90_error: Option<f64>,
    /// Share of runways in the central 50 % interval.
    pub coverage50_runway: Option<f64>,
    /// The same for 90 %.
    pub coverage90_runway: Option<f64>,
    /// Mean CRPS of the error rate.
    pub crps_error: Option<f64>,
    /// Mean CRPS of the remaining runway, in generations.
    pub crps_runway: Option<f64>,
    /// Mean absolute error of the median error rate.
    pub mae_error: Option<f64>,
    /// Mean absolute error of the median runway, in generations.
    pub mae_runway: Option<f64>,
    /// Warnings given where the log tells what came.
    pub warnings: usize,
    /// Warnings after which the run did not fail in time.
    pub false_alarms: usize,
    /// Runs that failed after their first cut, and how many of them a warning preceded.
    pub failures: usize,
    /// Runs that were warned before they failed.
    pub failures_warned: usize,
    /// Generations from the first warning of a run to its failure, over the runs that were warned.
    pub mean_lead_time: Option<f64>,
    /// CRPS of the error rate over that of the best extrapolation.
    pub crps_ratio: Option<f64>,
    /// The extrapolations, by name.
    pub baselines: BTreeMap<&'static str, BaselineSummary>,
}

/// Means of one extrapolation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BaselineSummary {
    /// Mean CRPS of the error rate.
    pub crps_error: Option<f64>,
    /// Mean CRPS of the remaining runway, in generations.
    pub crps_runway: Option<f64>,
    /// Mean absolute error of the median error rate.
    pub mae_error: Option<f64>,
}

/// The whole back-test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Backtest {
    /// Every case, in the order of files, runs and cuts.
    pub cases: Vec<Case>,
    /// Over all cases.
    pub summary: Summary,
    /// By file.
    pub by_file: BTreeMap<String, Summary>,
    /// By cut.
    pub by_cut: BTreeMap<usize, Summary>,
    /// Cases that could not be made, and why.
    pub skipped: Vec<String>,
}

/// Fits and scores every run of every log at every cut, in parallel.
///
/// # Errors
/// [`FitError`] of the first case whose options are out of range.
pub fn backtest(logs: &[Log], options: &BacktestOptions) -> Result<Backtest, FitError> {
    let mut skipped = Vec::new();
    let mut wanted = Vec::new();
    for log in logs {
        for run in &log.runs {
            for &cut in &options.cuts {
                if cut >= 3 && cut < run.rows.len() {
                    wanted.push((log, run, cut));
                } else {
                    let rows = run.rows.len();
                    skipped
                        .push(format!("{}, run {}: {rows} generations cannot be cut at {cut}", log.source, run.name));
                }
            }
        }
    }
    let cases: Vec<Case> = wanted
        .par_iter()
        .map(|(log, run, cut)| case(&log.source, run, *cut, options))
        .collect::<Result<_, FitError>>()?;
    let group = |keep: &dyn Fn(&Case) -> bool| summarise(cases.iter().filter(|case| keep(case)).collect(), options);
    let by_file = logs.iter().map(|log| (log.source.clone(), group(&|case| case.file == log.source))).collect();
    let by_cut = options.cuts.iter().map(|&cut| (cut, group(&|case| case.cut == cut))).collect();
    let summary = group(&|_| true);
    Ok(Backtest { summary, by_file, by_cut, cases, skipped })
}

fn case(file: &str, run: &Run, cut: usize, options: &BacktestOptions) -> Result<Case, FitError> {
    let seen = run.first(cut);
    let future: Vec<Row> = run.rows.iter().skip(cut).copied().collect();
    let last = seen.rows.last().map_or(0, |row| row.generation);
    let horizon = future.last().map_or(1, |row| row.generation - last);
    let fit = FitOptions { horizon, run: 0, ..options.fit.clone() };
    let prepared = answer::prepare(std::slice::from_ref(&seen), &fit)?;
    let sample = answer::posterior(&prepared.model, &fit)?;
    let ahead = Ahead::of(&seen.rows, prepared.model.stages(0), horizon as usize);
    let paths = answer::paths(&prepared.model, &sample.thinned(fit.paths), &seen.rows, &fit, ahead);
    let columns: Vec<Vec<f64>> = future
        .iter()
        .map(|row| {
            let index = (row.generation - last) as usize - 1;
            paths.iter().filter_map(|path| path.measured.get(index).copied()).collect()
        })
        .collect();
    let outcome = Outcome::new(&seen.rows, &future, fit.threshold.error_rate(&seen.rows));
    let runways = first_passages(&columns, outcome.threshold);
    let forecast = points(&future, &columns);
    let scores = outcome.scores(&columns, &runways, &forecast, options.warning);
    let generations: Vec<u64> = future.iter().map(|row| row.generation).collect();
    let baselines = Baseline::ALL
        .iter()
        .filter_map(|baseline| {
            let columns = baseline.forecast(&seen.rows, &generations, EXTRAPOLATED)?;
            let runways = first_passages(&columns, outcome.threshold);
            Some((baseline.key(), outcome.base(&columns, &runways)))
        })
        .collect();
    Ok(Case { file: file.to_owned(), run: run.name.clone(), cut, scores, baselines, forecast })
}

/// Equally probable paths of an extrapolation. Path i holds the i-th quantile of every generation: an extrapolation knows
/// nothing of how its errors hang together, and a line or level that is wrong stays wrong.
const EXTRAPOLATED: usize = 500;

/// What came after the cut.
struct Outcome<'a> {
    future: &'a [Row],
    threshold: f64,
    /// Whether the run had failed by the cut.
    over: bool,
    /// Place of the failure in the future; the number of generations in it where none came.
    runway: usize,
}

impl<'a> Outcome<'a> {
    fn new(seen: &[Row], future: &'a [Row], threshold: f64) -> Self {
        let fails = |row: &Row| row.error_rate() >= threshold;
        let runway = future.iter().position(fails).unwrap_or(future.len());
        Self { future, threshold, over: seen.iter().any(fails), runway }
    }

    fn base(&self, columns: &[Vec<f64>], runways: &[u64]) -> BaselineScores {
        let n = self.future.len().max(1) as f64;
        let (mut score, mut distance) = (0.0, 0.0);
        for (row, column) in self.future.iter().zip(columns) {
            let column = sorted(column.iter().copied());
            score += crps(&column, row.error_rate()) / n;
            distance += (quantile(&column, 0.5) - row.error_rate()).abs() / n;
        }
        let runway = (!self.over).then(|| {
            let runways: Vec<f64> = runways.iter().map(|runway| *runway as f64).collect();
            crps(&runways, self.runway as f64)
        });
        BaselineScores { crps_error: score, crps_runway: runway, mae_error: distance }
    }

    fn scores(&self, columns: &[Vec<f64>], runways: &[u64], forecast: &[ForecastPoint], reach: usize) -> CaseScores {
        let covers = |probability: f64| {
            let inside = self
                .future
                .iter()
                .zip(columns)
                .filter(|(row, column)| covered(&sorted(column.iter().copied()), row.error_rate(), probability));
            inside.count() as f64 / forecast.len().max(1) as f64
        };
        let alive = !self.over;
        let came = self.runway as u64;
        let within = |tail: f64| (count_quantile(runways, tail)..=count_quantile(runways, 1.0 - tail)).contains(&came);
        let failed = self.runway < self.future.len();
        let soon = runways.iter().filter(|runway| **runway < reach.min(self.future.len()) as u64).count();
        CaseScores {
            base: self.base(columns, runways),
            coverage50_error: covers(0.5),
            coverage90_error: covers(0.9),
            coverage50_runway: alive.then(|| within(0.25)),
            coverage90_runway: alive.then(|| within(0.05)),
            mae_runway: alive.then(|| (count_quantile(runways, 0.5) as f64 - self.runway as f64).abs()),
            failure_probability: alive.then(|| soon as f64 / runways.len().max(1) as f64),
            failed_within: (alive && (failed || self.future.len() >= reach)).then_some(self.runway < reach && failed),
            failed_after: (alive && failed).then_some(came + 1),
        }
    }
}

/// Places at which each path first reaches the threshold, the number of generations where it does not; in rising order.
fn first_passages(columns: &[Vec<f64>], threshold: f64) -> Vec<u64> {
    let paths = columns.first().map_or(0, Vec::len);
    let reaches = |path: usize| {
        let place = columns.iter().position(|column| column.get(path).is_some_and(|error| *error >= threshold));
        place.unwrap_or(columns.len()) as u64
    };
    let mut passages: Vec<u64> = (0..paths).map(reaches).collect();
    passages.sort_unstable();
    passages
}

fn points(future: &[Row], columns: &[Vec<f64>]) -> Vec<ForecastPoint> {
    future
        .iter()
        .zip(columns)
        .map(|(row, column)| {
            let column = sorted(column.iter().copied());
            let measured = row.error_rate();
            let below = column.iter().filter(|value| **value < measured).count() as f64;
            let ties = column.iter().filter(|value| **value == measured).count() as f64;
            ForecastPoint {
                generation: row.generation,
                measured,
                q05: quantile(&column, 0.05),
                q25: quantile(&column, 0.25),
                q50: quantile(&column, 0.5),
                q75: quantile(&column, 0.75),
                q95: quantile(&column, 0.95),
                rank: (below + 0.5 * ties) / column.len().max(1) as f64,
            }
        })
        .collect()
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (count, sum) = values.fold((0_u32, 0.0), |(count, sum), value| (count + 1, sum + value));
    (count > 0).then(|| sum / f64::from(count))
}

fn summarise(cases: Vec<&Case>, options: &BacktestOptions) -> Summary {
    let over = |get: &dyn Fn(&CaseScores) -> Option<f64>| mean(cases.iter().filter_map(|case| get(&case.scores)));
    let as_share = |covered: Option<bool>| covered.map(|covered| f64::from(u8::from(covered)));
    let baselines: BTreeMap<&'static str, BaselineSummary> =
        Baseline::ALL.iter().map(|baseline| (baseline.key(), baseline_summary(&cases, baseline.key()))).collect();
    let crps_error = over(&|scores| Some(scores.base.crps_error));
    let best = baselines.values().filter_map(|baseline| baseline.crps_error).reduce(f64::min);
    let told = |case: &&&Case| warned(case) && case.scores.failed_within.is_some();
    let alarms = Alarms::of(&cases, options);
    Summary {
        cases: cases.len(),
        runway_cases: cases.iter().filter(|case| case.scores.coverage90_runway.is_some()).count(),
        coverage50_error: over(&|scores| Some(scores.coverage50_error)),
        coverage90_error: over(&|scores| Some(scores.coverage90_error)),
        coverage50_runway: over(&|scores| as_share(scores.coverage50_runway)),
        coverage90_runway: over(&|scores| as_share(scores.coverage90_runway)),
        crps_error,
        crps_runway: over(&|scores| scores.base.crps_runway),
        mae_error: over(&|scores| Some(scores.base.mae_error)),
        mae_runway: over(&|scores| scores.mae_runway),
        warnings: cases.iter().filter(told).count(),
        false_alarms: cases.iter().filter(told).filter(|case| case.scores.failed_within == Some(false)).count(),
        failures: alarms.failures,
        failures_warned: alarms.leads.len(),
        mean_lead_time: mean(alarms.leads.iter().map(|lead| *lead as f64)),
        crps_ratio: crps_error.zip(best).map(|(fit, best)| fit / best),
        baselines,
    }
}

fn baseline_summary(cases: &[&Case], key: &str) -> BaselineSummary {
    let scores = || cases.iter().filter_map(|case| case.baselines.get(key));
    BaselineSummary {
        crps_error: mean(scores().map(|scores| scores.crps_error)),
        crps_runway: mean(scores().filter_map(|scores| scores.crps_runway)),
        mae_error: mean(scores().map(|scores| scores.mae_error)),
    }
}

fn warned(case: &Case) -> bool {
    case.scores.failure_probability.is_some_and(|probability| probability > 0.5)
}

/// What warnings were worth, run by run.
struct Alarms {
    failures: usize,
    /// Generations from the first warning to the failure, for each run that failed after one.
    leads: Vec<u64>,
}

impl Alarms {
    fn of(cases: &[&Case], options: &BacktestOptions) -> Self {
        let mut runs: BTreeMap<(&str, &str), Vec<&Case>> = BTreeMap::new();
        for case in cases {
            runs.entry((&case.file, &case.run)).or_default().push(case);
        }
        let first_cut = options.cuts.iter().min();
        let mut alarms = Self { failures: 0, leads: Vec::new() };
        for cases in runs.values_mut() {
            cases.sort_by_key(|case| case.cut);
            let fails = |case: &&&Case| case.scores.failed_after.is_some();
            if !cases.iter().filter(fails).any(|case| Some(&case.cut) == first_cut || cases.len() == 1) {
                continue;
            }
            alarms.failures += 1;
            alarms.leads.extend(cases.iter().find(|case| warned(case)).and_then(|case| case.scores.failed_after));
        }
        alarms
    }
}
