//! From draws to answers.

use rayon::prelude::*;

use super::course::Course;
use super::criticism::{learned, surprises, trade_offs, warnings};
use super::design;
use super::fitted::Fitted;
use super::learner::{Learner, Unit};
use super::log::{Row, Run};
use super::model::{self, Ahead, Model, Path};
use super::outlook::{Outlook, odds_shift};
use super::prior::{Parameter, Point, Priors};
use super::result::{Basis, Best, Bin, Conditional, Fan, Fit, Interval, Phase, Reproduction, Runway};
use super::sampler::{self, Sample};
use super::score::count_quantile;
use super::stage::Used;
use super::{Checks, FitError, FitOptions, MOST_GENERATIONS, MOST_HORIZON, Threshold, Training, Watch};

/// Random streams of a fit: ensembles take 0, 1, …; paths, prior draws and checks take these and what follows (see also `criticism`).
const PATH_STREAM: u64 = 1 << 32;
const PRIOR_STREAM: u64 = 2 << 32;
/// Prior draws for the prior side of every comparison.
const PRIOR_DRAWS: usize = 4000;

/// A model, checked and ready to sample.
pub(super) struct Prepared {
    pub model: Model,
    pub checks: Checks,
    pub training: Training,
}

/// Checks runs and options; `same_problems` is what the log shows.
pub(super) fn prepare(runs: &[Run], same_problems: bool, options: &FitOptions) -> Result<Prepared, FitError> {
    let run = runs.get(options.run).ok_or(FitError::NoRun(options.run))?;
    if run.rows.len() < 2 {
        return Err(FitError::TooShort { run: run.name.clone(), rows: run.rows.len() });
    }
    let span = |run: &Run| match (run.rows.first(), run.rows.last()) {
        (Some(first), Some(last)) => last.generation.saturating_sub(first.generation).saturating_add(1),
        _ => 0,
    };
    let generations = runs.iter().map(span).fold(0, u64::saturating_add);
    if generations > MOST_GENERATIONS {
        return Err(FitError::TooLong { generations, most: MOST_GENERATIONS });
    }
    checked_threshold(options.threshold, runs.get(options.run).map_or(&[], |run| &run.rows))?;
    if !(1..=MOST_HORIZON).contains(&options.horizon) {
        return Err(FitError::Horizon(options.horizon));
    }
    let checks = options.checks.unwrap_or_else(|| model::checks(runs));
    let used = used(runs, checks, same_problems, options);
    let training = options.training.unwrap_or_else(|| Training::of(runs));
    let mut priors = Priors::new(checks, training);
    if let Some(temperature) = options.temperature.filter(|_| gains(checks, training)) {
        let (centre, spread) = design::hazard_gain(temperature);
        priors.set(Parameter::HazardGain, centre, spread);
    }
    if let Some((agree, candidates)) = options.vote.filter(|_| checks == Checks::Some) {
        let (centre, spread) = design::agreeing(agree, candidates);
        priors.set(Parameter::Agreeing, centre, spread);
    }
    if used.same_problems {
        priors.share_problems(correlation(runs));
    }
    if used.moves {
        priors.follow_problems();
    }
    for (key, written) in &options.priors {
        priors.replace(key, *written)?;
    }
    for parameter in used.silent() {
        priors.hold(parameter);
    }
    let effort = options.effort;
    if effort.ensembles < 2 || effort.walkers < priors.free().len() + 3 || effort.sweeps < 10 {
        return Err(FitError::Effort);
    }
    Ok(Prepared { model: Model::new(runs, priors, used, options), checks, training })
}

/// Whether sampling may add to the mistakes of a generation for good: it starts from the one before, and nothing checks it.
fn gains(checks: Checks, training: Training) -> bool {
    checks == Checks::None && training == Training::FineTuned
}

/// Refuses a threshold that no error rate reaches.
fn checked_threshold(threshold: Threshold, rows: &[Row]) -> Result<(), FitError> {
    let inside = |value: f64| value > 0.0 && value <= 1.0;
    let failing = threshold.error_rate(rows);
    match threshold {
        Threshold::ErrorRate(rate) if !inside(rate) => Err(FitError::Threshold(rate)),
        Threshold::Drop(drop) if !inside(drop) => Err(FitError::Drop(drop)),
        Threshold::Drop(drop) if failing > 1.0 => Err(FitError::DropBeyond { drop, failing }),
        _ => Ok(()),
    }
}

