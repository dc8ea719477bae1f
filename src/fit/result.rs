//! What a fit answers: plain numbers, ready to serialise.

use serde::{Deserialize, Serialize};

use super::log::named;
use super::mixing::ChainMixing;
use super::outlook::FitOutlook;
use super::prior::PriorScale;
use super::score::{quantile, sorted};
use super::training::{LoopChecks, TrainingMode};
use super::{FailureThreshold, SamplerConfig, SlipUnit};
use crate::scenario::FitParameter;

/// Median and central 50 % and 90 % intervals.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CredibleInterval {
    /// 5 % quantile.
    pub q05: f64,
    /// 25 % quantile.
    pub q25: f64,
    /// Median.
    pub q50: f64,
    /// 75 % quantile.
    pub q75: f64,
    /// 95 % quantile.
    pub q95: f64,
}

impl CredibleInterval {
    /// Of a sample; NaN where it is empty.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let values = sorted(values);
        let at = |p| quantile(&values, p);
        Self { q05: at(0.05), q25: at(0.25), q50: at(0.5), q75: at(0.75), q95: at(0.95) }
    }
}

/// Everything that a fit says about a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LogFit {
    /// The log, as the user named it.
    pub source: String,
    /// The run that is forecast; empty where the log does not name it.
    pub run: String,
    /// Runs fitted together.
    pub runs_fitted: usize,
    /// What the fit took from the log and assumed.
    pub basis: FitBasis,
    /// R at the last generation.
    pub reproduction_number: ReproductionForecast,
    /// Share of the present error rate that is inherited; the rest is fresh.
    pub inherited_share: CredibleInterval,
    /// Error rate at which the loop settles if it heals: present in `probability` of the draws.
    pub floor_error: ConditionalInterval,
    /// Share of the draws with a floor in which it lies above the present error.
    pub floor_above_present: f64,
    /// Error rate beyond which a healing loop runs away.
    pub tipping_error: ConditionalInterval,
    /// Error by generation: the log's generations, then the forecast.
    pub fan: Vec<FanPoint>,
    /// The remaining runway, given survival so far.
    pub runway: RunwayForecast,
    /// Which generation to keep.
    pub best: KeepGeneration,
    /// What the data said about each parameter.
    pub parameters: Vec<ParameterSummary>,
    /// Pairs of parameters of which the data fix a combination only.
    pub trade_offs: Vec<TradeOff>,
    /// Mixing of the sampler.
    pub mixing: Vec<ChainMixing>,
    /// Share of proposals accepted.
    pub accepted: f64,
    /// Posterior draws kept.
    pub draws: usize,
    /// Generations that the model finds surprising.
    pub surprises: Vec<SurprisingRow>,
    /// What a reader should know before using the numbers.
    pub warnings: Vec<String>,
}

impl LogFit {
    /// The log and its run, for people.
    #[must_use]
    pub fn subject(&self) -> String {
        named(&self.source, &self.run)
    }

    /// The parameter that mixed worst, where its R̂ says that the sampler has not settled: the numbers then depend on the seed.
    #[must_use]
    pub fn unsettled(&self) -> Option<&ChainMixing> {
        self.mixing.iter().filter(|mixing| mixing.unsettled()).max_by(|a, b| a.r_hat.total_cmp(&b.r_hat))
    }
}

/// What the fit rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct FitBasis {
    /// Generations with an evaluation.
    pub observed: usize,
    /// First and last generation of the log.
    pub generations: (u64, u64),
    /// Whether the loop checks what it keeps.
    pub checks: LoopChecks,
    /// How each generation comes from the one before.
    pub training: TrainingMode,
    /// Whether that was stated; otherwise what the log suggests.
    pub training_told: bool,
    /// Share of the trend in the forecast; the rest is the mechanism's.
    pub trend_share: f64,
    /// Whether the trend follows what passes the check and where candidates disagree, each by itself; left out where not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub trend_split: bool,
    /// Whether audits of kept examples were used.
    pub audits: bool,
    /// What one belief is about.
    pub unit: SlipUnit,
    /// Whether every generation was taken to answer the same problems; left out where not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub same_problems: bool,
    /// Steps that a solution gains per generation in the forecast.
    pub steps_per_generation: f64,
    /// Failure.
    pub threshold: FailureThreshold,
    /// Generations forecast.
    pub horizon: u64,
    /// Seed of the sampler.
    pub seed: u64,
    /// Length of the sampling.
    pub effort: SamplerConfig,
}

/// R and what is thought of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ReproductionForecast {
    /// Posterior.
    pub posterior: CredibleInterval,
    /// Prior.
    pub prior: CredibleInterval,
    /// P(R > 1).
    pub above_one: f64,
    /// P(R > 1) before the data.
    pub prior_above_one: f64,
    /// Share of draws below 0: mistakes so rare among the accepted that a further one leaves fewer.
    pub below_zero: f64,
    /// The same before the data.
    pub prior_below_zero: f64,
    /// Odds of R > 1 given the log over the odds before it: the Bayes factor for R > 1.
    pub odds_shift: f64,
    /// P(R > 1) in words, where the log moved its odds enough for any.
    pub words: FitOutlook,
    /// Both laws by bins of equal width over the central 95 % of either; the tails beyond are in no bin.
    pub density: Vec<ReproductionBin>,
}

