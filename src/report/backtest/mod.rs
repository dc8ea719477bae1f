//! A back-test: how far forecasts of finished runs could be trusted, in figures and a page.

mod calibration;
mod contest;
mod names;
mod outcome;
mod page;
mod ratio;
mod tables;
#[doc(hidden)]
pub mod words;

use crate::fit::BacktestResult;
use crate::provenance::LogProvenance;

use super::{Figure, RenderedReport, ReportError, drawn};
use contest::ContestQuantity;
use names::short;

pub use tables::{by_course, by_log};

/// Draws every figure of a back-test, in the order of the page.
///
/// # Errors
/// [`ReportError::Figure`] if the drawing library fails.
pub fn figures(tested: &BacktestResult, provenance: &LogProvenance) -> Result<Vec<Figure>, ReportError> {
    let plots = [
        ("runway-ratio", ratio::plot(tested, ContestQuantity::Runway)),
        ("crps-ratio", ratio::plot(tested, ContestQuantity::Error)),
        ("calibration", calibration::plot(tested)),
        ("forecast-against-outcome", outcome::plot(tested)),
    ];
    drawn(plots, &provenance.origin())
}

/// Makes the figures and the page. The same inputs give the same bytes.
///
/// # Errors
/// [`ReportError::Figure`] if a figure cannot be drawn.
pub fn render(tested: &BacktestResult, provenance: &LogProvenance) -> Result<RenderedReport, ReportError> {
    let figures = figures(tested, provenance)?;
    let html = page::page(tested, provenance, &figures).into_bytes();
    Ok(RenderedReport::new(figures, html))
}
