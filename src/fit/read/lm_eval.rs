//! lm-evaluation-harness: results by task.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::by_model::by_model;
use super::file::LogFile;
use super::found::FoundRecords;
use super::json::{self, JsonObject};
use super::read_error::ReadError;
use super::record::{EvaluationRecord, EvaluationTime, MetricScore, OneTask, ScoreValue};
use super::wording::add_once;
use super::{LogFormat, ReadOptions, listed, some};
use crate::fit::log_error::LogError;

pub(super) const RESULTS: LogFormat =
    LogFormat { name: "lm-evaluation-harness results", recognise: is_results, read: results };

pub(super) fn is_results(file: &LogFile, _: &ReadOptions) -> bool {
    let Some(document) = file.document() else { return false };
    let tasks = document.get("results").and_then(Json::as_object);
    let harness = ["n-samples", "group_subtasks", "higher_is_better", "config", "n-shot", "configs"];
    let marked = harness.iter().any(|key| document.contains_key(*key));
    let metrics = |scores: &JsonObject| scores.keys().any(|key| key.contains(',')) || scores.contains_key("sample_len");
    let scores = |tasks: &JsonObject| tasks.values().filter_map(Json::as_object).any(metrics);
    // Version 0.3 wrote metrics without filters, beside `config` or `versions`.
    let old = |tasks: &JsonObject| {
        document.contains_key("versions")
            && !document.contains_key("config_general")
            && tasks.values().all(Json::is_object)
    };
    tasks.is_some_and(|tasks| scores(tasks) || marked && tasks.values().all(Json::is_object) || old(tasks))
}

fn results(files: &[LogFile], options: &ReadOptions) -> Result<FoundRecords, LogError> {
    let mut found = FoundRecords::of_a_harness();
    let (mut ignored, mut one, mut models) = (BTreeSet::new(), OneTask::default(), Vec::new());
    let has =
        |document: &JsonObject, task: &String| document.get("results").is_some_and(|tasks| tasks.get(task).is_some());
    let asked =
        options.task.as_ref().filter(|task| files.iter().filter_map(LogFile::document).any(|one| has(one, task)));
    for file in files {
        let Some(document) = file.document() else { continue };
        // A harness may write a file for each task.
        if asked.is_some_and(|task| !has(document, task)) {
            ignored.insert(format!("{}, which is of another task", file.name));
            continue;
        }
        models.push(model(document));
        let tasks = document.get("results").and_then(Json::as_object).into_iter().flat_map(JsonObject::keys);
        let tasks: Vec<&str> = tasks.map(String::as_str).collect();
        let task = task(document, &tasks, options).map_err(|error| error.or_of("results").at(&file.name, None))?;
        ignored.extend(tasks.iter().filter(|name| **name != task).map(|name| format!("task {name}")));
        let (scores, others) = wanted(scores(document, task, &mut found.notes), options)
            .map_err(|error| error.or_of(task).at(&file.name, None))?;
        ignored.extend(others.into_iter().map(|score| score.name));
        one.is(task, &file.name)?;
        add_once(&mut found.notes, Some(format!("the task is `{task}`")));
        found.push(EvaluationRecord::new(&file.name, None, EvaluationTime::Unknown, scores))?;
    }
    found.ignored = ignored.into_iter().collect();
    samples_beside(files, &mut found);
    by_model(&models, &mut found);
    Ok(found)
}

/// The metrics under the filter that is read, and the others.
fn wanted(scores: Vec<MetricScore>, options: &ReadOptions) -> Result<(Vec<MetricScore>, Vec<MetricScore>), ReadError> {
    let is_wanted = |score: &MetricScore| {
        let filter = score.name.split_once(',').map(|(_, filter)| filter);
        filter.is_none_or(|filter| options.filter.as_deref().is_none_or(|wanted| wanted == filter))
    };
    let (wanted, others): (Vec<MetricScore>, Vec<MetricScore>) = scores.into_iter().partition(is_wanted);
    match &options.filter {
        Some(filter) if wanted.is_empty() => {
            Err(ReadError::new(format!("no metric of this task has the filter `{filter}`")))
        }
        None if wanted.is_empty() => Err(ReadError::new("this task has no metric")),
        _ => Ok((wanted, others)),
    }
}

/// Says what lies beside the results.
fn samples_beside(files: &[LogFile], found: &mut FoundRecords) {
    let samples = files.iter().filter(|file| file.document().is_none()).count();
    if samples > 0 {
        found.ignored.push(format!("{} of samples", some(samples, "file", "files")));
        found.notes.push(
            "the results are read; the samples beside them, given alone (FOLDER/**/samples_*.jsonl), show what became of each \
             problem as well"
                .to_owned(),
        );
    }
}

/// The model that was evaluated: `model_name`, or that of the arguments (`pretrained=NAME,…`), with the adapter and the revision
/// that these name.
fn model(document: &JsonObject) -> Option<String> {
    let argument = |name: &str| {
        let arguments = document.get("config")?.get("model_args")?;
        match arguments.as_str() {
            Some(text) => text.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('=')),
            None => arguments.get(name)?.as_str(),
        }
    };
    let name = document.get("model_name").and_then(Json::as_str).filter(|name| !name.is_empty());
    let name = name.or_else(|| argument("pretrained"))?;
    let others = ["peft", "delta", "lora", "lora_local_path", "adapter", "revision"]
        .into_iter()
        .filter_map(argument)
        .filter(|other| *other != name);
    Some(std::iter::once(name).chain(others).collect::<Vec<_>>().join(" "))
}

