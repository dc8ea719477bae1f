//! Designs side by side: figures and a page.

mod curves;
mod flows;
mod page;
mod pareto;
mod tables;

use crate::plan::Comparison;
use crate::provenance::Provenance;

use super::theme::{Stroke, design_stroke};
use super::{Figure, Report, ReportError, drawn, origin};
pub(super) use tables::flows as flows_table;

/// Draws every figure of a comparison, in the order of the page.
///
/// # Errors
/// [`ReportError::Figure`] if the drawing library fails.
pub fn figures(comparison: &Comparison, provenance: &Provenance) -> Result<Vec<Figure>, ReportError> {
    let plots = [
        ("survival", Some(curves::survival(comparison))),
        ("error", Some(curves::error(comparison))),
        ("runway-against-cost", pareto::plot(comparison)),
        ("flows", flows::plot(comparison)),
    ];
    drawn(plots, &origin(provenance))
}

/// Makes the figures and the page. The same inputs give the same bytes.
///
/// # Errors
/// [`ReportError::Figure`] if a figure cannot be drawn.
pub fn render(comparison: &Comparison, provenance: &Provenance) -> Result<Report, ReportError> {
    let figures = figures(comparison, provenance)?;
    let html = page::page(comparison, provenance, &figures).into_bytes();
    Ok(Report::new(figures, html))
}

/// The stroke of each design.
fn strokes(comparison: &Comparison) -> impl Iterator<Item = (&crate::plan::Compared, Stroke)> {
    comparison.designs.iter().zip((0..).map(design_stroke))
}
