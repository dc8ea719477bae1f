//! Structural variants of the model, compared by how well they foresee each generation from the ones before it.
//!
//! The full model contains the others, so its posterior averages over them already; the comparison says in plain words
//! which parts the data ask for, and the forecast averaged by their weights shows whether it hangs on that choice. Expected log predictive density by WAIC over generations (Watanabe 2010), weights by
//! pseudo-BMA (Yao et al. 2018).

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::fitted::{Fitted, SampledPosterior};
use super::model::SampledPath;
use super::prior::WrittenPrior;
use super::result::{FanPoint, RunwayForecast};
use super::sampler::SamplerConfig;
use super::{FitError, FitOptions, Progress, SlipUnit, UNWATCHED};
use super::{answer, prepare};

/// Draws over which densities are averaged.
const DRAWS: usize = 1000;

/// A variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ModelVariant {
    /// Everything free.
    Full,
    /// Slips neither improve nor worsen from generation to generation.
    ConstantSlips,
    /// Wrong beliefs do not make slips likelier.
    NoAmplification,
    /// The first generation holds no wrong belief.
    SoundStart,
    /// One belief per solution, not per step.
    WholeSolutions,
}

impl ModelVariant {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Full, Self::ConstantSlips, Self::NoAmplification, Self::SoundStart, Self::WholeSolutions];

    /// Whether the variant is another model of the same measurements.
    fn differs(self, fitted: &Fitted<'_>) -> bool {
        let rows = || fitted.log.runs.iter().flat_map(|run| &run.rows);
        let (long, steps_audited) = (
            rows().any(|row| row.steps.is_some_and(|steps| steps > 1)),
            rows().any(|row| row.kept_wrong_steps.is_some()),
        );
        match self {
            Self::WholeSolutions => {
                // Where steps were audited the two read other columns of the log, and their densities do not compare.
                fitted.options.unit == SlipUnit::Step && long && !(fitted.posterior.model.used.audits && steps_audited)
            }
            _ => true,
        }
    }

    fn options(self, options: &FitOptions) -> FitOptions {
        let mut options = options.clone();
        let (own, brisk) = (options.effort, SamplerConfig::BRISK);
        options.effort = SamplerConfig {
            ensembles: own.ensembles.min(brisk.ensembles),
            walkers: own.walkers.min(brisk.walkers),
            sweeps: own.sweeps.min(brisk.sweeps),
        };
        let mut fix = |key: &str, median: f64| {
            options.priors.insert(key.to_owned(), WrittenPrior { median, spread: 0.0 });
        };
        match self {
            Self::Full => {}
            Self::ConstantSlips => {
                fix("step_error_floor", 1.0);
                fix("step_error_gain", 0.5);
            }
            Self::NoAmplification => fix("amplification", 1e-9),
            Self::SoundStart => fix("inherited", 1e-9),
            Self::WholeSolutions => options.unit = SlipUnit::Solution,
        }
        options
    }

    /// What it says where it foresees better than the full model, and where it foresees worse.
    const fn sentences(self) -> (&'static str, &'static str) {
        match self {
            Self::Full => ("", ""),
            Self::ConstantSlips => ("constant slips are enough", "the data ask for slips that change over generations"),
            Self::NoAmplification => ("no amplification is needed", "the data ask for amplification"),
            Self::SoundStart => (
                "a start without inherited mistakes is enough",
                "the data ask for mistakes that were there at the start",
            ),
            Self::WholeSolutions => (
                "mistakes look like whole wrong solutions",
                "mistakes look like wrong steps, not like whole wrong solutions",
            ),
        }
    }
}

/// How well a variant foresees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct VariantScore {
    /// Which.
    pub variant: ModelVariant,
    /// Expected log predictive density of the log, higher is better.
    pub elpd: f64,
    /// Its difference to the full model.
    pub difference: f64,
    /// Standard error of the difference, over generations.
    pub standard_error: f64,
    /// Pseudo-BMA weight among the variants.
    pub weight: f64,
    /// What it means; empty where the difference is within two standard errors or below 1.
    pub sentence: String,
}

/// The variants of a fit, weighed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct WeighedVariants {
    /// Every variant that differs from the full model on this log, the full model first.
    pub scores: Vec<VariantScore>,
    /// The forecast averaged over them.
    pub averaged: AveragedForecast,
}

/// A forecast whose paths come from every variant in proportion to its weight: variants that foresee about as well are
/// averaged, those that foresee worse drop out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AveragedForecast {
    /// Paths from each variant, in the order of the scores.
    pub paths: Vec<usize>,
    /// The remaining runway.
    pub runway: RunwayForecast,
    /// Error by generation.
    pub fan: Vec<FanPoint>,
}

