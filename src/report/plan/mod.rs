//! What a plan found: sentences, tables, a figure and a page.

mod figure;
mod tables;
mod words;

use crate::plan::DesignPlan;
use crate::provenance::Provenance;

use super::answer::AnswerPage;
use super::{Figure, RenderedReport, ReportError, drawn, origin};

pub use tables::tables;
pub use words::sentences;

/// Draws every figure of a plan, in the order of the page.
///
/// # Errors
/// [`ReportError::Figure`] if the drawing library fails.
pub fn figures(plan: &DesignPlan, provenance: &Provenance) -> Result<Vec<Figure>, ReportError> {
    drawn([("pareto-front", figure::plot(plan))], &origin(provenance))
}

/// Makes the figures and the page; `written` says how the chosen design is written. The same inputs give the same bytes.
///
/// # Errors
/// [`ReportError::Figure`] if a figure cannot be drawn.
pub fn render(plan: &DesignPlan, written: &str, provenance: &Provenance) -> Result<RenderedReport, ReportError> {
    let figures = figures(plan, provenance)?;
    let title = "A plan for the loop";
    let (sentences, tables) = (sentences(plan), tables(plan));
    let page = AnswerPage { title, sentences, notes: &plan.notes, tables, written, provenance };
    let html = page.html(&figures).into_bytes();
    Ok(RenderedReport::new(figures, html))
}
