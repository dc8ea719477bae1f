//! The fan chart: what was measured, what the generations of the log were, and what comes.

use plotters::style::RGBAColor;

use crate::fit::{CredibleInterval, FanPhase, FanPoint};
use crate::report::axis::Axis;
use crate::report::plot::Plot;
use crate::report::shape::{Estimate, Layer, PlotShape};
use crate::report::theme::{FILTERED, FORECAST, FORECAST_EDGE, INK, LAST, THRESHOLD, filtered, forecast};
use crate::report::words::percent;
use crate::stats::interval::wilson;

use super::FitInputs;
use super::words::headline;

pub(super) fn plot(inputs: &FitInputs<'_>) -> Option<Plot> {
    let fan = &inputs.fit.fan;
    let ahead = fan.iter().position(|one| one.phase == FanPhase::Forecast)?;
    let (known, _) = fan.split_at(ahead);
    // The forecast starts from the last generation of the log, so that the bands join.
    let coming = fan.get(ahead.saturating_sub(1)..)?;
    let (first, last) = (fan.first()?, fan.last()?);
    let failure = inputs.fit.runway.error_rate;
    let mut layers = bands(known, "log", filtered);
    layers.extend(bands(coming, "forecast", forecast));
    for edge in [|one: &FanPoint| one.error.q05, |one: &FanPoint| one.error.q95] {
        layers.push(Layer::unnamed(PlotShape::Line { points: line(coming, edge), stroke: FORECAST_EDGE }));
    }
    let median = |one: &FanPoint| one.error.q50;
    layers.push(Layer::new("log, median", PlotShape::Line { points: line(known, median), stroke: FILTERED }));
    layers.push(Layer::new("forecast, median", PlotShape::Line { points: line(coming, median), stroke: FORECAST }));
    layers.push(Layer::new(
        "last generation of the log",
        PlotShape::Mark { x: known.last()?.generation as f64, stroke: LAST },
    ));
    let label = format!("failure {}", percent(failure, 3));
    layers.push(Layer::unnamed(PlotShape::Level { y: failure, label, stroke: THRESHOLD }));
    let points = measured(inputs);
    let top =
        points.iter().map(|point| point.high).chain(fan.iter().map(|one| one.error.q95)).fold(failure * 1.05, f64::max);
    layers.push(Layer::new("measured, with its own 90 %", PlotShape::Rings { points, color: INK }));
    Some(Plot {
        title: headline(inputs.fit).trim_end_matches('.').to_owned(),
        notes: vec!["Bands hold the true error rate of a generation with probability 50 % and 90 %.".to_owned()],
        caption: "Error rate by generation. Solid line and blue bands: generations of the log, given all measurements. Dashed \
                  lines and orange bands: forecast. Circles: measured."
            .to_owned(),
        x: Axis::generations(first.generation, last.generation, 0.5),
        y: Axis::share("error rate of one answer", 0.0, top.min(1.0)),
        layers,
    })
}

fn line(fan: &[FanPoint], value: impl Fn(&FanPoint) -> f64) -> Vec<(f64, f64)> {
    fan.iter().map(|one| (one.generation as f64, value(one))).collect()
}

/// The 50 % band and, lighter on both sides of it, what the 90 % band adds.
fn bands(fan: &[FanPoint], name: &str, fill: fn(f64) -> RGBAColor) -> Vec<Layer> {
    let band = |share: f64, low: fn(&CredibleInterval) -> f64, high: fn(&CredibleInterval) -> f64| PlotShape::Area {
        points: fan.iter().map(|one| (one.generation as f64, low(&one.error), high(&one.error))).collect(),
        fill: fill(share),
    };
    vec![
        Layer::unnamed(band(0.9, |error| error.q05, |error| error.q25)),
        Layer::new(format!("{name}, 90 %"), band(0.9, |error| error.q75, |error| error.q95)),
        Layer::new(format!("{name}, 50 %"), band(0.5, |error| error.q25, |error| error.q75)),
    ]
}

fn measured(inputs: &FitInputs<'_>) -> Vec<Estimate> {
    let estimate = |row: &crate::fit::LogRow| {
        let (low, high) = wilson(row.wrong, row.evaluated, 0.1);
        Estimate { x: row.generation as f64, y: row.error_rate(), low, high }
    };
    inputs.run.rows.iter().map(estimate).collect()
}