/// A bin of R.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ReproductionBin {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// Share of prior draws in it.
    pub prior: f64,
    /// Share of posterior draws in it.
    pub posterior: f64,
}

/// Bins of R.
const BINS: usize = 36;

impl ReproductionBin {
    /// Shares of two samples in common bins over the central 95 % of either.
    pub(super) fn of(prior: &[f64], posterior: &[f64]) -> Vec<Self> {
        let (before, after) = (sorted(prior.iter().copied()), sorted(posterior.iter().copied()));
        let low = quantile(&before, 0.025).min(quantile(&after, 0.025));
        let width = (quantile(&before, 0.975).max(quantile(&after, 0.975)) - low) / BINS as f64;
        // A prior without spread has no law to show, and NaN is refused with it.
        if !(width.is_finite() && width > 0.0) {
            return Vec::new();
        }
        let shares = |values: &[f64]| {
            let mut counts = [0_usize; BINS];
            for value in values {
                let place = (value - low) / width;
                // A place below 0 would saturate into the first bin.
                if let Some(count) = counts.get_mut(place as usize).filter(|_| place >= 0.0) {
                    *count += 1;
                }
            }
            counts.map(|count| count as f64 / values.len().max(1) as f64)
        };
        let end = |index: usize| low + width * index as f64;
        let both = shares(&before).into_iter().zip(shares(&after)).enumerate();
        both.map(|(index, (prior, posterior))| Self { low: end(index), high: end(index + 1), prior, posterior })
            .collect()
    }
}

/// A quantity that exists in some draws only.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ConditionalInterval {
    /// Share of draws in which it exists.
    pub probability: f64,
    /// Its law there; absent where it exists in none.
    pub given: Option<CredibleInterval>,
}

/// Where a generation of the fan lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum FanPhase {
    /// Evaluated: the error rate given all measurements.
    Filtered,
    /// Within the log but not evaluated.
    Gap,
    /// Ahead of the log.
    Forecast,
}

/// One generation of the fan chart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct FanPoint {
    /// Generation.
    pub generation: u64,
    /// Evaluated, missing, or ahead.
    pub phase: FanPhase,
    /// Measured error rate, where there is one.
    pub measured: Option<f64>,
    /// True error rate of the generation.
    pub error: CredibleInterval,
    /// What an evaluation like the last would measure (forecast only).
    pub measurement: Option<CredibleInterval>,
    /// P(no failure after the log up to and including this generation) (forecast only).
    pub survival: Option<f64>,
}

/// The remaining runway, in generations after the last one of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RunwayForecast {
    /// Error rate that counts as failure.
    pub error_rate: f64,
    /// The generation from which on every evaluation of the log measured it, where the last one did; the forecast then speaks
    /// of failing again.
    pub failed_at: Option<u64>,
    /// Last generation of the log.
    pub survived_to: u64,
    /// Median; absent where it lies beyond the horizon.
    pub median: Option<u64>,
    /// Central 50 % interval; an absent end lies beyond the horizon.
    pub interval50: (Option<u64>, Option<u64>),
    /// Central 90 % interval; an absent end lies beyond the horizon.
    pub interval90: (Option<u64>, Option<u64>),
    /// P(no failure within the horizon).
    pub no_failure: f64,
    /// Generations forecast.
    pub horizon: u64,
}

/// Which generation to keep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct KeepGeneration {
    /// Generation of the log that has the lowest error rate most often.
    pub generation: u64,
    /// How often.
    pub probability: f64,
    /// The same for every evaluated generation.
    pub by_generation: Vec<(u64, f64)>,
    /// Probability that some generation within the horizon will be better than every one of the log.
    pub yet_to_come: f64,
}

/// One parameter before and after the data.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ParameterSummary {
    /// Which.
    pub parameter: FitParameter,
    /// Scale on which its prior is normal.
    pub scale: PriorScale,
    /// Prior.
    pub prior: CredibleInterval,
    /// Posterior.
    pub posterior: CredibleInterval,
    /// 1 − posterior variance / prior variance on the prior's scale: 0 where the data said nothing, 1 where they said all.
    pub contraction: f64,
}

/// Two parameters that the data cannot separate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TradeOff {
    /// One.
    pub first: FitParameter,
    /// The other.
    pub second: FitParameter,
    /// Posterior correlation on the priors' scales.
    pub correlation: f64,
}

/// A measurement in the tail of its posterior prediction.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SurprisingRow {
    /// Generation.
    pub generation: u64,
    /// Measured error rate.
    pub measured: f64,
    /// Predicted from the generations before it.
    pub predicted: CredibleInterval,
    /// Two-sided tail probability.
    pub p_value: f64,
}
