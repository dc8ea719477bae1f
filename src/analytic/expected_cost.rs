//! What a loop is expected to cost until it fails, as numbers.

use serde::{Deserialize, Serialize};

use crate::cost::CostBreakdown;

use super::error::Undefined;

/// What a loop costs, in [`ExpectedCost::unit`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ExpectedCost {
    /// What prices are counted in.
    pub unit: String,
    /// Generation 0, part by part.
    pub start: CostBreakdown,
    /// Cost of each generation 0..=horizon of the mean field.
    pub mean_field: Vec<f64>,
    /// `E[cost of generation g; T > g]`, 0..=horizon: nothing is paid after failure. Absent where no exact solver reaches.
    pub expected: Option<Vec<f64>>,
    /// `E[cost of the generations before min(T, horizon)]`.
    pub until_horizon: Option<f64>,
    /// `E[cost of the generations before T]`.
    pub until_failure: Option<f64>,
    /// `until_failure` / `E[T]`: what a generation of runway costs.
    pub per_sustained_generation: Option<f64>,
    /// `until_horizon` / `E[min(T, horizon)]`: the same, as far as the horizon.
    pub per_sustained_generation_to_horizon: Option<f64>,
    /// Why numbers are absent.
    #[serde(default, skip_serializing_if = "Undefined::is_empty")]
    pub undefined: Undefined,
}
