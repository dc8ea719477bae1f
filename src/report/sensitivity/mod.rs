//! What a loop's fate depends on: tables, sentences, figures and a page.

mod inputs;
mod page;
mod tables;
mod tornado;
mod words;

use super::plot::Plot;
use super::{Figure, RenderedReport, ReportError, ReportInputs, drawn, origin};

pub use inputs::SensitivityInputs;
pub(super) use tables::in_report;
pub use tables::tables;
pub use words::{notes, sentences};

/// The tornado of the runway, for the report of a loop.
pub(super) fn plot(inputs: &ReportInputs<'_>) -> Option<Plot> {
    let ReportInputs { scenario, provenance, .. } = *inputs;
    tornado::runway(SensitivityInputs { scenario, found: inputs.sensitivity?, provenance })
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
