//! The page of a comparison: one HTML file with everything inside.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::plan::Comparison;
use crate::provenance::Provenance;
use crate::report::Figure;
use crate::report::html::{STYLE, figure, section};
use crate::report::view::provenance as origin;
use crate::report::words::{number, percent, ratio};

use super::tables;

pub(super) fn page(comparison: &Comparison, provenance: &Provenance, figures: &[Figure]) -> String {
    let (titles, rows) = tables::designs(comparison);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Designs compared" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (number(comparison.designs.len() as f64, 3)) " designs compared" }
                    p.headline { (headline(comparison)) }
                    @for note in &comparison.notes { p.warning { strong { "Note. " } (note) } }
                }
                main {
                    (table("Designs", &titles, &rows))
                    p { "Curves, runway and prices are exact unless marked; the generation to keep has the lowest expected error, and its \
                         share is that of runs whose own lowest error falls there." }
                    @for (index, drawn) in figures.iter().enumerate() { (figure(index + 1, drawn)) }
                    (against(comparison))
                    (differing(comparison))
                    @for one in &comparison.designs { (account(one)) }
                    (table("Provenance", &["What", "Which"].map(str::to_owned), &pairs(provenance)))
                }
            }
        }
    };
    page.into_string() + "\n"
}

fn table(title: &str, columns: &[String], rows: &[Vec<String>]) -> Markup {
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let rows = html! {
        @for row in rows {
            tr { @for (index, cell) in row.iter().enumerate() {
                @if index == 0 { th scope="row" { (cell) } } @else { td { (cell) } }
            } }
        }
    };
    section(title, &columns, &rows)
}

fn pairs(provenance: &Provenance) -> Vec<Vec<String>> {
    origin(provenance).into_iter().map(|(what, which)| vec![what, which]).collect()
}

/// Who lasts longest, and who lasts shortest.
fn headline(comparison: &Comparison) -> String {
    let runway = |one: &crate::plan::Compared| comparison.measure.runway(one).unwrap_or(f64::NAN);
    let mut order: Vec<_> = comparison.designs.iter().collect();
    order.sort_by(|a, b| runway(a).total_cmp(&runway(b)));
    match (order.first(), order.last()) {
        (Some(shortest), Some(longest)) if order.len() > 1 => format!(
            "“{}” fails first, after {} generations; “{}” lasts longest, {}.",
            shortest.name,
            number(runway(shortest), 3),
            longest.name,
            number(runway(longest), 3)
        ),
        (Some(only), _) => format!("“{}” lasts {} generations.", only.name, number(runway(only), 3)),
        _ => String::new(),
    }
}

fn against(comparison: &Comparison) -> Markup {
    let rows = tables::against(comparison);
    let columns = [
        "Design",
        "R ×",
        "Runway ×",
        "Failure ×",
        "Cost ×",
        "Runway gained (95 %)",
        "Variance",
        "Error at the horizon (95 %)",
        "Variance",
    ];
    html! {
        @if !rows.is_empty() {
            (table(&format!("Against “{}”", comparison.baseline), &columns.map(str::to_owned), &rows))
            p { "Ratios of the exact numbers, and mean differences over " (number(comparison.replicates as f64, 3))
                " runs (seed " (comparison.seed) ") that every design plays with the same luck: of min(T, horizon) in generations, and of the \
                error rate at the horizon. Variance: that of the difference over that of independent runs; below 1, sharing the luck \
                sharpens the comparison." }
        }
    }
}

fn differing(comparison: &Comparison) -> Markup {
    let rows = tables::differing(comparison);
    let columns: Vec<String> =
        std::iter::once("Key".to_owned()).chain(comparison.designs.iter().map(|one| one.name.clone())).collect();
    html! { @if !rows.is_empty() { (table("What differs", &columns, &rows)) } }
}

fn account(one: &crate::plan::Compared) -> Markup {
    let (columns, now) = tables::flows(&one.account.now);
    let (_, later) = tables::flows(&one.account.later);
    let place = if one.account.at_rest { "where the mean field comes to rest" } else { "half-way to the horizon" };
    let votes = match one.account.votes.enough_for_reproduction {
        Some(1) => "More votes than one change R by less than 1 %.".to_owned(),
        Some(k) => format!("More than {k} candidates, of which a majority agrees, change R by less than 1 %."),
        None => "R changes by more than 1 % up to the largest vote tried.".to_owned(),
    };
    html! {
        (table(&format!("Mistakes of “{}” at generation 0", one.name), &columns, &now))
        p {
            "Up to “accepted” of 100 problems, then of 100 accepted examples. "
            @if let Some(drivers) = &one.account.drivers {
                "R = " (ratio(drivers.reproduction_number)) " is driven by " (drivers.driver.name()) " mistakes: "
                @for (index, part) in drivers.contributions.iter().filter(|part| part.part.abs() > 1e-9).enumerate() {
                    @if index > 0 { ", " } (part.class.name()) " " (number(part.part, 3))
                }
                ". "
            }
            (votes)
        }
        details {
            summary { "The same " (place) ", generation " (one.account.later.generation) ": "
                (percent(one.account.later.composition.wrong, 3)) " wrong and "
                (percent(one.account.later.composition.unsound, 3)) " unsound beliefs" }
            (table(&format!("Mistakes of “{}” later", one.name), &columns, &later))
        }
    }
}
