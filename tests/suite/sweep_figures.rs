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
    assert!(svg.contains("Blank: 2 cells whose runway is infinite."), "{svg}");
    let title = &blank.figure("runway").title;
    assert!(title.starts_with("Where it is finite, the expected runway is from"), "{title}");
    // P(fail) is 0 there, which is known.
    assert!(!blank.figure("failed").svg.contains("Blank"));
    let line = drawn(LOOP, &["errors.step_error=0.001,0,0.002,0.003"], false);
    assert!(line.figure("runway").svg.contains("The line breaks where the runway is infinite: 1 value."));
    let title = &line.figure("runway").title;
    assert!(title.starts_with("Where it is finite, the expected runway is longest, "), "{title}");
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
    assert!(three.page.contains("Figures are drawn where one key or two") && three.page.contains("vote.candidates"));
    // A single cell is a sentence.
    let one = drawn(LOOP, &["examples=20", "learning.anchor=0.1"], false);
    assert!(one.figures.is_empty() && one.page.contains("Over the grid the expected runway is"));
}

/// A key with one value is no axis: its value is told, and the present design shown where it has that value.
#[test]
fn a_key_with_one_value_is_told_and_not_drawn() {
    let other = drawn(LOOP, &["examples=20", "learning.anchor=0:0.4:5"], false);
    let svg = &other.figure("runway").svg;
    assert!(svg.contains("At examples = 20.") && svg.contains("learning.anchor: ") && !svg.contains("present design"));
    let own = drawn(LOOP, &["learning.anchor=0:0.4:5", "examples=60"], false);
    assert!(own.figure("runway").svg.contains("present design"));
    // The same line whichever comes first.
    let swapped = drawn(LOOP, &["examples=60", "learning.anchor=0:0.4:5"], false);
    assert_eq!(own.figure("failed").title, swapped.figure("failed").title);
    let three = drawn(LOOP, &["learning.anchor=0:0.4:3", "examples=60", "errors.step_error=0.001:0.01:3"], false);
    assert!(three.figure("runway").svg.contains("At examples = 60.") && three.figures.len() == 2);
}

/// What is said of all values is true of all: some are infinite here.
#[test]
fn a_title_speaks_of_known_values_alone() {
    let text = LOOP.replace("amplification = 20", "amplification = 20\nstep_error = 0");
    let all = drawn(&text, &["learning.anchor=0,0.1,0.2"], false);
    assert_eq!(all.figure("runway").title, "The expected runway is infinite whatever learning.anchor is");
    assert_eq!(
        all.figure("failed").title.replace('\u{a0}', " "),
        "The probability of failing within 30 generations is 0 % whatever learning.anchor is"
    );
    let some = drawn(LOOP, &["errors.step_error=0,0.002"], false);
    let title = &some.figure("runway").title;
    assert!(title.starts_with("Where it is finite, the expected runway is") && !title.contains("whatever"), "{title}");
    assert!(title.ends_with("at errors.step_error = 0.002"), "{title}");
    assert!(some.page.contains("the expected runway, where it is finite, is"));
}

/// Numbers that are both far beyond the horizon are told, since nothing else tells them apart.
#[test]
fn two_long_runways_keep_their_numbers() {
    let far = drawn(LOOP, &["learning.anchor=0.6,0.7"], false);
    let title = far.figure("runway").title.clone();
    assert!(!title.contains("the horizon") && title.contains("10"), "{title}");
    assert!(far.page.contains("Over the grid the expected runway goes from"));
    assert!(!far.page.split("Over the grid").nth(1).unwrap().split("</p>").next().unwrap().contains("the horizon"));
    let map = drawn(LOOP, &["learning.anchor=0.6,0.65,0.7", "errors.step_error=0.001,0.0015,0.002"], false);
    assert!(map.figure("runway").svg.contains("10") && !map.figure("runway").svg.contains("all cells"));
}

/// Nothing is drawn between whole numbers: dots for curves, steps along cells for the lines of maps.
#[test]
fn whole_numbers_are_dots_and_steps() {
    let line = drawn(LOOP, &["vote.candidates=1,3,5,7"], true);
    for name in ["runway", "failed"] {
        let svg = &line.figure(name).svg;
        assert!(svg.matches("<circle").count() >= 4, "{svg}");
    }
    assert!(line.figure("runway").svg.contains("5 to 95 % quantiles of T"));
    let real = drawn(LOOP, &["learning.anchor=0:0.6:4"], false);
    assert!(
        real.figure("failed").svg.matches("<circle").count() < line.figure("failed").svg.matches("<circle").count()
    );
}
