//! What the report of a fit is made from.

use crate::fit::{Advised, Fit, Parting, Run, Weighed};
use crate::provenance::LogProvenance;

/// Everything that the report of a fit is made from.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The fit.
    pub fit: &'a Fit,
    /// The run that is forecast, as it was fitted.
    pub run: &'a Run,
    /// What to measure next, if that was asked.
    pub advised: Option<&'a Advised>,
    /// Structural variants, if they were weighed.
    pub weighed: Option<&'a Weighed>,
    /// Where the results came from.
    pub provenance: &'a LogProvenance,
}

/// Two metrics of one run.
#[derive(Debug, Clone, Copy)]
pub struct PairInputs<'a> {
    /// The metrics' names and fits.
    pub metrics: [(&'a str, Inputs<'a>); 2],
    /// Where they part.
    pub parting: Option<Parting>,
}
