//! Scores against the best extrapolation, by log and run.

use std::collections::BTreeMap;

use crate::fit::Backtest;
use crate::report::axis::Axis;
use crate::report::plot::{Layer, Plot, Shape, Side, Tag};
use crate::report::theme::{CRITICAL, INK, ROW, VERMILLION};
use crate::report::words::number;

use super::{best_extrapolation, short};

/// Logs that the figure has room for.
const ROWS: usize = 14;

/// One log: its ratio, and those of its runs.
struct Row<'a> {
    file: &'a str,
    ratio: f64,
    runs: Vec<f64>,
}

pub(super) fn plot(tested: &Backtest) -> Option<Plot> {
    let mut rows: Vec<Row<'_>> = tested.by_file.keys().filter_map(|file| row(tested, file)).collect();
    rows.sort_by(|a, b| b.ratio.total_cmp(&a.ratio));
    let all = rows.len();
    let good = rows.iter().filter(|row| row.ratio <= 1.0).count();
    rows.truncate(ROWS);
    // The best at the top.
    let places = || rows.iter().zip(0_u32..).map(|(row, place)| (f64::from(place), row));
    let highest = rows.iter().flat_map(|row| row.runs.iter().chain([&row.ratio])).copied().fold(1.0, f64::max);
    let mut layers: Vec<Layer> =
        places().map(|(y, row)| Layer::unnamed(Shape::Level { y, label: number(row.ratio, 3), stroke: ROW })).collect();
    let runs = places().flat_map(|(y, row)| row.runs.iter().map(move |ratio| (*ratio, y))).collect();
    let files =
        places().map(|(y, row)| Tag { x: row.ratio, y, text: String::new(), side: Side::Right, shift: 0.0 }).collect();
    layers.push(Layer::new("as good as the best extrapolation", Shape::Mark { x: 1.0, stroke: CRITICAL }));
    layers.push(Layer::new("one run", Shape::Dots { points: runs, color: INK, open: true }));
    layers.push(Layer::new("all runs of the log", Shape::Tags { tags: files, color: VERMILLION, open: false }));
    let mut notes = vec!["Left of the line forecasts score better. Right: ratio of all runs of the log.".to_owned()];
    if all > rows.len() {
        notes.push(format!("The {ROWS} worst of {all} logs."));
    }
    let last = rows.len().checked_sub(1)? as f64;
    Some(Plot {
        title: format!("Forecasts score as well as the best extrapolation or better on {good} of {all} logs"),
        notes,
        caption: "CRPS of the forecast error rate over that of the extrapolation that does best on the log.".to_owned(),
        x: Axis::amount("CRPS over that of the best extrapolation (ratio)", highest),
        y: Axis {
            title: "log".to_owned(),
            low: -0.6,
            high: last + 0.6,
            ticks: places().map(|(y, row)| (y, short(row.file).to_owned())).collect(),
        },
        layers,
    })
}

fn row<'a>(tested: &Backtest, file: &'a str) -> Option<Row<'a>> {
    let summary = tested.by_file.get(file)?;
    let (best, _) = best_extrapolation(summary)?;
    // Sums of both scores, run by run.
    let mut sums: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for case in tested.cases.iter().filter(|case| case.file == file) {
        let Some(baseline) = case.baselines.get(best) else { continue };
        let sum = sums.entry(&case.run).or_default();
        *sum = (sum.0 + case.scores.base.crps_error, sum.1 + baseline.crps_error);
    }
    let runs = sums.values().filter(|sum| sum.1 > 0.0).map(|(own, other)| own / other).collect();
    Some(Row { file, ratio: summary.crps_ratio?, runs })
}
