//! What the report of a fit is made from.

use crate::fit::{AdvisedMeasurements, LogFit, LogRun, MetricParting, WeighedVariants};
use crate::provenance::LogProvenance;

/// Everything that the report of a fit is made from.
#[derive(Debug, Clone, Copy)]
pub struct FitInputs<'a> {
    /// The fit.
    pub fit: &'a LogFit,
    /// The run that is forecast, as it was fitted.
    pub run: &'a LogRun,
    /// What to measure next, if that was asked.
    pub advised: Option<&'a AdvisedMeasurements>,
    /// Structural variants, if they were weighed.
    pub weighed: Option<&'a WeighedVariants>,
    /// Where the results came from.
    pub provenance: &'a LogProvenance,
}

/// Two metrics of one run.
#[derive(Debug, Clone, Copy)]
pub struct PairInputs<'a> {
    /// The metrics' names and fits.
    pub metrics: [(&'a str, FitInputs<'a>); 2],
    /// Where they part.
    pub parting: Option<MetricParting>,
}
