//! W&B's CSV of a panel: `Step`, then `RUN - METRIC` with its minimum and maximum beside it, a column for each run.

use super::decimals::decimals;
use super::file::{FileShape, LogFile};
use super::found::FoundRecords;
use super::record::{EvaluationRecord, EvaluationTime, MetricScore};
use super::{LogFormat, ReadOptions, cells, fault, shortened};
use crate::fit::log_error::LogError;

pub(super) const FORMAT: LogFormat = LogFormat { name: "W&B panel", recognise, read };

/// Points to which W&B thins a panel.
const POINTS: usize = 500;

fn recognise(file: &LogFile, _: &ReadOptions) -> bool {
    let FileShape::Text = file.shape else { return false };
    let Some((_, first)) = file.head.first() else { return false };
    first.contains(" - ")
        && (first.contains("__MIN")
            || first.trim_start_matches('"').starts_with("Step\"")
            || first.starts_with("Step,"))
}

fn read(files: &[LogFile], options: &ReadOptions) -> Result<FoundRecords, LogError> {
    let mut found = FoundRecords::default();
    for file in files {
        let (names, _) = cells::names(file, false)?;
        let (mut rows, mut spread) = (0_usize, false);
        cells::rows(file, &names, |line, cells| {
            rows += 1;
            let Some(first) = cells.first() else { return Ok(()) };
            let step: f64 = first.parse().map_err(|_| {
                fault(
                    &file.name,
                    Some(line),
                    names.first().map(String::as_str),
                    format!("`{}` is not a number", shortened(first)),
                )
            })?;
            for (name, cell) in names.iter().zip(cells).skip(1) {
                let Ok(value) = cell.parse::<f64>() else { continue };
                let Some((run, metric)) = name.rsplit_once(" - ").filter(|_| value.is_finite()) else { continue };
                if metric.ends_with("__MIN") || metric.ends_with("__MAX") {
                    let shown = name.trim_end_matches("__MIN").trim_end_matches("__MAX");
                    let same = names.iter().position(|other| other == shown).and_then(|place| cells.get(place));
                    spread |= same.is_some_and(|same| same != cell);
                    continue;
                }
                let mut score = MetricScore::share(metric, value, decimals(cell));
                score.evaluated = options.evaluated;
                let record = EvaluationRecord::new(&file.name, Some(line), EvaluationTime::Step(step), vec![score]);
                found.push(EvaluationRecord { run: run.to_owned(), ..record })?;
            }
            Ok(())
        })?;
        if spread || rows >= POINTS {
            found.notes.push(
                "this panel looks thinned (several points behind one row): download it with full resolution, or use the run's history".to_owned(),
            );
        }
    }
    Ok(found)
}
