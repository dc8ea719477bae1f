//! The survival function of the remaining runway, with its median and intervals.

use crate::fit::RunwayForecast;
use crate::report::axis::Axis;
use crate::report::plot::Plot;
use crate::report::shape::{Layer, PlotShape, Span};
use crate::report::survival::{LAST_STEP, steps};
use crate::report::theme::{FORECAST, MEDIAN, Stroke, interval};
use crate::report::words::{capitalised, generations, percent};

use super::FitInputs;
use super::words::{range, since};

pub(super) fn plot(inputs: &FitInputs<'_>) -> Option<Plot> {
    let runway = &inputs.fit.runway;
    let after = |generation: u64| generation as f64 - runway.survived_to as f64;
    let survival = inputs.fit.fan.iter().filter_map(|one| Some((after(one.generation), one.survival?)));
    let points: Vec<(f64, f64)> = std::iter::once((0.0, 1.0)).chain(survival).collect();
    let end = runway.horizon as f64 + LAST_STEP;
    let mut layers = strip(runway, end);
    let low = if layers.is_empty() { 0.0 } else { STRIP };
    layers.push(Layer::new(
        "P(no failure)",
        PlotShape::Line { points: steps(&points), stroke: Stroke { dash: None, ..FORECAST } },
    ));
    if let Some(median) = runway.median {
        layers.push(Layer::new(format!("median {median}"), PlotShape::Mark { x: median as f64, stroke: MEDIAN }));
    }
    let axis = Axis::generations(0, runway.horizon, 0.0);
    Some(Plot {
        title: capitalised(&title(inputs)),
        notes: vec![format!(
            "Share of the forecast's paths whose error has stayed below {} so far, {}.",
            percent(runway.error_rate, 3),
            since(runway)
        )],
        caption: "Survival function of the remaining runway. Boxes below it: its central 90 % and 50 % intervals."
            .to_owned(),
        x: Axis { title: format!("generations after generation {}", runway.survived_to), high: end, ..axis },
        y: Axis { low, ..Axis::share("probability of no failure so far", 0.0, 1.0) },
        layers,
    })
}

/// Height of the axis at the foot of the strip that holds the intervals, below zero.
const STRIP: f64 = -0.16;

/// Both intervals as boxes below the curve, the narrow one thicker; an interval beyond the horizon has no box.
fn strip(runway: &RunwayForecast, end: f64) -> Vec<Layer> {
    let boxed = |share: f64, (low, high): (Option<u64>, Option<u64>), half: f64| {
        let right = high.map_or(end, |generation| generation as f64);
        // An interval of a single generation still shows.
        let (left, right) = (low? as f64 - THIN, right + THIN);
        let middle = STRIP / 2.0;
        let span = Span { left, right, low: middle - half, high: middle + half };
        let name = format!("{} interval: {}", percent(share, 2), range((low, high), runway.horizon));
        Some(Layer::new(name, PlotShape::Boxes { boxes: vec![span], fill: interval(share) }))
    };
    let wide = boxed(0.9, runway.interval90, 0.025);
    wide.into_iter().chain(boxed(0.5, runway.interval50, 0.05)).collect()
}

/// Half the least width of a box, in generations.
const THIN: f64 = 0.06;

fn title(inputs: &FitInputs<'_>) -> String {
    let runway = &inputs.fit.runway;
    let lasting = if runway.no_failure > 0.0 {
        format!("{} of the paths last", percent(runway.no_failure, 3))
    } else {
        "none of the paths lasts".to_owned()
    };
    let lasting = format!("{lasting} more than {}", generations(runway.horizon as f64));
    let again = if runway.failed_at.is_some() { "Failing again: " } else { "" };
    match runway.median {
        Some(median) => {
            let noun = if median == 1 { "generation" } else { "generations" };
            format!("{again}half of the paths fail within {median} {noun}; {lasting}")
        }
        None => format!("{again}{lasting}"),
    }
}