/// The task to read: the one asked for, the only one, or the one group that holds all others.
fn task<'a>(document: &'a JsonObject, tasks: &[&'a str], options: &ReadOptions) -> Result<&'a str, ReadError> {
    if let Some(wanted) = &options.task {
        let known = tasks.iter().find(|task| *task == wanted).copied();
        return known.ok_or_else(|| {
            ReadError::new(format!("there is no task `{wanted}`; there is {}", listed(tasks.iter().copied())))
        });
    }
    let groups = document.get("group_subtasks").and_then(Json::as_object);
    let whole = |task: &&&str| {
        let below = leaves(document, task);
        groups.is_some_and(|groups| groups.contains_key(**task))
            && tasks.iter().all(|other| {
                other == *task
                    || below.iter().any(|leaf| leaf == other)
                    || leaves(document, other).iter().all(|leaf| below.contains(leaf))
            })
    };
    match (tasks, tasks.iter().filter(whole).collect::<Vec<_>>().as_slice()) {
        ([only], _) => Ok(only),
        ([], _) => Err(ReadError::new("there is no task here")),
        (_, [group]) => Ok(group),
        _ => Err(ReadError::new(format!(
            "there are several tasks: {}; choose one with --task NAME",
            listed(tasks.iter().copied())
        ))),
    }
}

/// The tasks of a group, groups inside it opened; a task is its own.
fn leaves(document: &JsonObject, task: &str) -> Vec<String> {
    let groups = document.get("group_subtasks").and_then(Json::as_object);
    let mut open = vec![task.to_owned()];
    let (mut seen, mut leaves) = (BTreeSet::new(), Vec::new());
    while let Some(name) = open.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        match groups.and_then(|groups| groups.get(&name)).and_then(Json::as_array).filter(|below| !below.is_empty()) {
            Some(below) => open.extend(below.iter().filter_map(Json::as_str).map(str::to_owned)),
            None => leaves.push(name),
        }
    }
    leaves
}

/// Every metric of a task; that of a group over the answers of its tasks.
fn scores(document: &JsonObject, task: &str, notes: &mut Vec<String>) -> Vec<MetricScore> {
    let Some(values) = document.get("results").and_then(|results| results.get(task)).and_then(Json::as_object) else {
        return Vec::new();
    };
    let count = evaluated(document, task, values);
    let better = document.get("higher_is_better").and_then(|better| better.get(task));
    let below = leaves(document, task);
    let mut metric = |(key, value): (&String, &Json)| {
        let (metric, filter) = key.split_once(',').unwrap_or((key, ""));
        if metric.ends_with("_stderr") || !value.is_number() || matches!(metric, "sample_len" | "samples") {
            return None;
        }
        let (share, decimals) = json::number(value)?;
        let error = if filter.is_empty() { format!("{metric}_stderr") } else { format!("{metric}_stderr,{filter}") };
        let mut score = MetricScore::share(key, share, decimals);
        score.evaluated = count;
        score.standard_error = values.get(&error).and_then(Json::as_f64);
        score.falls = better.and_then(|better| better.get(metric)).and_then(Json::as_bool) == Some(false);
        if below.len() > 1 {
            let said = over_answers(document, &below, key, &mut score);
            add_once(notes, said.map(|said| format!("`{task}` is a group: {said}")));
        }
        Some(score)
    };
    values.iter().filter_map(&mut metric).collect()
}

/// Puts the mean over the answers of a group's tasks in the place of the group's own, which may be one over the tasks, however
/// many problems each has; what to say of it.
fn over_answers(document: &JsonObject, tasks: &[String], key: &str, score: &mut MetricScore) -> Option<String> {
    /// Digits of a share that is written in full.
    const IN_FULL: u32 = 17;
    let ScoreValue::Share(given, _) = score.value else { return None };
    let results = document.get("results")?;
    let of_task = |task: &String| {
        let values = results.get(task).and_then(Json::as_object)?;
        Some((values.get(key).and_then(json::number)?.0, evaluated(document, task, values)?))
    };
    let Some(counts) = tasks.iter().map(of_task).collect::<Option<Vec<(f64, u64)>>>() else {
        return Some(format!("`{key}` is taken as a mean over all answers"));
    };
    let answers: f64 = counts.iter().map(|(_, n)| *n as f64).sum();
    let share = counts.iter().map(|(share, n)| (share * *n as f64).round()).sum::<f64>() / answers;
    // Half an answer of each task may go with the rounding of its rate.
    if (share - given).abs() * answers <= 0.5 * tasks.len() as f64 {
        return None;
    }
    score.value = ScoreValue::Share(share, IN_FULL);
    score.evaluated = Some(answers as u64);
    score.standard_error = None;
    Some(format!(
        "`{key}` is a mean over its tasks; taken is that over their answers, each task by its number of problems"
    ))
}

/// The number of documents: `n-samples`, `sample_len`, or their sum over a group's tasks.
fn evaluated(document: &JsonObject, task: &str, values: &JsonObject) -> Option<u64> {
    let samples = document.get("n-samples");
    let of = |task: &str| {
        let counts = samples.and_then(|samples| samples.get(task))?;
        counts.get("effective").or(Some(counts)).and_then(json::count)
    };
    of(task)
        .or_else(|| values.get("sample_len").or_else(|| values.get("samples")).and_then(json::count))
        .or_else(|| leaves(document, task).iter().try_fold(0_u64, |sum, leaf| sum.checked_add(of(leaf)?)))
}
