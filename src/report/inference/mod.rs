//! How the samples of a problem are best divided: sentences, tables, figures and a page.

mod figures;
mod tables;
mod words;

use crate::plan::inference::InferencePlan;
use crate::provenance::Provenance;

use super::answer::AnswerPage;
use super::{Figure, RenderedReport, ReportError, drawn, origin};

pub use tables::tables;
pub use words::sentences;

/// Draws every figure, in the order of the page.
///
/// # Errors
/// [`ReportError::Figure`] if the drawing library fails.
pub fn figures(plan: &InferencePlan, provenance: &Provenance) -> Result<Vec<Figure>, ReportError> {
    drawn([("votes", Some(figures::votes(plan))), ("divisions", figures::divisions(plan))], &origin(provenance))
}

/// Makes the figures and the page. The same inputs give the same bytes.
///
/// # Errors
/// [`ReportError::Figure`] if a figure cannot be drawn.
pub fn render(plan: &InferencePlan, provenance: &Provenance) -> Result<RenderedReport, ReportError> {
    let figures = figures(plan, provenance)?;
    let title = "The samples of a problem";
    let (sentences, tables) = (sentences(plan), tables(plan));
    let page = AnswerPage { title, sentences, notes: &plan.notes, tables, written: "", provenance };
    let html = page.html(&figures).into_bytes();
    Ok(RenderedReport::new(figures, html))
}
