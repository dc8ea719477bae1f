//! From draws to answers.

use rayon::prelude::*;

use super::course::ErrorCourse;
use super::criticism::{learned, surprises, trade_offs, warnings};
use super::fitted::Fitted;
use super::learner::LoopModel;
use super::log::Log;
use super::log::{LogRow, LogRun};
use super::model::{self, FitModel, SampledPath};
use super::outlook::{FitOutlook, odds_shift};
use super::prepare::gains;
use super::result::{
    ConditionalInterval, CredibleInterval, FanPhase, FanPoint, FitBasis, KeepGeneration, LogFit, ReproductionBin,
    ReproductionForecast, RunwayForecast,
};
use super::sampler;
use super::score::count_quantile;
use super::{FitError, FitOptions, LoopChecks};

const PRIOR_STREAM: u64 = 2 << 32;
/// Prior draws for the prior side of every comparison.
const PRIOR_DRAWS: usize = 4000;

/// Turns the draws of a fit into answers.
pub(super) fn answer(fitted: &Fitted<'_>) -> LogFit {
    let Fitted { log, run, options, posterior, draws, paths, courses, .. } = fitted;
    let (model, sample) = (&posterior.model, &posterior.sample);
    let mixing = sample.mixing(&model.priors);
    let surprises = surprises(model, draws, run, options);
    let mut warnings = warnings(&mixing, &surprises, run, (log.runs.len(), options.others));
    warnings.extend(audits_left_out(fitted));
    if options.temperature.is_some() && !gains(posterior.checks, posterior.training) {
        warnings.push("the temperature has no effect: it sets how fast mistakes grow where nothing is checked (`kept` is `generated`) and generations are fine-tuned".to_owned());
    }
    if let Some(told) = options.checks {
        let counted = model::checks(&log.runs);
        if counted != LoopChecks::Unknown && counted != told {
            warnings.push(
                "--checked is taken by the mechanism, but not by the trend: `generated` and `kept` of the log say otherwise".to_owned(),
            );
        }
    }
    let (floor_error, floor_above_present) = floor(model, paths, options.run);
    LogFit {
        source: log.source.clone(),
        run: run.name.clone(),
        runs_fitted: log.runs.len(),
        basis: basis(fitted),
        reproduction_number: reproduction(model, paths, options, floor_above_present),
        inherited_share: CredibleInterval::of(paths.iter().map(|path| inherited_share(path, model, options.run))),
        floor_error,
        floor_above_present,
        tipping_error: tipping(model, paths, options.run),
        fan: fan(run, courses, options),
        runway: runway(run, courses, options),
        best: best(run, courses),
        parameters: learned(&model.priors, sample),
        trade_offs: trade_offs(&model.priors, sample),
        mixing,
        accepted: sample.accepted,
        draws: sample.draws().count(),
        surprises,
        warnings,
    }
}

/// Says that audits which the log holds are not used.
fn audits_left_out(fitted: &Fitted<'_>) -> Option<String> {
    let audited = fitted.options.audits && fitted.run.rows.iter().any(|row| row.kept_wrong.is_some());
    (audited && !fitted.posterior.model.used.audits).then(|| {
        "`kept_wrong` is not used: what was kept of how many answers is not known; add `generated`, the same as `kept` where nothing was rejected".to_owned()
    })
}

fn basis(fitted: &Fitted<'_>) -> FitBasis {
    let Fitted { run, options, posterior, ahead, .. } = fitted;
    let trend_split = posterior.splits_trend(&fitted.log.runs, options);
    let generation = |row: Option<&LogRow>| row.map_or(0, |row| row.generation);
    FitBasis {
        observed: run.rows.len(),
        generations: (generation(run.rows.first()), generation(run.rows.last())),
        checks: posterior.checks,
        training: posterior.training,
        training_told: options.training.is_some(),
        trend_share: posterior.trend_share(options, trend_split),
        trend_split,
        audits: posterior.model.used.audits && run.rows.iter().any(|row| row.kept_wrong.is_some()),
        unit: options.unit,
        same_problems: posterior.model.used.same_problems,
        steps_per_generation: ahead.growth,
        threshold: options.threshold,
        horizon: options.horizon,
        seed: options.seed,
        effort: options.effort,
    }
}

/// Slip rate and solution length at the last generation of a run.
fn present(model: &FitModel, run: usize, learner: &LoopModel) -> (f64, f64) {
    model.stages(run).last().map_or((learner.slip, 1.0), |stage| (learner.slip_at(stage.elapsed), stage.steps))
}

/// R at the last generation of a run.
pub(super) fn reproduction_number(model: &FitModel, run: usize, learner: &LoopModel) -> f64 {
    let (slip, steps) = present(model, run, learner);
    learner.reproduction_number(slip, steps)
}

