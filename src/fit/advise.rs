//! What to measure next: by how much more data on the last generation are expected to narrow the runway.
//!
//! Preposterior analysis by reweighting: every posterior path in turn is taken for the truth, the new measurement is
//! drawn from it, the other paths are weighted by how well they foresee it, and the variance of their runways is averaged.
//! The variance and not the width of an interval, because only the variance cannot grow in expectation. Nothing is sampled anew, so the answer costs a fraction of the fit.

use rayon::prelude::*;
use serde::Serialize;

use super::answer;
use super::log::Log;
use super::model::{self, Ahead, Path};
use super::sampler;
use super::{FitError, FitOptions};
use crate::stats::binomial;

/// First random stream of the measurements that are imagined.
const ADVICE_STREAM: u64 = 5 << 32;
/// Paths that are taken for the truth.
const TRUTHS: usize = 200;

/// A measurement that could be made on the last generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measurement {
    /// Answer this many more test problems.
    Evaluate(u64),
    /// Compare this many more kept examples with the truth.
    Audit(u64),
}

/// What a measurement is worth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Advice {
    /// The measurement.
    pub measurement: Measurement,
    /// Items to be labelled.
    pub items: u64,
    /// Expected standard deviation of the remaining runway after it, in generations; beyond the horizon counts as one
    /// generation past it.
    pub expected_sd: f64,
    /// Share of the present standard deviation that it is expected to remove.
    pub reduction: f64,
    /// The same per 100 items.
    pub reduction_per_100: f64,
}

/// The present spread and the worth of each measurement.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Advised {
    /// Standard deviation of the remaining runway now, in generations.
    pub sd: f64,
    /// Measurements, best per item first.
    pub advice: Vec<Advice>,
}

/// What a path says about the last generation and about the future.
struct Scene {
    error: f64,
    kept_wrong: f64,
    runway: u64,
}

/// Weighs measurements of the last generation by what they are expected to say about the remaining runway.
///
/// # Errors
/// As [`super::fit`].
pub fn advise(log: &Log, options: &FitOptions, measurements: &[Measurement]) -> Result<Advised, FitError> {
    let prepared = answer::prepare(&log.runs, options)?;
    let run = log.runs.get(options.run).ok_or(FitError::NoRun(options.run))?;
    let model = &prepared.model;
    let sample = answer::posterior(model, options)?;
    let ahead = Ahead::of(&run.rows, model.stages(options.run), options.horizon as usize);
    let paths = answer::paths(model, &sample.thinned(options.paths), &run.rows, options, ahead);
    let Some(last) = model.stages(options.run).last() else { return Err(FitError::Impossible) };
    let threshold = options.threshold.error_rate(&run.rows);
    let scene = |path: &Path| {
        let known = path.error.len() - path.measured.len();
        let future = path.error.iter().skip(known);
        let beyond = options.horizon + 1;
        Scene {
            error: path.error.get(known.saturating_sub(1)).copied().unwrap_or(0.0),
            kept_wrong: path.learner.at(path.last_share, path.learner.slip_at(last.elapsed), last.steps).kept_wrong,
            runway: future.zip(1..).find(|(error, _)| **error >= threshold).map_or(beyond, |(_, ahead)| ahead),
        }
    };
    let scenes: Vec<Scene> = paths.iter().map(scene).collect();
    let variance = variance(&scenes, &vec![1.0; scenes.len()]);
    let mut advice: Vec<Advice> =
        measurements.iter().map(|&measurement| worth(&scenes, measurement, variance, options.seed)).collect();
    advice.sort_by(|a, b| b.reduction_per_100.total_cmp(&a.reduction_per_100));
    Ok(Advised { sd: variance.sqrt(), advice })
}

fn worth(scenes: &[Scene], measurement: Measurement, now: f64, seed: u64) -> Advice {
    let (items, rate): (u64, fn(&Scene) -> f64) = match measurement {
        Measurement::Evaluate(n) => (n, |scene| scene.error),
        Measurement::Audit(n) => (n, |scene| scene.kept_wrong),
    };
    let count = scenes.len().min(TRUTHS);
    let after: Vec<f64> = (0..count)
        .into_par_iter()
        .filter_map(|index| {
            let truth = scenes.get((index * scenes.len() + scenes.len() / 2) / count)?;
            let mut rng = sampler::stream(seed, ADVICE_STREAM + index as u64);
            let seen = model::draw_binomial(items, rate(truth), &mut rng);
            let weights: Vec<f64> =
                scenes.iter().map(|scene| binomial::pmf(seen, items, rate(scene).clamp(0.0, 1.0))).collect();
            Some(variance(scenes, &weights))
        })
        .collect();
    let expected = after.iter().sum::<f64>() / after.len().max(1) as f64;
    // Which paths stand for the truth is chance, and can make the expectation come out a hair above the present.
    let expected_sd = expected.min(now).sqrt();
    let reduction = if now > 0.0 { 1.0 - expected_sd / now.sqrt() } else { 0.0 };
    Advice { measurement, items, expected_sd, reduction, reduction_per_100: reduction * 100.0 / items.max(1) as f64 }
}

/// Variance of the weighted runways.
fn variance(scenes: &[Scene], weights: &[f64]) -> f64 {
    let total: f64 = weights.iter().sum();
    let pairs = || scenes.iter().zip(weights).map(|(scene, weight)| (scene.runway as f64, weight / total));
    let mean: f64 = pairs().map(|(runway, weight)| runway * weight).sum();
    pairs().map(|(runway, weight)| weight * (runway - mean).powi(2)).sum()
}
