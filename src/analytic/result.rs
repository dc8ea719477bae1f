//! What a solver answers: plain numbers by generation, ready to serialise.

use serde::{Deserialize, Serialize};

use crate::law::Composition;

use super::error::Undefined;
use super::expected_cost::ExpectedCost;
use super::mean_field::linear_noise::NoiseApproximation;
use super::tolerances::EQUAL_ERRORS;
use super::verifier_curves::VerifierCurves;

/// Everything the analytic side knows about a loop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Solution {
    /// R, mistakes that one mistake leaves in the next generation: spectral radius of the next-generation matrix.
    pub reproduction_number: Option<f64>,
    /// K, Jacobian of (q_U, q_W) by (x_U, x_W) at an all-sound model, one-sided into more mistakes, row by row.
    pub next_generation_matrix: Option<[[f64; 2]; 2]>,
    /// Shares of fresh mistakes that an all-sound model leaves in its successor.
    pub fresh: Option<FreshMistakes>,
    /// The loop's fate in one word.
    pub regime: Option<Regime>,
    /// Generations in which mistakes double (R > 1).
    pub doubling_time: Option<f64>,
    /// Generations in which mistakes halve (R < 1).
    pub half_life: Option<f64>,
    /// Error rate at the stable fixed point that the mean field reaches from the start.
    pub floor_error: Option<f64>,
    /// Error rate at the next unstable fixed point above the floor: beyond it a healing loop avalanches.
    pub tipping_error: Option<f64>,
    /// First generation of the mean field, within the horizon, of which nothing is accepted.
    pub starved: Option<u64>,
    /// Error rate of generation 0.
    pub start_error: f64,
    /// Accepted examples per generated problem at generation 0.
    pub start_yield: f64,
    /// 0, 1, …, horizon.
    pub generations: Vec<u64>,
    /// Error rate of the mean field by generation.
    pub mean_field_error: Vec<f64>,
    /// Shares of unsound beliefs of the mean field by generation.
    pub mean_field_unsound: Vec<f64>,
    /// Shares of wrong beliefs of the mean field by generation.
    pub mean_field_wrong: Vec<f64>,
    /// Exact curves by generation; absent where no exact solver reaches.
    #[serde(flatten)]
    pub curves: Option<Curves>,
    /// Linear-noise approximation of the curves, where no exact solver reaches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approximation: Option<NoiseApproximation>,
    /// The generation to keep: where the error is expected to be lowest.
    pub best: BestGeneration,
    /// What the loop costs; absent without prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<ExpectedCost>,
    /// The runway T: the first generation at which the error rate reaches the threshold.
    pub runway: Runway,
    /// Quasi-stationary law of the loop that has not failed yet.
    pub quasi_stationary: Option<RestingHazard>,
    /// Expected generations spent at each error level before failure.
    pub visits: Option<ErrorVisits>,
    /// What the checks tell of right and wrong, by generation; absent where nothing is checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verifier: Option<VerifierCurves>,
    /// What would bring R below 1.
    pub thresholds: Vec<ParameterThreshold>,
    /// R and fixed points where the law changes with the generation; absent where it does not.
    pub by_generation: Option<ByGeneration>,
    /// Which solver gave the exact numbers.
    pub method: String,
    /// Bound on the absolute error of `survival` from truncated sums.
    pub error_bound: Option<f64>,
    /// Bound on the relative error of `survival` and of `failed` from rounding, to first order; besides `error_bound`.
    pub rounding_bound: Option<f64>,
    /// Absolute error of `runway.mean`: rounding to first order, truncated mass, and the drift left in its tail.
    pub runway_error: Option<f64>,
    /// Why numbers are absent.
    pub undefined: Undefined,
    /// What a reader should know before using the numbers (rounded starts and the like).
    pub warnings: Vec<String>,
}

/// The generation at which the expected error is lowest (exact where that is known, else of the mean field); the earliest of
/// equals.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BestGeneration {
    /// g, within the horizon.
    pub generation: u64,
    /// Its expected error rate.
    pub error: f64,
}

impl BestGeneration {
    /// The lowest of an error curve by generation.
    #[must_use]
    pub fn of(error: &[f64]) -> Self {
        let lowest = error.iter().copied().filter(|error| !error.is_nan()).fold(f64::INFINITY, f64::min);
        let first = error.iter().position(|&error| error <= lowest * (1.0 + EQUAL_ERRORS)).unwrap_or(0);
        Self { generation: first as u64, error: lowest }
    }
}

/// What an exact solver answers.
#[derive(Debug, Clone, PartialEq)]
pub struct ExactSolution {
    /// Curves to the horizon.
    pub curves: Curves,
    /// Law of T.
    pub runway: Runway,
    /// Quasi-stationary law and hazard.
    pub quasi_stationary: Option<RestingHazard>,
    /// Expected generations at each error level.
    pub visits: Option<ErrorVisits>,
    /// Solver and size.
    pub method: String,
    /// Bound on the absolute error of the survival function from truncated mass.
    pub error_bound: f64,
    /// Bound on the relative error of S(g) and of P(T ≤ g) from rounding, to first order.
    pub rounding_bound: f64,
    /// Absolute error of `runway.mean`: rounding to first order, truncated mass, and the drift left in its tail.
    pub runway_error: Option<f64>,
    /// Why numbers are absent.
    pub undefined: Undefined,
}

