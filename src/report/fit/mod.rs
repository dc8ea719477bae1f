//! The fit of a running loop's log: figures and a page.

mod fan;
mod inputs;
mod page;
mod pair;
mod parameters;
mod reproduction;
mod survival;
#[doc(hidden)]
pub mod tables;
#[doc(hidden)]
pub mod words;

pub use inputs::{FitInputs, PairInputs};
pub use pair::render_pair;

use super::{Figure, RenderedReport, ReportError, drawn};

/// Draws every figure of a fit, in the order of the page; none where the sampler has not settled.
///
/// # Errors
/// [`ReportError::Figure`] if the drawing library fails.
pub fn figures(inputs: &FitInputs<'_>) -> Result<Vec<Figure>, ReportError> {
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
pub fn render(inputs: &FitInputs<'_>) -> Result<RenderedReport, ReportError> {
    let figures = figures(inputs)?;
    let html = page::page(inputs, &figures).into_bytes();
    Ok(RenderedReport::new(figures, html))
}