/// Which measurements of the log are used. A vote that accepts the unanimous alone is told by what it accepts already.
/// Audits of kept examples speak of the model only where it is known what was kept of what.
fn used(runs: &[Run], checks: Checks, same_problems: bool, options: &FitOptions) -> Used {
    let rows = || runs.iter().flat_map(|run| &run.rows);
    let same = options.same_problems.unwrap_or(same_problems || rows().any(|row| row.moves().is_some()));
    let yields = options.yields && checks == Checks::Some;
    let votes = || rows().filter_map(|row| row.unanimous.zip(row.kept));
    let all_pass = votes().next().is_some() && votes().all(|(all, kept)| all <= kept);
    Used {
        audits: options.audits && checks != Checks::Unknown && rows().any(|row| row.kept_wrong.is_some()),
        per_step: options.unit == Unit::Step,
        yields: yields && rows().any(|row| row.generated.is_some() && row.kept.is_some()),
        unanimity: yields && all_pass && votes().any(|(all, kept)| all < kept),
        rejections: !all_pass,
        same_problems: same,
        moves: same && rows().any(|row| row.moves().is_some()),
    }
}

/// Correlation of successive answers to one problem, pooled over all pairs of generations, and its standard error.
fn correlation(runs: &[Run]) -> Option<(f64, f64)> {
    let moves = || runs.iter().flat_map(|run| &run.rows).filter_map(Row::moves);
    let pairs = moves().filter_map(|moves| Some((moves.correlation()?, moves.paired() as f64)));
    let (sum, problems) = pairs.fold((0.0, 0.0), |(sum, all), (phi, n)| (sum + n * phi, all + n));
    let phi = sum / problems;
    (problems > 0.0).then(|| (phi, (1.0 - phi * phi) / problems.sqrt()))
}

/// Samples the posterior of a prepared model.
pub(super) fn posterior(model: &Model, options: &FitOptions, watch: Watch<'_>) -> Result<Sample, FitError> {
    let sample = sampler::sample(
        &model.priors,
        &|point, least| model.log_likelihood_above(point, least),
        options.effort,
        options.seed,
        watch,
    );
    let possible = sample.draws().any(|point| model.log_likelihood(point).is_finite());
    if possible { Ok(sample) } else { Err(FitError::Impossible) }
}

/// Draws paths of the run to forecast, one per posterior draw, each from its own stream.
pub(super) fn paths(model: &Model, draws: &[Point], options: &FitOptions, ahead: Ahead) -> Vec<Path> {
    draws
        .par_iter()
        .enumerate()
        .filter_map(|(index, point)| {
            let mut rng = sampler::stream(options.seed, PATH_STREAM + index as u64);
            model.path(model.learner(point), options.run, ahead, &mut rng)
        })
        .collect()
}

