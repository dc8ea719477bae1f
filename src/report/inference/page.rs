//! The page: one HTML file with everything inside.

use maud::html;

use crate::plan::inference::InferencePlan;
use crate::provenance::Provenance;
use crate::report::Figure;
use crate::report::html::{document, figure, grid};
use crate::report::view::provenance as origin;

use super::words::headline;
use super::{sentences, tables};

pub(super) fn page(plan: &InferencePlan, provenance: &Provenance, figures: &[Figure]) -> String {
    let headline = headline(plan);
    let body = html! {
        header {
            h1 { "The samples of a problem" }
            p.headline { (headline) }
            @for sentence in sentences(plan).iter().skip(1) { p { (sentence) } }
            @for note in &plan.notes { p.warning { strong { "Note. " } (note) } }
        }
        main {
            @for (index, drawn) in figures.iter().enumerate() { (figure(index + 1, drawn)) }
            @for table in tables(plan) { (grid(&table)) }
            (grid(&origin(provenance)))
        }
    };
    document("The samples of a problem", &headline, &body)
}
