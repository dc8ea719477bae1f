//! Designs side by side: figures, a page, and the columns that page and terminal share.

mod chosen;
mod columns;
mod curves;
mod empty;
mod flows;
mod page;
mod pareto;
pub mod posterior;
mod published;
mod tables;

use crate::claims::ClaimResults;
use crate::plan::{DesignComparison, DesignPosterior};
use crate::provenance::Provenance;

use super::{Figure, RenderedReport, ReportError, drawn, origin};
use empty::{NEGLIGIBLE, sentence};

pub use columns::{against, legend, runway_and_price};
pub(super) use tables::flows as flows_table;
pub use tables::published as published_table;

/// Draws every figure of a comparison, in the order of the page.
///
/// # Errors
/// [`ReportError::Figure`] if the drawing library fails.
pub fn figures(
    comparison: &DesignComparison,
    evidence: &ClaimResults,
    provenance: &Provenance,
) -> Result<Vec<Figure>, ReportError> {
    let plots = [
        ("published", published::plot(evidence)),
        ("survival", Some(curves::survival(comparison))),
        ("error", Some(curves::error(comparison, evidence))),
        ("runway-against-cost", pareto::plot(comparison)),
        ("flows", Some(flows::plot(comparison))),
    ];
    drawn(plots, &origin(provenance))
}

/// Makes the figures and the page; `posterior` is what a log leaves open, where there is one. The same inputs give the same
/// bytes.
///
/// # Errors
/// [`ReportError::Figure`] if a figure cannot be drawn.
pub fn render(
    comparison: &DesignComparison,
    evidence: &ClaimResults,
    posterior: Option<&DesignPosterior>,
    provenance: &Provenance,
) -> Result<RenderedReport, ReportError> {
    let figures = figures(comparison, evidence, provenance)?;
    let html = page::page(comparison, evidence, posterior, provenance, &figures).into_bytes();
    Ok(RenderedReport::new(figures, html))
}
