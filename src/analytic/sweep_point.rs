//! What a sweep asks of a scenario, and the answer.

use serde::{Deserialize, Serialize};

use super::error::Undefined;

/// One scenario of a sweep; [`solve`](super::solve()) has the same numbers with bounds on their errors.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SweepPoint {
    /// R; absent where it is not known.
    pub reproduction_number: Option<f64>,
    /// `E[T]` in generations; absent where it is not known or not a number that a double can hold.
    pub mean: Option<f64>,
    /// P(T > g) at the generation asked for; below 1e-16 given as 0.
    pub survival: Option<f64>,
    /// P(T ≤ g), a sum of positive terms; absent where the bound on its error is not below it.
    pub failed: Option<f64>,
    /// 5, 50 and 95 % quantiles of T in generations, where they were asked for and as far as the loop was followed.
    #[serde(default, skip_serializing_if = "are_absent")]
    pub quantiles: [Option<f64>; 3],
    /// Why numbers are absent.
    #[serde(default, skip_serializing_if = "Undefined::is_empty")]
    pub undefined: Undefined,
}

impl SweepPoint {
    /// Whether `E[T]` is known to be infinite; it is no number then, but no secret either.
    #[must_use]
    pub fn is_endless(&self) -> bool {
        self.mean.is_none() && self.undefined.get("runway.mean").is_some_and(|reason| reason.starts_with("infinite"))
    }
}

/// What a sweep asks of each scenario besides R and `E[T]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SweptNumbers {
    /// Generation of S and P(T ≤ g).
    pub generation: u64,
    /// Whether loops are followed until the quantiles of T are known.
    pub quantiles: bool,
}

fn are_absent(quantiles: &[Option<f64>; 3]) -> bool {
    quantiles.iter().all(Option::is_none)
}
