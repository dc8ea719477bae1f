//! Designs side by side: figures, a page, and the columns that page and terminal share.

mod chosen;
mod columns;
mod curves;
mod empty;
mod flows;
mod page;
mod pareto;
#[doc(hidden)]
pub mod posterior;
mod published;
mod tables;

use crate::claims::ClaimResults;
use crate::plan::{DesignComparison, DesignPosterior};
use crate::provenance::Provenance;

use crate::table::Table;

use super::{Figure, RenderedReport, ReportError, drawn, origin};
use empty::{NEGLIGIBLE, sentence};

pub use columns::headline;
pub(super) use tables::flows;
pub use tables::{broken_claims, claims, published as published_values};

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

/// The designs side by side: runway, price, each against the baseline, and what the columns mean.
#[must_use]
pub fn tables(comparison: &DesignComparison) -> Vec<Table> {
    let [runway, price] = columns::runway_and_price(comparison);
    let mut tables = vec![runway, price, columns::against(comparison)];
    tables.retain(|table| table.height() > 0);
    if let Some(last) = tables.last_mut() {
        last.notes = columns::legend(comparison);
    }
    tables
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
