//! One case: what came after the cut, and how well it was foreseen.

use super::{BaselineScores, CaseScores, ForecastPoint};
use crate::fit::log::LogRow;
use crate::fit::score::{count_quantile, covered, crps, quantile, sorted};

/// What came after the cut.
pub(super) struct CaseOutcome<'a> {
    future: &'a [LogRow],
    pub threshold: f64,
    /// Whether the run stood beyond the threshold at the cut.
    over: bool,
    /// Place of the failure in the future; the number of generations in it where none came.
    runway: usize,
}

impl<'a> CaseOutcome<'a> {
    pub fn new(seen: &[LogRow], future: &'a [LogRow], threshold: f64) -> Self {
        let fails = |row: &LogRow| row.error_rate() >= threshold;
        let runway = future.iter().position(fails).unwrap_or(future.len());
        Self { future, threshold, over: seen.last().is_some_and(fails), runway }
    }

    pub fn base(&self, columns: &[Vec<f64>], runways: &[u64]) -> BaselineScores {
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

    pub fn scores(
        &self,
        columns: &[Vec<f64>],
        runways: &[u64],
        forecast: &[ForecastPoint],
        reach: usize,
    ) -> CaseScores {
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
pub(super) fn first_passages(columns: &[Vec<f64>], threshold: f64) -> Vec<u64> {
    let paths = columns.first().map_or(0, Vec::len);
    let reaches = |path: usize| {
        let place = columns.iter().position(|column| column.get(path).is_some_and(|error| *error >= threshold));
        place.unwrap_or(columns.len()) as u64
    };
    let mut passages: Vec<u64> = (0..paths).map(reaches).collect();
    passages.sort_unstable();
    passages
}

pub(super) fn points(future: &[LogRow], columns: &[Vec<f64>]) -> Vec<ForecastPoint> {
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
                ties: ties / column.len().max(1) as f64,
            }
        })
        .collect()
}
