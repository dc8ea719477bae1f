//! A log and options, checked and made ready to sample.

use rayon::prelude::*;

use super::design;
use super::learner::SlipUnit;
use super::log::{LogRow, LogRun};
use super::model::{self, FitModel, ForecastSpan, SampledPath};
use super::prior::{ParameterPoint, PriorSet};
use super::sampler::{self, PosteriorSample};
use super::stage::UsedMeasurements;
use super::training::{LoopChecks, TrainingMode};
use super::{FailureThreshold, FitError, FitOptions, MOST_FORECASTS, MOST_GENERATIONS, MOST_HORIZON, Progress};
use crate::scenario::FitParameter;

/// Random streams of a fit: ensembles take 0, 1, …; paths, prior draws and checks take these and what follows (see also `criticism`).
const PATH_STREAM: u64 = 1 << 32;

/// A model, checked and ready to sample.
pub(super) struct PreparedModel {
    pub model: FitModel,
    pub checks: LoopChecks,
    pub training: TrainingMode,
}

/// Checks runs and options; `same_problems` is what the log shows.
pub(super) fn prepare(runs: &[LogRun], same_problems: bool, options: &FitOptions) -> Result<PreparedModel, FitError> {
    let run = runs.get(options.run).ok_or(FitError::NoRun(options.run))?;
    if run.rows.len() < 2 {
        return Err(FitError::TooShort { run: run.name.clone(), rows: run.rows.len() });
    }
    let span = |run: &LogRun| match (run.rows.first(), run.rows.last()) {
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
    if (options.paths as u64).saturating_mul(options.horizon) > MOST_FORECASTS {
        return Err(FitError::Forecasts { draws: options.paths, horizon: options.horizon });
    }
    let checks = options.checks.unwrap_or_else(|| model::checks(runs));
    let used = used(runs, checks, same_problems, options);
    let training = options.training.unwrap_or_else(|| TrainingMode::of(runs));
    let mut priors = PriorSet::new(checks, training);
    if let Some(temperature) = options.temperature.filter(|_| gains(checks, training)) {
        let (centre, spread) = design::hazard_gain(temperature);
        priors.set(FitParameter::HazardGain, centre, spread);
    }
    if let Some((agree, candidates)) = options.vote.filter(|_| checks == LoopChecks::Some) {
        let (centre, spread) = design::agreeing(agree, candidates);
        priors.set(FitParameter::Agreeing, centre, spread);
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
    Ok(PreparedModel { model: FitModel::new(runs, priors, used, options), checks, training })
}

/// Whether sampling may add to the mistakes of a generation for good: it starts from the one before, and nothing checks it.
pub(super) fn gains(checks: LoopChecks, training: TrainingMode) -> bool {
    checks == LoopChecks::None && training == TrainingMode::FineTuned
}

/// Refuses a threshold that no error rate reaches.
fn checked_threshold(threshold: FailureThreshold, rows: &[LogRow]) -> Result<(), FitError> {
    let inside = |value: f64| value > 0.0 && value <= 1.0;
    let failing = threshold.error_rate(rows);
    match threshold {
        FailureThreshold::ErrorRate(rate) if !inside(rate) => Err(FitError::Threshold(rate)),
        FailureThreshold::Drop(drop) if !inside(drop) => Err(FitError::Drop(drop)),
        FailureThreshold::Drop(drop) if failing > 1.0 => Err(FitError::DropBeyond { drop, failing }),
        _ => Ok(()),
    }
}

/// Which measurements of the log are used. For a vote that accepts only the unanimous, the accepted share says it already.
/// Audits of kept examples speak of the model only where it is known what was kept of what.
fn used(runs: &[LogRun], checks: LoopChecks, same_problems: bool, options: &FitOptions) -> UsedMeasurements {
    let rows = || runs.iter().flat_map(|run| &run.rows);
    let same = options.same_problems.unwrap_or(same_problems || rows().any(|row| row.moves().is_some()));
    let yields = options.yields && checks == LoopChecks::Some;
    let votes = || rows().filter_map(|row| row.unanimous.zip(row.kept));
    let all_pass = votes().next().is_some() && votes().all(|(all, kept)| all <= kept);
    UsedMeasurements {
        audits: options.audits && checks != LoopChecks::Unknown && rows().any(|row| row.kept_wrong.is_some()),
        per_step: options.unit == SlipUnit::Step,
        yields: yields && rows().any(|row| row.generated.is_some() && row.kept.is_some()),
        unanimity: yields && all_pass && votes().any(|(all, kept)| all < kept),
        rejections: !all_pass,
        same_problems: same,
        moves: same && rows().any(|row| row.moves().is_some()),
    }
}

/// Correlation of successive answers to one problem, pooled over all pairs of generations, and its standard error.
fn correlation(runs: &[LogRun]) -> Option<(f64, f64)> {
    let moves = || runs.iter().flat_map(|run| &run.rows).filter_map(LogRow::moves);
    let pairs = moves().filter_map(|moves| Some((moves.correlation()?, moves.paired() as f64)));
    let (sum, problems) = pairs.fold((0.0, 0.0), |(sum, all), (phi, n)| (sum + n * phi, all + n));
    let phi = sum / problems;
    (problems > 0.0).then(|| (phi, (1.0 - phi * phi) / problems.sqrt()))
}

/// Samples the posterior of a prepared model.
pub(super) fn posterior(
    model: &FitModel,
    options: &FitOptions,
    watch: Progress<'_>,
) -> Result<PosteriorSample, FitError> {
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
pub(super) fn paths(
    model: &FitModel,
    draws: &[ParameterPoint],
    options: &FitOptions,
    ahead: ForecastSpan,
) -> Vec<SampledPath> {
    draws
        .par_iter()
        .enumerate()
        .filter_map(|(index, point)| {
            let mut rng = sampler::stream(options.seed, PATH_STREAM + index as u64);
            model.path(model.learner(point), options.run, ahead, &mut rng)
        })
        .collect()
}
