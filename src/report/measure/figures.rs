//! What votes keep, and how right answers are spread over problems.

use crate::measure::{MeasuredLoop, MeasuredNumber, VoteMeasurement};
use crate::report::axis::Axis;
use crate::report::plot::Plot;
use crate::report::shape::{Estimate, Layer, PlotShape};
use crate::report::theme::{EXACT, FORECAST, INK, VERMILLION, exact_bars};

use super::words;

/// Accepted problems, and right ones of them, by the votes that an answer needs, of as many candidates as were sampled.
pub(super) fn votes(measured: &MeasuredLoop) -> Option<Plot> {
    let candidates = measured.votes.iter().map(|vote| vote.candidates).max()?;
    let votes: Vec<&VoteMeasurement> = measured.votes.iter().filter(|vote| vote.candidates == candidates).collect();
    let ring = |vote: &VoteMeasurement, number: MeasuredNumber| Estimate {
        x: f64::from(vote.agree),
        y: number.value,
        low: number.low.unwrap_or(number.value),
        high: number.high.unwrap_or(number.value),
    };
    let right = votes.iter().filter_map(|vote| Some(ring(vote, vote.right?))).collect();
    let accepted = votes.iter().map(|vote| ring(vote, vote.accepted)).collect();
    let predicted_right =
        votes.iter().filter_map(|vote| Some((f64::from(vote.agree), vote.predicted_right?))).collect();
    let predicted_accepted = votes.iter().map(|vote| (f64::from(vote.agree), vote.predicted_accepted)).collect();
    let mut x = Axis::generations(1, u64::from(candidates), 0.5);
    x.title = format!("votes that the leading answer needs, of {candidates}");
    Some(Plot {
        title: words::vote_title(measured, candidates)?,
        notes: vec!["Circles: measured, with 90 % intervals. Lines: predicted by the measured scenario.".to_owned()],
        caption: format!(
            "Problems accepted by a vote of {candidates}, and right answers among them, by the votes that the leading answer needs."
        ),
        x,
        y: Axis::share("share", 0.0, 1.0),
        layers: vec![
            Layer::new("accepted, predicted", PlotShape::Line { points: predicted_accepted, stroke: FORECAST }),
            Layer::new("right of the accepted, predicted", PlotShape::Line { points: predicted_right, stroke: EXACT }),
            Layer::new("accepted, measured", PlotShape::Rings { points: accepted, color: VERMILLION }),
            Layer::new("right of the accepted, measured", PlotShape::Rings { points: right, color: INK }),
        ],
    })
}

/// Problems by their number of right answers, beside what the fitted difficulties predict.
pub(super) fn right_answers(measured: &MeasuredLoop) -> Option<Plot> {
    let counts = &measured.right_counts;
    let last = counts.last().filter(|last| last.right >= 2)?;
    let bars =
        counts.iter().map(|one| (f64::from(one.right) - 0.4, f64::from(one.right) + 0.4, one.measured)).collect();
    let dots = counts.iter().map(|one| (f64::from(one.right), one.predicted)).collect();
    let top = counts.iter().map(|one| one.measured.max(one.predicted)).fold(0.0, f64::max);
    let mut x = Axis::generations(0, u64::from(last.right), 0.5);
    x.title = format!("right answers of {}", last.right);
    Some(Plot {
        title: words::difficulty_title(measured),
        notes: Vec::new(),
        caption:
            "Share of the problems by their number of right answers: bars measured, dots by the fitted difficulties."
                .to_owned(),
        x,
        y: Axis::share("share of the problems", 0.0, top),
        layers: vec![
            Layer::new("measured", PlotShape::Bars { bars, fill: exact_bars() }),
            Layer::new("predicted", PlotShape::Dots { points: dots, color: VERMILLION, open: false }),
        ],
    })
}
