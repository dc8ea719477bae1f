//! How well a sampler mixes: split R̂ (Vehtari et al. 2021) and the integrated autocorrelation time (Sokal 1997).

use serde::{Deserialize, Serialize};

use super::prior::{ParameterPoint, PriorSet};
use crate::scenario::FitParameter;

/// Mixing of one parameter.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ChainMixing {
    /// Whose.
    pub parameter: FitParameter,
    /// Split R̂ over ensembles and halves of each.
    pub r_hat: f64,
    /// Effective sample size.
    pub effective: f64,
}

/// R̂ above which no number of a fit should be used.
const UNSETTLED: f64 = 1.1;

impl ChainMixing {
    /// Whether the numbers of a fit depend on the seed.
    #[must_use]
    pub fn unsettled(&self) -> bool {
        // Walkers that never moved have no R̂.
        self.r_hat.is_nan() || self.r_hat > UNSETTLED
    }
}

/// R̂ and effective sample size of each free parameter, of one series of populations per ensemble.
pub(super) fn mixing(ensembles: &[Vec<Vec<ParameterPoint>>], priors: &PriorSet) -> Vec<ChainMixing> {
    priors
        .free()
        .into_iter()
        .filter_map(|k| Some((k, FitParameter::ALL.get(k).copied()?)))
        .map(|(k, parameter)| ChainMixing { parameter, r_hat: r_hat(ensembles, k), effective: effective(ensembles, k) })
        .collect()
}

/// Halves of each ensemble as sequences of one parameter.
fn halves(ensembles: &[Vec<Vec<ParameterPoint>>], k: usize) -> Vec<Vec<f64>> {
    ensembles
        .iter()
        .flat_map(|sweeps| {
            let (early, late) = sweeps.split_at(sweeps.len() / 2);
            [early, late].map(|half| half.iter().flatten().map(|point| point[k]).collect())
        })
        .collect()
}

fn r_hat(ensembles: &[Vec<Vec<ParameterPoint>>], k: usize) -> f64 {
    let moments: Vec<(f64, f64)> = halves(ensembles, k).iter().map(|half| mean_and_variance(half)).collect();
    let means: Vec<f64> = moments.iter().map(|(mean, _)| *mean).collect();
    let within = moments.iter().map(|(_, variance)| variance).sum::<f64>() / moments.len().max(1) as f64;
    ((within + mean_and_variance(&means).1) / within).sqrt()
}

/// Draws over the autocorrelation time of the ensemble's mean, summed over ensembles.
fn effective(ensembles: &[Vec<Vec<ParameterPoint>>], k: usize) -> f64 {
    ensembles
        .iter()
        .map(|sweeps| {
            let means: Vec<f64> = sweeps.iter().map(|walkers| mean_and_variance_at(walkers, k)).collect();
            let draws = sweeps.iter().map(Vec::len).sum::<usize>() as f64;
            draws / autocorrelation_time(&means)
        })
        .sum()
}

fn mean_and_variance_at(walkers: &[ParameterPoint], k: usize) -> f64 {
    walkers.iter().map(|point| point[k]).sum::<f64>() / walkers.len().max(1) as f64
}

fn mean_and_variance(values: &[f64]) -> (f64, f64) {
    let n = values.len().max(2) as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0))
}

/// τ = 1 + 2 Σ ρ(t), summed over Sokal's window t ≤ 5 τ.
fn autocorrelation_time(series: &[f64]) -> f64 {
    let (mean, variance) = mean_and_variance(series);
    if variance == 0.0 {
        return 1.0;
    }
    let n = series.len();
    let mut time = 1.0;
    for lag in 1..n {
        let products = series.iter().zip(series.iter().skip(lag)).map(|(a, b)| (a - mean) * (b - mean));
        time += 2.0 * products.sum::<f64>() / (variance * n as f64);
        if lag as f64 >= 5.0 * time {
            break;
        }
    }
    time.max(1.0)
}
