//! Figures and page of a sweep: what titles say is true, what is not known is not painted, and lines are where R is 1.

use runaway::provenance::Provenance;
use runaway::report::{Figure, sweep};
use runaway::scenario::{Origin, Scenario};
use runaway::sweep::{SweepAxis, SweepGrid, SweepPlan, SweepResult, SweepSummary};

const LOOP: &str = "name = \"loop\"\nexamples = 60\nhorizon = 30\n[errors]\namplification = 20\n";

struct Drawn {
    result: SweepResult,
    figures: Vec<Figure>,
    page: String,
}

fn drawn(text: &str, over: &[&str], quantiles: bool) -> Drawn {
    let scenario = Scenario::parse(text, Origin::Text, &[]).unwrap();
    let axes = over.iter().map(|typed| SweepAxis::parse(typed, &scenario).unwrap()).collect();
    let plan = SweepPlan { scenario, grid: SweepGrid::new(axes).unwrap(), quantiles };
    let cells = plan.solve(0..plan.grid.cells()).unwrap();
    let mut summary = SweepSummary::new(&plan);
    cells.iter().for_each(|cell| summary.add(cell));
    let result = SweepResult::new(&plan, cells, summary);
    let provenance = Provenance::new(&plan.scenario, "runaway sweep".to_owned());
    let figures = sweep::figures(&plan, &result, &provenance).unwrap();
    let page = String::from_utf8(sweep::render(&plan, &result, &provenance).unwrap().html).unwrap();
    Drawn { result, figures, page }
}

impl Drawn {
    fn figure(&self, name: &str) -> &Figure {
        self.figures.iter().find(|figure| figure.name == name).unwrap()
    }
}

#[test]
fn maps_part_growth_from_healing_where_r_is_1() {
    let both = drawn(LOOP, &["errors.step_error=0.0005:0.01:9:log", "learning.anchor=0:0.6:7"], false);
    let growing = both.result.cells.iter().filter(|cell| cell.point.reproduction_number > Some(1.0)).count();
    assert!(growing > 0 && growing < both.result.cells.len());
    let runway = both.figure("runway");
    assert!(runway.title.ends_with("R = 1 parts growth from healing"), "{}", runway.title);
    assert!(runway.svg.contains("R = 1") && runway.svg.contains("present design"));
    assert!(runway.svg.contains("errors.step_error: ε, probability of a slip at one step"));
    let failing = both.result.cells.iter().filter(|cell| cell.point.failed >= Some(0.5)).count();
    let share = format!("{:.1}", 100.0 * failing as f64 / both.result.cells.len() as f64);
    assert!(both.figure("failed").title.starts_with(&share), "{} of {}", share, both.figure("failed").title);
    // Where mistakes grow everywhere there is no such line, and nothing that says so.
    let grown = drawn(LOOP, &["errors.step_error=0.002:0.01:4", "learning.imprint=0.6:0.9:4"], false);
    assert!(!grown.figure("runway").svg.contains("R = 1") && !grown.figure("runway").title.contains("R = 1"));
}

/// A loop that never slips has no runway: its cells are paper, and the figure says how many.
#[test]
fn what_is_not_known_is_not_painted() {
    let known = drawn(LOOP, &["errors.step_error=0.001,0.002,0.003", "learning.anchor=0,0.1"], false);
    let blank = drawn(LOOP, &["errors.step_error=0,0.002,0.003", "learning.anchor=0,0.1"], false);
    assert!(!known.figure("runway").svg.contains("Blank"));
    let svg = &blank.figure("runway").svg;
    assert!(svg.contains("Blank: 2 cells whose number is not known."), "{svg}");
    // P(fail) is 0 there, which is known.
    assert!(!blank.figure("failed").svg.contains("Blank"));
    let line = drawn(LOOP, &["errors.step_error=0.001,0,0.002,0.003"], false);
    assert!(line.figure("runway").svg.contains("The line breaks where a number is not known: 1 value."));
    assert!(line.page.contains("the expected runway is not a known number in 1 cell"));
}

#[test]
fn curves_have_a_band_where_quantiles_were_asked_for() {
    let over = ["learning.anchor=0:0.4:9"];
    let (plain, banded) = (drawn(LOOP, &over, false), drawn(LOOP, &over, true));
    let band = "5 to 95 % quantiles of T";
    assert!(!plain.figure("runway").svg.contains(band) && banded.figure("runway").svg.contains(band));
    for one in [&plain, &banded] {
        let title = &one.figure("runway").title;
        assert!(
            title.contains("learning.anchor = 0.4, and shortest") && title.ends_with("learning.anchor = 0"),
            "{title}"
        );
        assert!(one.figure("failed").svg.contains("R = 1"));
    }
}

#[test]
fn pages_hold_any_number_of_axes() {
    let three = drawn(LOOP, &["examples=20,40", "learning.anchor=0,0.1", "vote.candidates=1,3"], false);
    assert!(three.figures.is_empty());
    assert!(three.page.contains("Figures are drawn over one or two axes") && three.page.contains("vote.candidates"));
    let one = drawn(LOOP, &["examples=20", "learning.anchor=0.1"], false);
    assert_eq!(one.figures.len(), 2);
    assert!(one.figure("runway").svg.contains("all cells"));
}
