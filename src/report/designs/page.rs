//! The page of a comparison: one HTML file with everything inside.

use maud::{Markup, html};

use crate::claims::ClaimResults;
use crate::plan::{ComparedDesign, DesignComparison, DesignPosterior};
use crate::provenance::Provenance;
use crate::report::Figure;
use crate::report::html::{document, figure, grid};
use crate::report::view::provenance as origin;
use crate::report::words::{number, percent, ratio};
use crate::table::{TableColumn, rows_of};

use super::columns::{against, headline, legend, runway_and_price};
use super::{posterior, tables};

/// The whole page.
pub(super) fn page(
    comparison: &DesignComparison,
    evidence: &ClaimResults,
    posterior: Option<&DesignPosterior>,
    provenance: &Provenance,
    figures: &[Figure],
) -> String {
    let headline = posterior.map_or_else(|| headline(comparison), posterior::finding);
    let (runway, price) = runway_and_price(comparison);
    let plural = if comparison.designs.len() == 1 { "" } else { "s" };
    let body = html! {
        header {
            h1 { (number(comparison.designs.len() as f64, 3)) " design" (plural) " compared" }
            p.headline { (headline) }
            @for note in &comparison.notes { p.warning { strong { "Note. " } (note) } }
        }
        main {
            (stated(evidence))
            @if let Some(posterior) = posterior {
                (table("Given the log", &posterior::columns(posterior)))
                @for note in posterior::notes(posterior) { p { "Note: " (note) "." } }
            }
            (table("Runway", &runway))
            (table("Price, and the generation to keep", &price))
            @for (index, drawn) in figures.iter().enumerate() { (figure(index + 1, drawn)) }
            (table(&format!("Against “{}”", comparison.baseline), &against(comparison)))
            @for line in legend(comparison) { p { (line) } }
            (rows("What differs", &["Design", "Set otherwise than in the baseline"], &tables::differing(comparison)))
            @for one in &comparison.designs { (account(one)) }
            (rows("Provenance", &["What", "Which"], &pairs(provenance)))
        }
    };
    document("Designs compared", &headline, &body)
}

/// A table, or nothing where it has no rows.
fn rows(title: &str, columns: &[&str], rows: &[Vec<String>]) -> Markup {
    html! { @if !rows.is_empty() { (grid(title, columns, rows)) } }
}

fn table(title: &str, columns: &[TableColumn]) -> Markup {
    let titles: Vec<&str> = columns.iter().map(|column| column.title.as_str()).collect();
    rows(title, &titles, &rows_of(columns))
}

fn stated(evidence: &ClaimResults) -> Markup {
    let (titles, published) = tables::published(evidence);
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    html! {
        (rows("Claims", &["Claim", "Verdict", "Found", "Bounds"], &tables::claims(evidence)))
        (rows("Published values beside the model's", &titles, &published))
    }
}

fn pairs(provenance: &Provenance) -> Vec<Vec<String>> {
    origin(provenance).into_iter().map(|(what, which)| vec![what, which]).collect()
}

fn account(one: &ComparedDesign) -> Markup {
    let place = one.account.place("the mean field");
    html! {
        (flows(&format!("Mistakes of “{}” at generation 0", one.name), tables::flows(&one.account.now)))
        p {
            "Up to “accepted” of 100 problems, then of 100 accepted examples. "
            @if let Some(drivers) = &one.account.drivers {
                "R = " (ratio(drivers.reproduction_number)) " is driven by " (drivers.driver.name()) " mistakes: "
                @for (index, part) in drivers.contributions.iter().filter(|part| part.part.abs() > 1e-9).enumerate() {
                    @if index > 0 { ", " } (part.class.name()) " " (number(part.part, 3))
                }
                ". "
            }
            (votes(one))
        }
        details {
            summary { "The same " (place) ", generation " (one.account.later.generation) ": "
                (percent(one.account.later.composition.wrong, 3)) " wrong and "
                (percent(one.account.later.composition.unsound, 3)) " unsound beliefs" }
            (flows(&format!("Mistakes of “{}” later", one.name), tables::flows(&one.account.later)))
        }
    }
}

fn votes(one: &ComparedDesign) -> String {
    match one.account.votes.enough_for_reproduction {
        Some(1) => "More votes than one change R by less than 1 %.".to_owned(),
        Some(k) => format!("More than {k} candidates, of which a majority agrees, change R by less than 1 %."),
        None => "R changes by more than 1 % up to the largest vote tried.".to_owned(),
    }
}

fn flows(title: &str, (columns, stages): tables::TextTable) -> Markup {
    rows(title, &columns.iter().map(String::as_str).collect::<Vec<_>>(), &stages)
}
