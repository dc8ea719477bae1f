//! Structural variants of the model, compared by how well they foresee each generation from the ones before it.
//!
//! The full model contains the others, so its posterior averages over them already; the comparison says in plain words
//! which parts the data ask for. Expected log predictive density by WAIC over generations (Watanabe 2010), weights by
//! pseudo-BMA (Yao et al. 2018).

use rayon::prelude::*;
use serde::Serialize;

use super::answer;
use super::log::Log;
use super::prior::Written;
use super::{FitError, FitOptions, Unit};

/// Draws over which densities are averaged.
const DRAWS: usize = 1000;

/// A variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
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

impl Variant {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Full, Self::ConstantSlips, Self::NoAmplification, Self::SoundStart, Self::WholeSolutions];

    fn options(self, options: &FitOptions) -> FitOptions {
        let mut options = options.clone();
        let mut fix = |key: &str, median: f64| {
            options.priors.insert(key.to_owned(), Written { median, spread: 0.0 });
        };
        match self {
            Self::Full => {}
            Self::ConstantSlips => {
                fix("step_error_floor", 1.0);
                fix("step_error_gain", 0.5);
            }
            Self::NoAmplification => fix("amplification", 1e-9),
            Self::SoundStart => fix("inherited", 1e-9),
            Self::WholeSolutions => options.unit = Unit::Solution,
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
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VariantScore {
    /// Which.
    pub variant: Variant,
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

/// Fits every variant and compares what each foresees.
///
/// # Errors
/// As [`super::fit`].
pub fn variants(log: &Log, options: &FitOptions) -> Result<Vec<VariantScore>, FitError> {
    let densities: Vec<Vec<f64>> = Variant::ALL
        .into_par_iter()
        .map(|variant| densities(log, &variant.options(options)))
        .collect::<Result<_, _>>()?;
    let totals: Vec<f64> = densities.iter().map(|densities| densities.iter().sum()).collect();
    let best = totals.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = totals.iter().map(|total| (total - best).exp()).collect();
    let all: f64 = weights.iter().sum();
    let full = densities.first().cloned().unwrap_or_default();
    let scores = Variant::ALL.into_iter().zip(&densities).zip(totals.iter().zip(&weights));
    Ok(scores
        .map(|((variant, densities), (&elpd, weight))| {
            let differences: Vec<f64> = densities.iter().zip(&full).map(|(own, full)| own - full).collect();
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
        .collect())
}

/// Expected log predictive density of each generation of each run.
fn densities(log: &Log, options: &FitOptions) -> Result<Vec<f64>, FitError> {
    let prepared = answer::prepare(&log.runs, options)?;
    let model = &prepared.model;
    let draws = answer::posterior(model, options)?.thinned(DRAWS);
    let mut columns: Vec<Vec<f64>> = Vec::new();
    for point in &draws {
        let learner = model.learner(point);
        let increments = (0..log.runs.len()).filter_map(|run| model.forward(&learner, run));
        let increments: Vec<f64> = increments.flat_map(|forward| forward.increments).collect();
        columns.resize(columns.len().max(increments.len()), Vec::new());
        columns.iter_mut().zip(increments).for_each(|(column, increment)| column.push(increment));
    }
    Ok(columns.iter().map(|column| waic(column)).collect())
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
