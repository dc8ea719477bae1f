//! Survival and error of every design.

use crate::claims::{ClaimResults, PublishedResult};
use crate::plan::{ComparedDesign, DesignComparison, PriceBasis};
use crate::report::axis::Axis;
use crate::report::facts::largest;
use crate::report::plot::Plot;
use crate::report::shape::{Layer, PlotShape};
use crate::report::survival::{LAST_STEP, steps};
use crate::report::theme::{INK, THRESHOLD};
use crate::report::words::{number, percent};
use crate::scenario::{LoopQuantity, PublishedValue};

use super::chosen::{caveat, greyed, least, lines};
use super::{NEGLIGIBLE, sentence};

/// A threshold is left out of the figure when everything else is this much smaller.
const FAR: f64 = 12.0;
/// Curves that stay this close to one end of the axis are one flat line there.
const FLAT: f64 = 0.005;

const SURVIVAL: &str = "Survival of every design by generation.";
const ERROR: &str = "Expected error rate of every design by generation.";

fn horizon(comparison: &DesignComparison) -> u64 {
    comparison.designs.iter().map(|one| one.scenario.horizon.get()).max().unwrap_or(1)
}

/// "40 generations", or "its horizon" where the horizons differ.
fn span(comparison: &DesignComparison) -> String {
    let longest = horizon(comparison);
    if comparison.designs.iter().any(|one| one.scenario.horizon.get() != longest) {
        return "its horizon".to_owned();
    }
    format!("{} generation{}", number(longest as f64, 3), if longest == 1 { "" } else { "s" })
}

fn points(values: &[f64]) -> Vec<(f64, f64)> {
    values.iter().enumerate().filter(|(_, value)| value.is_finite()).map(|(g, &value)| (g as f64, value)).collect()
}

fn notes(comparison: &DesignComparison, first: &str) -> Vec<String> {
    let simulated: Vec<&str> = comparison
        .designs
        .iter()
        .filter(|one| one.basis == PriceBasis::Simulated)
        .map(|one| one.name.as_str())
        .collect();
    let mut notes = vec![first.to_owned()];
    notes.extend(greyed(comparison));
    if !simulated.is_empty() {
        notes.push(format!("Simulated, where no exact solver reaches: {}.", simulated.join(", ")));
    }
    notes
}

pub(super) fn survival(comparison: &DesignComparison) -> Plot {
    // No more than what is known of the likeliest failure.
    let most = |one: &ComparedDesign| one.failed_by_horizon + one.failed_by_horizon_error.unwrap_or(0.0);
    let failed = comparison.designs.iter().map(most).fold(0.0, f64::max);
    let alive = largest(comparison.designs.iter().flat_map(|one| &one.survival));
    if failed < FLAT {
        let title = format!("No design is likelier than {} to fail within {}", percent(failed, 3), span(comparison));
        return sentence(title, SURVIVAL);
    }
    if alive < FLAT {
        return sentence("Every design fails at generation 0".to_owned(), SURVIVAL);
    }
    let axis = Axis::generations(0, horizon(comparison), 0.0);
    Plot {
        title: lasting(comparison),
        notes: notes(
            comparison,
            "S(g) = P(T > g): the probability that the error has not reached the threshold by generation g.",
        ),
        caption: SURVIVAL.to_owned(),
        x: Axis { high: axis.high + LAST_STEP, ..axis },
        y: Axis::share("surviving", 0.0, 1.0),
        layers: lines(comparison, |one| steps(&points(&one.survival))),
    }
}

/// Which designs are likelier than not to reach the horizon.
fn lasting(comparison: &DesignComparison) -> String {
    let lasts = |one: &&ComparedDesign| one.survival.last().is_some_and(|&last| last > 0.5);
    let all = comparison.designs.len();
    let span = span(comparison);
    match comparison.designs.iter().filter(lasts).count() {
        0 => format!("No design is likelier than not to last {span}"),
        some if some == all => format!("Every design is likelier than not to last {span}"),
        1 => format!("One of {all} designs is likelier than not to last {span}"),
        some => format!("{some} of {all} designs are likelier than not to last {span}"),
    }
}

/// Published error rates of the designs, or what is left of published accuracies, by generation.
fn published(comparison: &DesignComparison, evidence: &ClaimResults) -> Vec<(f64, f64)> {
    let drawn = |name: &str| comparison.designs.iter().any(|one| one.name == name);
    let point = |beside: &PublishedResult| {
        let PublishedValue { subject, value, .. } = &beside.published;
        let error = match subject.quantity {
            LoopQuantity::Error => *value,
            LoopQuantity::Accuracy => 1.0 - value,
            _ => return None,
        };
        let known = subject.design.as_deref().is_none_or(drawn) && subject.generation <= horizon(comparison);
        known.then_some((subject.generation as f64, error))
    };
    evidence.published.iter().filter_map(point).collect()
}

pub(super) fn error(comparison: &DesignComparison, evidence: &ClaimResults) -> Plot {
    let highest = largest(comparison.designs.iter().flat_map(|one| &one.error));
    if highest < NEGLIGIBLE {
        let title = format!("The expected error rate of no design exceeds {}", percent(highest, 3));
        return sentence(title, ERROR);
    }
    let mut layers = lines(comparison, |one| points(&one.error));
    let mut notes = notes(
        comparison,
        "Expected error rate of one candidate before any check, whether or not the loop has failed before.",
    );
    let published = published(comparison, evidence);
    let highest = published.iter().map(|point| point.1).fold(highest, f64::max);
    let high = thresholds(comparison, highest, &mut layers, &mut notes);
    if !published.is_empty() {
        layers.push(Layer::new("published", PlotShape::Dots { points: published, color: INK, open: true }));
    }
    Plot {
        title: lowest(comparison),
        notes,
        caption: ERROR.to_owned(),
        x: Axis::generations(0, horizon(comparison), 0.0),
        y: Axis::share("error rate", 0.0, high * 1.02),
        layers,
    }
}

/// Adds a line for each threshold, or a note where it lies far above the curves; how high the figure must reach.
fn thresholds(comparison: &DesignComparison, highest: f64, layers: &mut Vec<Layer>, notes: &mut Vec<String>) -> f64 {
    let mut thresholds: Vec<f64> = comparison.designs.iter().map(|one| one.scenario.failure.error_rate.get()).collect();
    thresholds.sort_by(f64::total_cmp);
    thresholds.dedup();
    let mut high = highest;
    for threshold in thresholds {
        if highest * FAR < threshold {
            notes.push(format!("The threshold of {} lies far above the figure.", percent(threshold, 3)));
            continue;
        }
        high = high.max(threshold);
        let label = format!("failure: {}", percent(threshold, 3));
        layers.push(Layer::unnamed(PlotShape::Level { y: threshold, label, stroke: THRESHOLD }));
    }
    high
}

fn lowest(comparison: &DesignComparison) -> String {
    let all: Vec<&ComparedDesign> = comparison.designs.iter().collect();
    match least(&all, |one| one.error.last().copied().unwrap_or(f64::NAN)) {
        Some((error, one, names)) => {
            format!("The lowest error at the horizon is {}, with {names}{}", percent(error, 3), caveat(one))
        }
        None => "Error rate by generation".to_owned(),
    }
}
