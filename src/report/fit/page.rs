//! The page of a fit: one HTML file with everything inside.

use maud::{Markup, html};

use crate::fit::LogFit;
use crate::report::Figure;
use crate::report::html::{document, figure, grid, provenance};

use super::{FitInputs, tables, words};

/// Says of a sampler that has not settled what the terminal says, and no number.
fn unsettled(inputs: &FitInputs<'_>, sentence: &str) -> String {
    let fit = inputs.fit;
    let body = html! {
        header {
            h1 { (words::UNSETTLED) }
            p.alarm role="alert" { strong { "Attention. " } (sentence) }
            p.source { (fit.subject()) ", generations " (fit.basis.generations.0) " to " (fit.basis.generations.1) }
        }
        main {
            section {
                h2 { "How it was computed" }
                p { (tables::computing(fit)) }
            }
            (grid(&tables::mixing(fit)))
            (provenance(inputs.provenance))
        }
    };
    document(words::UNSETTLED, words::UNSETTLED, &body)
}

pub(super) fn page(inputs: &FitInputs<'_>, figures: &[Figure]) -> String {
    let fit = inputs.fit;
    if let Some(sentence) = words::unsettled(fit) {
        return unsettled(inputs, &sentence);
    }
    let headline = words::headline(fit);
    let body = html! {
        header {
            h1 { (headline) }
            p.source { (fit.subject()) ", generations " (fit.basis.generations.0) " to " (fit.basis.generations.1) }
            @if fit.runway.failed_at.is_some() {
                p.alarm role="alert" { strong { "Attention. " } "The forecast below speaks of failing again." }
            }
            p { (words::runway(fit)) }
            @if let Some(failure) = words::failure(fit) { p { (failure) } }
            p { (words::members(fit)) }
            p { (words::reproduction(fit)) }
            p { (words::LEARNERS) }
            @for warning in &fit.warnings { p.warning { strong { "Note. " } (warning) } }
        }
        main {
            @for (index, drawn) in figures.iter().enumerate() { (figure(index + 1, drawn)) }
            (answers(fit))
            (next(inputs))
            (unknown(fit))
            (criticism(inputs))
            (computed(inputs))
        }
    };
    document(&headline, &headline, &body)
}

fn answers(fit: &LogFit) -> Markup {
    let best = tables::best(fit);
    html! {
        section {
            h2 { "Where the errors come from, and where they go" }
            p { (words::inherited(fit)) }
            @for sentence in words::rest(fit) { p { (sentence) } }
        }
        section {
            h2 { "Which generation to keep" }
            p { (words::best(fit)) }
        }
        @if best.height() > 1 { (grid(&best)) }
    }
}

fn next(inputs: &FitInputs<'_>) -> Markup {
    html! {
        @if let Some(advised) = inputs.advised {
            section {
                h2 { "What to measure next" }
                p { (words::advice(advised)) }
            }
            (grid(&tables::advice(advised)))
        }
    }
}

fn unknown(fit: &LogFit) -> Markup {
    let sentences = words::unknown(fit);
    html! {
        section {
            h2 { "What the data cannot determine" }
            @if sentences.is_empty() { p { "The log says something about every parameter, and pins down none." } }
            @for sentence in sentences { p { (sentence) } }
            @if let Some(sentence) = words::problems(fit) { p { (sentence) } }
        }
        (grid(&tables::parameters(fit)))
    }
}

fn criticism(inputs: &FitInputs<'_>) -> Markup {
    html! {
        section {
            h2 { "Does the model fit?" }
            @for sentence in words::criticism(inputs.fit, inputs.weighed) { p { (sentence) } }
        }
        @if let Some(weighed) = inputs.weighed {
            (grid(&tables::variants(weighed)))
        }
    }
}

fn computed(inputs: &FitInputs<'_>) -> Markup {
    html! {
        section {
            h2 { "Every generation" }
            details { summary { "Error and survival by generation" } (grid(&tables::generations(inputs.fit))) }
        }
        section {
            h2 { "How it was computed" }
            p { (tables::computing(inputs.fit)) }
        }
        (provenance(inputs.provenance))
    }
}
