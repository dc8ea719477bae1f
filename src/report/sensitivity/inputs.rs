//! What figures and pages of an analysis are made from.

use crate::provenance::Provenance;
use crate::scenario::Scenario;
use crate::sensitivity::Sensitivity;

/// A finished analysis and the loop that it is of.
#[derive(Debug, Clone, Copy)]
pub struct SensitivityInputs<'a> {
    /// The loop.
    pub scenario: &'a Scenario,
    /// What its fate depends on.
    pub found: &'a Sensitivity,
    /// Where the analysis came from.
    pub provenance: &'a Provenance,
}
