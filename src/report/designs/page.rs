//! The page of a comparison: one HTML file with everything inside.

use maud::{Markup, html};

use crate::claims::ClaimResults;
use crate::plan::{ComparedDesign, DesignComparison, DesignPosterior};
use crate::provenance::Provenance;
use crate::report::Figure;
use crate::report::html::{document, figure, grid};
use crate::report::view::{drivers as spelled_out, provenance as origin};
use crate::report::words::{number, percent};

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
    let [runway, price] = runway_and_price(comparison);
    let plural = if comparison.designs.len() == 1 { "" } else { "s" };
    let body = html! {
        header {
            h1 { (number(comparison.designs.len() as f64, 3)) " design" (plural) " compared" }
            p.headline { (headline) }
            @for note in &comparison.notes { p.warning { strong { "Note. " } (note) } }
        }
        main {
            (grid(&tables::claims(evidence)))
            (grid(&tables::published(evidence)))
            @if let Some(posterior) = posterior { (grid(&posterior::table(posterior))) }
            (grid(&runway))
            (grid(&price))
            @for (index, drawn) in figures.iter().enumerate() { (figure(index + 1, drawn)) }
            (grid(&against(comparison)))
            @for line in legend(comparison) { p { (line) } }
            (grid(&tables::differing(comparison)))
            @for one in &comparison.designs { (account(one)) }
            (grid(&origin(provenance)))
        }
    };
    document("Designs compared", &headline, &body)
}

fn account(one: &ComparedDesign) -> Markup {
    let place = one.account.place("the mean field");
    html! {
        (grid(&tables::flows(format!("Mistakes of “{}” at generation 0", one.name), &one.account.now)))
        p {
            "Up to “accepted” of 100 problems, then of 100 accepted examples. "
            @if let Some(drivers) = &one.account.drivers {
                (spelled_out(drivers)) " "
            }
            (votes(one))
        }
        details {
            summary { "The same " (place) ", generation " (one.account.later.generation) ": "
                (percent(one.account.later.composition.wrong, 3)) " wrong and "
                (percent(one.account.later.composition.unsound, 3)) " unsound beliefs" }
            (grid(&tables::flows(format!("Mistakes of “{}” later", one.name), &one.account.later)))
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
