//! NeMo-Skills: `metrics.json`, summaries by benchmark and way of aggregation, in percent. Its samples (`output-rs*.jsonl`) are
//! answers, one a line.

use serde_json::Value as Json;

use super::file::LogFile;
use super::found::FoundRecords;
use super::json::{self, JsonObject};
use super::record::{EvaluationRecord, EvaluationTime, MetricScore, OneTask};
use super::{LogFormat, ReadOptions, fault, listed, problems};
use crate::fit::log_error::LogError;

pub(super) const METRICS: LogFormat = LogFormat { name: "NeMo-Skills metrics", recognise, read };

/// Ways of aggregation by benchmark.
fn benchmarks(document: &JsonObject) -> impl Iterator<Item = (&str, &JsonObject)> {
    document
        .iter()
        .filter_map(|(name, ways)| Some((name.as_str(), ways.as_object()?)))
        .filter(|(_, ways)| ways.values().any(|way| way.get("num_entries").is_some()))
}

fn recognise(file: &LogFile, _: &ReadOptions) -> bool {
    file.document().is_some_and(|document| benchmarks(document).next().is_some())
}

fn read(files: &[LogFile], options: &ReadOptions) -> Result<FoundRecords, LogError> {
    let (mut found, mut one) = (FoundRecords::of_a_harness(), OneTask::default());
    for file in files {
        let Some(document) = file.document() else { continue };
        let all: Vec<(&str, &JsonObject)> = benchmarks(document).collect();
        let wanted: Vec<&(&str, &JsonObject)> =
            all.iter().filter(|(name, _)| options.task.as_deref().is_none_or(|task| task == *name)).collect();
        let [(name, ways)] = wanted.as_slice() else {
            let reason = format!("choose a benchmark with --task NAME: {}", listed(all.iter().map(|(name, _)| *name)));
            return Err(fault(&file.name, None, None, reason));
        };
        one.is(name, &file.name)?;
        let scores = ways.iter().flat_map(|(way, values)| scores(way, values)).collect();
        found.push(EvaluationRecord::new(&file.name, None, EvaluationTime::Unknown, scores))?;
    }
    Ok(found)
}

fn scores(way: &str, values: &Json) -> Vec<MetricScore> {
    let entries = values.get("num_entries").and_then(json::count);
    let metrics = values.as_object().into_iter().flatten().filter(|(key, _)| !key.starts_with("num_"));
    metrics
        .filter_map(|(key, value)| {
            let (percent, decimals) = json::number(value)?;
            // Always in percent, also where all values are below 1.
            let mut score = MetricScore::share(&format!("{way} {key}"), percent / 100.0, decimals + 2);
            score.evaluated = entries;
            score.repeats = problems::repeats_in(way);
            Some(score)
        })
        .collect()
}
