//! A back-test: how far forecasts of finished runs could be trusted, in figures and a page.

mod calibration;
mod outcome;
mod page;
mod ratio;
mod tables;
pub mod words;

use crate::fit::{Backtest, Summary};
use crate::provenance::LogProvenance;

use super::{Figure, Report, ReportError, drawn};

/// Draws every figure of a back-test, in the order of the page.
///
/// # Errors
/// [`ReportError::Figure`] if the drawing library fails.
pub fn figures(tested: &Backtest, provenance: &LogProvenance) -> Result<Vec<Figure>, ReportError> {
    let plots = [
        ("calibration", calibration::plot(tested)),
        ("crps-ratio", ratio::plot(tested)),
        ("forecast-against-outcome", outcome::plot(tested)),
    ];
    drawn(plots, &provenance.origin())
}

/// Makes the figures and the page. The same inputs give the same bytes.
///
/// # Errors
/// [`ReportError::Figure`] if a figure cannot be drawn.
pub fn render(tested: &Backtest, provenance: &LogProvenance) -> Result<Report, ReportError> {
    let figures = figures(tested, provenance)?;
    let html = page::page(tested, provenance, &figures).into_bytes();
    Ok(Report::new(figures, html))
}

/// The extrapolation with the lowest mean CRPS of the error rate.
fn best_extrapolation(summary: &Summary) -> Option<(&'static str, f64)> {
    let scored = summary.baselines.iter().filter_map(|(name, one)| Some((*name, one.crps_error?)));
    scored.min_by(|a, b| a.1.total_cmp(&b.1))
}

/// A log by its file's name, without folders and ending.
fn short(source: &str) -> &str {
    let name = source.rsplit(['/', '\\']).next().unwrap_or(source);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
