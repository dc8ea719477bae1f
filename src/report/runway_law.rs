//! The law of the runway: the probability that the loop fails at exactly this generation.

use crate::simulate::Simulated;

use super::ReportInputs;
use super::axis::Axis;
use super::facts::{CurveSide, largest};
use super::plot::Plot;
use super::shape::{Estimate, Layer, PlotShape};
use super::theme::{VERMILLION, exact_bars};
use super::thin;
use super::words::{number, percent, runway, runway_cell};

/// Bars drawn at most; more generations are summed in groups.
const BARS: usize = 62;
/// Share of the mass within the horizon that may be left out at its right end.
const TAIL: f64 = 1e-4;
/// Where a smaller share of runs fails within the horizon nothing is drawn: bars so low say less than a sentence.
const VOID: f64 = 1e-3;

pub(super) fn plot(inputs: &ReportInputs<'_>) -> Option<Plot> {
    let failed = inputs.failed_by_horizon()?;
    if failed < VOID {
        return Some(sentence(inputs));
    }
    let exact = inputs.solution.curves.as_ref().map(|curves| differences(&curves.failed));
    let last = last_shown(inputs, exact.as_deref());
    let width = thin::every(last + 1, BARS);
    let bars = exact.as_deref().map(|exact| grouped(exact, last, width));
    let rings = inputs.simulated.map(|simulated| frequencies(simulated, last, width));
    let highest =
        largest(bars.iter().flatten().map(|bar| &bar.2)).max(largest(rings.iter().flatten().map(|point| &point.high)));
    let heights: Vec<f64> = match (&bars, &rings) {
        (Some(bars), _) => bars.iter().map(|bar| bar.2).collect(),
        (None, rings) => rings.iter().flatten().map(|ring| ring.y).collect(),
    };
    let mut layers = Vec::new();
    if let Some(bars) = bars {
        layers.push(Layer::new("exact", PlotShape::Bars { bars, fill: exact_bars() }));
    }
    if let Some(points) = rings {
        layers.push(Layer::new("simulated ± 2 se", PlotShape::Rings { points, color: VERMILLION }));
    }
    let per = if width == 1 { "per generation".to_owned() } else { format!("per {width} generations") };
    Some(Plot {
        title: title(&heights, (width, last), inputs.survival()?.1),
        notes: notes(inputs, last),
        caption: caption(inputs, width),
        x: Axis {
            title: "runway T (generation of failure)".to_owned(),
            ..Axis::generations(0, last as u64, width as f64)
        },
        y: Axis::share(&format!("probability {per}"), 0.0, highest * 1.02),
        layers,
    })
}

/// What is said where almost no run fails within the horizon.
fn sentence(inputs: &ReportInputs<'_>) -> Plot {
    let mean = inputs.solution.runway.mean.map(|mean| format!("Expected runway: {}.", runway(mean, inputs.horizon())));
    Plot {
        title: inputs.failure_sentence().unwrap_or_default(),
        notes: mean.into_iter().collect(),
        caption: "The law of the runway T is not drawn: almost all of it lies beyond the horizon.".to_owned(),
        x: Axis::generations(0, inputs.horizon(), 0.0),
        y: Axis::share("probability", 0.0, 1.0),
        layers: Vec::new(),
    }
}

/// P(T = g) from P(T ≤ g).
fn differences(failed: &[f64]) -> Vec<f64> {
    let mut before = 0.0;
    failed
        .iter()
        .map(|&until| {
            let mass = (until - before).max(0.0);
            before = until;
            mass
        })
        .collect()
}

/// The last generation to show: where the mass within the horizon is all but complete, and every simulated failure seen.
fn last_shown(inputs: &ReportInputs<'_>, exact: Option<&[f64]>) -> usize {
    let horizon = usize::try_from(inputs.horizon()).unwrap_or(usize::MAX);
    let exact = exact.unwrap_or_default();
    let total: f64 = exact.iter().sum();
    let mut missing = total;
    let complete = exact.iter().position(|mass| {
        missing -= mass;
        missing <= TAIL * total
    });
    let simulated = inputs.simulated.and_then(|simulated| simulated.failures.iter().rposition(|&count| count > 0));
    let last = match (complete, simulated) {
        (None, None) => horizon,
        // Without any failure to show, the whole horizon is the message.
        (Some(0), None) if total == 0.0 => horizon,
        (complete, simulated) => complete.unwrap_or(0).max(simulated.unwrap_or(0)),
    };
    (last + last / 10 + 1).min(horizon)
}

