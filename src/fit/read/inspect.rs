//! Inspect: its logs as JSON (`inspect log dump`).

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::answer_fields::right_share;
use super::by_model::by_model;
use super::file::LogFile;
use super::found::FoundRecords;
use super::json;
use super::read_error::ReadError;
use super::record::{EvaluationRecord, EvaluationTime, MetricScore, OneTask};
use super::right_counts::RightTally;
use super::{LogFormat, ReadOptions, fault, some};
use crate::fit::log_error::LogError;

pub(super) const FORMAT: LogFormat = LogFormat { name: "Inspect log", recognise, read };

fn recognise(file: &LogFile, _: &ReadOptions) -> bool {
    file.document().is_some_and(|document| document.contains_key("eval") && document.contains_key("status"))
}

fn read(files: &[LogFile], options: &ReadOptions) -> Result<FoundRecords, LogError> {
    let (mut found, mut one) = (FoundRecords::of_a_harness(), OneTask::default());
    for file in files {
        let Some(document) = file.document() else { continue };
        let task = document.get("eval").and_then(|eval| eval.get("task")).and_then(Json::as_str).unwrap_or("");
        one.is(task, &file.name)?;
        let status = document.get("status").and_then(Json::as_str).unwrap_or("");
        if status != "success" {
            let reason = format!("this evaluation ended with the status `{}`", super::shortened(status));
            return Err(fault(&file.name, None, Some("status"), reason));
        }
        let from_samples = samples(document.get("samples"), options, &mut found)
            .map_err(|error| error.or_of("samples").at(&file.name, None))?;
        let scores = if from_samples.is_empty() { summary(document, &mut found) } else { from_samples };
        found.push(EvaluationRecord::new(&file.name, None, EvaluationTime::Unknown, scores))?;
    }
    let model = |file: &LogFile| Some(file.document()?.get("eval")?.get("model")?.as_str()?.to_owned());
    by_model(&files.iter().map(model).collect::<Vec<_>>(), &mut found);
    Ok(found)
}

/// Right answers by scorer, from the samples themselves.
fn samples(
    samples: Option<&Json>,
    options: &ReadOptions,
    found: &mut FoundRecords,
) -> Result<Vec<MetricScore>, ReadError> {
    let mut tallies: BTreeMap<&str, (RightTally, usize)> = BTreeMap::new();
    for sample in samples.and_then(Json::as_array).into_iter().flatten() {
        let id = sample.get("id").map_or_else(String::new, Json::to_string);
        for (scorer, score) in sample.get("scores").and_then(Json::as_object).into_iter().flatten() {
            let (tally, unread) = tallies.entry(scorer).or_default();
            match verdict(score.get("value").unwrap_or(&Json::Null), options) {
                Some(right) => tally.add_given(&id, right, score.get("answer").and_then(Json::as_str)),
                None => *unread += 1,
            }
        }
    }
    let mut scores = Vec::new();
    for (name, (tally, unread)) in tallies {
        if unread > 0 {
            let left = some(unread, "score of", "scores of");
            found.ignored.push(format!("{left} `{name}` between wrong (0) and right (1) or none (--right-above)"));
        }
        if !tally.is_empty() {
            scores.push(tally.score(&format!("{name} accuracy"), options)?);
            found.notes.extend(tally.note(options));
        }
    }
    Ok(scores)
}

/// C, I, P (partly) and N (no answer) are 1, 0, 0.5 and 0; other words and numbers say it themselves.
fn verdict(value: &Json, options: &ReadOptions) -> Option<f64> {
    let share = match value.as_str() {
        Some("P") => Some(0.5),
        Some("N") => Some(0.0),
        _ => right_share(value),
    };
    match options.right_above {
        Some(limit) => share.or_else(|| Some(json::number(value)?.0)).map(|score| f64::from(u8::from(score > limit))),
        None => share,
    }
}

/// The summary where the samples are not in the file.
fn summary(document: &json::JsonObject, found: &mut FoundRecords) -> Vec<MetricScore> {
    let results = document.get("results");
    let answers = results
        .and_then(|results| results.get("completed_samples").or_else(|| results.get("total_samples")))
        .and_then(json::count);
    let epochs = document.get("eval").and_then(|eval| eval.get("config")?.get("epochs")).and_then(json::count);
    let epochs = epochs.unwrap_or(1).max(1);
    let mut scores = Vec::new();
    for scorer in results.and_then(|results| results.get("scores")).and_then(Json::as_array).into_iter().flatten() {
        let name = scorer.get("name").and_then(Json::as_str).unwrap_or("");
        let reducer = scorer.get("reducer").and_then(Json::as_str).unwrap_or("mean");
        let problems = scored(scorer, name, answers, epochs, found).or(answers.map(|answers| answers / epochs));
        let metrics = scorer.get("metrics").and_then(Json::as_object).into_iter().flatten();
        for (metric, value) in metrics {
            let Some((share, decimals)) = value.get("value").and_then(json::number) else { continue };
            let name = format!("{name} {metric}");
            if epochs > 1 && !matches!(reducer, "mean" | "mode") {
                found.training_only.push(format!("{name} by {reducer} of {epochs}"));
                continue;
            }
            let mut score = MetricScore::share(&name, share, decimals);
            score.evaluated = problems;
            // A vote gives each problem one answer; a mean is over all of them.
            score.repeats = (epochs > 1 && reducer == "mean").then_some(epochs);
            scores.push(score);
        }
    }
    scores
}

/// The problems that a scorer judged, where it says so; what to know where it did not judge all.
fn scored(scorer: &Json, name: &str, answers: Option<u64>, epochs: u64, found: &mut FoundRecords) -> Option<u64> {
    let scored = scorer.get("scored_samples").and_then(json::count)?;
    let unscored = scorer.get("unscored_samples").and_then(json::count).unwrap_or(0);
    if unscored > 0 {
        let judged = some(usize::try_from(scored).unwrap_or(usize::MAX), "problem", "problems");
        found.notes.push(format!("`{name}` judged {judged} and left {unscored} out"));
    }
    // Epochs are reduced to one score of a problem before they are counted.
    let of_answers = epochs > 1 && answers == Some(scored + unscored);
    Some(if of_answers { scored / epochs } else { scored })
}
