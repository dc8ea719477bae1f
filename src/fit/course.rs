//! One course that a run may have taken and may take: what every member of the forecast draws.

/// Error rates of a run.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Course {
    /// Of each generation of the log, then of each forecast one.
    pub error: Vec<f64>,
    /// What an evaluation of each forecast generation measures.
    pub measured: Vec<f64>,
}