/// Fresh mistakes of an all-sound model, as shares of the next generation's beliefs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct FreshMistakes {
    /// a_U.
    pub unsound: f64,
    /// a_W.
    pub wrong: f64,
}

impl From<Composition> for FreshMistakes {
    fn from(next: Composition) -> Self {
        Self { unsound: next.unsound, wrong: next.wrong }
    }
}

/// The fate of a loop (model.md, section 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Regime {
    /// R > 1 and the mean field crosses the threshold.
    Avalanche,
    /// R > 1, but the equilibrium stays below the threshold.
    Contained,
    /// R < 1 and the floor is below the threshold.
    Healing,
    /// R < 1, but fresh errors alone carry the loop over the threshold.
    Overwhelmed,
    /// |R − 1| < 1e-9.
    Drift,
    /// The mean field comes to a generation of which nothing is accepted, without having crossed the threshold.
    Starved,
}

impl Regime {
    /// The word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Avalanche => "avalanche",
            Self::Contained => "contained",
            Self::Healing => "healing",
            Self::Overwhelmed => "overwhelmed",
            Self::Drift => "drift",
            Self::Starved => "starved",
        }
    }
}

/// Exact curves by generation, 0..=horizon. Error and composition are unconditional: the loop is imagined to run on after
/// failure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Curves {
    /// S(g) = P(T > g).
    pub survival: Vec<f64>,
    /// P(T ≤ g), kept apart since 1 − S(g) has no digits left where failure is rare.
    pub failed: Vec<f64>,
    /// `E[err(x_g)]`.
    pub expected_error: Vec<f64>,
    /// Standard deviation of err(x_g).
    pub sd_error: Vec<f64>,
    /// Distance from its mean that err(x_g) exceeds with probability 1e-13 at most.
    pub reach_error: Vec<f64>,
    /// 5 % quantile of err(x_g).
    pub error_q05: Vec<f64>,
    /// Median of err(x_g).
    pub error_q50: Vec<f64>,
    /// 95 % quantile of err(x_g).
    pub error_q95: Vec<f64>,
    /// `E[x_U]`.
    pub mean_unsound: Vec<f64>,
    /// `E[x_W]`.
    pub mean_wrong: Vec<f64>,
    /// `E[Y(x_g)]`.
    pub expected_yield: Vec<f64>,
}

/// Law of the runway T, in generations.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Runway {
    /// `E[T]`; absent, with the reason, where it is infinite.
    pub mean: Option<f64>,
    /// Standard deviation of T.
    pub sd: Option<f64>,
    /// Smallest g with P(T ≤ g) ≥ 0.05; absent, with a reason that begins with "never", where the loop fails less often.
    pub q05: Option<f64>,
    /// Smallest g with P(T ≤ g) ≥ 0.5.
    pub q50: Option<f64>,
    /// Smallest g with P(T ≤ g) ≥ 0.95.
    pub q95: Option<f64>,
    /// `E[min(T, horizon)]`.
    pub restricted_mean: Option<f64>,
    /// P(T < ∞): 1 unless the loop can reach states from which it never fails.
    pub ever_fails: Option<f64>,
    /// P(T = ∞), which has digits where `ever_fails` rounds to 1. `E[T]` is infinite where it is above 0.
    pub never_fails: Option<f64>,
    /// Bound on the absolute error of either.
    pub ever_fails_error: Option<f64>,
}

/// The quasi-stationary law: where the loop is, given that it has lasted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RestingHazard {
    /// Probability of failing in the next generation, given survival so far.
    pub hazard: f64,
    /// `E[err]` given survival so far.
    pub mean_error: f64,
    /// Error levels of the law below.
    pub error: Vec<f64>,
    /// Quasi-stationary probability of each error level.
    pub probability: Vec<f64>,
}

/// Expected time at each error level before failure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ErrorVisits {
    /// Error levels, rising.
    pub error: Vec<f64>,
    /// Expected generations at each; they sum to `E[T]`.
    pub generations: Vec<f64>,
}

/// The value of one parameter that brings R to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ParameterThreshold {
    /// Dotted key of the parameter, as in the scenario file; or words where the file has none.
    pub parameter: String,
    /// What the number means.
    pub meaning: String,
    /// Its present value; absent where the file has no such parameter yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub present: Option<f64>,
    /// The value at which R = 1; absent where no legal value reaches it.
    pub value: Option<f64>,
    /// Why `value` is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Where the law changes with the generation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ByGeneration {
    /// R_g.
    pub reproduction_number: Vec<Option<f64>>,
    /// Floor of the law of generation g, if it stayed.
    pub floor_error: Vec<Option<f64>>,
    /// Tipping point of the law of generation g, if it stayed.
    pub tipping_error: Vec<Option<f64>>,
}
