//! The page of a back-test: one HTML file with everything inside.

use maud::html;

use crate::fit::Backtest;
use crate::provenance::LogProvenance;
use crate::report::Figure;
use crate::report::html::{document, figure, grid};

use super::{short, tables, words};

pub(super) fn page(tested: &Backtest, provenance: &LogProvenance, figures: &[Figure]) -> String {
    let headline = words::headline(tested);
    let titled = |first: &'static str| std::iter::once(first).chain(tables::SCORES).collect::<Vec<_>>();
    let by_file: Vec<Vec<String>> = tested
        .by_file
        .iter()
        .map(|(file, summary)| tables::scores(short(file).to_owned(), summary))
        .chain([tables::scores("all".to_owned(), &tested.summary)])
        .collect();
    let by_cut: Vec<Vec<String>> =
        tested.by_cut.iter().map(|(cut, summary)| tables::scores(cut.to_string(), summary)).collect();
    let body = html! {
        header {
            h1 { (headline) }
            p.source { (tested.summary.cases) " cases: a fit sees the first generations of a run and nothing else, and forecasts the rest" }
            p { (words::worse(tested)) }
            p { (words::warnings(&tested.summary)) }
        }
        main {
            (grid("By log", &titled("Log"), &by_file))
            p { "CRPS: continuous ranked probability score of the measured error rate, lower is better; ratio: over the best of four \
                 extrapolations, each with intervals from its own residuals. A false alarm is a warning after which the run did not \
                 fail within 5 generations." }
            @for (index, drawn) in figures.iter().enumerate() { (figure(index + 1, drawn)) }
            (grid("By generations seen", &titled("Cut"), &by_cut))
            (grid(
                "Against extrapolations",
                &["Forecaster", "CRPS error", "Mean absolute error", "CRPS runway (generations)"],
                &tables::forecasters(&tested.summary),
            ))
            @if !tested.skipped.is_empty() {
                details {
                    summary { (tested.skipped.len()) " cases could not be made" }
                    ul { @for skipped in &tested.skipped { li { (skipped) } } }
                }
            }
            (grid("Provenance", &["What", "Which"], &provenance.rows()))
        }
    };
    document("Back-test of forecasts", &headline, &body)
}
