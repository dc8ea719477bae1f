//! Nominal against observed coverage.

use crate::fit::Backtest;
use crate::report::axis::Axis;
use crate::report::plot::{Estimate, Layer, Plot, Shape, Side, Tag};
use crate::report::theme::{DIAGONAL, FILTERED, INK, VERMILLION};

use super::words::share;

pub(super) fn plot(tested: &Backtest) -> Option<Plot> {
    tested.calibration.first()?;
    let summary = &tested.summary;
    let points: Vec<(f64, f64)> = tested.calibration.iter().map(|one| (one.nominal, one.observed)).collect();
    let rings = points.iter().map(|&(x, y)| Estimate { x, y, low: y, high: y }).collect();
    let held = [(0.5, summary.coverage50_runway), (0.9, summary.coverage90_runway)];
    let tags: Vec<Tag> = held
        .into_iter()
        .filter_map(|(x, y)| Some(Tag { x, y: y?, text: String::new(), side: Side::Right, shift: 0.0 }))
        .collect();
    let mut layers = vec![
        Layer::new("as claimed", Shape::Line { points: vec![(0.0, 0.0), (1.0, 1.0)], stroke: DIAGONAL }),
        Layer::unnamed(Shape::Line { points, stroke: FILTERED }),
        Layer::new("measured error rate", Shape::Rings { points: rings, color: INK }),
    ];
    if !tags.is_empty() {
        layers.push(Layer::new(
            format!("remaining runway ({} cases)", summary.runway_cases),
            Shape::Tags { tags, color: VERMILLION, open: false },
        ));
    }
    Some(Plot {
        title: format!(
            "90 % intervals hold {} of measured errors, 50 % intervals {}",
            share(summary.coverage90_error),
            share(summary.coverage50_error)
        ),
        notes: vec!["Below the dotted line the forecasts claim to know more than they do, above it less.".to_owned()],
        caption: format!(
            "Observed against claimed coverage of central forecast intervals, mean over {} cases.",
            summary.cases
        ),
        x: Axis::share("coverage claimed", 0.0, 1.0),
        y: Axis::share("coverage observed", 0.0, 1.0),
        layers,
    })
}
