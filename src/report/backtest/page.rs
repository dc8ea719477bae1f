//! The page of a back-test: one HTML file with everything inside.

use maud::{Markup, html};

use crate::fit::{Backtest, Summary};
use crate::provenance::LogProvenance;
use crate::report::Figure;
use crate::report::html::{document, figure, grid};

use super::{short, tables, words};

pub(super) fn page(tested: &Backtest, provenance: &LogProvenance, figures: &[Figure]) -> String {
    let headline = words::headline(tested);
    let rows = |row: fn(String, &Summary) -> Vec<String>| -> [Vec<Vec<String>>; 2] {
        let files = tested.by_file.iter().map(|(file, summary)| row(short(file).to_owned(), summary));
        let cuts = tested.by_cut.iter().map(|(cut, summary)| row(cut.to_string(), summary));
        [files.chain([row("all".to_owned(), &tested.summary)]).collect(), cuts.collect()]
    };
    let ([errors, errors_by_cut], [runways, runways_by_cut]) = (rows(tables::errors), rows(tables::runways));
    let titled = |first: &'static str, rest: &[&'static str]| [&[first], rest].concat();
    let body = html! {
        header {
            h1 { (headline) }
            p.source { (tested.summary.cases) " cases: a fit sees the first generations of a run and nothing else, and forecasts the rest" }
            p { (words::worse(tested)) }
            p { (words::warnings(&tested.summary)) }
        }
        main {
            (grid("Error rate, by log", &titled("Log", &tables::ERRORS), &errors))
            (grid("Remaining runway, by log", &titled("Log", &tables::RUNWAYS), &runways))
            p { "CRPS: continuous ranked probability score of the measured error rate, lower is better; ratio: over the best of four \
                 extrapolations, each with intervals from its own residuals. A false alarm is a warning after which the run did not \
                 fail within 5 generations." }
            @for (index, drawn) in figures.iter().enumerate() { (figure(index + 1, drawn)) }
            (grid("Error rate, by generations seen", &titled("Seen", &tables::ERRORS), &errors_by_cut))
            (grid("Remaining runway, by generations seen", &titled("Seen", &tables::RUNWAYS), &runways_by_cut))
            (grid(
                "Against extrapolations",
                &["Forecaster", "CRPS error", "Mean absolute error", "CRPS runway (generations)"],
                &tables::forecasters(&tested.summary),
            ))
            (skipped(&tested.skipped))
            (grid("Provenance", &["What", "Which"], &provenance.rows()))
        }
    };
    document("Back-test of forecasts", &headline, &body)
}

fn skipped(cases: &[String]) -> Markup {
    html! {
        @if !cases.is_empty() {
            details {
                summary { (cases.len()) " cases could not be made" }
                ul { @for case in cases { li { (case) } } }
            }
        }
    }
}
