//! Scores against the best extrapolation of each log, by log and run.

use crate::fit::BacktestResult;
use crate::report::axis::Axis;
use crate::report::plot::Plot;
use crate::report::shape::{LabelSide, Layer, PlotShape, Tag};
use crate::report::theme::{CRITICAL, INK, ROW, VERMILLION};

use super::contest::{Contest, ContestQuantity};
use super::short;
use super::words::score;

/// Logs that the figure has room for.
const ROWS: usize = 20;
/// Ratios beyond these are drawn at the end of the axis.
const FARTHEST: (f64, f64) = (0.02, 50.0);

/// The log's place, its name and its score; the worst at the bottom.
type RatioRow<'a> = (f64, &'a str, Contest);

pub(super) fn plot(tested: &BacktestResult, quantity: ContestQuantity) -> Option<Plot> {
    let mut logs = quantity.by_log(tested);
    let all = logs.len();
    let won = logs.iter().filter(|(_, contest)| !contest.lost()).count();
    logs.truncate(ROWS);
    logs.sort_by(|(_, a), (_, b)| b.ratio().total_cmp(&a.ratio()));
    let rows: Vec<RatioRow<'_>> =
        (0_u32..).zip(logs).map(|(place, (file, contest))| (f64::from(place), file, contest)).collect();
    let (last, ..) = *rows.last()?;
    let runs: Vec<(f64, f64)> = rows
        .iter()
        .flat_map(|(y, file, contest)| {
            quantity.runs(tested, file, contest.rival).into_iter().map(|run| (place(&run), *y))
        })
        .collect();
    let drawn = || rows.iter().map(|(.., contest)| place(contest)).chain(runs.iter().map(|(x, _)| *x));
    let (low, high) = (drawn().fold(0.0, f64::min), drawn().fold(0.0, f64::max));
    let (word, subject) = match quantity {
        ContestQuantity::Runway => ("Remaining runway", "remaining runway"),
        ContestQuantity::Error => ("Error rate", "error rate"),
    };
    Some(Plot {
        title: format!("{word}: as good as the best extrapolation of the log, or better, on {won} of {all} logs"),
        notes: notes(quantity, all, rows.len()),
        caption: format!(
            "CRPS of the forecast {subject} over that of the extrapolation that does best on the log, which only hindsight could choose."
        ),
        x: Axis::logarithmic("CRPS over that of the best extrapolation (ratio)", 10_f64.powf(low), 10_f64.powf(high)),
        y: Axis {
            title: "log".to_owned(),
            low: -0.6,
            high: last + 0.6,
            ticks: rows.iter().map(|(y, file, _)| (*y, short(file).to_owned())).collect(),
        },
        layers: layers(&rows, runs),
    })
}

fn notes(quantity: ContestQuantity, all: usize, drawn: usize) -> Vec<String> {
    let mut notes = vec![format!(
        "Left of the line forecasts score better. Right: CRPS of the forecasts / of the extrapolation, in {}. What lies beyond a \
         ratio of {} or {} is drawn there.",
        quantity.unit(),
        FARTHEST.0,
        FARTHEST.1
    )];
    if all > drawn {
        notes.push(format!("The {drawn} of {all} logs with the largest losses."));
    }
    notes
}

fn layers(rows: &[RatioRow<'_>], runs: Vec<(f64, f64)>) -> Vec<Layer> {
    let level = |(y, _, contest): &RatioRow<'_>| {
        let label = format!("{} / {}", score(Some(contest.own)), score(Some(contest.other)));
        Layer::unnamed(PlotShape::Level { y: *y, label, stroke: ROW })
    };
    let tag = |(y, _, contest): &RatioRow<'_>| Tag {
        x: place(contest),
        y: *y,
        text: String::new(),
        side: LabelSide::Right,
        shift: 0.0,
    };
    let mut layers: Vec<Layer> = rows.iter().map(level).collect();
    layers.push(Layer::new("as good as the best extrapolation", PlotShape::Mark { x: 0.0, stroke: CRITICAL }));
    layers.push(Layer::new("one run", PlotShape::Dots { points: runs, color: INK, open: true }));
    let tags = rows.iter().map(tag).collect();
    layers.push(Layer::new("all runs of the log", PlotShape::Tags { tags, color: VERMILLION, open: false }));
    layers
}

/// Where a ratio is drawn: its logarithm to base 10, within the axis.
fn place(contest: &Contest) -> f64 {
    contest.ratio().clamp(FARTHEST.0, FARTHEST.1).log10()
}
