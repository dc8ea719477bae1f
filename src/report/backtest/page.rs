//! The page of a back-test: one HTML file with everything inside.

use maud::{Markup, html};

use crate::fit::{Backtest, Summary};
use crate::provenance::LogProvenance;
use crate::report::Figure;
use crate::report::fit::words::LEARNERS;
use crate::report::html::{document, figure, grid};

use super::contest::Quantity;
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
            (by_kind(tested))
            (by_set(tested))
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

/// Every forecaster on each kind of run.
fn by_kind(tested: &Backtest) -> Markup {
    let groups = || tested.by_kind.iter().map(|(kind, summary)| (kind.name(), summary));
    html! {
        section {
            h2 { "By the course of the run" }
            p { "Avalanche: errors grew. Rise, then fall: accuracy rose first and fell later. Improving: errors fell. Flat: neither by \
                 more than 3 percentage points, or by more than chance. The course is that of the whole run, which no forecast knew." }
        }
        (contest("Kind of run", groups))
    }
}

/// Every forecaster on each set of logs, where there are several.
fn by_set(tested: &Backtest) -> Markup {
    let groups = || tested.by_set.iter().map(|(set, summary)| (short_set(set), summary));
    html! { @if tested.by_set.len() > 1 { (contest("Set of logs", groups)) } }
}

fn contest<'a, I: Iterator<Item = (&'a str, &'a Summary)>>(first: &'static str, groups: impl Fn() -> I) -> Markup {
    let rivals: Vec<&'static str> =
        groups().next().map_or_else(Vec::new, |(_, one)| one.baselines.keys().copied().collect());
    let titles: Vec<&str> = [&[first][..], &tables::CONTEST, &rivals].concat();
    let rows =
        |quantity: Quantity| groups().map(|(name, one)| tables::contest(name, one, quantity)).collect::<Vec<_>>();
    html! {
        (grid("Error rate: coverage and CRPS in percentage points", &titles, &rows(Quantity::Error)))
        (grid("Remaining runway: coverage and CRPS in generations", &titles, &rows(Quantity::Runway)))
    }
}

/// A set by the last of its folders.
fn short_set(set: &str) -> &str {
    set.rsplit('/').next().unwrap_or(set)
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
