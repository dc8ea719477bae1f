//! One test of a comparison.

use serde::{Deserialize, Serialize};

/// One test of the family.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AgreementTest {
    /// What is compared.
    pub quantity: String,
    /// Share of the level that it was given.
    pub level: f64,
    /// Largest deviation seen, in the unit of `critical`.
    pub deviation: f64,
    /// The deviation at which the test fails.
    pub critical: f64,
    /// What `deviation` and `critical` are measured in.
    pub unit: DeviationUnit,
    /// Generation of the largest deviation.
    pub generation: Option<u64>,
    /// Whether it passed.
    pub passed: bool,
}

impl DeviationUnit {
    /// In words, as in the head of a table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Probability => "probability",
            Self::StandardErrors => "standard errors",
            Self::Relative => "relative to the exact value",
            Self::Absolute => "as compared",
        }
    }
}

/// What a deviation is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum DeviationUnit {
    /// Difference of two probabilities.
    Probability,
    /// Standard errors of the simulated mean.
    StandardErrors,
    /// Difference relative to the expected value, for a number that cannot vary.
    Relative,
    /// The unit of the compared number itself, where neither side of a comparison of two samples varied.
    Absolute,
}
