//! The page of a back-test: one HTML file with everything inside.

use maud::{Markup, html};

use crate::fit::{Backtest, Case, Summary};
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
    let group = |name: String, keep: &dyn Fn(&Case) -> bool| format!("{name} ({} runs)", tables::runs(tested, keep));
    let kinds = tested
        .by_kind
        .iter()
        .map(|(kind, summary)| (group(capitalised(kind.words()), &|case| case.kind == *kind), summary));
    let sets = tested.by_set.iter().map(|(set, summary)| (group(set.clone(), &|case| case.set() == set), summary));
    let (kinds, sets): (Vec<_>, Vec<_>) = (kinds.collect(), sets.collect());
    let titled = |first: &'static str, rest: &[&'static str]| [&[first], rest].concat();
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
            (groups("by the course of the run", "Course", &kinds))
            p { (COURSES) }
            @if sets.len() > 1 { (groups("by set of logs", "Set", &sets)) }
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

/// Error rate and remaining runway of parts of the cases.
fn groups(by: &str, first: &str, groups: &[(String, &Summary)]) -> Markup {
    let rows = |row: fn(String, &Summary) -> Vec<String>| -> Vec<Vec<String>> {
        groups.iter().map(|(name, summary)| row(name.clone(), summary)).collect()
    };
    let titles = |rest: &[&'static str]| std::iter::once(first).chain(rest.iter().copied()).collect::<Vec<_>>();
    html! {
        (grid(&format!("Error rate, {by}"), &titles(&tables::ERRORS), &rows(tables::errors)))
        (grid(&format!("Remaining runway, {by}"), &titles(&tables::RUNWAYS), &rows(tables::runways)))
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
