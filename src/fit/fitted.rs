//! A fit that has been made: its draws are kept, so that every question to it costs no sampling of its own.

use super::course::{self, ErrorCourse};
use super::log::{Log, LogRow, LogRun};
use super::model::{self, FitModel, ForecastSpan, SampledPath};
use super::prepare;
use super::prior::ParameterPoint;
use super::sampler::PosteriorSample;
use super::trend::Trends;
use super::{FitError, FitOptions, LoopChecks, Progress, TrainingMode, UNWATCHED, split_trend};

/// Posterior draws of a log, and paths of the run to forecast through its past and into its future.
///
/// ```
/// use runaway::fit::{FitOptions, Measurement, SamplerConfig};
/// use runaway::{Fitted, Log};
///
/// let csv = "generation,evaluated,wrong\n0,1000,30\n1,1000,41\n2,1000,60\n3,1000,83\n";
/// let log = Log::parse(csv.as_bytes(), "my-run.csv")?;
/// // Far too few sweeps for an answer to rely on: leave `effort` at its default for one.
/// let effort = SamplerConfig { ensembles: 2, walkers: 24, sweeps: 20 };
/// let options = FitOptions { effort, paths: 50, horizon: 5, ..FitOptions::default() };
/// let fitted = Fitted::new(&log, &options)?;
/// // Several questions to one set of draws.
/// let answer = fitted.answer();
/// assert!((0.0..=1.0).contains(&answer.runway.no_failure));
/// let advice = fitted.advise(&[Measurement::Evaluate(1000)]);
/// assert_eq!(advice.generation, 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Fitted<'a> {
    pub(super) log: &'a Log,
    pub(super) run: &'a LogRun,
    pub(super) options: &'a FitOptions,
    pub(super) posterior: SampledPosterior,
    pub(super) ahead: ForecastSpan,
    pub(super) draws: Vec<ParameterPoint>,
    pub(super) paths: Vec<SampledPath>,
    /// Courses of the run from every member of the forecast.
    pub(super) courses: Vec<ErrorCourse>,
}

/// A model and its draws.
#[derive(Debug)]
pub(super) struct SampledPosterior {
    pub model: FitModel,
    pub checks: LoopChecks,
    pub training: TrainingMode,
    pub sample: PosteriorSample,
}

impl SampledPosterior {
    /// Checks log and options, and samples.
    pub fn of(log: &Log, options: &FitOptions, watch: Progress<'_>) -> Result<Self, FitError> {
        let prepare::PreparedModel { model, checks, training } =
            prepare::prepare(&log.runs, log.same_problems, options)?;
        let sample = prepare::posterior(&model, options, watch)?;
        Ok(Self { model, checks, training, sample })
    }
}

impl SampledPosterior {
    /// Courses of a run from every member of the forecast in proportion to its share, those of the mechanism from `paths`.
    pub fn courses(
        &self,
        runs: &[LogRun],
        options: &FitOptions,
        ahead: ForecastSpan,
        paths: &[SampledPath],
    ) -> Vec<ErrorCourse> {
        let split = self.splits_trend(runs, options);
        let from_trend = (self.trend_share(options, split) * paths.len() as f64).round() as usize;
        let kept = paths.len() - from_trend;
        let thinned = (0..kept).filter_map(|index| paths.get(index * paths.len() / kept.max(1)));
        let batched = |(index, path): (usize, &SampledPath)| ErrorCourse {
            batch: course::chain_batch(index, kept),
            ..path.course.clone()
        };
        let mut courses: Vec<ErrorCourse> = thinned.enumerate().map(batched).collect();
        // How rough a loop's course is was learned from logs: of loops that count what they keep, and of others.
        let counted = model::checks(runs);
        let trends = Trends::new(runs, options, self.training, counted);
        let mut trend = if split {
            split_trend::courses(&trends, ahead, from_trend)
        } else {
            trends.courses(counted, ahead, from_trend)
        };
        if kept > 0 && from_trend > 0 {
            let spread = self.training.spread_kept(counted);
            for member in [&mut courses, &mut trend] {
                course::narrow(member, spread, ahead.evaluated);
            }
        }
        courses.extend(trend);
        courses
    }

    /// Whether the trend follows what passes the check and where candidates disagree, each by itself. Learners that are
    /// trained anew gain nothing by it (ratio to the best extrapolation 0.823 for 0.818, 24 designs behind votes).
    pub fn splits_trend(&self, runs: &[LogRun], options: &FitOptions) -> bool {
        let told = || runs.get(options.run).is_some_and(split_trend::is_told);
        options.audits && self.training == TrainingMode::FineTuned && model::checks(runs) == LoopChecks::Some && told()
    }

    /// Share of the trend in the forecast, split or not.
    pub fn trend_share(&self, options: &FitOptions, split: bool) -> f64 {
        options.trend.unwrap_or_else(|| self.training.trend_share(split)).clamp(0.0, 1.0)
    }
}

impl<'a> Fitted<'a> {
    /// Fits the runs of a log.
    ///
    /// # Errors
    /// [`FitError`] for options out of range, and for logs too short or too long.
    pub fn new(log: &'a Log, options: &'a FitOptions) -> Result<Self, FitError> {
        Self::watched(log, options, UNWATCHED)
    }

    /// As [`Fitted::new`], watched.
    ///
    /// # Errors
    /// As [`Fitted::new`].
    pub fn watched(log: &'a Log, options: &'a FitOptions, watch: Progress<'_>) -> Result<Self, FitError> {
        let posterior = SampledPosterior::of(log, options, watch)?;
        let run = log.runs.get(options.run).ok_or(FitError::NoRun(options.run))?;
        let ahead = ForecastSpan::of(&run.rows, posterior.model.stages(options.run), options);
        let draws = posterior.sample.thinned(options.paths);
        let paths = prepare::paths(&posterior.model, &draws, options, ahead);
        if paths.is_empty() {
            return Err(FitError::Impossible);
        }
        let courses = posterior.courses(&log.runs, options, ahead, &paths);
        Ok(Self { log, run, options, posterior, ahead, draws, paths, courses })
    }

    /// Courses that were drawn.
    #[must_use]
    pub fn draws_made(&self) -> usize {
        self.courses.len()
    }

    /// Every kept draw of the parameters in natural units, a series for each walker, ensemble by ensemble. The ensembles were
    /// sampled apart; the walkers of one move by each other.
    #[must_use]
    pub fn parameter_draws(&self) -> Vec<Vec<ParameterPoint>> {
        let priors = self.posterior.model.priors.all();
        let natural = |point: &ParameterPoint| {
            let mut values = *point;
            values.iter_mut().zip(priors).for_each(|(value, prior)| *value = prior.scale.natural(*value));
            values
        };
        let of_ensemble = |sweeps: &Vec<Vec<ParameterPoint>>| {
            let walkers = sweeps.iter().map(Vec::len).min().unwrap_or(0);
            (0..walkers)
                .map(|walker| sweeps.iter().filter_map(|sweep| sweep.get(walker)).map(natural).collect())
                .collect::<Vec<_>>()
        };
        self.posterior.sample.ensembles.iter().flat_map(of_ensemble).collect()
    }

    /// The last evaluated generation of the run to forecast.
    #[must_use]
    pub fn last_row(&self) -> Option<&LogRow> {
        self.run.rows.last()
    }
}
