//! The verifier meter by generation, as numbers.

use serde::{Deserialize, Serialize};

use crate::law::VerifierMeter;

/// What the checks tell of right and wrong, by generation up to the horizon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct VerifierCurves {
    /// Along the mean field; absent, with the reason, at generations where no answer that wins the vote is wrong or none is right.
    pub mean_field: Vec<Option<VerifierMeter>>,
    /// Along the expected composition; absent where no exact solver reaches.
    pub expected: Option<Vec<Option<VerifierMeter>>>,
    /// First generation at which the checks select for mistakes, J < 0: along the expected composition where that is known, else
    /// along the mean field; absent where there is none within the horizon.
    pub selects_for_mistakes: Option<u64>,
}
