//! What stands in place of a figure that would show nothing.

use crate::report::axis::Axis;
use crate::report::plot::Plot;

/// Shares below this are one empty axis: a sentence takes the place of the figure.
pub(super) const NEGLIGIBLE: f64 = 1e-5;

/// What stands in place of a figure that would show nothing: one sentence.
pub(super) fn sentence(title: String, caption: &str) -> Plot {
    let axis = || Axis { title: String::new(), low: 0.0, high: 1.0, ticks: Vec::new() };
    Plot { title, notes: Vec::new(), caption: caption.to_owned(), x: axis(), y: axis(), layers: Vec::new() }
}
