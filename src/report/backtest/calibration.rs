//! Nominal against observed coverage.

use crate::fit::{BacktestResult, BacktestSummary};
use crate::report::axis::Axis;
use crate::report::plot::Plot;
use crate::report::shape::{Estimate, LabelSide, Layer, PlotShape, Tag};
use crate::report::theme::{DIAGONAL, FILTERED, INK, VERMILLION};
use crate::report::words::percent;

/// Coverage this far from what is claimed is called too wide or too narrow.
const OFF: f64 = 0.05;
/// Cases below which that is not judged.
const ENOUGH: usize = 20;

pub(super) fn plot(tested: &BacktestResult) -> Option<Plot> {
    tested.calibration.first()?;
    let summary = &tested.summary;
    let points: Vec<(f64, f64)> = tested.calibration.iter().map(|one| (one.nominal, one.observed)).collect();
    let rings = points.iter().map(|&(x, y)| Estimate { x, y, low: y, high: y }).collect();
    let held = [(0.5, summary.coverage50_runway), (0.9, summary.coverage90_runway)];
    let tags: Vec<Tag> = held
        .into_iter()
        .filter_map(|(x, y)| Some(Tag { x, y: y?, text: String::new(), side: LabelSide::Right, shift: 0.0 }))
        .collect();
    let mut notes =
        vec!["Below the dotted line the forecasts claim to know more than they do, above it less.".to_owned()];
    let mut layers = vec![
        Layer::new("as claimed", PlotShape::Line { points: vec![(0.0, 0.0), (1.0, 1.0)], stroke: DIAGONAL }),
        Layer::unnamed(PlotShape::Line { points, stroke: FILTERED }),
        Layer::new("measured error rate", PlotShape::Rings { points: rings, color: INK }),
    ];
    if !tags.is_empty() {
        layers.push(Layer::new(
            format!("remaining runway ({} cases)", summary.runway_cases),
            PlotShape::Tags { tags, color: VERMILLION, open: false },
        ));
        notes.push(
            "A runway is a whole number of generations: a certain forecast contains it in every interval.".to_owned(),
        );
    }
    Some(Plot {
        title: title(summary),
        notes,
        caption: format!(
            "Observed against claimed coverage of central forecast intervals, mean over {} cases. Too wide or too narrow: off by more \
             than 5 percentage points over {ENOUGH} cases or more.",
            summary.cases
        ),
        x: Axis::share("coverage claimed", 0.0, 1.0),
        y: Axis::share("coverage observed", 0.0, 1.0),
        layers,
    })
}

/// What each interval holds, and whether that is what it claims.
fn title(summary: &BacktestSummary) -> String {
    let told = |what: &str, cases: usize, narrow: Option<f64>, wide: Option<f64>| {
        let (narrow, wide) = (narrow?, wide?);
        Some(format!(
            "{what}: 50\u{a0}% intervals hold {}{}, 90\u{a0}% intervals {}{}",
            percent(narrow, 3),
            verdict(narrow - 0.5, cases),
            percent(wide, 3),
            verdict(wide - 0.9, cases)
        ))
    };
    let runways = told("Runways", summary.runway_cases, summary.coverage50_runway, summary.coverage90_runway);
    let errors = told("Errors", summary.cases, summary.coverage50_error, summary.coverage90_error);
    runways.into_iter().chain(errors).collect::<Vec<_>>().join(". ")
}

fn verdict(excess: f64, cases: usize) -> &'static str {
    match excess {
        _ if cases < ENOUGH => "",
        excess if excess > OFF => " (too wide)",
        excess if excess < -OFF => " (too narrow)",
        _ => " (as claimed)",
    }
}
