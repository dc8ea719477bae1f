//! Reports: finished results in, figures and a page out. No solver is called and nothing is written here.

#[doc(hidden)]
pub mod absorbed;
pub mod advise;
mod agreement;
mod answer;
mod axis;
pub mod backtest;
mod composition;
pub mod designs;
mod error;
#[doc(hidden)]
pub mod explained;
mod facts;
pub mod fit;
mod flows;
mod front;
pub mod gate;
mod glossary;
mod html;
pub mod inference;
mod inputs;
mod legend;
pub mod measure;
pub mod plan;
mod plot;
mod runway_law;
pub mod sensitivity;
mod shape;
mod survival;
mod svg;
pub mod sweep;
mod theme;
mod thin;
mod verifier;
#[doc(hidden)]
pub mod view;
#[doc(hidden)]
pub mod words;

use inputs::{drawn, origin};

pub use inputs::{Figure, RenderedReport, ReportError, ReportInputs};
pub use svg::FigureError;
pub use view::ReportView;

/// Draws every figure for which there is something to show, in the order of the page.
///
/// # Errors
/// [`ReportError::Figure`] if the drawing library fails.
pub fn figures(inputs: &ReportInputs<'_>) -> Result<Vec<Figure>, ReportError> {
    let plots = [
        ("error", error::plot(inputs)),
        ("survival", survival::plot(inputs)),
        ("runway-law", runway_law::plot(inputs)),
        ("composition", composition::plot(inputs)),
        ("flows", flows::plot(inputs)),
        ("verifier", verifier::plot(inputs)),
        ("runway-reach", sensitivity::plot(inputs)),
        ("agreement", agreement::plot(inputs)),
    ];
    drawn(plots, &origin(inputs.provenance))
}

/// Makes the figures and the page. The same inputs give the same bytes.
///
/// # Errors
/// [`ReportError::Figure`] if a figure cannot be drawn.
pub fn render(inputs: &ReportInputs<'_>) -> Result<RenderedReport, ReportError> {
    let figures = figures(inputs)?;
    let html = html::page(&ReportView::new(inputs), &figures).into_bytes();
    Ok(RenderedReport::new(figures, html))
}