/// Sums of `width` generations each, as bars around their middle.
fn grouped(masses: &[f64], last: usize, width: usize) -> Vec<(f64, f64, f64)> {
    let shown = masses.get(..=last).unwrap_or(masses);
    let reach = 0.42 * width as f64;
    shown
        .chunks(width)
        .enumerate()
        .map(|(index, group)| {
            let middle = centre(index, width);
            (middle - reach, middle + reach, group.iter().sum())
        })
        .collect()
}

fn centre(index: usize, width: usize) -> f64 {
    (index * width) as f64 + (width - 1) as f64 / 2.0
}

/// Shares of runs that fail in each group, with two binomial standard errors.
fn frequencies(simulated: &Simulated, last: usize, width: usize) -> Vec<Estimate> {
    let runs = simulated.replicates.max(1) as f64;
    let shown = simulated.failures.get(..=last).unwrap_or(&simulated.failures);
    shown
        .chunks(width)
        .enumerate()
        .map(|(index, group)| {
            let y = group.iter().sum::<u64>() as f64 / runs;
            let reach = 2.0 * (y * (1.0 - y).max(0.0) / runs).sqrt();
            Estimate { x: centre(index, width), y, low: (y - reach).max(0.0), high: (y + reach).min(1.0) }
        })
        .collect()
}

/// `heights` are the probabilities of the groups of `width` generations, or the shares of simulated runs.
fn title(heights: &[f64], (width, last): (usize, usize), side: CurveSide) -> String {
    // The first of equal ones, as a reader would.
    let Some((index, mass)) = heights.iter().enumerate().rev().max_by(|a, b| a.1.total_cmp(b.1)) else {
        return String::new();
    };
    let generation = |offset: usize| number((index * width + offset).min(last) as f64, 3);
    let place = match width {
        1 => format!("at generation {}", generation(0)),
        _ => format!("in generations {}–{}", generation(0), generation(width - 1)),
    };
    let mass = percent(*mass, 3);
    if side == CurveSide::Exact {
        format!("Failure is likeliest {place} (probability {mass})")
    } else {
        format!("More simulated runs fail {place} than at any other time: {mass}")
    }
}

fn notes(inputs: &ReportInputs<'_>, last: usize) -> Vec<String> {
    let mut notes = Vec::new();
    let law = &inputs.solution.runway;
    if let (Some(low), Some(high)) = (law.q05, law.q95) {
        let (low, high) = (number(low, 3), runway_cell(high, inputs.horizon()));
        notes.push(format!("90 % of runs fail between generations {low} and {high}."));
    }
    if let Some((survival, side)) = inputs.survival() {
        let beyond = survival.last().copied().unwrap_or(0.0);
        let horizon = inputs.horizon_text();
        let whose = if side == CurveSide::Exact { "" } else { " (simulated)" };
        if beyond > TAIL {
            notes.push(format!(
                "Not shown: failure after generation {horizon}, probability {}{whose}.",
                percent(beyond, 3)
            ));
        }
    }
    if (last as u64) < inputs.horizon() {
        notes.push("The axis ends where the mass within the horizon is complete to 1 in 10 000.".to_owned());
    }
    notes
}

fn caption(inputs: &ReportInputs<'_>, width: usize) -> String {
    let mut caption = "Law of the runway T, the first generation whose error reaches the threshold.".to_owned();
    if inputs.solution.curves.is_some() {
        caption += " Bars: exact.";
    }
    if let Some(simulated) = inputs.simulated {
        let runs = number(simulated.replicates as f64, 3);
        caption += &format!(" Circles: share of {runs} simulated runs, with two standard errors.");
    }
    if width > 1 {
        caption += &format!(" Generations are summed in groups of {width}.");
    }
    caption
}
