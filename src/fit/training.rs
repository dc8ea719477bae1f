//! How a loop trains and checks, as far as it is known.

use serde::{Deserialize, Serialize};

/// Whether the loop checks what it keeps, as far as the log shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum LoopChecks {
    /// Everything generated is kept: no checks.
    None,
    /// Some of it is rejected.
    Some,
    /// The log does not say.
    Unknown,
}

/// How a generation comes from the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum TrainingMode {
    /// A new model learns from the kept examples alone.
    Anew,
    /// The model of the generation before is trained further on the kept examples.
    FineTuned,
}
