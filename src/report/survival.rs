//! Survival: the probability that the loop has not failed by a generation.

use crate::simulate::Simulated;

use super::ReportInputs;
use super::axis::Axis;
use super::facts::pairs;
use super::plot::Plot;
use super::shape::{Estimate, Layer, PlotShape};
use super::theme::{EXACT, MEAN, MEAN_FIELD, MEDIAN, VERMILLION, simulated_band};
use super::thin;
use super::words::{number, percent, runway};

/// Simulated shares drawn at most.
const SHARES: usize = 41;
/// Where survival stays above this the axis begins at [`CUT`] instead of 0.
const HIGH: f64 = 0.85;
const CUT: f64 = 0.8;

pub(super) fn plot(inputs: &ReportInputs<'_>) -> Option<Plot> {
    let (survival, _) = inputs.survival()?;
    let mut layers = Vec::new();
    let band = inputs.verdict.map_or(0.0, |verdict| verdict.survival_band);
    if let (Some(simulated), true) = (inputs.simulated, band > 0.0) {
        layers.push(banded(simulated, band));
    }
    if let Some(curves) = &inputs.solution.curves {
        let points = steps(&pairs(&inputs.solution.generations, &curves.survival));
        layers.push(Layer::new("exact", PlotShape::Line { points, stroke: EXACT }));
    } else if let Some(near) = &inputs.solution.approximation {
        let points = steps(&pairs(&near.generations, &near.survival));
        layers.push(Layer::new(&*near.label, PlotShape::Line { points, stroke: MEAN_FIELD }));
    }
    if let Some(simulated) = inputs.simulated {
        layers.push(Layer::new("simulated", PlotShape::Rings { points: shares(simulated), color: VERMILLION }));
    }
    layers.extend(marks(inputs));
    let simulated = inputs.simulated.map_or(&[][..], |simulated| &simulated.survival);
    let lowest = survival.iter().chain(simulated).copied().filter(|value| value.is_finite()).fold(1.0, f64::min) - band;
    let low = if lowest > HIGH { CUT } else { 0.0 };
    let mut notes = vec![
        "S(g) = P(T > g): the share of runs whose error has not reached the threshold by generation g.".to_owned(),
    ];
    if low > 0.0 {
        notes.push(format!("The vertical axis begins at {}.", percent(low, 3)));
    }
    Some(Plot {
        title: title(inputs),
        notes,
        caption: caption(inputs, band),
        x: axis(inputs),
        y: Axis::share("surviving runs", low, 1.0),
        layers,
    })
}

/// Blank on the right, so that the last step is seen.
pub(super) const LAST_STEP: f64 = 0.5;

fn axis(inputs: &ReportInputs<'_>) -> Axis {
    let axis = Axis::generations(0, inputs.horizon(), 0.0);
    Axis { high: axis.high + LAST_STEP, ..axis }
}

/// The curve as a step function: it holds its value until the next generation.
pub(super) fn steps(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut steps = Vec::with_capacity(2 * points.len() + 1);
    let mut held = None;
    for &(x, y) in points {
        if let Some(before) = held {
            steps.push((x, before));
        }
        steps.push((x, y));
        held = Some(y);
    }
    steps.extend(steps.last().map(|&(x, y)| (x + LAST_STEP, y)));
    steps
}

fn banded(simulated: &Simulated, band: f64) -> Layer {
    let points = steps(&pairs(&simulated.generations, &simulated.survival))
        .into_iter()
        .map(|(x, share)| (x, (share - band).max(0.0), (share + band).min(1.0)))
        .collect();
    let shape = PlotShape::Area { points, fill: simulated_band() };
    Layer::new("simultaneous band", shape)
}

fn shares(simulated: &Simulated) -> Vec<Estimate> {
    let all = pairs(&simulated.generations, &simulated.survival);
    thin::stride(all.len(), SHARES)
        .into_iter()
        .filter_map(|index| all.get(index))
        .map(|&(x, y)| Estimate { x, y, low: y, high: y })
        .collect()
}

/// Median and mean of T, where they lie within the horizon.
fn marks(inputs: &ReportInputs<'_>) -> Vec<Layer> {
    let axis = axis(inputs);
    let median = inputs.median().map(|(median, _)| ("median", median, MEDIAN));
    let mean = inputs.solution.runway.mean.map(|mean| ("mean", mean, MEAN));
    [median, mean]
        .into_iter()
        .flatten()
        .filter(|(_, x, _)| axis.contains(*x))
        .map(|(name, x, stroke)| Layer::new(format!("{name} {}", number(x, 3)), PlotShape::Mark { x, stroke }))
        .collect()
}

fn title(inputs: &ReportInputs<'_>) -> String {
    if inputs.fails_at_once() {
        return inputs.half_sentence().unwrap_or_default();
    }
    let mean = inputs.solution.runway.mean;
    let expected =
        mean.map_or_else(String::new, |mean| format!("; expected runway {}", runway(mean, inputs.horizon())));
    inputs.half_sentence().or_else(|| inputs.failure_sentence()).unwrap_or_default() + &expected
}

fn caption(inputs: &ReportInputs<'_>, band: f64) -> String {
    let mut caption = "Survival by generation.".to_owned();
    if inputs.solution.curves.is_some() {
        caption += " Line: exact.";
    }
    if let Some(simulated) = inputs.simulated {
        caption += &format!(" Circles: share of {} simulated runs.", number(simulated.replicates as f64, 3));
        if band > 0.0 {
            caption += " Band: Dvoretzky–Kiefer–Wolfowitz, holds the true curve at all generations together.";
        }
    }
    caption
}
