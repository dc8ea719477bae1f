//! What to measure next: by how much more data on the last generation are expected to narrow the runway.
//!
//! Preposterior analysis by reweighting: every posterior path in turn is taken for the truth, the new measurement is
//! drawn from it, the other paths are weighted by how well they foresee it, and the variance of their runways is averaged.
//! The variance and not the width of an interval, because only the variance cannot grow in
//! expectation. Nothing is sampled anew, so the answer costs a fraction of the fit.

use rand::rngs::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::LoopChecks;
use super::evaluation::{Evaluation, ProblemSet};
use super::fitted::Fitted;
use super::model::{self, SampledPath};
use super::sampler;
use crate::stats::binomial;

/// First random stream of the measurements that are imagined.
const ADVICE_STREAM: u64 = 5 << 32;
/// Paths that are taken for the truth.
const TRUTHS: usize = 1000;
/// Share of the present spread that a measurement must be expected to remove to be called worth its items; less is within
/// what another sample of paths would change.
const WORTHWHILE: f64 = 0.05;
/// Sizes of evaluations and audits that are weighed unless others are asked for.
const EVALUATIONS: [u64; 3] = [100, 300, 1000];
const AUDITS: [u64; 3] = [30, 100, 300];
/// Test problems for the next generation, beside which measurements of the last one are seen.
const NEXT: u64 = 300;

/// Over-dispersion that is none: a scene's error rates are those of its generations already.
const UNDISPERSED: f64 = 1e-9;

/// A measurement that could be made, of the last generation, except for [`Self::Next`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Measurement {
    /// Answer this many more test problems.
    Evaluate(u64),
    /// Compare this many more kept examples with the truth.
    Audit(u64),
    /// Train one more generation and answer this many test problems with it.
    Next(u64),
}

impl Measurement {
    /// Items to be labelled.
    #[must_use]
    pub const fn items(self) -> u64 {
        match self {
            Self::Evaluate(items) | Self::Audit(items) | Self::Next(items) => items,
        }
    }
}

/// What a measurement is worth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MeasurementAdvice {
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AdvisedMeasurements {
    /// The generation that would be measured: the last one of the log.
    pub generation: u64,
    /// Standard deviation of the remaining runway now, in generations.
    pub sd: f64,
    /// The best per item of those of the last generation that are expected to remove at least 5 % of it; absent where none is.
    pub cheapest: Option<Measurement>,
    /// Measurements, best per item first.
    pub advice: Vec<MeasurementAdvice>,
}

/// What a path says about the last generation and about the future.
struct Scene {
    error: f64,
    next: f64,
    /// The same problems again, where every generation answers them.
    again: Option<ProblemSet>,
    kept_wrong: f64,
    runway: u64,
}

impl Scene {
    fn rate(&self, measurement: Measurement) -> f64 {
        match measurement {
            Measurement::Evaluate(_) => self.error,
            Measurement::Audit(_) => self.kept_wrong,
            Measurement::Next(_) => self.next,
        }
    }

    /// The problems of the log, where it is they that are answered: the next generation answers as many. Any other number
    /// of problems is drawn afresh.
    fn on_the_same(&self, measurement: Measurement) -> Option<ProblemSet> {
        self.again.filter(|set| matches!(measurement, Measurement::Next(items) if items == set.answers()))
    }

    /// A measurement of this scene, in wrong answers.
    fn seen(&self, measurement: Measurement, rng: &mut ChaCha8Rng) -> u64 {
        let rate = self.rate(measurement);
        match self.on_the_same(measurement) {
            None => model::draw_binomial(measurement.items(), rate, rng),
            Some(set) => {
                let wrong = model::draw_binomial(set.trials(), set.error(rate), rng);
                (set.measured(wrong, rng) * measurement.items() as f64).round() as u64
            }
        }
    }

    /// How probable a measurement is in this scene.
    fn probability(&self, measurement: Measurement, seen: u64) -> f64 {
        let (items, rate) = (measurement.items(), self.rate(measurement).clamp(0.0, 1.0));
        match self.on_the_same(measurement) {
            None => binomial::pmf(seen, items, rate),
            Some(set) => Evaluation::exactly(seen, items).law(set, UNDISPERSED).log_probability(rate).exp(),
        }
    }
}

