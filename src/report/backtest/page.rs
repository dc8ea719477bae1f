//! The page of a back-test: one HTML file with everything inside.

use maud::{Markup, html};

use crate::fit::{BacktestCase, BacktestResult, BacktestSummary, CourseKind};
use crate::provenance::LogProvenance;
use crate::report::Figure;
use crate::report::fit::words::LEARNERS;
use crate::report::html::{document, figure, grid};
use crate::report::words::capitalised;

use super::{short, tables, words};

/// What the courses are.
const COURSES: &str = "The course is that of the whole run, which no forecast has seen. Accuracy rises, then \
    falls: the error rate falls below its start and ends above its lowest. Otherwise avalanche: it ends above its start; improving: \
    it ends below. A change counts from 3 percentage points and three standard errors on; else the run is flat.";

pub(super) fn page(tested: &BacktestResult, provenance: &LogProvenance, figures: &[Figure]) -> String {
    let headline = words::headline(tested);
    let files = tested.by_file.iter().map(|(file, summary)| (short(file).to_owned(), summary));
    let files: Vec<_> = files.chain([("all".to_owned(), &tested.summary)]).collect();
    let cuts: Vec<_> = tested.by_cut.iter().map(|(cut, summary)| (cut.to_string(), summary)).collect();
    let counted =
        |name: &str, keep: &dyn Fn(&BacktestCase) -> bool| format!("{name} ({} runs)", tables::runs(tested, keep));
    let kind = |kind: &CourseKind| counted(&capitalised(kind.words()), &|case| case.kind == *kind);
    let kinds: Vec<_> = tested.by_kind.iter().map(|(one, summary)| (kind(one), summary)).collect();
    let set = |set: &String| counted(set, &|case| case.set() == set);
    let sets: Vec<_> = tested.by_set.iter().map(|(one, summary)| (set(one), summary)).collect();
    let seen = if tested.others { "the other runs of its log to their ends" } else { "nothing else" };
    let body = html! {
        header {
            h1 { (headline) }
            p.source { (tested.summary.cases) " cases: a fit sees the first generations of a run and " (seen) ", and forecasts the rest" }
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
            (scores("by the course of the run", "Course", &kinds))
            p { (COURSES) }
            @if sets.len() > 1 { (scores("by set of logs", "Set", &sets)) }
            (scores("by log", "Log", &files))
            @for (index, drawn) in figures.iter().enumerate() { (figure(index + 1, drawn)) }
            (scores("by generations seen", "Seen", &cuts))
            (skipped(&tested.skipped))
            (grid("Provenance", &["What", "Which"], &provenance.rows()))
        }
    };
    document("Back-test of forecasts", &headline, &body)
}

/// Remaining runway and error rate of parts of the cases.
fn scores(by: &str, first: &str, parts: &[(String, &BacktestSummary)]) -> Markup {
    let table = |what: &str, titles: &[&str], row: fn(String, &BacktestSummary) -> Vec<String>| {
        let rows: Vec<Vec<String>> = parts.iter().map(|(name, summary)| row(name.clone(), summary)).collect();
        grid(&format!("{what}, {by}"), &[&[first], titles].concat(), &rows)
    };
    html! {
        (table("Remaining runway", &tables::RUNWAYS, tables::runways))
        (table("Error rate", &tables::ERRORS, tables::errors))
    }
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
