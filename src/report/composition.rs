//! What a generation believes: sound, unsound and wrong shares, stacked.

use super::ReportInputs;
use super::axis::Axis;
use super::facts::{CurveSide, largest};
use super::plot::Plot;
use super::shape::{Layer, PlotShape};
use super::theme::{BOUNDARY, sound_area, unsound_area, wrong_area};
use super::words::percent;

/// Mistakes take up at most this much of the height where the axis ends below 100 %, so that few do not look like most.
const HEIGHT: f64 = 0.5;
/// Below this share of mistakes nothing is drawn: a figure in such units says less than a sentence.
const VOID: f64 = 1e-6;

pub(super) fn plot(inputs: &ReportInputs<'_>) -> Option<Plot> {
    let (unsound, wrong, side) = shares(inputs);
    let points: Vec<(f64, f64, f64)> = inputs
        .solution
        .generations
        .iter()
        .zip(wrong.iter().zip(unsound))
        .filter(|(_, (wrong, unsound))| wrong.is_finite() && unsound.is_finite())
        .map(|(&generation, (&wrong, &unsound))| (generation as f64, wrong, (wrong + unsound).min(1.0)))
        .collect();
    let most = largest(points.iter().map(|point| &point.2));
    let mut notes = vec![format!("Expected shares of beliefs by generation ({}).", basis(side))];
    let high = scale(most);
    if most > 0.0 && most < VOID {
        notes.push(format!(
            "At most {} of beliefs are ever expected to be mistaken: nothing to draw.",
            percent(most, 3)
        ));
    } else if high < 1.0 {
        notes.push(format!("The vertical axis ends at {}; all other beliefs are sound.", percent(high, 3)));
    }
    let layers =
        if most < VOID { Vec::new() } else { stacked(&points, high, unsound.iter().any(|&share| share > 0.0)) };
    Some(Plot {
        title: title(inputs, unsound, wrong),
        notes,
        caption:
            "Composition of what each generation has learned: sound (right answers by right steps), unsound (right \
                  answers by a wrong step) and wrong beliefs, stacked where they are drawn."
                .to_owned(),
        x: Axis::generations(0, inputs.horizon(), 0.0),
        y: Axis::share("share of all beliefs", 0.0, high),
        layers,
    })
}

/// Where the axis ends: 100 %, or the power of ten below it at which the mistakes fill half of the height at most.
fn scale(most: f64) -> f64 {
    let mut high = 1.0;
    while most > 0.0 && most <= HEIGHT * high / 10.0 {
        high /= 10.0;
    }
    high
}

fn shares<'a>(inputs: &ReportInputs<'a>) -> (&'a [f64], &'a [f64], CurveSide) {
    match (&inputs.solution.curves, inputs.simulated) {
        (Some(curves), _) => (&curves.mean_unsound, &curves.mean_wrong, CurveSide::Exact),
        (None, Some(simulated)) => (&simulated.mean_unsound, &simulated.mean_wrong, CurveSide::Simulated),
        (None, None) => (&inputs.solution.mean_field_unsound, &inputs.solution.mean_field_wrong, CurveSide::MeanField),
    }
}

const fn basis(side: CurveSide) -> &'static str {
    match side {
        CurveSide::Exact => "exact",
        CurveSide::Simulated => "means of simulated runs",
        CurveSide::MeanField => "mean field",
    }
}

/// Points are (generation, wrong, wrong + unsound).
fn stacked(points: &[(f64, f64, f64)], top: f64, has_unsound: bool) -> Vec<Layer> {
    let area = |low: fn(&(f64, f64, f64)) -> f64, high: &dyn Fn(&(f64, f64, f64)) -> f64, fill| PlotShape::Area {
        points: points.iter().map(|point| (point.0, low(point), high(point))).collect(),
        fill,
    };
    let edge = |y: fn(&(f64, f64, f64)) -> f64| {
        Layer::unnamed(PlotShape::Line {
            points: points.iter().map(|point| (point.0, y(point))).collect(),
            stroke: BOUNDARY,
        })
    };
    // An axis that ends lower shows mistakes only: a filled rest would pass for all sound beliefs.
    let sound = (top >= 1.0).then(|| Layer::new("sound", area(|point| point.2, &|_| top, sound_area())));
    let mut layers: Vec<Layer> = sound.into_iter().collect();
    if has_unsound {
        layers.push(Layer::new("unsound", area(|point| point.1, &|point| point.2, unsound_area())));
        layers.push(edge(|point| point.2));
    }
    layers.push(Layer::new("wrong", area(|_| 0.0, &|point| point.1, wrong_area())));
    layers.push(edge(|point| point.1));
    layers
}

fn title(inputs: &ReportInputs<'_>, unsound: &[f64], wrong: &[f64]) -> String {
    let last = |shares: &[f64]| shares.last().copied().unwrap_or(0.0);
    let (unsound, wrong) = (last(unsound), last(wrong));
    let horizon = inputs.horizon_text();
    if unsound == 0.0 && wrong == 0.0 {
        return format!("All beliefs are sound at generation {horizon}");
    }
    if unsound == 0.0 {
        return format!("{} of beliefs are wrong at generation {horizon}", percent(wrong, 3));
    }
    let (unsound, wrong) = (percent(unsound, 3), percent(wrong, 3));
    format!("{wrong} of beliefs are wrong and {unsound} unsound at generation {horizon}")
}
