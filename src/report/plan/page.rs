//! The page of a plan: one HTML file with everything inside.

use maud::html;

use crate::plan::DesignPlan;
use crate::provenance::Provenance;
use crate::report::Figure;
use crate::report::html::{document, figure, grid};
use crate::report::view::provenance as origin;

use super::{headline, sentences, tables};

pub(super) fn page(plan: &DesignPlan, written: &str, provenance: &Provenance, figures: &[Figure]) -> String {
    let headline = headline(plan);
    let body = html! {
        header {
            h1 { "A plan for the loop" }
            p.headline { (headline) }
            @for sentence in sentences(plan).iter().skip(1) { p { (sentence) } }
            @for note in &plan.notes { p.warning { strong { "Note. " } (note) } }
        }
        main {
            @for (index, drawn) in figures.iter().enumerate() { (figure(index + 1, drawn)) }
            @for table in tables(plan) { (grid(&table)) }
            @if !written.is_empty() {
                section { h2 { "How the design is written" } pre style="overflow-x:auto" { code { (written) } } }
            }
            (grid(&origin(provenance)))
        }
    };
    document("A plan for the loop", &headline, &body)
}