impl Fitted<'_> {
    /// Fits every variant, compares what each foresees, and averages the forecast over them.
    ///
    /// # Errors
    /// As [`Fitted::new`].
    pub fn weigh_variants(&self) -> Result<WeighedVariants, FitError> {
        self.weigh_variants_watched(UNWATCHED)
    }

    /// As [`Fitted::weigh_variants`], watched.
    ///
    /// # Errors
    /// As [`Fitted::new`].
    pub fn weigh_variants_watched(&self, watch: Progress<'_>) -> Result<WeighedVariants, FitError> {
        let apart: Vec<(ModelVariant, FitOptions)> = ModelVariant::ALL
            .into_iter()
            .filter(|variant| *variant != ModelVariant::Full && variant.differs(self))
            .map(|variant| (variant, variant.options(self.options)))
            .collect();
        // Every one takes as many sweeps.
        let watch_one = |more: u64, all: u64| watch(more, all * apart.len() as u64);
        let posteriors: Vec<SampledPosterior> = apart
            .par_iter()
            .map(|(_, options)| SampledPosterior::of(self.log, options, &watch_one))
            .collect::<Result<_, _>>()?;
        let all: Vec<(ModelVariant, &SampledPosterior)> = std::iter::once((ModelVariant::Full, &self.posterior))
            .chain(apart.iter().map(|(variant, _)| *variant).zip(&posteriors))
            .collect();
        let runs = self.log.runs.len();
        let densities: Vec<Vec<f64>> = all.par_iter().map(|(_, posterior)| densities(posterior, runs)).collect();
        let scores = scores(all.iter().map(|(variant, _)| *variant), &densities);
        let weights: Vec<f64> = scores.iter().map(|score| score.weight).collect();
        let counts = apportioned(&weights, self.options.paths);
        let paths: Vec<SampledPath> =
            all.iter().zip(&counts).flat_map(|((_, from), &count)| self.paths_from(from, count)).collect();
        let courses = self.posterior.courses(&self.log.runs, self.options, self.ahead, &paths);
        let averaged = AveragedForecast {
            runway: answer::runway(self.run, &courses, self.options),
            fan: answer::fan(self.run, &courses, self.options),
            paths: counts,
        };
        Ok(WeighedVariants { scores, averaged })
    }

    fn paths_from(&self, posterior: &SampledPosterior, count: usize) -> Vec<SampledPath> {
        prepare::paths(&posterior.model, &posterior.sample.thinned(count), self.options, self.ahead)
    }
}

/// `total` split in proportion to weights that sum to 1.
fn apportioned(weights: &[f64], total: usize) -> Vec<usize> {
    let mut reached = 0.0;
    let mut given = 0;
    weights
        .iter()
        .map(|weight| {
            reached += weight;
            let until = ((reached * total as f64).round() as usize).clamp(given, total);
            let own = until - given;
            given = until;
            own
        })
        .collect()
}

/// Scores from the densities of each variant, the full model first.
fn scores(variants: impl Iterator<Item = ModelVariant>, densities: &[Vec<f64>]) -> Vec<VariantScore> {
    let totals: Vec<f64> = densities.iter().map(|densities| densities.iter().sum()).collect();
    let best = totals.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = totals.iter().map(|total| (total - best).exp()).collect();
    let all: f64 = weights.iter().sum();
    let full = densities.first().map_or(&[][..], Vec::as_slice);
    variants
        .zip(densities)
        .zip(totals.iter().zip(&weights))
        .map(|((variant, densities), (&elpd, weight))| {
            let differences: Vec<f64> = densities.iter().zip(full).map(|(own, full)| own - full).collect();
            let (difference, standard_error) = sum_and_error(&differences);
            let clear = difference.abs() > (2.0 * standard_error).max(1.0);
            let (better, worse) = variant.sentences();
            let sentence = match (clear, difference > 0.0) {
                (false, _) => "",
                (true, true) => better,
                (true, false) => worse,
            };
            let weight = weight / all;
            VariantScore { variant, elpd, difference, standard_error, weight, sentence: sentence.to_owned() }
        })
        .collect()
}

/// Expected log predictive density of each generation of each run, with the weight of the run.
fn densities(posterior: &SampledPosterior, runs: usize) -> Vec<f64> {
    let model = &posterior.model;
    let mut columns: Vec<Vec<f64>> = Vec::new();
    for point in &posterior.sample.thinned(DRAWS) {
        let learner = model.learner(point);
        let weighted = (0..runs).filter_map(|run| Some((model.weights.get(run)?, model.forward(&learner, run)?)));
        let increments =
            weighted.flat_map(|(weight, forward)| forward.increments.into_iter().map(move |one| weight * one));
        let increments: Vec<f64> = increments.collect();
        columns.resize(columns.len().max(increments.len()), Vec::new());
        columns.iter_mut().zip(increments).for_each(|(column, increment)| column.push(increment));
    }
    columns.iter().map(|column| waic(column)).collect()
}

/// ln mean exp − variance of the log densities of one observation.
fn waic(logs: &[f64]) -> f64 {
    let n = logs.len().max(1) as f64;
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mean = logs.iter().sum::<f64>() / n;
    let variance = logs.iter().map(|log| (log - mean).powi(2)).sum::<f64>() / n;
    most + (logs.iter().map(|log| (log - most).exp()).sum::<f64>() / n).ln() - variance
}

fn sum_and_error(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let sum: f64 = values.iter().sum();
    let mean = sum / n.max(1.0);
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
    (sum, (n * variance).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_and_follow_the_weights() {
        assert_eq!(apportioned(&[0.5, 0.25, 0.25], 2000), [1000, 500, 500]);
        assert_eq!(apportioned(&[1.0 / 3.0; 3], 100), [33, 34, 33]);
        assert_eq!(apportioned(&[1.0, 0.0], 7), [7, 0]);
        assert_eq!(apportioned(&[f64::NAN, 1.0], 7), [0, 0]);
    }
}
