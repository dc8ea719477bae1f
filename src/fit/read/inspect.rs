//! Inspect: its logs as JSON (`inspect log dump`).

use serde_json::Value as Json;

use super::answer_fields::right_share;
use super::axis::step_in;
use super::file::LogFile;
use super::json;
use super::record::{Found, OneTask, Record, Score, When};
use super::right_counts::Tally;
use super::{Format, ReadOptions, fault};
use crate::fit::log::LogError;

pub(super) const FORMAT: Format = Format { name: "Inspect log", recognise, read };

fn recognise(file: &LogFile, _: &ReadOptions) -> bool {
    file.document().is_some_and(|document| document.contains_key("eval") && document.contains_key("status"))
}

fn read(files: &[LogFile], options: &ReadOptions) -> Result<Found, LogError> {
    let (mut found, mut one) = (Found::of_a_harness(), OneTask::default());
    for file in files {
        let Some(document) = file.document() else { continue };
        let task = document.get("eval").and_then(|eval| eval.get("task")).and_then(Json::as_str).unwrap_or("");
        one.is(task, &file.name)?;
        let status = document.get("status").and_then(Json::as_str).unwrap_or("");
        if status != "success" {
            let reason = format!("this evaluation ended with the status `{}`", super::shortened(status));
            return Err(fault(&file.name, None, Some("status"), reason));
        }
        let from_samples = samples(document.get("samples"), options)
            .map_err(|reason| fault(&file.name, None, Some("samples"), reason))?;
        let scores = if from_samples.is_empty() { summary(document) } else { from_samples };
        found.push(Record::new(&file.name, None, When::Unknown, scores))?;
    }
    if files.len() > 1 {
        by_model(files, &mut found);
    }
    Ok(found)
}

/// Files whose models' names carry a number each are in its order.
fn by_model(files: &[LogFile], found: &mut Found) {
    let model = |file: &LogFile| file.document()?.get("eval")?.get("model")?.as_str().and_then(step_in);
    let steps: Option<Vec<f64>> = files.iter().map(model).collect();
    let Some(steps) = steps else { return };
    let distinct = steps.iter().enumerate().all(|(place, step)| !steps[..place].contains(step));
    if distinct {
        for (record, step) in found.records.iter_mut().zip(steps) {
            record.when = When::Step(step);
        }
        found.notes.push("generations follow the number in each model's name".to_owned());
    }
}

/// Right answers by scorer, from the samples themselves.
fn samples(samples: Option<&Json>, options: &ReadOptions) -> Result<Vec<Score>, String> {
    let mut tallies: Vec<(String, Tally)> = Vec::new();
    for sample in samples.and_then(Json::as_array).into_iter().flatten() {
        let id = sample.get("id").map_or_else(String::new, Json::to_string);
        for (scorer, score) in sample.get("scores").and_then(Json::as_object).into_iter().flatten() {
            let value = score.get("value").unwrap_or(&Json::Null);
            let Some(right) = verdict(value, options) else { continue };
            let place = tallies.iter().position(|(name, _)| name == scorer).unwrap_or(tallies.len());
            if place == tallies.len() {
                tallies.push((scorer.clone(), Tally::default()));
            }
            if let Some((_, tally)) = tallies.get_mut(place) {
                tally.add_given(&id, right, score.get("answer").and_then(Json::as_str));
            }
        }
    }
    tallies.iter().map(|(name, tally)| tally.score(&format!("{name} accuracy"), options)).collect()
}

/// C, I, P (partly) and N (no answer), or a number.
fn verdict(value: &Json, options: &ReadOptions) -> Option<f64> {
    match value.as_str() {
        Some("P") => Some(0.5),
        Some("N") => Some(0.0),
        _ => match options.right_above {
            Some(limit) => json::number(value).map(|(score, _)| f64::from(u8::from(score > limit))),
            None => right_share(value),
        },
    }
}

/// The summary where the samples are not in the file.
fn summary(document: &json::Object) -> Vec<Score> {
    let results = document.get("results");
    let total = results
        .and_then(|results| results.get("completed_samples").or_else(|| results.get("total_samples")))
        .and_then(json::count);
    let mut scores = Vec::new();
    for scorer in results.and_then(|results| results.get("scores")).and_then(Json::as_array).into_iter().flatten() {
        let name = scorer.get("name").and_then(Json::as_str).unwrap_or("");
        let metrics = scorer.get("metrics").and_then(Json::as_object);
        for (metric, value) in metrics.into_iter().flatten() {
            if let Some((share, decimals)) = value.get("value").and_then(json::number) {
                let mut score = Score::share(&format!("{name} {metric}"), share, decimals);
                score.evaluated = total;
                scores.push(score);
            }
        }
    }
    scores
}