impl Fitted<'_> {
    /// Weighs measurements of the last generation by what they are expected to say about the remaining runway.
    #[must_use]
    pub fn advise(&self, measurements: &[Measurement]) -> AdvisedMeasurements {
        let options = self.options;
        let scenes: Vec<Scene> = self.paths.iter().filter_map(|path| self.scene(path)).collect();
        let variance = variance(&scenes, &vec![1.0; scenes.len()]);
        let mut advice: Vec<MeasurementAdvice> =
            measurements.iter().map(|&measurement| worth(&scenes, measurement, variance, options.seed)).collect();
        advice.sort_by(|a, b| b.reduction_per_100.total_cmp(&a.reduction_per_100));
        let worthwhile =
            |one: &&MeasurementAdvice| !matches!(one.measurement, Measurement::Next(_)) && one.reduction >= WORTHWHILE;
        let cheapest = advice.iter().find(worthwhile).map(|one| one.measurement);
        AdvisedMeasurements {
            generation: self.run.rows.last().map_or(0, |row| row.generation),
            sd: variance.sqrt(),
            cheapest,
            advice,
        }
    }

    /// Measurements of usual sizes that the last generation still allows, and one of the next: kept examples that were audited already are not
    /// audited again.
    #[must_use]
    pub fn measurements(&self) -> Vec<Measurement> {
        let left = self.run.rows.last().and_then(|row| {
            let audited = row.kept_wrong.and(row.audited.or(row.kept)).unwrap_or(0);
            row.kept.map(|kept| kept - audited)
        });
        let audits = AUDITS.into_iter().filter(|items| left.is_none_or(|left| *items <= left)).map(Measurement::Audit);
        let audits = audits.filter(|_| self.posterior.checks != LoopChecks::Unknown);
        let evaluations = EVALUATIONS.into_iter().map(Measurement::Evaluate);
        let next = if self.posterior.model.used.same_problems { self.ahead.evaluated } else { NEXT };
        evaluations.chain(audits).chain([Measurement::Next(next)]).collect()
    }

    fn scene(&self, path: &SampledPath) -> Option<Scene> {
        let last = self.posterior.model.stages(self.options.run).last()?;
        let threshold = self.options.threshold.error_rate(&self.run.rows);
        let known = path.course.error.len() - path.course.measured.len();
        let (future, beyond) = (path.course.error.iter().skip(known), self.options.horizon + 1);
        Some(Scene {
            error: path.course.error.get(known.saturating_sub(1)).copied().unwrap_or(0.0),
            next: path.course.error.get(known).copied().unwrap_or(0.0),
            again: self.posterior.model.used.same_problems.then(|| ProblemSet::of(&path.learner, self.ahead.evaluated)),
            kept_wrong: path.learner.at(path.last_share, path.learner.slip_at(last.elapsed), last.steps).kept_wrong,
            runway: future.zip(1..).find(|(error, _)| **error >= threshold).map_or(beyond, |(_, ahead)| ahead),
        })
    }
}

fn worth(scenes: &[Scene], measurement: Measurement, now: f64, seed: u64) -> MeasurementAdvice {
    let items = measurement.items();
    let count = scenes.len().min(TRUTHS);
    let after: Vec<f64> = (0..count)
        .into_par_iter()
        .filter_map(|index| {
            let truth = scenes.get((index * scenes.len() + scenes.len() / 2) / count)?;
            let mut rng = sampler::stream(seed, ADVICE_STREAM + index as u64);
            let seen = truth.seen(measurement, &mut rng);
            let weights: Vec<f64> = scenes.iter().map(|scene| scene.probability(measurement, seen)).collect();
            Some(variance(scenes, &weights))
        })
        .collect();
    let expected = after.iter().sum::<f64>() / after.len().max(1) as f64;
    // Which paths stand for the truth is chance, and can make the expectation come out a hair above the present.
    let expected_sd = expected.min(now).sqrt();
    let reduction = if now > 0.0 { 1.0 - expected_sd / now.sqrt() } else { 0.0 };
    MeasurementAdvice {
        measurement,
        items,
        expected_sd,
        reduction,
        reduction_per_100: reduction * 100.0 / items.max(1) as f64,
    }
}

/// Variance of the weighted runways.
fn variance(scenes: &[Scene], weights: &[f64]) -> f64 {
    let total: f64 = weights.iter().sum();
    let pairs = || scenes.iter().zip(weights).map(|(scene, weight)| (scene.runway as f64, weight / total));
    let mean: f64 = pairs().map(|(runway, weight)| runway * weight).sum();
    pairs().map(|(runway, weight)| weight * (runway - mean).powi(2)).sum()
}
