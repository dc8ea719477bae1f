//! The page of a back-test: one HTML file with everything inside.

use maud::{Markup, html};

use crate::fit::BacktestResult;
use crate::provenance::LogProvenance;
use crate::report::Figure;
use crate::report::fit::words::LEARNERS;
use crate::report::html::{document, figure, grid, provenance as origin};
use crate::table::Table;

use super::{tables, words};

/// What the courses are.
const COURSES: &str = "The course is that of the whole run, which no forecast has seen. Accuracy rises, then \
    falls: the error rate falls below its start and ends above its lowest. Otherwise avalanche: it ends above its start; improving: \
    it ends below. A change counts from 3 percentage points and three standard errors on; else the run is flat.";

pub(super) fn page(tested: &BacktestResult, provenance: &LogProvenance, figures: &[Figure]) -> String {
    let headline = words::headline(tested);
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
            (grid(&tables::forecasters(tested)))
            (scores(&tables::by_course(tested)))
            p { (COURSES) }
            @if tested.by_set.len() > 1 { (scores(&tables::by_set(tested))) }
            (scores(&tables::by_log(tested)))
            @for (index, drawn) in figures.iter().enumerate() { (figure(index + 1, drawn)) }
            (scores(&tables::by_cut(tested)))
            (skipped(&tested.skipped))
            (origin(provenance))
        }
    };
    document("Back-test of forecasts", &headline, &body)
}

/// Remaining runway and error rate of parts of the cases.
fn scores(tables: &[Table]) -> Markup {
    html! { @for table in tables { (grid(table)) } }
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
