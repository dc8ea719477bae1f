//! Error rate by generation: mean field, exact mean and band, simulated mean, sample runs, threshold.

use crate::simulate::Simulated;

use super::ReportInputs;
use super::axis::Axis;
use super::facts::{CurveSide, largest, pairs};
use super::plot::Plot;
use super::shape::{Estimate, Layer, PlotShape};
use super::theme::{EXACT, MEAN_FIELD, MEDIAN, SAMPLE, THRESHOLD, VERMILLION, exact_band};
use super::thin;
use super::words::{number, percent};

/// Sample runs drawn at most.
const RUNS: usize = 8;
/// Simulated means drawn at most.
const MEANS: usize = 41;
/// A threshold is left out of the figure when everything else is this much smaller.
const FAR: f64 = 12.0;
/// Below this error nothing is drawn: a figure in such units says less than a sentence.
const VOID: f64 = 1e-6;

pub(super) fn plot(inputs: &ReportInputs<'_>) -> Option<Plot> {
    let solution = inputs.solution;
    let generations = &solution.generations;
    let mut layers = Vec::new();
    if let Some(simulated) = inputs.simulated {
        layers.extend(sample_runs(simulated));
    }
    if let Some(curves) = &solution.curves {
        let band = (&curves.error_q05[..], &curves.error_q95[..]);
        layers.extend(mean_and_band("exact", generations, &curves.expected_error, band));
    } else if let Some(near) = &solution.approximation {
        let band = (&near.error_q05[..], &near.error_q95[..]);
        layers.extend(mean_and_band(&near.label, generations, &near.expected_error, band));
    }
    layers.push(Layer::new(
        "mean field",
        PlotShape::Line { points: pairs(generations, &solution.mean_field_error), stroke: MEAN_FIELD },
    ));
    if let Some(simulated) = inputs.simulated {
        layers.push(Layer::new("simulated ± 2 se", PlotShape::Rings { points: means(simulated), color: VERMILLION }));
    }
    if let Some((median, _)) = inputs.median().filter(|_| !inputs.fails_at_once()) {
        layers.push(Layer::new("half have failed", PlotShape::Mark { x: median, stroke: MEDIAN }));
    }
    let highest = top(&layers).max(largest(&solution.mean_field_error));
    if highest < VOID {
        layers.clear();
    }
    let threshold = inputs.threshold();
    let mut notes =
        vec!["Error rate of one candidate before any check, whether or not the loop has failed before.".to_owned()];
    let far = highest > 0.0 && highest * FAR < threshold;
    if layers.is_empty() {
        let most = percent(highest, 3);
        notes.push(format!("No error rate to draw: the largest is {most}, the threshold {}.", percent(threshold, 3)));
    } else if far {
        notes.push(format!("The threshold of {} lies far above the figure.", percent(threshold, 3)));
    } else {
        let label = format!("failure: {}", percent(threshold, 3));
        layers.push(Layer::unnamed(PlotShape::Level { y: threshold, label, stroke: THRESHOLD }));
    }
    let high = if far { highest } else { highest.max(threshold) };
    Some(Plot {
        title: title(inputs),
        notes,
        caption: if layers.is_empty() { "Error rate by generation.".to_owned() } else { caption(inputs) },
        x: Axis::generations(0, inputs.horizon(), 0.0),
        y: Axis::share("error rate", 0.0, high * 1.02),
        layers,
    })
}

/// The largest error that any layer shows.
fn top(layers: &[Layer]) -> f64 {
    layers
        .iter()
        .map(|layer| match &layer.shape {
            PlotShape::Area { points, .. } => largest(points.iter().map(|point| &point.2)),
            PlotShape::Line { points, .. } => largest(points.iter().map(|point| &point.1)),
            PlotShape::Rings { points, .. } => largest(points.iter().map(|point| &point.high)),
            _ => 0.0,
        })
        .fold(0.0, f64::max)
}

