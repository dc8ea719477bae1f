//! The fit of a running loop's log: figures and a page.

mod fan;
mod page;
mod pair;
mod parameters;
mod reproduction;
mod survival;
mod tables;
pub mod words;

pub use pair::{PairInputs, render_pair};

use crate::fit::{Advised, Fit, Run, Weighed};
use crate::provenance::LogProvenance;

use super::{Figure, Report, ReportError, drawn};

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

/// Draws every figure of a fit, in the order of the page; none where the sampler has not settled.
///
/// # Errors
/// [`ReportError::Figure`] if the drawing library fails.
pub fn figures(inputs: &Inputs<'_>) -> Result<Vec<Figure>, ReportError> {
    if inputs.fit.unsettled().is_some() {
        return Ok(Vec::new());
    }
    let plots = [
        ("fan", fan::plot(inputs)),
        ("survival", survival::plot(inputs)),
        ("reproduction", reproduction::plot(inputs)),
        ("parameters", parameters::plot(inputs)),
    ];
    drawn(plots, &inputs.provenance.origin())
}

/// Makes the figures and the page. The same inputs give the same bytes.
///
/// # Errors
/// [`ReportError::Figure`] if a figure cannot be drawn.
pub fn render(inputs: &Inputs<'_>) -> Result<Report, ReportError> {
    let figures = figures(inputs)?;
    let html = page::page(inputs, &figures).into_bytes();
    Ok(Report::new(figures, html))
}
