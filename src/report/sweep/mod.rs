//! A loop over a grid of its keys: what was found, figures over one or two axes, and a page.

mod contour;
mod curve;
mod levels;
mod map;
mod page;
mod said;
mod scale;

use crate::provenance::Provenance;
use crate::sweep::{SweepPlan, SweepResult};

use super::{Figure, RenderedReport, ReportError, drawn, origin};

pub use said::{finding, notes, table};

/// Draws what there is to see where one key or two take several values, in the order of the page; nothing where none or more do.
///
/// # Errors
/// [`ReportError::Figure`] if the drawing library fails.
pub fn figures(plan: &SweepPlan, result: &SweepResult, provenance: &Provenance) -> Result<Vec<Figure>, ReportError> {
    let axes = plan.grid.axes().iter().enumerate();
    let varied: Vec<usize> = axes.filter(|(_, axis)| axis.values.len() > 1).map(|(at, _)| at).collect();
    let [runway, failed] = match varied[..] {
        [along] => curve::plots(plan, result, along).map(Some),
        [across, up] => map::plots(plan, result, [across, up]).map(Some),
        _ => [None, None],
    };
    drawn([("runway", runway), ("failed", failed)], &origin(provenance))
}

/// Makes the figures and the page. The same inputs give the same bytes.
///
/// # Errors
/// [`ReportError::Figure`] if a figure cannot be drawn.
pub fn render(plan: &SweepPlan, result: &SweepResult, provenance: &Provenance) -> Result<RenderedReport, ReportError> {
    let figures = figures(plan, result, provenance)?;
    let html = page::page(plan, result, provenance, &figures).into_bytes();
    Ok(RenderedReport::new(figures, html))
}