fn sample_runs(simulated: &Simulated) -> Vec<Layer> {
    let shown = simulated.sample_runs.iter().take(RUNS);
    shown
        .enumerate()
        .map(|(index, run)| {
            let shape = PlotShape::Line { points: pairs(&simulated.generations, run), stroke: SAMPLE };
            if index == 0 { Layer::new("single runs", shape) } else { Layer::unnamed(shape) }
        })
        .collect()
}

fn mean_and_band(kind: &str, generations: &[u64], mean: &[f64], (low, high): (&[f64], &[f64])) -> [Layer; 2] {
    let band = generations
        .iter()
        .zip(low.iter().zip(high))
        .filter(|(_, (low, high))| low.is_finite() && high.is_finite())
        .map(|(&generation, (&low, &high))| (generation as f64, low, high))
        .collect();
    let mean = pairs(generations, mean);
    [
        Layer::new(format!("{kind} 5–95 %"), PlotShape::Area { points: band, fill: exact_band() }),
        Layer::new(format!("{kind} mean"), PlotShape::Line { points: mean, stroke: EXACT }),
    ]
}

fn means(simulated: &Simulated) -> Vec<Estimate> {
    let all: Vec<(f64, f64, f64)> = simulated
        .generations
        .iter()
        .zip(simulated.mean_error.iter().zip(&simulated.se_error))
        .filter(|(_, (mean, _))| mean.is_finite())
        .map(|(&generation, (&mean, &se))| (generation as f64, mean, if se.is_finite() { 2.0 * se } else { 0.0 }))
        .collect();
    thin::stride(all.len(), MEANS)
        .into_iter()
        .filter_map(|index| all.get(index))
        .map(|&(x, y, reach)| Estimate { x, y, low: (y - reach).max(0.0), high: (y + reach).min(1.0) })
        .collect()
}

/// When half of the runs have failed; if they never do, how many have, and the mean error then.
fn title(inputs: &ReportInputs<'_>) -> String {
    let threshold = percent(inputs.threshold(), 3);
    if inputs.fails_at_once() {
        let start = percent(inputs.solution.start_error, 3);
        return format!("Generation 0 already errs in {start} of its answers: failure is {threshold}");
    }
    if let Some(sentence) = inputs.half_sentence() {
        return sentence;
    }
    let (error, side) = inputs.error();
    let last = error.iter().rev().copied().find(|error| error.is_finite());
    let last = last.map_or_else(String::new, |last| percent(last, 3));
    let horizon = inputs.horizon_text();
    match (inputs.failure_sentence(), inputs.mean_field_crossing()) {
        (Some(sentence), _) if last.is_empty() => sentence,
        (Some(sentence), _) => format!("{sentence}; the mean error is then {last}"),
        (None, Some(crossing)) => {
            format!("The mean field reaches {threshold} at generation {}", number(crossing, 3))
        }
        (None, None) => {
            let whose = if side == CurveSide::MeanField { "mean field" } else { "mean error" };
            format!("The {whose} stays below {threshold}: {last} at generation {horizon}")
        }
    }
}

fn caption(inputs: &ReportInputs<'_>) -> String {
    let mut caption = "Error rate by generation. Dashed: the mean field, an infinitely large training set.".to_owned();
    if inputs.solution.curves.is_some() {
        caption += " Solid line and band: exact mean and the range that holds 90 % of runs.";
    } else if inputs.solution.approximation.is_some() {
        caption +=
            " Solid line and band: linear-noise approximation of the mean and of the range that holds 90 % of runs.";
    }
    if let Some(simulated) = inputs.simulated {
        let runs = number(simulated.replicates as f64, 3);
        caption += &format!(" Circles: mean of {runs} simulated runs, with two standard errors.");
        if !simulated.sample_runs.is_empty() {
            caption += " Thin lines: single runs.";
        }
    }
    caption
}
