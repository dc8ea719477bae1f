//! What a comparison of designs answers.

use serde::{Deserialize, Serialize};

use crate::analytic::{Regime, Undefined};
use crate::explain::MistakeAccount;
use crate::scenario::Scenario;

use super::paired::PairedDifferences;

/// How designs are played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ComparisonSettings {
    /// Runs of each design, at least 2.
    pub replicates: u64,
    /// Seed; run i of every design draws from the i-th stream.
    pub seed: u64,
}

/// Designs side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DesignComparison {
    /// The design that ratios and differences refer to.
    pub baseline: String,
    /// Runs of each design.
    pub replicates: u64,
    /// Their seed.
    pub seed: u64,
    /// Which runway, and which price, decides about dominance.
    pub measure: RunwayMeasure,
    /// The designs, in the order given.
    pub designs: Vec<ComparedDesign>,
    /// What to know before using the numbers.
    pub notes: Vec<String>,
}

/// One design among others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ComparedDesign {
    /// Its name.
    pub name: String,
    /// The complete loop.
    pub scenario: Scenario,
    /// R.
    pub reproduction_number: Option<f64>,
    /// The loop's fate in one word.
    pub regime: Option<Regime>,
    /// Error rate at the stable fixed point.
    pub floor_error: Option<f64>,
    /// Error rate beyond which a healing loop avalanches.
    pub tipping_error: Option<f64>,
    /// Where the curves come from.
    pub basis: PriceBasis,
    /// P(T ≤ horizon).
    pub failed_by_horizon: f64,
    /// Bound on its absolute error from truncated sums; absent where it was simulated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_by_horizon_error: Option<f64>,
    /// `E[T]`, in generations, where an exact solver gives it.
    pub expected_runway: Option<f64>,
    /// `E[min(T, horizon)]`, in generations.
    pub restricted_runway: f64,
    /// The generation to keep.
    pub best: KeptGeneration,
    /// Accepted examples per generated problem at generation 0.
    pub start_yield: f64,
    /// What it costs; absent without prices.
    pub cost: Option<DesignPrice>,
    /// A design that lasts at least as long and costs no more per sustained generation, one of them strictly.
    pub dominated_by: Option<String>,
    /// Its numbers over the baseline's.
    pub ratios: BaselineRatios,
    /// Differences from the baseline under common random numbers; absent for the baseline and for other horizons.
    pub paired: Option<PairedDifferences>,
    /// S(g), 0..=horizon.
    pub survival: Vec<f64>,
    /// Expected error rate, 0..=horizon.
    pub error: Vec<f64>,
    /// Where mistakes enter, pass and heal.
    pub account: MistakeAccount,
    /// Why numbers are absent.
    pub undefined: Undefined,
}

impl ComparedDesign {
    /// Whether it has prices, and takes ground truth (`anchor`) without one.
    #[must_use]
    pub fn has_free_truth(&self) -> bool {
        let price = self.scenario.cost.as_ref().map(|cost| cost.per_true_example.get());
        price == Some(0.0) && self.scenario.learning.anchor.get() > 0.0
    }
}

/// Where curves come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum PriceBasis {
    /// The exact law.
    Exact,
    /// Means of the runs.
    Simulated,
}

/// The generation to keep.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct KeptGeneration {
    /// Where the expected error is lowest.
    pub generation: u64,
    /// The expected error there.
    pub error: f64,
    /// Share of runs whose own lowest error falls there.
    pub probability: f64,
    /// The generation at which most runs have their lowest error.
    pub likeliest: u64,
    /// Share of runs that have it there.
    pub likeliest_probability: f64,
}

/// A design's numbers over the baseline's; absent where either is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BaselineRatios {
    /// Of R.
    pub reproduction_number: Option<f64>,
    /// Of the runway by the comparison's measure.
    pub runway: Option<f64>,
    /// Of P(T ≤ horizon).
    pub failed_by_horizon: Option<f64>,
    /// Of the cost per sustained generation by the comparison's measure.
    pub cost: Option<f64>,
}

/// Which runway, and which price, decides about dominance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RunwayMeasure {
    /// `E[T]`, and cost until failure over it: every design has both.
    UntilFailure,
    /// `E[min(T, horizon)]`, and cost until then over it.
    ToHorizon,
}

/// What a design costs, in `unit`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DesignPrice {
    /// What prices are counted in.
    pub unit: String,
    /// Cost of generation 0.
    pub start: f64,
    /// `E[cost of the generations before T]`, where an exact solver gives it.
    pub until_failure: Option<f64>,
    /// `until_failure` / `E[T]`.
    pub per_sustained_generation: Option<f64>,
    /// `E[cost of the generations before min(T, horizon)]`.
    pub until_horizon: f64,
    /// `until_horizon` / `E[min(T, horizon)]`; absent where generation 0 fails.
    pub per_sustained_generation_to_horizon: Option<f64>,
    /// Where the numbers up to the horizon come from.
    pub basis: PriceBasis,
}
