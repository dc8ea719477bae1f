//! What is told of a loop's derivatives.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::FailingCount;

/// The numbers of a loop whose derivatives are taken, or those derivatives along one parameter.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DerivedNumbers {
    /// `E[T]`, in generations.
    pub runway: Option<f64>,
    /// P(T ≤ horizon).
    pub failed: Option<f64>,
    /// Median of T in generations, interpolated: where the straight line through S(g) and S(g + 1) falls to ½.
    pub median: Option<f64>,
    /// R.
    pub reproduction_number: Option<f64>,
    /// Error rate at the error floor.
    pub floor_error: Option<f64>,
}

/// Derivatives along one parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ParameterDerivatives {
    /// Its dotted key.
    pub key: String,
    /// Its value.
    pub value: f64,
    /// Derivatives of each number along it. Along the share of one difficulty the others give way in proportion.
    pub slopes: DerivedNumbers,
}

/// Exact derivatives of a loop's fate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LoopDerivatives {
    /// The numbers themselves.
    pub values: DerivedNumbers,
    /// Derivatives along every parameter that they are smooth functions of.
    pub parameters: Vec<ParameterDerivatives>,
    /// From how many wrong beliefs on the loop has failed: `E[T]` jumps where this number changes. Absent where the law changes, the
    /// pool grows, or beliefs may be unsound.
    pub failing_count: Option<FailingCount>,
    /// Why a number is absent.
    pub undefined: BTreeMap<String, String>,
}
