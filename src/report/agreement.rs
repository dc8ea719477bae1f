//! Agreement: the simulated mean error against the reference, in standard errors, with the critical lines.

use crate::compare::AgreementVerdict;

use super::ReportInputs;
use super::axis::Axis;
use super::facts::largest;
use super::plot::Plot;
use super::shape::{Layer, PlotShape};
use super::theme::{CRITICAL, STEM, VERMILLION, ZERO};
use super::words::number;

/// Differences drawn at most; of more, the largest of each group.
const STEMS: usize = 150;

pub(super) fn plot(inputs: &ReportInputs<'_>) -> Option<Plot> {
    let verdict = inputs.verdict?;
    let all: Vec<SimulatedDifference> = differences(inputs, verdict);
    let group = super::thin::every(all.len(), STEMS);
    let shown: Vec<SimulatedDifference> = all.chunks(group).filter_map(furthest).collect();
    // Each value holds for its generation, so that the line of a single one can be seen too.
    let critical: Vec<(f64, f64)> = inputs
        .solution
        .generations
        .iter()
        .zip(&verdict.critical)
        .filter_map(|(&generation, value)| {
            value.filter(|value| value.is_finite()).map(|value| (generation as f64, value))
        })
        .flat_map(|(generation, value)| [(generation - 0.5, value), (generation + 0.5, value)])
        .collect();
    let reach = largest(all.iter().map(|difference| &difference.size)).max(largest(critical.iter().map(|(_, c)| c)));
    let reach_drawn = if reach > 0.0 { reach } else { 1.0 };
    let layers = if all.is_empty() { Vec::new() } else { layers(&shown, &critical, reach_drawn) };
    let runs = number(verdict.replicates as f64, 3);
    let mut notes = vec![format!("(simulated − expected mean error) / standard error, {runs} runs")];
    if group > 1 {
        notes.push(format!("Of every {group} generations the largest difference is shown."));
    }
    if all.is_empty() {
        notes.push("At no generation can the error vary: there is nothing to compare.".to_owned());
    }
    Some(Plot {
        title: title(verdict, &all),
        notes,
        caption: format!(
            "Standardised differences of the mean error by generation; reference: {}. Dashed: critical values, which hold \
             at all generations together at a family-wise level of {}.",
            verdict.reference,
            number(verdict.level, 3)
        ),
        x: Axis::generations(0, inputs.horizon(), 0.5),
        y: Axis::symmetric("difference (standard errors)", if reach > 0.0 { reach * 1.05 } else { 1.0 }),
        layers,
    })
}

/// A standardised difference at a generation.
#[derive(Debug, Clone, Copy)]
struct SimulatedDifference {
    generation: f64,
    /// May be infinite, where the expectation has no spread and the simulation differs all the same.
    value: f64,
    /// |value|, if it is finite.
    size: f64,
    significant: bool,
}

fn differences(inputs: &ReportInputs<'_>, verdict: &AgreementVerdict) -> Vec<SimulatedDifference> {
    let generations = inputs.solution.generations.iter().zip(verdict.standardised.iter().zip(&verdict.critical));
    generations
        .filter_map(|(&generation, (value, critical))| {
            let value = value.filter(|value| !value.is_nan())?;
            let significant = critical.is_some_and(|critical| value.abs() > critical);
            Some(SimulatedDifference { generation: generation as f64, value, size: value.abs(), significant })
        })
        .collect()
}

fn furthest(group: &[SimulatedDifference]) -> Option<SimulatedDifference> {
    group.iter().copied().max_by(|a, b| a.size.total_cmp(&b.size))
}

/// Infinite differences are drawn at the edge.
fn layers(shown: &[SimulatedDifference], critical: &[(f64, f64)], reach: f64) -> Vec<Layer> {
    let side = |significant: bool| -> Vec<(f64, f64)> {
        let chosen = shown.iter().filter(|difference| difference.significant == significant);
        chosen.map(|difference| (difference.generation, difference.value.clamp(-reach, reach))).collect()
    };
    let mut layers = vec![Layer::unnamed(PlotShape::Level { y: 0.0, label: String::new(), stroke: ZERO })];
    let within = PlotShape::Stems { points: side(false), color: STEM.color, stem: STEM };
    layers.push(Layer::new("difference", within));
    let beyond = side(true);
    if !beyond.is_empty() {
        let stem = crate::report::theme::Stroke { color: VERMILLION, width: 2.0, dash: None };
        layers.push(Layer::new(
            "beyond the critical value",
            PlotShape::Stems { points: beyond, color: VERMILLION, stem },
        ));
    }
    if !critical.is_empty() {
        let mirrored = critical.iter().map(|&(x, y)| (x, -y)).collect();
        layers.push(Layer::new("critical value", PlotShape::Line { points: critical.to_vec(), stroke: CRITICAL }));
        layers.push(Layer::unnamed(PlotShape::Line { points: mirrored, stroke: CRITICAL }));
    }
    layers
}

fn title(verdict: &AgreementVerdict, all: &[SimulatedDifference]) -> String {
    let beyond = all.iter().filter(|difference| difference.significant).count();
    let Some(worst) = furthest(all) else {
        return "The mean error has no spread to compare".to_owned();
    };
    let size = number(worst.size, 3);
    if beyond > 0 {
        let of = number(all.len() as f64, 3);
        return format!("Simulation disagrees at {beyond} of {of} generations, by up to {size} standard errors");
    }
    if verdict.agree {
        return format!("Simulation agrees: mean error within {size} standard errors of the expected");
    }
    let failed: Vec<&str> =
        verdict.tests.iter().filter(|test| !test.passed).map(|test| test.quantity.as_str()).collect();
    format!("Mean error agrees (within {size} standard errors), but not: {}", failed.join(", "))
}
