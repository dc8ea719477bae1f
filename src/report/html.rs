//! The page: one HTML file with everything inside, readable on paper and on a phone, without scripts.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::provenance::LogProvenance;
use crate::table::Table;

use super::Figure;
use super::glossary::explained;
use super::view::ReportView;

pub(super) const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1a1a1a;--soft:#4a4a4a;--paper:#fff;--rule:#e0e0e0;--alarm:#a03c00;--warning:#e69f00}\
*{box-sizing:border-box}\
body{margin:0 auto;max-width:54rem;padding:1rem;font:1rem/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);overflow-wrap:break-word}\
h1{font-size:1.4rem;line-height:1.25;margin:.5rem 0}\
h2{font-size:1.15rem;margin:2rem 0 .5rem}\
.source{color:var(--soft);margin:.25rem 0 1rem}\
.headline{font-size:1.35rem;line-height:1.35;font-weight:700;margin:.5rem 0}\
.alarm{border:2px solid var(--alarm);padding:.5rem .75rem;margin:.5rem 0}\
.warning{border-left:4px solid var(--warning);padding:.25rem .75rem;margin:.5rem 0}\
.words{color:var(--soft);font-size:.9rem;margin:.25rem 0 1rem;padding-left:.75rem;border-left:2px solid var(--rule)}\
figure{margin:1.5rem 0;break-inside:avoid}\
.plot,.table{overflow-x:auto}\
.plot svg{display:block;width:100%;height:auto}\
.only svg{min-width:34rem}\
.narrow{display:none}\
figcaption{color:var(--soft);font-size:.9rem}\
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}\
th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid var(--rule);overflow-wrap:normal}\
thead th{border-bottom:1.5px solid var(--soft)}\
tbody th{font-weight:400}\
code{font-family:ui-monospace,monospace;font-size:.9em;overflow-wrap:anywhere}\
summary{cursor:pointer}\
@media screen and (max-width:40rem){.cards thead{display:none}.cards tr{display:block;padding:.4rem 0;border-bottom:1px solid var(--rule)}\
.cards td,.cards tbody th{display:flex;justify-content:space-between;gap:1rem;border:0;padding:.1rem 0}\
.cards td{text-align:right}.cards tbody th{font-weight:700}.cards td::before{content:attr(data-label);text-align:left;opacity:.8}}\
@media screen and (max-width:40rem){.wide{display:none}.narrow{display:block}}\
@media screen and (prefers-color-scheme:dark){:root{--ink:#ececec;--soft:#bcbcbc;--paper:#14171a;--rule:#363a3e;--alarm:#ff8b3d}}\
@media print{body{max-width:none;padding:0;font-size:10pt}.plot,.table{overflow:visible}.only svg{min-width:0}h2{break-after:avoid}tr{break-inside:avoid}}";

/// The whole page. Texts are escaped by the template; the figures are our own SVG.
pub(super) fn page(view: &ReportView, figures: &[Figure]) -> String {
    let body = html! {
        (finding(view))
        main {
            @for (index, drawn) in figures.iter().enumerate() { (figure(index + 1, drawn)) }
            (section(&view.numbers, None))
            @if let Some(thresholds) = &view.thresholds { (section(thresholds, Some(0))) }
            @if let Some(checked) = &view.verdict { (section(checked, None)) }
            @for account in &view.accounts { (grid(account)) }
            (section(&view.parameters, Some(0)))
            (curves(&view.curves))
            (section(&view.provenance, Some(1)))
        }
    };
    document(&format!("Runway of {}", view.name), &view.headline, &body)
}

fn finding(view: &ReportView) -> Markup {
    html! {
        header {
            h1 { "Runway of " (view.name) }
            @if let Some(source) = &view.source { p.source { (source) } }
            @for alarm in &view.alarms { p.alarm role="alert" { strong { "Attention. " } (alarm) } }
            p.headline { (view.headline) }
            @for sentence in &view.finding { p { (sentence) } }
            @for warning in &view.warnings { p.warning { strong { "Note. " } (warning) } }
        }
    }
}

pub(super) fn figure(number: usize, figure: &Figure) -> Markup {
    html! {
        figure {
            @if let Some(narrow) = &figure.narrow {
                div class="plot wide" { (PreEscaped(&figure.svg)) }
                div class="plot narrow" { (PreEscaped(narrow)) }
            } @else {
                div class="plot only" { (PreEscaped(&figure.svg)) }
            }
            figcaption { strong { "Figure " (number) ". " } (figure.caption) }
        }
    }
}

/// A section with a table that scrolls by itself on narrow screens; one column may hold keys or other code.
fn section(table: &Table, code: Option<usize>) -> Markup {
    let cell = |column: usize, cell: &str| html! { @if code == Some(column) { code { (cell) } } @else { (cell) } };
    html! {
        section {
            h2 { (table.title) }
            div.table { table {
                thead { tr { @for head in table.heads() { th scope="col" { (head) } } } }
                tbody { @for row in table.rows() {
                    tr { @for (at, text) in row.into_iter().enumerate() {
                        @if at == 0 { th scope="row" { (cell(at, text)) } } @else { td { (cell(at, text)) } }
                    } }
                } }
            } }
        }
        @for note in &table.notes { p { (note) } }
    }
}

/// A section with a table, the first of each row its head; on a phone each row is a card of its own. Nothing for a table
/// without rows.
pub(super) fn grid(table: &Table) -> Markup {
    let heads = table.heads();
    html! {
        @if table.height() > 0 {
            section {
                h2 { (table.title) }
                div.table { table.cards {
                    thead { tr { @for head in &heads { th scope="col" { (head) } } } }
                    tbody { @for row in table.rows() {
                        tr { @for cell in row.iter().take(1) { th scope="row" { (cell) } }
                            @for (cell, head) in row.iter().zip(&heads).skip(1) { td data-label=(head) { (cell) } } }
                    } }
                } }
            }
        }
        @for note in &table.notes { p { (note) } }
    }
}

/// Where the results of a log came from.
pub(super) fn provenance(provenance: &LogProvenance) -> Markup {
    grid(&Table::of_rows("Provenance", [("What", 0), ("Value", 0)], provenance.rows()))
}

/// A whole page around its body, with its terms explained.
pub(super) fn document(title: &str, description: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                meta name="description" content=(description);
                style { (PreEscaped(STYLE)) }
            }
            body { (PreEscaped(explained(&body.0))) }
        }
    };
    page.into_string() + "\n"
}

fn curves(curves: &Table) -> Markup {
    html! {
        section {
            h2 { (curves.title) }
            details {
                summary {
                    @for note in &curves.notes { (note) }
                    @if curves.notes.is_empty() { "Every generation" }
                }
                div.table { table {
                    thead { tr { @for column in curves.heads() { th scope="col" { (column) } } } }
                    tbody { @for row in curves.rows() { tr { @for cell in row { td { (cell) } } } } }
                } }
            }
        }
    }
}
