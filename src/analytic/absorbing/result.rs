//! What is said of a chain that ends: plain numbers, ready to serialise.

use serde::{Deserialize, Serialize};

use crate::analytic::error::Undefined;

use super::row_sums::RowSums;

/// T, the first step at which a chain is in one of its ends, and which.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AbsorptionLaw {
    /// States of the chain.
    pub states: usize,
    /// Transitions of positive probability.
    pub transitions: usize,
    /// States that can be reached before an end, from which the chain still goes on.
    pub open: usize,
    /// Where it starts, counted from 0.
    pub start: usize,
    /// `E[T]` in steps; absent, with the reason, where it is infinite.
    pub mean: Option<f64>,
    /// Bound on the absolute error of the mean: rounding to first order, and what row sums leave in doubt.
    pub mean_error: Option<f64>,
    /// Standard deviation of T, in steps.
    pub sd: Option<f64>,
    /// Smallest n with P(T ≤ n) ≥ 0.05.
    pub q05: Option<f64>,
    /// Smallest n with P(T ≤ n) ≥ 0.5.
    pub q50: Option<f64>,
    /// Smallest n with P(T ≤ n) ≥ 0.95.
    pub q95: Option<f64>,
    /// P(T = ∞): of coming to states that lead to no end.
    pub never: f64,
    /// The ends.
    pub ends: Vec<AbsorbingEnd>,
    /// 0, 1, …, horizon.
    pub steps: Vec<u64>,
    /// P(T > n), by step.
    pub survival: Vec<f64>,
    /// P(T ≤ n), by step; a sum of positive terms, apart from `survival` since 1 − survival has no digits where ends are rare.
    pub absorbed: Vec<f64>,
    /// Probability of ending in the next step under the quasi-stationary law: the share by which P(T > n) falls a step in the
    /// long run, on average over a period where there is one.
    pub hazard: Option<f64>,
    /// The quasi-stationary law: where the chain is, given that it has lasted long, averaged likewise.
    pub quasi_stationary: Option<StateLaw>,
    /// How far the rows sum to 1.
    pub rows: RowSums,
    /// How the expected time was found.
    pub method: String,
    /// Why numbers are absent.
    pub undefined: Undefined,
}

/// Where a chain can end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AbsorbingEnd {
    /// Its label, or the number of its state.
    pub name: String,
    /// States of it that can be reached.
    pub states: usize,
    /// Probability of ending there.
    pub probability: f64,
    /// Bound on the absolute error of that probability.
    pub error: f64,
    /// Probability of having ended there by step n.
    pub absorbed: Vec<f64>,
}

/// A law on the states of a chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct StateLaw {
    /// Numbers of the states.
    pub state: Vec<usize>,
    /// Probability of each.
    pub probability: Vec<f64>,
}
