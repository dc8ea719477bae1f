//! What the data could not determine, and where the model fails to predict them.

use rayon::prelude::*;

use super::FitOptions;
use super::log::LogRun;
use super::mixing::ChainMixing;
use super::model::FitModel;
use super::prior::{ParameterPoint, PriorSet};
use super::result::{CredibleInterval, ParameterSummary, SurprisingRow, TradeOff};
use super::sampler::{self, PosteriorSample};
use crate::scenario::FitParameter;

/// First random stream of the predictive checks.
const CHECK_STREAM: u64 = 3 << 32;
/// Draws behind the check of each generation.
const CHECK_DRAWS: usize = 1000;
/// Two-sided tail below which a measurement is a surprise.
const SURPRISING: f64 = 0.01;
/// Correlation from which two parameters are said to trade off.
const TRADING: f64 = 0.6;
/// R̂ above which the sampler has not converged.
const R_HAT: f64 = 1.05;
/// Effective draws below which 90 % intervals are not steady.
const EFFECTIVE: f64 = 200.0;

pub(super) fn learned(priors: &PriorSet, sample: &PosteriorSample) -> Vec<ParameterSummary> {
    priors
        .free()
        .into_iter()
        .filter_map(|k| priors.all().get(k).map(|prior| (k, prior)))
        .map(|(k, prior)| {
            let values: Vec<f64> = sample.draws().map(|point| point[k]).collect();
            let (_, variance) = moments(&values);
            let natural = |u: f64| prior.scale.natural(u);
            let quantile = |z: f64| natural(prior.centre + z * prior.spread);
            ParameterSummary {
                parameter: prior.parameter,
                scale: prior.scale,
                prior: CredibleInterval {
                    q05: quantile(-1.644_853_626_951_472_7),
                    q25: quantile(-0.674_489_750_196_081_7),
                    q50: quantile(0.0),
                    q75: quantile(0.674_489_750_196_081_7),
                    q95: quantile(1.644_853_626_951_472_7),
                },
                posterior: CredibleInterval::of(values.into_iter().map(natural)),
                contraction: 1.0 - variance / (prior.spread * prior.spread),
            }
        })
        .collect()
}

fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n)
}

pub(super) fn trade_offs(priors: &PriorSet, sample: &PosteriorSample) -> Vec<TradeOff> {
    let columns: Vec<(FitParameter, Vec<f64>)> = priors
        .free()
        .into_iter()
        .filter_map(|k| Some((*FitParameter::ALL.get(k)?, sample.draws().map(|point| point[k]).collect())))
        .collect();
    let mut pairs = Vec::new();
    for (index, (first, a)) in columns.iter().enumerate() {
        for (second, b) in columns.iter().skip(index + 1) {
            let correlation = correlation(a, b);
            if correlation.abs() >= TRADING {
                pairs.push(TradeOff { first: *first, second: *second, correlation });
            }
        }
    }
    pairs.sort_by(|a, b| b.correlation.abs().total_cmp(&a.correlation.abs()));
    pairs
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let ((mean_a, var_a), (mean_b, var_b)) = (moments(a), moments(b));
    let together = a.iter().zip(b).map(|(x, y)| (x - mean_a) * (y - mean_b)).sum::<f64>() / a.len().max(1) as f64;
    let scale = (var_a * var_b).sqrt();
    if scale > 0.0 { together / scale } else { 0.0 }
}

pub(super) fn surprises(
    model: &FitModel,
    draws: &[ParameterPoint],
    run: &LogRun,
    options: &FitOptions,
) -> Vec<SurprisingRow> {
    let count = draws.len().min(CHECK_DRAWS);
    let replicas: Vec<Vec<f64>> = draws
        .par_iter()
        .take(count)
        .enumerate()
        .filter_map(|(index, point)| {
            let mut rng = sampler::stream(options.seed, CHECK_STREAM + index as u64);
            model.one_ahead(&model.learner(point), options.run, &mut rng)
        })
        .collect();
    let first = run.rows.first().map_or(0, |row| row.generation);
    run.rows
        .iter()
        .filter_map(|row| {
            let place = (row.generation - first) as usize;
            let values: Vec<f64> = replicas.iter().filter_map(|replica| replica.get(place).copied()).collect();
            let measured = row.error_rate();
            let half_ties = 0.5 * values.iter().filter(|v| **v == measured).count() as f64;
            let below = (values.iter().filter(|v| **v < measured).count() as f64 + half_ties) / values.len() as f64;
            let p_value = 2.0 * below.min(1.0 - below);
            (p_value < SURPRISING).then(|| SurprisingRow {
                generation: row.generation,
                measured,
                predicted: CredibleInterval::of(values),
                p_value,
            })
        })
        .collect()
}

pub(super) fn warnings(
    mixing: &[ChainMixing],
    surprises: &[SurprisingRow],
    run: &LogRun,
    (runs, others): (usize, f64),
) -> Vec<String> {
    let mut warnings = Vec::new();
    let stuck: Vec<String> = mixing
        .iter()
        .filter(|mixing| mixing.r_hat.is_nan() || mixing.r_hat > R_HAT || mixing.effective < EFFECTIVE)
        .map(|m| format!("{} (R-hat {:.2}, {:.0} effective draws)", m.parameter.key(), m.r_hat, m.effective))
        .collect();
    if !stuck.is_empty() {
        warnings.push(format!("the sampler has not settled for {}; sample longer (more sweeps)", stuck.join(", ")));
    }
    if !surprises.is_empty() {
        let places: Vec<String> = surprises.iter().map(|surprise| surprise.generation.to_string()).collect();
        warnings.push(format!(
            "the model does not predict generation {}: trust the forecast less than it claims",
            places.join(", ")
        ));
    }
    if run.rows.len() < 4 {
        warnings.push(format!("{} generations say little: the forecast is mostly prior", run.rows.len()));
    }
    if runs > 1 {
        warnings.push(format!(
            "{runs} runs were fitted together; the likelihood of those not forecast has a weight of {others}, since runs of one design \
             differ (--alone leaves them out)"
        ));
    }
    warnings
}
