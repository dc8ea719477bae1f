//! The page of a back-test: one HTML file with everything inside.

use maud::{Markup, html};

use crate::fit::{Backtest, Summary};
use crate::provenance::LogProvenance;
use crate::report::Figure;
use crate::report::fit::words::LEARNERS;
use crate::report::html::{document, figure, grid};
use crate::report::words::capitalised;

use super::{short, tables, words};

/// What the courses are.
const COURSES: &str = "The course is that of the whole run, which no forecast has seen. Avalanche: the error rate ends above its start. \
    Accuracy rises, then falls: the error rate falls below its start and ends above its lowest. Improving: it ends below its \
    start. A change counts from 3 percentage points and three standard errors on; else the run is flat.";

pub(super) fn page(tested: &Backtest, provenance: &LogProvenance, figures: &[Figure]) -> String {
    let headline = words::headline(tested);
    let rows = |row: fn(String, &Summary) -> Vec<String>| -> [Vec<Vec<String>>; 2] {
        let files = tested.by_file.iter().map(|(file, summary)| row(short(file).to_owned(), summary));
        let cuts = tested.by_cut.iter().map(|(cut, summary)| row(cut.to_string(), summary));
        [files.chain([row("all".to_owned(), &tested.summary)]).collect(), cuts.collect()]
    };
    let ([errors, errors_by_cut], [runways, runways_by_cut]) = (rows(tables::errors), rows(tables::runways));
    let by_kind = tested.by_kind.iter().map(|(kind, summary)| {
        tables::courses(capitalised(kind.words()), tables::runs(tested, |case| case.kind == *kind), summary)
    });
    let by_set = tested
        .by_set
        .iter()
        .map(|(set, summary)| tables::courses(set.clone(), tables::runs(tested, |case| case.set() == set), summary));
    let (by_kind, by_set): (Vec<_>, Vec<_>) = (by_kind.collect(), by_set.collect());
    let titled = |first: &'static str, rest: &[&'static str]| [&[first], rest].concat();
    let body = html! {
        header {
            h1 { (headline) }
            p.source { (tested.summary.cases) " cases: a fit sees the first generations of a run and nothing else, and forecasts the rest" }
            p { (words::lost_runways(tested)) }
            p { (words::errors(tested)) " " (words::lost_errors(tested)) }
            p { (LEARNERS) }
            p { (words::warnings(&tested.summary)) }
        }
        main {
            p { "CRPS is the continuous ranked probability score, a distance between a forecast and what came: 0 is perfect. The six \
                 extrapolations have intervals from their own residuals. One fixed for all logs is what a user could have chosen; the \
                 best of each log is chosen in hindsight, and nobody could have used it. A false alarm is a warning after which the \
                 run did not fail within 5 generations." }
            (grid("CRPS against extrapolations", &tables::FORECASTERS, &tables::forecasters(tested)))
            (grid("By the course of the run", &titled("Course", &tables::COURSES), &by_kind))
            p { (COURSES) }
            @if by_set.len() > 1 { (grid("By set of logs", &titled("Set", &tables::COURSES), &by_set)) }
            (grid("Remaining runway, by log", &titled("Log", &tables::RUNWAYS), &runways))
            (grid("Error rate, by log", &titled("Log", &tables::ERRORS), &errors))
            @for (index, drawn) in figures.iter().enumerate() { (figure(index + 1, drawn)) }
            (grid("Remaining runway, by generations seen", &titled("Seen", &tables::RUNWAYS), &runways_by_cut))
            (grid("Error rate, by generations seen", &titled("Seen", &tables::ERRORS), &errors_by_cut))
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
