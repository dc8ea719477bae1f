//! The back-test: fit the first generations of finished runs, forecast the rest, score.

mod outcome;
mod result;
mod summary;

use rayon::prelude::*;

use super::answer;
use super::baseline::Baseline;
use super::log::{Log, Row, Run};
use super::model::Ahead;
use super::{FitError, FitOptions};
use outcome::{Outcome, first_passages, points};
use summary::summarise;

pub use result::{Backtest, BaselineScores, BaselineSummary, Calibration, Case, CaseScores, ForecastPoint, Summary};

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

/// Equally probable paths of an extrapolation. Path i holds the i-th quantile of every generation: an extrapolation knows
/// nothing of how its errors hang together, and a line or level that is wrong stays wrong.
const EXTRAPOLATED: usize = 500;

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
    Ok(Backtest { summary, by_file, by_cut, calibration: summary::calibration(&cases), cases, skipped })
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
