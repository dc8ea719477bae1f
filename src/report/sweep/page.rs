//! The page of a sweep: one HTML file with everything inside.

use maud::html;

use crate::provenance::Provenance;
use crate::report::Figure;
use crate::report::html::{document, figure, grid};
use crate::report::view::provenance as origin;
use crate::sweep::{SweepPlan, SweepResult};
use crate::table::Table;

use super::said::{finding, notes, table};
use super::scale::meaning;

/// The whole page.
pub(super) fn page(plan: &SweepPlan, result: &SweepResult, provenance: &Provenance, figures: &[Figure]) -> String {
    let said = finding(&result.summary);
    let headline = said.first().cloned().unwrap_or_default();
    let axes = plan.grid.axes().iter().map(|axis| {
        let ends = axis.values.first().zip(axis.values.last()).map(|(first, last)| format!("{first} to {last}"));
        [axis.key.clone(), meaning(plan, axis), ends.unwrap_or_default(), axis.values.len().to_string()]
    });
    let heads = ["Key", "Meaning", "From, to", "Values"].map(|head| (head, 0));
    let body = html! {
        header {
            h1 { "Sweep of " (plan.scenario.name()) }
            p.headline { (headline) }
            @for sentence in said.iter().skip(1) { p { (sentence) } }
            @for note in notes(&result.summary) { p.warning { strong { "Note. " } (note) } }
        }
        main {
            @for (index, drawn) in figures.iter().enumerate() { (figure(index + 1, drawn)) }
            @if figures.is_empty() { p { "Figures are drawn where one key or two take several values; sweep.json has every cell." } }
            (grid(&Table::of_rows("What is varied", heads, axes)))
            @if let Some(cells) = table(plan, result) { (grid(&cells)) }
            (grid(&origin(provenance)))
        }
    };
    document(&format!("Sweep of {}", plan.scenario.name()), &headline, &body)
}
