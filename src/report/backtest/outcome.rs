//! What was forecast against what came.

use crate::fit::{BacktestResult, ForecastPoint};
use crate::report::axis::Axis;
use crate::report::plot::Plot;
use crate::report::shape::{Layer, PlotShape};
use crate::report::theme::{DIAGONAL, EXACT, VERMILLION};
use crate::report::words::number;

/// Generations after the cut.
const AHEAD: usize = 5;

pub(super) fn plot(tested: &BacktestResult) -> Option<Plot> {
    let points: Vec<&ForecastPoint> = tested.cases.iter().filter_map(|case| case.forecast.get(AHEAD - 1)).collect();
    if points.is_empty() {
        return None;
    }
    let inside = |point: &&ForecastPoint| (point.q05..=point.q95).contains(&point.measured);
    let (held, missed): (Vec<_>, Vec<_>) = points.iter().partition(|point| inside(point));
    let dots = |points: &[&ForecastPoint], open: bool| PlotShape::Dots {
        points: points.iter().map(|point| (point.measured, point.q50)).collect(),
        color: if open { VERMILLION } else { EXACT.color },
        open,
    };
    let distance = points.iter().map(|point| (point.q50 - point.measured).abs()).sum::<f64>() / points.len() as f64;
    let top = points.iter().flat_map(|point| [point.q50, point.measured]).fold(0.0, f64::max);
    Some(Plot {
        title: format!(
            "{AHEAD} generations ahead the median misses the measured error by {} percentage points on average",
            number(100.0 * distance, 2)
        ),
        notes: vec!["On the dotted line the median forecast was what came.".to_owned()],
        caption: format!(
            "Median forecast against measurement {AHEAD} generations after the cut, {} cases.",
            points.len()
        ),
        x: Axis::share("measured error rate", 0.0, top),
        y: Axis::share("median forecast of it", 0.0, top),
        layers: vec![
            Layer::unnamed(PlotShape::Line { points: vec![(0.0, 0.0), (1.0, 1.0)], stroke: DIAGONAL }),
            Layer::new("inside the 90 % interval", dots(&held, false)),
            Layer::new("outside", dots(&missed, true)),
        ],
    })
}
