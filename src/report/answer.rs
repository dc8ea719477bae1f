//! The page of an answer that is sentences, figures and tables: one HTML file with everything inside.

use maud::html;

use crate::provenance::Provenance;
use crate::table::Table;

use super::Figure;
use super::html::{document, figure, grid};
use super::view::provenance as origin;

/// What stands on the page.
pub(super) struct AnswerPage<'a> {
    pub title: &'a str,
    /// The finding first.
    pub sentences: Vec<String>,
    pub notes: &'a [String],
    pub tables: Vec<Table>,
    /// How the answer is written, if it can be.
    pub written: &'a str,
    pub provenance: &'a Provenance,
}

impl AnswerPage<'_> {
    /// The whole page.
    pub fn html(&self, figures: &[Figure]) -> String {
        let headline = self.sentences.first().cloned().unwrap_or_default();
        let body = html! {
            header {
                h1 { (self.title) }
                p.headline { (headline) }
                @for sentence in self.sentences.iter().skip(1) { p { (sentence) } }
                @for note in self.notes { p.warning { strong { "Note. " } (note) } }
            }
            main {
                @for (index, drawn) in figures.iter().enumerate() { (figure(index + 1, drawn)) }
                @for table in &self.tables { (grid(table)) }
                @if !self.written.is_empty() {
                    section { h2 { "How it is written" } pre style="overflow-x:auto" { code { (self.written) } } }
                }
                (grid(&origin(self.provenance)))
            }
        };
        document(self.title, &headline, &body)
    }
}
