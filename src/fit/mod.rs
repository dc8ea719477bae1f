//! From the logs of a running loop to its remaining runway, with honest uncertainty.
//!
//! `log` holds what was measured and `read` reads it; `prior` and `learner` say what a loop may be, `likelihood` what a log
//! says about it, `sampler` joins the two; `fitted` keeps the draws for every question: `answer` turns them into answers,
//! `advise` says what to measure next, `variant` which parts of the model the data ask for; `backtest` shows how far they
//! can be trusted, against the extrapolations of `baseline`.

mod advise;
mod answer;
mod audit_plan;
mod backtest;
mod baseline;
mod calibrate;
mod course;
mod criticism;
mod design;
mod evaluation;
mod evidence;
mod fitted;
mod fixed_points;
mod learner;
mod likelihood;
pub mod log;
mod log_error;
mod mixing;
mod model;
mod moves;
mod outlook;
mod parting;
mod past;
mod prepare;
mod prior;
mod read;
mod result;
mod row_error;
mod sampler;
mod saved;
mod score;
mod signals;
mod split_trend;
mod stage;
mod tally;
mod training;
mod transition;
mod trend;
mod variant;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use crate::scenario::FitParameter;
pub use advise::{AdvisedMeasurements, ItemWorth, Measurement, MeasurementAdvice};
pub use answer::fit;
pub use audit_plan::{AuditAllocation, AuditQuestion, FurtherData, PlannedAudits};
pub use backtest::{
    BacktestCase, BacktestOptions, BacktestResult, BacktestSummary, BaselineScores, BaselineSummary, CaseScores,
    CourseKind, CoverageLevel, ForecastPoint, PredictedQuantiles, QUANTILE_LEVELS, backtest, backtest_watched,
};
pub use baseline::Baseline;
pub use calibrate::{CalibrationDesign, ParameterRanks, RANKED, calibrate};
pub use fitted::Fitted;
pub use learner::{LoopModel, Prediction, SlipUnit};
pub use log::{Log, LogRow, LogRun};
pub use log_error::LogError;
pub use mixing::ChainMixing;
pub use outlook::FitOutlook;
pub use parting::MetricParting;
pub use prior::{PARAMETERS, ParameterPoint, Prior, PriorError, PriorScale, PriorSet, WrittenPrior};
pub use read::{AnswerGroup, AnswerSet, GenerationAnswers, LogFile, ReadOptions};
pub use result::{
    ConditionalInterval, CredibleInterval, FanPhase, FanPoint, FitBasis, KeepGeneration, LogFit, ParameterSummary,
    ReproductionBin, ReproductionForecast, RunwayForecast, SurprisingRow, TradeOff,
};
pub use row_error::RowError;
pub use sampler::SamplerConfig;
pub use saved::SaveError;
pub use score::{count_quantile, covered, crps, quantile, sorted};
pub use signals::{DrawnShare, StopSignals};
pub use training::{LoopChecks, TrainingMode};
pub use transition::{AnswerMoves, AnswerSamples, AnswerTransition, SampleAnswer, TransitionShare};
pub use variant::{AveragedForecast, ModelVariant, VariantScore, WeighedVariants};

/// Watches the work: receives how many more of its parts are finished, and how many there are in all. The first call is
/// made before the work begins, with 0; the others come from any thread. Parts of a fit are the sweeps of its ensembles,
/// parts of a back-test its cases. Results do not depend on who watches.
pub type Progress<'a> = &'a (dyn Fn(u64, u64) + Sync);

/// Nobody watches.
const UNWATCHED: Progress<'static> = &|_, _| ();

/// When a loop has failed. It plays no part in fitting.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FailureThreshold {
    /// At this error rate.
    ErrorRate(f64),
    /// At this much above the lowest error rate measured in the log.
    Drop(f64),
    /// As the log suggests: at half wrong, where some generation stood below that; else at 0.1 above the lowest error rate
    /// measured, but no further than half of the way from there to 1.
    Chosen,
}

impl FailureThreshold {
    /// The error rate that counts as failure, given the rows so far.
    #[must_use]
    pub fn error_rate(self, rows: &[LogRow]) -> f64 {
        match self {
            Self::ErrorRate(rate) => rate,
            Self::Drop(drop) => lowest(rows) + drop,
            Self::Chosen => match lowest(rows) {
                best if best < HALF => HALF,
                best => (best + USUAL_DROP).min(0.5 * (1.0 + best)),
            },
        }
    }
}

/// Weight of the other runs of a log: runs of one design differ, but less than designs do. Chosen on tests/data/lm and
/// tests/data/llm (see [`backtest`]).
const OTHERS: f64 = 0.5;

/// Error rate at which a loop has failed, where nobody says and it once stood below.
const HALF: f64 = 0.5;
/// Rise of the error rate above its lowest that is a failure, where a loop never stood below [`HALF`].
const USUAL_DROP: f64 = 0.1;

fn lowest(rows: &[LogRow]) -> f64 {
    rows.iter().map(LogRow::error_rate).fold(1.0, f64::min)
}

