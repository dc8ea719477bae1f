//! Two metrics of one run: both error curves in one figure, and a page.

use maud::{Markup, html};

use crate::fit::{FanPhase, FanPoint};
use crate::report::axis::Axis;
use crate::report::html::{document, figure, provenance};
use crate::report::plot::Plot;
use crate::report::shape::{Layer, PlotShape};
use crate::report::theme::{FILTERED, FORECAST, FORECAST_EDGE, LAST, filtered, forecast};
use crate::report::{Figure, RenderedReport, ReportError, drawn};

use super::{FitInputs, PairInputs, words};

/// Makes the figure and the page. The same inputs give the same bytes.
///
/// # Errors
/// [`ReportError::Figure`] if the figure cannot be drawn.
pub fn render_pair(inputs: &PairInputs<'_>) -> Result<RenderedReport, ReportError> {
    let [(_, first), _] = &inputs.metrics;
    let figures = drawn([("metrics", plot(inputs))], &first.provenance.origin())?;
    let html = page(inputs, &figures).into_bytes();
    Ok(RenderedReport::new(figures, html))
}

/// Generations of the log.
fn known<'a>(inputs: &FitInputs<'a>) -> Vec<&'a FanPoint> {
    inputs.fit.fan.iter().filter(|one| one.phase != FanPhase::Forecast).collect()
}

fn plot(inputs: &PairInputs<'_>) -> Option<Plot> {
    let [(first_name, first), (second_name, second)] = &inputs.metrics;
    if [first, second].iter().any(|one| one.fit.unsettled().is_some()) {
        return None;
    }
    let (one, other) = (known(first), known(second));
    let all = || one.iter().chain(&other);
    let (from, to) = (all().map(|one| one.generation).min()?, all().map(|one| one.generation).max()?);
    let top = all().map(|one| one.error.q95).fold(0.05, f64::max);
    let band =
        |fan: &[&FanPoint]| fan.iter().map(|one| (one.generation as f64, one.error.q05, one.error.q95)).collect();
    let line = |fan: &[&FanPoint], value: fn(&FanPoint) -> f64| {
        fan.iter().map(|one| (one.generation as f64, value(one))).collect::<Vec<_>>()
    };
    let median = |one: &FanPoint| one.error.q50;
    let mut layers = vec![
        Layer::new(format!("{first_name}, 90 %"), PlotShape::Area { points: band(&one), fill: filtered(0.9) }),
        Layer::new(format!("{second_name}, 90 %"), PlotShape::Area { points: band(&other), fill: forecast(0.9) }),
    ];
    // The second band keeps its edges where both lie on each other.
    for edge in [|one: &FanPoint| one.error.q05, |one: &FanPoint| one.error.q95] {
        layers.push(Layer::unnamed(PlotShape::Line { points: line(&other, edge), stroke: FORECAST_EDGE }));
    }
    layers.push(Layer::new(
        format!("{first_name}, median"),
        PlotShape::Line { points: line(&one, median), stroke: FILTERED },
    ));
    layers.push(Layer::new(
        format!("{second_name}, median"),
        PlotShape::Line { points: line(&other, median), stroke: FORECAST },
    ));
    if let Some(parting) = inputs.parting.filter(words::is_sign) {
        let mark = PlotShape::Mark { x: parting.generation as f64, stroke: LAST };
        layers.push(Layer::new("best generation of the metric that gets worse", mark));
    }
    Some(Plot {
        title: words::parting(inputs).trim_end_matches('.').to_owned(),
        notes: vec![
            "Bands hold the true error rate of a generation with probability 90 %, given all measurements.".to_owned(),
        ],
        caption: "True error rate by generation of the log, by each of two metrics.".to_owned(),
        x: Axis::generations(from, to, 0.5),
        y: Axis::share("error rate of one answer", 0.0, (top * 1.05).min(1.0)),
        layers,
    })
}

fn page(inputs: &PairInputs<'_>, figures: &[Figure]) -> String {
    let headline = words::parting(inputs);
    let [(_, first), _] = &inputs.metrics;
    let body = html! {
        header {
            h1 { (headline) }
            p.source { (first.fit.subject()) ", generations " (first.fit.basis.generations.0) " to " (first.fit.basis.generations.1) }
            p { (words::LEARNERS) }
        }
        main {
            @for (index, drawn) in figures.iter().enumerate() { (figure(index + 1, drawn)) }
            @for (name, one) in &inputs.metrics { (of_metric(name, one)) }
            (provenance(first.provenance))
        }
    };
    document(&headline, &headline, &body)
}

fn of_metric(name: &str, inputs: &FitInputs<'_>) -> Markup {
    let fit = inputs.fit;
    html! {
        section {
            h2 { (name) }
            @if let Some(unsettled) = words::unsettled(fit) {
                p.alarm role="alert" { strong { "Attention. " } (unsettled) }
            } @else {
                p { (words::headline(fit)) }
                p { (words::reproduction(fit)) }
                p { (words::best(fit)) }
            }
            @if let Some(sentence) = words::problems(fit) { p { (sentence) } }
            @for warning in &fit.warnings { p.warning { strong { "Note. " } (warning) } }
        }
    }
}
