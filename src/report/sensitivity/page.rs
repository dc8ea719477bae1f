//! The page of an analysis of sensitivity: one HTML file with everything inside.

use maud::html;

use crate::report::Figure;
use crate::report::html::{document, figure, grid};
use crate::table::Table;

use super::inputs::SensitivityInputs;
use super::tables::tables;
use super::words::{notes, sentences};

pub(super) fn page(inputs: SensitivityInputs<'_>, figures: &[Figure]) -> String {
    let said = sentences(inputs.scenario, inputs.found);
    let headline = said.first().cloned().unwrap_or_default();
    let made = inputs.provenance;
    let rows = [
        ("program", format!("{} {}", made.program, made.version)),
        ("scenario (SHA-256)", made.scenario_sha256.clone()),
        ("command", made.command.clone()),
    ];
    let body = html! {
        header {
            h1 { (headline) }
            @for sentence in said.iter().skip(1) { p { (sentence) } }
            @for note in notes(inputs.found) { p.warning { strong { "Note. " } (note) } }
        }
        main {
            @for (index, drawn) in figures.iter().enumerate() { (figure(index + 1, drawn)) }
            @for table in tables(inputs.scenario, inputs.found) { (grid(&table)) }
            (grid(&Table::of_values("Provenance", ["What", "Value"], rows)))
        }
    };
    document(&format!("{}: what its fate depends on", inputs.scenario.name()), &headline, &body)
}
