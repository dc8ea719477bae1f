//! The page of a measurement: one HTML file with everything inside.

use maud::html;

use crate::measure::MeasuredLoop;
use crate::provenance::LogProvenance;
use crate::report::Figure;
use crate::report::html::{document, figure, grid, provenance as origin};

use super::tables::tables;
use super::words::sentences;

pub(super) fn page(measured: &MeasuredLoop, provenance: &LogProvenance, figures: &[Figure]) -> String {
    let sentences = sentences(measured);
    let headline = sentences.first().cloned().unwrap_or_default();
    let body = html! {
        header {
            h1 { (headline) }
            p.source { (measured.source) }
            @for sentence in sentences.iter().skip(1) { p { (sentence) } }
            @for note in &measured.notes { p.warning { strong { "Note. " } (note) } }
        }
        main {
            @for (index, drawn) in figures.iter().enumerate() { (figure(index + 1, drawn)) }
            @for table in tables(measured) { (grid(&table)) }
            section { h2 { "The scenario" } pre style="overflow-x:auto" { code { (measured.scenario) } } }
            (origin(provenance))
        }
    };
    document("What the samples show", &headline, &body)
}
