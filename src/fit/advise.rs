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
use super::log::LogRow;
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

/// What items of one kind are worth, by sums over every outcome.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ItemWorth {
    /// The measurement.
    pub measurement: Measurement,
    /// Expected standard deviation of the remaining runway after it, in generations.
    pub expected_sd: f64,
    /// By how much it narrows the present one, in generations for each item.
    pub per_item: f64,
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
        let left = self.unaudited();
        let audits = AUDITS.into_iter().filter(|items| left.is_none_or(|left| *items <= left)).map(Measurement::Audit);
        let audits = audits.filter(|_| self.posterior.checks != LoopChecks::Unknown);
        let evaluations = EVALUATIONS.into_iter().map(Measurement::Evaluate);
        let next = if self.posterior.model.used.same_problems { self.ahead.evaluated } else { NEXT };
        evaluations.chain(audits).chain([Measurement::Next(next)]).collect()
    }

    /// What measurements are worth, by sums over every outcome; unlike [`Fitted::advise`] it costs as many sums as there are
    /// items, and tells the worth of a single one.
    #[must_use]
    pub fn item_worths(&self, measurements: &[Measurement]) -> Vec<ItemWorth> {
        let scenes: Vec<Scene> = self.paths.iter().filter_map(|path| self.scene(path)).collect();
        let now = variance(&scenes, &vec![1.0; scenes.len()]);
        let worth = |measurement: &Measurement| {
            // Rounding alone could make the expectation exceed the present.
            let after = expected_variance(&scenes, *measurement).min(now);
            let (before, expected_sd) = (now.sqrt(), after.sqrt());
            // √a − √b = (a − b) / (√a + √b) keeps its digits where the two are near.
            let narrowing = if before > 0.0 { (now - after) / (before + expected_sd) } else { 0.0 };
            ItemWorth {
                measurement: *measurement,
                expected_sd,
                per_item: narrowing / measurement.items().max(1) as f64,
            }
        };
        measurements.iter().map(worth).collect()
    }

    /// Kept examples of the last generation that are left to audit; `None` where the log does not say.
    #[must_use]
    pub fn unaudited(&self) -> Option<u64> {
        self.last_row().and_then(unaudited)
    }

    fn scene(&self, path: &SampledPath) -> Option<Scene> {
        let threshold = self.options.threshold.error_rate(&self.run.rows);
        let known = path.course.error.len() - path.course.measured.len();
        let (future, beyond) = (path.course.error.iter().skip(known), self.options.horizon + 1);
        Some(Scene {
            error: path.course.error.get(known.saturating_sub(1)).copied().unwrap_or(0.0),
            next: path.course.error.get(known).copied().unwrap_or(0.0),
            again: self.posterior.model.used.same_problems.then(|| ProblemSet::of(&path.learner, self.ahead.evaluated)),
            kept_wrong: path.kept_wrong.get(known.saturating_sub(1)).copied().unwrap_or(0.0),
            runway: future.zip(1..).find(|(error, _)| **error >= threshold).map_or(beyond, |(_, ahead)| ahead),
        })
    }
}

/// Kept examples of a generation that are left to audit; `None` where the log does not say.
pub(super) fn unaudited(row: &LogRow) -> Option<u64> {
    let audited = row.kept_wrong.and(row.audited.or(row.kept)).unwrap_or(0);
    row.kept.map(|kept| kept.saturating_sub(audited))
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

/// Expected variance of the runway after a measurement: the variance given each outcome, weighted by the outcome's probability.
fn expected_variance(scenes: &[Scene], measurement: Measurement) -> f64 {
    let given = |seen: u64| {
        let weights: Vec<f64> = scenes.iter().map(|scene| scene.probability(measurement, seen)).collect();
        let total: f64 = weights.iter().sum();
        if total > 0.0 { total * variance(scenes, &weights) } else { 0.0 }
    };
    let given: Vec<f64> = (0..=measurement.items()).into_par_iter().map(given).collect();
    given.iter().sum::<f64>() / scenes.len().max(1) as f64
}

/// Variance of the weighted runways.
fn variance(scenes: &[Scene], weights: &[f64]) -> f64 {
    let total: f64 = weights.iter().sum();
    let pairs = || scenes.iter().zip(weights).map(|(scene, weight)| (scene.runway as f64, weight / total));
    let mean: f64 = pairs().map(|(runway, weight)| runway * weight).sum();
    pairs().map(|(runway, weight)| weight * (runway - mean).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;
    use rand::RngExt;

    /// Every outcome summed, and outcomes drawn one by one.
    #[test]
    fn sums_over_outcomes_agree_with_drawn_ones() {
        let mut rng = sampler::stream(3, 0);
        let scene = |rate: f64| Scene {
            error: rate,
            next: (1.2 * rate).min(1.0),
            again: None,
            kept_wrong: 0.5 * rate,
            runway: (3.0 / rate).min(21.0) as u64,
        };
        let scenes: Vec<Scene> = (0..1000).map(|_| scene(0.05 + 0.4 * rng.random::<f64>())).collect();
        let now = variance(&scenes, &vec![1.0; scenes.len()]);
        for measurement in [Measurement::Audit(60), Measurement::Evaluate(25), Measurement::Next(200)] {
            let exact = expected_variance(&scenes, measurement);
            // A thousand truths with one outcome each: the standard error of the mean variance is near 2 %.
            let drawn = worth(&scenes, measurement, now, 5).expected_sd.powi(2);
            assert_relative_eq!(exact, drawn, max_relative = 0.08);
            assert!(exact < now);
        }
        // One item: two outcomes, by hand.
        let wrong: f64 = scenes.iter().map(|scene| scene.kept_wrong).sum::<f64>() / 1000.0;
        let of = |weight: &dyn Fn(&Scene) -> f64| variance(&scenes, &scenes.iter().map(weight).collect::<Vec<_>>());
        let hand = wrong * of(&|scene| scene.kept_wrong) + (1.0 - wrong) * of(&|scene| 1.0 - scene.kept_wrong);
        assert_relative_eq!(expected_variance(&scenes, Measurement::Audit(1)), hand, max_relative = 1e-9);
    }
}
