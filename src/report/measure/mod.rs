//! What samples tell of a loop: figures and a page.

mod figures;
mod page;
mod tables;
mod words;

use crate::measure::MeasuredLoop;
use crate::provenance::LogProvenance;

use super::{Figure, RenderedReport, ReportError, drawn};

pub use tables::tables;
pub use words::sentences;

/// Draws every figure of a measurement, in the order of the page.
///
/// # Errors
/// [`ReportError::Figure`] if the drawing library fails.
pub fn figures(measured: &MeasuredLoop, provenance: &LogProvenance) -> Result<Vec<Figure>, ReportError> {
    let plots = [("votes", figures::votes(measured)), ("right-answers", figures::right_answers(measured))];
    drawn(plots, &provenance.origin())
}

/// Makes the figures and the page. The same inputs give the same bytes.
///
/// # Errors
/// [`ReportError::Figure`] if a figure cannot be drawn.
pub fn render(measured: &MeasuredLoop, provenance: &LogProvenance) -> Result<RenderedReport, ReportError> {
    let figures = figures(measured, provenance)?;
    let html = page::page(measured, provenance, &figures).into_bytes();
    Ok(RenderedReport::new(figures, html))
}
