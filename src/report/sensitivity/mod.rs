//! What a loop's fate depends on: tables, sentences, figures and a page.

mod page;
mod tables;
mod tornado;
mod words;

use crate::provenance::Provenance;
use crate::scenario::Scenario;
use crate::sensitivity::Sensitivity;

use super::{Figure, RenderedReport, ReportError, drawn, origin};

pub use tables::tables;
pub use words::{notes, sentences};

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

/// Draws every figure of an analysis, in the order of the page.
///
/// # Errors
/// [`ReportError::Figure`] if the drawing library fails.
pub fn figures(inputs: SensitivityInputs<'_>) -> Result<Vec<Figure>, ReportError> {
    let plots = [("runway-reach", tornado::runway(inputs)), ("failure-reach", tornado::failure(inputs))];
    drawn(plots, &origin(inputs.provenance))
}

/// Makes the figures and the page. The same inputs give the same bytes.
///
/// # Errors
/// [`ReportError::Figure`] if a figure cannot be drawn.
pub fn render(inputs: SensitivityInputs<'_>) -> Result<RenderedReport, ReportError> {
    let figures = figures(inputs)?;
    let html = page::page(inputs, &figures).into_bytes();
    Ok(RenderedReport::new(figures, html))
}