fn reproduction(
    model: &FitModel,
    paths: &[SampledPath],
    options: &FitOptions,
    floor_above_present: f64,
) -> ReproductionForecast {
    let number = |learner: &LoopModel| reproduction_number(model, options.run, learner);
    let mut rng = sampler::stream(options.seed, PRIOR_STREAM);
    let prior: Vec<f64> =
        (0..PRIOR_DRAWS).map(|_| number(&model.learner(&sampler::prior_draw(&model.priors, &mut rng)))).collect();
    let posterior: Vec<f64> = paths.iter().map(|path| number(&path.learner)).collect();
    let count = |values: &[f64], keep: fn(f64) -> bool| values.iter().filter(|r| keep(**r)).count();
    let above = |values: &[f64]| (count(values, |r| r > 1.0), values.len());
    let below_zero = |values: &[f64]| share(count(values, |r| r < 0.0), values.len());
    let shared = |(part, whole)| share(part, whole);
    let odds_shift = odds_shift(above(&posterior), above(&prior));
    let (above_one, prior_above_one) = (shared(above(&posterior)), shared(above(&prior)));
    ReproductionForecast {
        density: ReproductionBin::of(&prior, &posterior),
        prior_above_one,
        prior_below_zero: below_zero(&prior),
        below_zero: below_zero(&posterior),
        prior: CredibleInterval::of(prior),
        posterior: CredibleInterval::of(posterior),
        above_one,
        odds_shift,
        words: FitOutlook::of(above_one, odds_shift, floor_above_present > 0.5),
    }
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// Share of the error rate at the last generation that wrong beliefs make.
fn inherited_share(path: &SampledPath, model: &FitModel, run: usize) -> f64 {
    let (slip, steps) = present(model, run, &path.learner);
    let all = path.learner.at(path.last_share, slip, steps).error;
    let fresh = path.learner.at(path.last_share, 0.0, steps).error;
    if all > 0.0 { (fresh / all).min(1.0) } else { 0.0 }
}

/// The floor, and the share of the draws with one in which it lies above the present error of the same draw.
fn floor(model: &FitModel, paths: &[SampledPath], run: usize) -> (ConditionalInterval, f64) {
    let floors: Vec<(f64, f64)> = paths
        .par_iter()
        .filter_map(|path| {
            let (slip, steps) = present(model, run, &path.learner);
            let (floor, _) = path.learner.fixed_points(slip, steps);
            let error = |x| path.learner.at(x, slip, steps).error;
            Some((error(floor?), error(path.last_share)))
        })
        .collect();
    let worse = share(floors.iter().filter(|(floor, now)| floor > now).count(), floors.len());
    (conditional(floors.into_iter().map(|(floor, _)| floor).collect(), paths.len()), worse)
}

fn tipping(model: &FitModel, paths: &[SampledPath], run: usize) -> ConditionalInterval {
    let tip = |path: &SampledPath| {
        let (slip, steps) = present(model, run, &path.learner);
        let (_, tip) = path.learner.fixed_points(slip, steps);
        Some(path.learner.at(tip?, slip, steps).error)
    };
    conditional(paths.par_iter().filter_map(tip).collect(), paths.len())
}

fn conditional(errors: Vec<f64>, draws: usize) -> ConditionalInterval {
    let probability = share(errors.len(), draws);
    ConditionalInterval { probability, given: (!errors.is_empty()).then(|| CredibleInterval::of(errors)) }
}

pub(super) fn fan(run: &LogRun, courses: &[ErrorCourse], options: &FitOptions) -> Vec<FanPoint> {
    let remaining = remaining(run, courses, options);
    let first = run.rows.first().map_or(0, |row| row.generation);
    let known = run.rows.last().map_or(0, |row| (row.generation - first) as usize + 1);
    (0..known + options.horizon as usize)
        .map(|index| {
            let generation = first + index as u64;
            let row = run.rows.iter().find(|row| row.generation == generation);
            let ahead = index.checked_sub(known);
            let phase = match (ahead, row) {
                (Some(_), _) => FanPhase::Forecast,
                (None, Some(_)) => FanPhase::Filtered,
                (None, None) => FanPhase::Gap,
            };
            let at = |values: &[f64], index: usize| values.get(index).copied().unwrap_or(f64::NAN);
            let surviving =
                |ahead: usize| remaining.len() - remaining.partition_point(|fails| *fails <= ahead as u64 + 1);
            FanPoint {
                generation,
                phase,
                measured: row.map(LogRow::error_rate),
                error: CredibleInterval::of(courses.iter().map(|course| at(&course.error, index))),
                measurement: ahead
                    .map(|ahead| CredibleInterval::of(courses.iter().map(|course| at(&course.measured, ahead)))),
                survival: ahead.map(|ahead| share(surviving(ahead), courses.len())),
            }
        })
        .collect()
}

/// Generations until a course fails; one beyond the horizon where it does not.
pub(super) fn first_failure(run: &LogRun, course: &ErrorCourse, options: &FitOptions) -> u64 {
    let error_rate = options.threshold.error_rate(&run.rows);
    let future = course.error.iter().skip(course.error.len().saturating_sub(options.horizon as usize));
    future.zip(1..).find(|(error, _)| **error >= error_rate).map_or(options.horizon + 1, |(_, ahead)| ahead)
}

/// Generations until each course fails, in rising order; one beyond the horizon where it does not.
pub(super) fn remaining(run: &LogRun, courses: &[ErrorCourse], options: &FitOptions) -> Vec<u64> {
    let mut remaining: Vec<u64> = courses.iter().map(|course| first_failure(run, course, options)).collect();
    remaining.sort_unstable();
    remaining
}

pub(super) fn runway(run: &LogRun, courses: &[ErrorCourse], options: &FitOptions) -> RunwayForecast {
    let error_rate = options.threshold.error_rate(&run.rows);
    let beyond = options.horizon + 1;
    let remaining = remaining(run, courses, options);
    let at = |p: f64| Some(count_quantile(&remaining, p)).filter(|ahead| *ahead < beyond);
    RunwayForecast {
        error_rate,
        failed_at: failed_at(&run.rows, error_rate),
        survived_to: run.rows.last().map_or(0, |row| row.generation),
        median: at(0.5),
        interval50: (at(0.25), at(0.75)),
        interval90: (at(0.05), at(0.95)),
        no_failure: share(remaining.iter().filter(|ahead| **ahead == beyond).count(), remaining.len()),
        horizon: options.horizon,
    }
}

/// The generation from which on every evaluation measured a failure. A loop that began badly and has healed has not failed.
fn failed_at(rows: &[LogRow], error_rate: f64) -> Option<u64> {
    rows.iter().rev().take_while(|row| row.error_rate() >= error_rate).last().map(|row| row.generation)
}

pub(super) fn best(run: &LogRun, courses: &[ErrorCourse]) -> KeepGeneration {
    let first = run.rows.first().map_or(0, |row| row.generation);
    let places: Vec<usize> = run.rows.iter().map(|row| (row.generation - first) as usize).collect();
    let known = places.last().map_or(0, |last| last + 1);
    let mut wins = vec![0_usize; places.len()];
    let mut later = 0_usize;
    for course in courses {
        let errors = places.iter().enumerate().filter_map(|(rank, &place)| Some((rank, *course.error.get(place)?)));
        let Some((rank, lowest)) = errors.min_by(|a, b| a.1.total_cmp(&b.1)) else { continue };
        if let Some(win) = wins.get_mut(rank) {
            *win += 1;
        }
        later += usize::from(course.error.iter().skip(known).any(|error| *error < lowest));
    }
    let by_generation: Vec<(u64, f64)> =
        run.rows.iter().zip(&wins).map(|(row, &win)| (row.generation, share(win, courses.len()))).collect();
    let (generation, probability) =
        by_generation.iter().copied().reduce(|a, b| if b.1 > a.1 { b } else { a }).unwrap_or((first, 0.0));
    KeepGeneration { generation, probability, by_generation, yet_to_come: share(later, courses.len()) }
}

impl Fitted<'_> {
    /// What the fit says about the run to forecast.
    #[must_use]
    pub fn answer(&self) -> LogFit {
        answer(self)
    }
}

/// Fits the runs of a log and forecasts one of them.
///
/// ```
/// use runaway::fit::{FitOptions, SamplerConfig};
/// use runaway::{Log, fit};
///
/// let csv = "generation,evaluated,wrong\n0,1000,30\n1,1000,41\n2,1000,60\n3,1000,83\n";
/// let log = Log::parse(csv.as_bytes(), "my-run.csv")?;
/// // Far too few sweeps for an answer to rely on: leave `effort` at its default for one.
/// let effort = SamplerConfig { ensembles: 2, walkers: 24, sweeps: 20 };
/// let options = FitOptions { effort, paths: 50, horizon: 5, ..FitOptions::default() };
/// let answer = fit(&log, &options)?;
/// assert_eq!(answer.runway.survived_to, 3);
/// // Error rates: four generations measured, five forecast.
/// assert_eq!(answer.fan.len(), 9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`Fitted::new`].
pub fn fit(log: &Log, options: &FitOptions) -> Result<LogFit, FitError> {
    Ok(Fitted::new(log, options)?.answer())
}
