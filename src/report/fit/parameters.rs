//! Every parameter before and after the data, on one scale.

use crate::fit::ParameterSummary;
use crate::report::axis::Axis;
use crate::report::plot::Plot;
use crate::report::shape::{Layer, PlotShape, Span};
use crate::report::theme::{BOUNDARY, ROW, filtered, prior_box};

use super::FitInputs;
use super::tables::contraction;
use super::words::listed;

/// Distance of the 95 % quantile from the centre of a normal law, in standard deviations.
const Q95: f64 = 1.644_853_626_951_472_7;
/// Most parameters named in the title.
const NAMED: usize = 3;

pub(super) fn plot(inputs: &FitInputs<'_>) -> Option<Plot> {
    let mut parameters: Vec<&ParameterSummary> = inputs.fit.parameters.iter().collect();
    // The least known at the bottom.
    parameters.sort_by(|a, b| a.contraction.total_cmp(&b.contraction));
    if parameters.is_empty() {
        return None;
    }
    let rows = || parameters.iter().enumerate().map(|(row, learned)| (row as f64, *learned));
    let prior = boxes(&parameters, 0.38, |one| (one.prior.q05, one.prior.q95));
    let wide = boxes(&parameters, 0.22, |one| (one.posterior.q05, one.posterior.q95));
    let narrow = boxes(&parameters, 0.22, |one| (one.posterior.q25, one.posterior.q75));
    let reach = wide.iter().flat_map(|span| [span.left.abs(), span.right.abs()]).fold(2.0, f64::max);
    let mut layers: Vec<Layer> = rows()
        .map(|(y, learned)| {
            let label = contraction(learned);
            Layer::unnamed(PlotShape::Level { y, label, stroke: ROW })
        })
        .collect();
    layers.push(Layer::new("prior, 90 %", PlotShape::Boxes { boxes: prior, fill: prior_box() }));
    layers.push(Layer::new("given the log, 90 %", PlotShape::Boxes { boxes: wide, fill: filtered(0.9) }));
    layers.push(Layer::new("given the log, 50 %", PlotShape::Boxes { boxes: narrow, fill: filtered(0.5) }));
    layers.push(Layer::unnamed(PlotShape::Mark { x: 0.0, stroke: BOUNDARY }));
    Some(Plot {
        title: title(&parameters),
        notes: vec!["Right: contraction, the share of the prior's variance that the data removed.".to_owned()],
        caption: "Parameters before and after the data, each in standard deviations of its prior.".to_owned(),
        x: Axis::symmetric("distance from the prior's median (standard deviations of the prior)", reach),
        y: Axis {
            title: "parameter".to_owned(),
            low: -0.6,
            high: parameters.len() as f64 - 0.4,
            ticks: rows().map(|(row, learned)| (row, learned.parameter.key().to_owned())).collect(),
        },
        layers,
    })
}

/// One box per row, `half` as high, between two values of its parameter.
fn boxes(parameters: &[&ParameterSummary], half: f64, ends: fn(&ParameterSummary) -> (f64, f64)) -> Vec<Span> {
    let spanned = |(row, learned): (u32, &&ParameterSummary)| {
        let ((left, right), row) = (ends(learned), f64::from(row));
        let place = |value| standard(learned, value);
        Span { left: place(left), right: place(right), low: row - half, high: row + half }
    };
    (0..).zip(parameters).map(spanned).collect()
}

/// A value in standard deviations of the prior from its median.
fn standard(learned: &ParameterSummary, value: f64) -> f64 {
    let at = |value: f64| learned.scale.transformed(value);
    let (centre, high) = (at(learned.prior.q50), at(learned.prior.q95));
    (at(value) - centre) / ((high - centre) / Q95)
}

/// `parameters` by rising contraction.
fn title(parameters: &[&ParameterSummary]) -> String {
    let key = |learned: &&ParameterSummary| learned.parameter.key();
    let fixed: Vec<&str> = parameters.iter().rev().filter(|one| one.contraction >= 0.8).take(NAMED).map(key).collect();
    let open: Vec<&str> = parameters.iter().filter(|one| one.contraction < 0.2).take(NAMED).map(key).collect();
    match (listed(&fixed), listed(&open)) {
        (Some(fixed), Some(open)) => format!("The log pins down {fixed}; it says little about {open}"),
        (Some(fixed), None) => format!("The log pins down {fixed} best"),
        (None, Some(open)) => format!("The log pins down no parameter; it says least about {open}"),
        (None, None) => "The log says something about every parameter and pins down none".to_owned(),
    }
}