/// Turns the draws of a fit into answers.
pub(super) fn answer(fitted: &Fitted<'_>) -> Fit {
    let Fitted { log, run, options, posterior, draws, paths, courses, .. } = fitted;
    let (model, sample) = (&posterior.model, &posterior.sample);
    let mixing = sample.mixing(&model.priors);
    let surprises = surprises(model, draws, run, options);
    let mut warnings = warnings(&mixing, &surprises, run, (log.runs.len(), options.others));
    warnings.extend(audits_left_out(fitted));
    if options.temperature.is_some() && !gains(posterior.checks, posterior.training) {
        warnings.push("the temperature has no effect: it tells how fast mistakes grow where nothing is checked (`kept` is `generated`) and generations are fine-tuned".to_owned());
    }
    if let Some(told) = options.checks {
        let counted = model::checks(&log.runs);
        if counted != Checks::Unknown && counted != told {
            warnings.push(
                "--checked is taken by the mechanism, but not by the trend: `generated` and `kept` of the log say otherwise".to_owned(),
            );
        }
    }
    let (floor_error, floor_above_present) = floor(model, paths, options.run);
    Fit {
        source: log.source.clone(),
        run: run.name.clone(),
        runs_fitted: log.runs.len(),
        basis: basis(fitted),
        reproduction_number: reproduction(model, paths, options, floor_above_present),
        inherited_share: Interval::of(paths.iter().map(|path| inherited_share(path, model, options.run))),
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

fn basis(fitted: &Fitted<'_>) -> Basis {
    let Fitted { run, options, posterior, ahead, .. } = fitted;
    let generation = |row: Option<&Row>| row.map_or(0, |row| row.generation);
    Basis {
        observed: run.rows.len(),
        generations: (generation(run.rows.first()), generation(run.rows.last())),
        checks: posterior.checks,
        training: posterior.training,
        training_told: options.training.is_some(),
        trend_share: posterior.trend_share(&fitted.log.runs, options),
        trend_split: posterior.splits_trend(&fitted.log.runs, options),
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
fn present(model: &Model, run: usize, learner: &Learner) -> (f64, f64) {
    model.stages(run).last().map_or((learner.slip, 1.0), |stage| (learner.slip_at(stage.elapsed), stage.steps))
}

fn reproduction(model: &Model, paths: &[Path], options: &FitOptions, floor_above_present: f64) -> Reproduction {
    let number = |learner: &Learner| {
        let (slip, steps) = present(model, options.run, learner);
        learner.reproduction_number(slip, steps)
    };
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
    Reproduction {
        density: Bin::of(&prior, &posterior),
        prior_above_one,
        prior_below_zero: below_zero(&prior),
        below_zero: below_zero(&posterior),
        prior: Interval::of(prior),
        posterior: Interval::of(posterior),
        above_one,
        odds_shift,
        words: Outlook::of(above_one, odds_shift, floor_above_present > 0.5),
    }
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// Share of the error rate at the last generation that wrong beliefs make.
fn inherited_share(path: &Path, model: &Model, run: usize) -> f64 {
    let (slip, steps) = present(model, run, &path.learner);
    let all = path.learner.at(path.last_share, slip, steps).error;
    let fresh = path.learner.at(path.last_share, 0.0, steps).error;
    if all > 0.0 { (fresh / all).min(1.0) } else { 0.0 }
}

/// The floor, and the share of the draws with one in which it lies above the present error of the same draw.
fn floor(model: &Model, paths: &[Path], run: usize) -> (Conditional, f64) {
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

fn tipping(model: &Model, paths: &[Path], run: usize) -> Conditional {
    let tip = |path: &Path| {
        let (slip, steps) = present(model, run, &path.learner);
        let (_, tip) = path.learner.fixed_points(slip, steps);
        Some(path.learner.at(tip?, slip, steps).error)
    };
    conditional(paths.par_iter().filter_map(tip).collect(), paths.len())
}

fn conditional(errors: Vec<f64>, draws: usize) -> Conditional {
    let probability = share(errors.len(), draws);
    Conditional { probability, given: (!errors.is_empty()).then(|| Interval::of(errors)) }
}

pub(super) fn fan(run: &Run, courses: &[Course], options: &FitOptions) -> Vec<Fan> {
    let threshold = options.threshold.error_rate(&run.rows);
    let first = run.rows.first().map_or(0, |row| row.generation);
    let known = run.rows.last().map_or(0, |row| (row.generation - first) as usize + 1);
    (0..known + options.horizon as usize)
        .map(|index| {
            let generation = first + index as u64;
            let row = run.rows.iter().find(|row| row.generation == generation);
            let ahead = index.checked_sub(known);
            let phase = match (ahead, row) {
                (Some(_), _) => Phase::Forecast,
                (None, Some(_)) => Phase::Filtered,
                (None, None) => Phase::Gap,
            };
            let at = |values: &[f64], index: usize| values.get(index).copied().unwrap_or(f64::NAN);
            let survives = |course: &&Course, ahead: usize| {
                course.error.iter().skip(known).take(ahead + 1).all(|error| *error < threshold)
            };
            Fan {
                generation,
                phase,
                measured: row.map(Row::error_rate),
                error: Interval::of(courses.iter().map(|course| at(&course.error, index))),
                measurement: ahead.map(|ahead| Interval::of(courses.iter().map(|course| at(&course.measured, ahead)))),
                survival: ahead
                    .map(|ahead| share(courses.iter().filter(|course| survives(course, ahead)).count(), courses.len())),
            }
        })
        .collect()
}

pub(super) fn runway(run: &Run, courses: &[Course], options: &FitOptions) -> Runway {
    let error_rate = options.threshold.error_rate(&run.rows);
    let horizon = options.horizon as usize;
    let beyond = options.horizon + 1;
    let mut remaining: Vec<u64> = courses
        .iter()
        .map(|course| {
            let future = course.error.iter().skip(course.error.len().saturating_sub(horizon));
            future.zip(1..).find(|(error, _)| **error >= error_rate).map_or(beyond, |(_, ahead)| ahead)
        })
        .collect();
    remaining.sort_unstable();
    let at = |p: f64| Some(count_quantile(&remaining, p)).filter(|ahead| *ahead < beyond);
    Runway {
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
fn failed_at(rows: &[Row], error_rate: f64) -> Option<u64> {
    rows.iter().rev().take_while(|row| row.error_rate() >= error_rate).last().map(|row| row.generation)
}

pub(super) fn best(run: &Run, courses: &[Course]) -> Best {
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
    Best { generation, probability, by_generation, yet_to_come: share(later, courses.len()) }
}
