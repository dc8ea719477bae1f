//! lighteval: `results_<date>.json`, metrics by `suite|task|shots`.

use serde_json::Value as Json;

use super::by_model::by_model;
use super::file::LogFile;
use super::found::FoundRecords;
use super::json::{self, JsonObject};
use super::record::{EvaluationRecord, EvaluationTime, MetricScore, OneTask};
use super::{LogFormat, ReadOptions, fault, listed};
use crate::fit::log_error::LogError;

pub(super) const FORMAT: LogFormat = LogFormat { name: "lighteval results", recognise, read };

fn recognise(file: &LogFile, _: &ReadOptions) -> bool {
    file.document().is_some_and(|document| document.contains_key("config_general") && tasks(document).next().is_some())
}

fn tasks(document: &JsonObject) -> impl Iterator<Item = &str> {
    let results = document.get("results").and_then(Json::as_object);
    // "all" is the mean over tasks.
    results.into_iter().flat_map(JsonObject::keys).map(String::as_str).filter(|task| *task != "all")
}

fn read(files: &[LogFile], options: &ReadOptions) -> Result<FoundRecords, LogError> {
    let (mut found, mut one) = (FoundRecords::of_a_harness(), OneTask::default());
    for file in files {
        let Some(document) = file.document() else { continue };
        let tasks: Vec<&str> = tasks(document).collect();
        let wanted: Vec<&str> = match &options.task {
            Some(wanted) => {
                tasks.iter().filter(|task| *task == wanted || task.split('|').nth(1) == Some(wanted)).copied().collect()
            }
            None => tasks.clone(),
        };
        let [task] = wanted.as_slice() else {
            let reason = format!("choose a task with --task NAME: {}", listed(tasks));
            return Err(fault(&file.name, None, Some("results"), reason));
        };
        one.is(task, &file.name)?;
        found.ignored.extend(tasks.iter().filter(|other| *other != task).map(|other| format!("task {other}")));
        let values = document.get("results").and_then(|results| results.get(*task)).and_then(Json::as_object);
        let scores = values.into_iter().flatten().filter(|(key, _)| !key.ends_with("_stderr"));
        let scores = scores.filter_map(|(key, value)| score(key, value, values)).collect();
        found.push(EvaluationRecord::new(&file.name, None, EvaluationTime::Unknown, scores))?;
    }
    let model = |file: &LogFile| {
        let general = file.document()?.get("config_general")?;
        let name = general.get("model_name").or_else(|| general.get("model_config")?.get("model_name"))?;
        Some(name.as_str()?.to_owned())
    };
    by_model(&files.iter().map(model).collect::<Vec<_>>(), &mut found);
    Ok(found)
}

fn score(key: &str, value: &Json, values: Option<&JsonObject>) -> Option<MetricScore> {
    let (share, decimals) = json::number(value)?;
    let mut score = MetricScore::share(key, share, decimals);
    let error = values.and_then(|values| values.get(&format!("{key}_stderr"))).and_then(Json::as_f64);
    score.repeats = key.split(':').nth(1).and_then(|part| part.split('_').next()).and_then(|k| k.parse().ok());
    // The error of a mean over several answers to each problem does not give the number of problems.
    score.standard_error = error.filter(|_| score.repeats.is_none());
    Some(score)
}
