//! Figures of documents.

use pyo3::prelude::*;
use runaway::cli::call::{self, DrawnFigure};

use crate::work;

/// `(name, title, caption, svg)`.
pub type FigureParts = (&'static str, String, String, String);

/// Figures as Python takes them.
pub fn parts(figures: Vec<DrawnFigure>) -> Vec<FigureParts> {
    figures.into_iter().map(|figure| (figure.name, figure.title, figure.caption, figure.svg)).collect()
}

/// Draws the figures of a document of a command: `(name, title, caption, svg)` each.
#[pyfunction]
#[pyo3(signature = (command, document, run = None))]
pub fn figures(py: Python<'_>, command: String, document: &[u8], run: Option<Vec<u8>>) -> PyResult<Vec<FigureParts>> {
    let document = document.to_vec();
    let drawn = work::done(py, 0, Vec::new(), None, move |context| {
        call::figures(&command, &document, run.as_deref(), context)
    })?;
    Ok(parts(drawn))
}
