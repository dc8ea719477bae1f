//! The page of a measurement: one HTML file with everything inside.

use maud::{Markup, html};

use crate::measure::{MeasuredLoop, MeasuredNumber, VoteMeasurement};
use crate::provenance::LogProvenance;
use crate::report::Figure;
use crate::report::html::{document, figure, grid};
use crate::report::words::{number, percent};

use super::words::{sentences, share};

pub(super) fn page(measured: &MeasuredLoop, provenance: &LogProvenance, figures: &[Figure]) -> String {
    let sentences = sentences(measured);
    let headline = sentences.first().cloned().unwrap_or_default();
    let body = html! {
        header {
            h1 { (headline) }
            p.source { (measured.source) }
            @for sentence in sentences.iter().skip(1) { p { (sentence) } }
            @for note in &measured.notes { p.warning { strong { "Note. " } (note) } }
        }
        main {
            @for (index, drawn) in figures.iter().enumerate() { (figure(index + 1, drawn)) }
            (grid("What was measured", &["Key", "Value", "90 % interval", "Counted"], &keys(measured)))
            @if !measured.votes.is_empty() { (votes(measured)) }
            @if measured.difficulties.len() > 1 { (difficulties(measured)) }
            (grid("What these files cannot tell", &["Key", "Why", "What would"], &missing(measured)))
            section { h2 { "The scenario" } pre style="overflow-x:auto" { code { (measured.scenario) } } }
            (grid("Provenance", &["What", "Which"], &provenance.rows()))
        }
    };
    document("What the samples tell", &headline, &body)
}

fn keys(measured: &MeasuredLoop) -> Vec<Vec<String>> {
    let row = |key: &crate::measure::MeasuredKey| {
        let interval = match (key.number.low, key.number.high) {
            (Some(low), Some(high)) => format!("{} to {}", number(low, 3), number(high, 3)),
            _ => String::new(),
        };
        vec![key.key.clone(), number(key.number.value, 3), interval, key.basis.clone()]
    };
    measured.keys.iter().map(row).collect()
}

fn votes(measured: &MeasuredLoop) -> Markup {
    let predicted = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| percent(value, 3));
    let told = |number: Option<MeasuredNumber>| number.map_or_else(|| "–".to_owned(), share);
    let row = |vote: &VoteMeasurement| {
        vec![
            format!("{} of {}", vote.agree, vote.candidates),
            share(vote.accepted),
            predicted(Some(vote.predicted_accepted)),
            told(vote.right),
            predicted(vote.predicted_right),
        ]
    };
    let rows: Vec<Vec<String>> = measured.votes.iter().map(row).collect();
    let columns = [
        "Votes needed",
        "Accepted, measured",
        "Accepted, predicted",
        "Right of these, measured",
        "Right of these, predicted",
    ];
    grid("What a vote would keep", &columns, &rows)
}

fn difficulties(measured: &MeasuredLoop) -> Markup {
    let row = |fit: &crate::measure::DifficultyFit| {
        vec![fit.difficulties.to_string(), number(fit.log_likelihood, 6), number(fit.bic_change, 3)]
    };
    let rows: Vec<Vec<String>> = measured.difficulties.iter().map(row).collect();
    grid("How many difficulties", &["Difficulties", "ln likelihood", "BIC, against one (lowest is chosen)"], &rows)
}

fn missing(measured: &MeasuredLoop) -> Vec<Vec<String>> {
    measured.missing.iter().map(|one| vec![one.key.clone(), one.reason.clone(), one.remedy.clone()]).collect()
}