/// How to fit.
#[derive(Debug, Clone, PartialEq)]
pub struct FitOptions {
    /// When the loop has failed.
    pub threshold: FailureThreshold,
    /// Generations to forecast.
    pub horizon: u64,
    /// Generations whose forecast does not depend on how far is looked: they take the same random numbers under any horizon.
    pub near: u64,
    /// Seed of the sampler.
    pub seed: u64,
    /// Length of the sampling.
    pub effort: SamplerConfig,
    /// What one belief is about.
    pub unit: SlipUnit,
    /// Whether audits of kept examples are used where the log has them.
    pub audits: bool,
    /// Whether the accepted share of attempted problems, and the unanimous among the accepted, are used where the loop
    /// checks what it keeps and the log counts them.
    pub yields: bool,
    /// Whether the loop checks what it keeps; `None` lets `generated` and `kept` decide.
    pub checks: Option<LoopChecks>,
    /// Where a vote checks what is kept, and that is told: how many candidates must agree, of how many.
    pub vote: Option<(u64, u64)>,
    /// How each generation comes from the one before; `None` leaves it to what the log suggests.
    pub training: Option<TrainingMode>,
    /// Temperature at which the training sets were sampled, where it is known: it sets the prior of the hazard gain, where
    /// that is free.
    pub temperature: Option<f64>,
    /// Share of the plain trend in the forecast; `None` leaves it to the design.
    pub trend: Option<f64>,
    /// Whether every generation, of every run, answers the same problems; `None` leaves it to what the files show.
    pub same_problems: Option<bool>,
    /// Priors that replace the defaults, by key.
    pub priors: BTreeMap<String, WrittenPrior>,
    /// Weight of the ln likelihood of runs other than the one that is forecast: 1 takes all runs to share every parameter,
    /// 0 leaves to the others what the columns of the log suggest (checks, training). Runs of one design differ.
    pub others: f64,
    /// Paths drawn for the forecast.
    pub paths: usize,
    /// Index of the run that is forecast; the others only inform the parameters.
    pub run: usize,
}

impl Default for FitOptions {
    fn default() -> Self {
        Self {
            threshold: FailureThreshold::Chosen,
            horizon: 20,
            near: 20,
            seed: 1,
            effort: SamplerConfig::THOROUGH,
            unit: SlipUnit::Step,
            audits: true,
            yields: true,
            checks: None,
            vote: None,
            training: None,
            temperature: None,
            trend: None,
            same_problems: None,
            priors: BTreeMap::new(),
            others: OTHERS,
            paths: USUAL_DRAWS as usize,
            run: 0,
        }
    }
}

impl FitOptions {
    /// Weight of a run's ln likelihood.
    fn weight(&self, run: usize) -> f64 {
        if run == self.run { 1.0 } else { self.others.clamp(0.0, 1.0) }
    }
}

/// Why a log cannot be fitted.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum FitError {
    /// The run to forecast is not there.
    #[error("there is no run number {0} in the log")]
    NoRun(usize),
    /// Too little to fit.
    #[error(
        "{} has {rows} evaluated generation{}; a fit needs at least 2: give the files of further generations too",
        the_run(run),
        if *rows == 1 { "" } else { "s" }
    )]
    TooShort {
        /// The run; empty where the log does not name it.
        run: String,
        /// Its rows.
        rows: usize,
    },
    /// Too much for the exact filter.
    #[error("{generations} generations are more than the {most} that can be filtered; fit fewer runs or thin them")]
    TooLong {
        /// Generations of all runs together, gaps included.
        generations: u64,
        /// The most that is taken.
        most: u64,
    },
    /// A threshold that is none.
    #[error("a failure threshold lies in (0, 1], but this is {0}")]
    Threshold(f64),
    /// A drop that is none.
    #[error("--drop lies in (0, 1], the rise above the lowest error rate that is failure, but this is {0}")]
    Drop(f64),
    /// A drop from the lowest error rate of the log to beyond all answers.
    #[error(
        "--drop {drop}: failure would be at an error rate of {failing}, above 1; the lowest measured and the drop sum to 1 at the most"
    )]
    DropBeyond {
        /// The drop.
        drop: f64,
        /// The error rate that it leads to.
        failing: f64,
    },
    /// More forecasts than memory holds.
    #[error(
        "{draws} draws of {horizon} generations are more than the {MOST_FORECASTS} forecasts that are kept; lower --draws or --horizon"
    )]
    Forecasts {
        /// Courses to be drawn.
        draws: usize,
        /// Generations of each.
        horizon: u64,
    },
    /// A horizon of nothing, or beyond reason.
    #[error("a horizon is 1 to {MOST_HORIZON} generations, but this is {0}")]
    Horizon(u64),
    /// A prior that cannot be.
    #[error(transparent)]
    Prior(#[from] PriorError),
    /// Sampling too short to mean anything.
    #[error("at least 2 ensembles, 3 walkers more than free parameters and 10 sweeps are needed")]
    Effort,
    /// No point of the prior makes the log possible.
    #[error("nothing in the priors makes this log possible; widen `fit.priors`")]
    Impossible,
}

fn the_run(name: &str) -> String {
    if name.is_empty() { "the run".to_owned() } else { format!("run {name:?}") }
}

/// Most generations, of all runs together, that are filtered.
pub const MOST_GENERATIONS: u64 = 2000;
/// Courses that are drawn unless another number is asked for.
pub const USUAL_DRAWS: u32 = 2_000;
/// Most courses that a command draws.
pub const MOST_DRAWS: i64 = 50_000;
/// Most generations that are forecast, over all courses: a few hundred megabytes.
const MOST_FORECASTS: u64 = 20_000_000;
/// Most generations that are forecast.
pub const MOST_HORIZON: u64 = 10_000;
