//! The page: one HTML file with everything inside, readable on paper and on a phone, without scripts.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Figure;
use super::glossary::explained;
use super::view::{AccountView, CurveTable, ParameterRow, QuantityRow, ReportView, ThresholdRow, VerdictView};

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
            (numbers(&view.numbers))
            @if !view.thresholds.is_empty() { (thresholds(&view.thresholds)) }
            @if let Some(checked) = &view.verdict { (verdict(checked)) }
            @for account in &view.accounts { (self::account(account)) }
            (parameters(&view.parameters))
            (curves(&view.curves))
            (provenance(&view.provenance))
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

/// A section with a table that scrolls by itself on narrow screens.
pub(super) fn section(title: &str, columns: &[&str], rows: &Markup) -> Markup {
    html! {
        section {
            h2 { (title) }
            div.table { table {
                thead { tr { @for column in columns { th scope="col" { (column) } } } }
                tbody { (rows) }
            } }
        }
    }
}

/// A section with a table of texts, the first of each row its head; on a phone each row is a card of its own.
pub(super) fn grid(title: &str, columns: &[&str], rows: &[Vec<String>]) -> Markup {
    html! {
        section {
            h2 { (title) }
            div.table { table.cards {
                thead { tr { @for column in columns { th scope="col" { (column) } } } }
                tbody { @for row in rows {
                    tr { @for cell in row.iter().take(1) { th scope="row" { (cell) } }
                        @for (cell, column) in row.iter().zip(columns).skip(1) { td data-label=(column) { (cell) } } }
                } }
            } }
        }
    }
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

fn numbers(numbers: &[QuantityRow]) -> Markup {
    let played = numbers.iter().any(|row| !row.simulated.is_empty());
    let columns = if played { &["Quantity", "Analytic", "Simulated"][..] } else { &["Quantity", "Analytic"][..] };
    let rows = html! {
        @for row in numbers {
            tr { th scope="row" { (row.label) } td { (row.exact) } @if played { td { (row.simulated) } } }
        }
    };
    section("Key numbers", columns, &rows)
}

fn thresholds(thresholds: &[ThresholdRow]) -> Markup {
    let rows = html! {
        @for row in thresholds {
            tr { th scope="row" { code { (row.parameter) } } td { (row.meaning) } td { (row.present) } td { (row.value) } }
        }
    };
    section("What brings R to 1", &["Parameter", "Meaning", "Now", "At R = 1"], &rows)
}

fn verdict(verdict: &VerdictView) -> Markup {
    let rows = html! {
        @for test in &verdict.tests {
            tr {
                th scope="row" { (test.quantity) }
                td { (test.deviation) }
                td { (test.critical) }
                td { (test.generation) }
                td { (test.level) }
                td { @if test.passed { "passed" } @else { strong { "failed" } } }
            }
        }
    };
    let columns = ["Test", "Largest deviation", "Critical", "At generation", "Level", "Result"];
    html! {
        (section(if verdict.agree { "Check: passed" } else { "Check: failed" }, &columns, &rows))
        p { (verdict.sentence) }
        p { (verdict.setting) }
    }
}

fn account(account: &AccountView) -> Markup {
    let columns: Vec<&str> = account.columns.iter().map(String::as_str).collect();
    html! {
        (grid(&account.title, &columns, &account.rows))
        @for note in &account.notes { p { (note) } }
    }
}

fn parameters(parameters: &[ParameterRow]) -> Markup {
    let rows = html! {
        @for row in parameters {
            tr { th scope="row" { code { (row.key) } } td { (row.value) } td { (row.meaning) } }
        }
    };
    section("Parameters", &["Key", "Value", "Meaning"], &rows)
}

fn curves(curves: &CurveTable) -> Markup {
    html! {
        section {
            h2 { "Curves" }
            details {
                summary {
                    @if curves.every > 1 { "One row for every " (curves.every) " generations (results.json holds all)" }
                    @else { "Every generation" }
                }
                div.table { table {
                    thead { tr { @for column in &curves.columns { th scope="col" { (column) } } } }
                    tbody { @for row in &curves.rows { tr { @for cell in row { td { (cell) } } } } }
                } }
            }
        }
    }
}

fn provenance(rows: &[(String, String)]) -> Markup {
    let rows = html! {
        @for (label, value) in rows { tr { th scope="row" { (label) } td { code { (value) } } } }
    };
    section("Provenance", &["What", "Which"], &rows)
}
