//! The verifier meter: whether the checks still tell right from wrong, generation by generation.

use crate::analytic::VerifierMeter;

use super::ReportInputs;
use super::axis::Axis;
use super::facts::pairs;
use super::plot::Plot;
use super::shape::{Layer, PlotShape};
use super::theme::{CRITICAL, EXACT, MEAN_FIELD, ZERO};
use super::words::number;

pub(super) fn plot(inputs: &ReportInputs<'_>) -> Option<Plot> {
    let verifier = inputs.solution.verifier.as_ref()?;
    let line = |met: &[Option<VerifierMeter>]| -> Vec<(f64, f64)> {
        let told: Vec<f64> = met.iter().map(|met| met.map_or(f64::NAN, |met| met.discrimination)).collect();
        pairs(&inputs.solution.generations, &told).into_iter().filter(|(_, j)| j.is_finite()).collect()
    };
    let (field, expected) = (line(&verifier.mean_field), verifier.expected.as_deref().map(line));
    let all = || field.iter().chain(expected.iter().flatten()).map(|&(_, j)| j);
    let low = all().fold(0.0, f64::min);
    // Nothing to draw where no generation has a meter.
    all().next()?;
    let mut layers = Vec::new();
    if low < 0.0 {
        let points = vec![(0.0, 0.0), (inputs.horizon() as f64, 0.0)];
        layers.push(Layer::unnamed(PlotShape::Line { points, stroke: ZERO }));
    }
    if let Some(points) = expected {
        layers.push(Layer::new("expected composition", PlotShape::Line { points, stroke: EXACT }));
    }
    layers.push(Layer::new("mean field", PlotShape::Line { points: field, stroke: MEAN_FIELD }));
    if let Some(generation) = verifier.selects_for_mistakes {
        let mark = PlotShape::Mark { x: generation as f64, stroke: CRITICAL };
        layers.push(Layer::new(format!("first selects for mistakes, {generation}"), mark));
    }
    Some(Plot {
        title: title(inputs.horizon(), verifier.best_known(), verifier.selects_for_mistakes),
        notes: vec![
            "J = P(rejected | the winning answer is wrong) − P(rejected | it is right): 1 is a perfect check,"
                .to_owned(),
            "0 carries no information, below 0 the check selects for mistakes.".to_owned(),
        ],
        caption: "Verifier meter J by generation. Without a vote the winning answer is the candidate itself."
            .to_owned(),
        x: Axis::generations(0, inputs.horizon(), 0.0),
        y: Axis::between("verifier meter J", low, 1.0),
        layers,
    })
}

fn title(horizon: u64, told: &[Option<VerifierMeter>], selects: Option<u64>) -> String {
    if let Some(generation) = selects {
        return format!(
            "At generation {generation} the checks begin to reject right answers more often than wrong ones"
        );
    }
    let j = |met: Option<&Option<VerifierMeter>>| met.copied().flatten().map(|met| number(met.discrimination, 3));
    match (j(told.first()), j(told.last())) {
        _ if told.iter().flatten().all(|met| met.discrimination == 0.0) && told.iter().any(Option::is_some) => {
            "The checks do not tell right from wrong: J = 0 at every generation".to_owned()
        }
        (Some(first), Some(last)) if first == last => {
            format!("The checks tell right from wrong by J = {first} at first and at generation {horizon}")
        }
        (Some(first), Some(last)) => {
            format!("The checks tell right from wrong by J = {first} at first, {last} at generation {horizon}")
        }
        (Some(first), None) => format!("The checks tell right from wrong by J = {first} at first"),
        (None, _) => "How well the checks tell right from wrong".to_owned(),
    }
}
