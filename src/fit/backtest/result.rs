//! What a back-test answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::fit::baseline::Baseline;
use crate::fit::signals::StopSignals;

use super::CourseKind;

/// Scores of one forecaster in one case; lower is better, except for coverages.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BaselineScores {
    /// Mean CRPS of the measured error rate over the forecast generations.
    pub crps_error: f64,
    /// CRPS of the remaining runway, restricted to the log, in generations; absent where the run had failed by the cut.
    pub crps_runway: Option<f64>,
    /// Mean absolute error of the median error rate.
    pub mae_error: f64,
}

/// Scores of the fit in one case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
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
    /// Whether the run failed within that reach; absent where it had failed already or the log ends too soon to say.
    pub failed_within: Option<bool>,
    /// Generations from the cut's last generation to the failure, if it came.
    pub failed_after: Option<u64>,
}

/// One generation of a forecast against what came.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
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
    /// Share of the forecast equal to the measurement.
    pub ties: f64,
}

/// One run, cut once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BacktestCase {
    /// The log.
    pub file: String,
    /// The run; empty where the log does not name it.
    pub run: String,
    /// Its course, from its first generation to its last.
    pub kind: CourseKind,
    /// Generations that the fit saw.
    pub cut: usize,
    /// What stopping rules are about, as the fit had it; absent from results of before there were any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signals: Option<StopSignals>,
    /// The fit.
    pub scores: CaseScores,
    /// The extrapolations.
    pub baselines: BTreeMap<Baseline, BaselineScores>,
    /// The forecast against what came.
    pub forecast: Vec<ForecastPoint>,
    /// The forecasts of every forecaster as quantiles; in backtest-quantiles.csv, not in JSON.
    #[serde(skip)]
    pub predicted: Vec<PredictedQuantiles>,
}

impl BacktestCase {
    /// The folder of the log; empty where it is named without one.
    #[must_use]
    pub fn set(&self) -> &str {
        self.file.rsplit_once(['/', '\\']).map_or("", |(folder, _)| folder)
    }
}

/// Means over cases; every case counts the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BacktestSummary {
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
    /// Warnings given where the log shows what happened.
    pub warnings: usize,
    /// Warnings after which the run did not fail in time.
    pub false_alarms: usize,
    /// Runs that failed after their first cut, and how many of them a warning preceded.
    pub failures: usize,
    /// Runs that were warned before they failed.
    pub failures_warned: usize,
    /// Generations from the first warning of a run to its failure, over the runs that were warned.
    pub mean_lead_time: Option<f64>,
    /// CRPS of the error rate over that of the extrapolation that does best on these cases; absent where that is 0.
    pub crps_ratio: Option<f64>,
    /// The same for the remaining runway.
    pub crps_ratio_runway: Option<f64>,
    /// The extrapolations, by name.
    pub baselines: BTreeMap<Baseline, BaselineSummary>,
}

/// Means of one extrapolation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BaselineSummary {
    /// Mean CRPS of the error rate.
    pub crps_error: Option<f64>,
    /// Mean CRPS of the remaining runway, in generations.
    pub crps_runway: Option<f64>,
    /// Mean absolute error of the median error rate.
    pub mae_error: Option<f64>,
}

/// Coverage of one central interval of the measured error rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CoverageLevel {
    /// Probability that the interval claims.
    pub nominal: f64,
    /// Share of measured errors in it; a mean over cases, like every other score.
    pub observed: f64,
}

/// The whole back-test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BacktestResult {
    /// Every case, in the order of files, runs and cuts.
    pub cases: Vec<BacktestCase>,
    /// Over all cases.
    pub summary: BacktestSummary,
    /// By file.
    pub by_file: BTreeMap<String, BacktestSummary>,
    /// By the folder of the log.
    pub by_set: BTreeMap<String, BacktestSummary>,
    /// By the course of the run, kinds without a case left out.
    pub by_kind: BTreeMap<CourseKind, BacktestSummary>,
    /// By cut.
    pub by_cut: BTreeMap<usize, BacktestSummary>,
    /// Coverage of central intervals of the error rate from 10 to 95 %, by the ranks of what was measured; what ties with an end of the
    /// interval is inside.
    pub calibration: Vec<CoverageLevel>,
    /// Whether every case saw the other runs of its log too.
    pub others: bool,
    /// Cases that could not be made, and why.
    pub skipped: Vec<String>,
}

/// Levels of forecast hubs.
pub const QUANTILE_LEVELS: [f64; 23] = [
    0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9,
    0.95, 0.975, 0.99,
];

/// What one forecaster said of one generation.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictedQuantiles {
    /// `runaway`, or the key of an extrapolation.
    pub model: &'static str,
    /// The generation that is forecast.
    pub generation: u64,
    /// Generations ahead of the last one seen.
    pub horizon: u64,
    /// Error rate that was measured.
    pub observed: f64,
    /// Error rates at [`QUANTILE_LEVELS`].
    pub quantiles: [f64; QUANTILE_LEVELS.len()],
}
