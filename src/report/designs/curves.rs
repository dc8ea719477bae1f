//! Survival and error of every design.

use crate::plan::{Basis, Comparison};
use crate::report::axis::Axis;
use crate::report::facts::largest;
use crate::report::plot::{Layer, Plot, Shape};
use crate::report::survival::{LAST_STEP, steps};
use crate::report::theme::THRESHOLD;
use crate::report::words::{number, percent};

use super::strokes;

/// A threshold is left out of the figure when everything else is this much smaller.
const FAR: f64 = 12.0;

fn horizon(comparison: &Comparison) -> u64 {
    comparison.designs.iter().map(|one| one.scenario.horizon.get()).max().unwrap_or(1)
}

fn points(values: &[f64]) -> Vec<(f64, f64)> {
    values.iter().enumerate().filter(|(_, value)| value.is_finite()).map(|(g, &value)| (g as f64, value)).collect()
}

fn notes(comparison: &Comparison, first: &str) -> Vec<String> {
    let simulated: Vec<&str> =
        comparison.designs.iter().filter(|one| one.basis == Basis::Simulated).map(|one| one.name.as_str()).collect();
    let mut notes = vec![first.to_owned()];
    if !simulated.is_empty() {
        notes.push(format!("Simulated, where no exact solver reaches: {}.", simulated.join(", ")));
    }
    notes
}

pub(super) fn survival(comparison: &Comparison) -> Plot {
    let layers = strokes(comparison)
        .map(|(one, stroke)| Layer::new(&one.name, Shape::Line { points: steps(&points(&one.survival)), stroke }))
        .collect();
    let axis = Axis::generations(0, horizon(comparison), 0.0);
    Plot {
        title: lasting(comparison),
        notes: notes(
            comparison,
            "S(g) = P(T > g): the probability that the error has not reached the threshold by generation g.",
        ),
        caption: "Survival of every design by generation.".to_owned(),
        x: Axis { high: axis.high + LAST_STEP, ..axis },
        y: Axis::share("surviving", 0.0, 1.0),
        layers,
    }
}

/// Which designs are likelier than not to reach the horizon.
fn lasting(comparison: &Comparison) -> String {
    let lasts = |survival: &[f64]| survival.last().is_some_and(|&last| last > 0.5);
    let (lasting, all) =
        (comparison.designs.iter().filter(|one| lasts(&one.survival)).count(), comparison.designs.len());
    let horizon = number(horizon(comparison) as f64, 3);
    match lasting {
        0 => format!("No design is likelier than not to last {horizon} generations"),
        some if some == all => format!("Every design is likelier than not to last {horizon} generations"),
        some => format!("{some} of {all} designs are likelier than not to last {horizon} generations"),
    }
}

pub(super) fn error(comparison: &Comparison) -> Plot {
    let mut layers: Vec<Layer> = strokes(comparison)
        .map(|(one, stroke)| Layer::new(&one.name, Shape::Line { points: points(&one.error), stroke }))
        .collect();
    let highest = largest(comparison.designs.iter().flat_map(|one| &one.error));
    let mut notes = notes(
        comparison,
        "Expected error rate of one candidate before any check, whether or not the loop has failed before.",
    );
    let mut thresholds: Vec<f64> = comparison.designs.iter().map(|one| one.scenario.failure.error_rate.get()).collect();
    thresholds.sort_by(f64::total_cmp);
    thresholds.dedup();
    let mut high = highest;
    for threshold in thresholds {
        if highest > 0.0 && highest * FAR < threshold {
            notes.push(format!("The threshold of {} lies far above the figure.", percent(threshold, 3)));
            continue;
        }
        high = high.max(threshold);
        let label = format!("failure: {}", percent(threshold, 3));
        layers.push(Layer::unnamed(Shape::Level { y: threshold, label, stroke: THRESHOLD }));
    }
    Plot {
        title: lowest(comparison),
        notes,
        caption: "Expected error rate of every design by generation.".to_owned(),
        x: Axis::generations(0, horizon(comparison), 0.0),
        y: Axis::share("error rate", 0.0, high * 1.02),
        layers,
    }
}

fn lowest(comparison: &Comparison) -> String {
    let last = |errors: &[f64]| errors.last().copied().unwrap_or(f64::NAN);
    let ends = comparison.designs.iter().map(|one| (last(&one.error), one.name.as_str()));
    match ends.filter(|(error, _)| !error.is_nan()).min_by(|a, b| a.0.total_cmp(&b.0)) {
        Some((error, name)) => format!("The lowest error at the horizon is {}, with “{name}”", percent(error, 3)),
        None => "Error rate by generation".to_owned(),
    }
}
