//! lm-evaluation-harness: results by task.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::assemble::add_once;
use super::by_model::by_model;
use super::file::LogFile;
use super::json::{self, Object};
use super::record::{Found, OneTask, Record, Score, Value, When};
use super::{Format, ReadOptions, fault, listed};
use crate::fit::log::LogError;

pub(super) const RESULTS: Format =
    Format { name: "lm-evaluation-harness results", recognise: is_results, read: results };

fn is_results(file: &LogFile, _: &ReadOptions) -> bool {
    let Some(document) = file.document() else { return false };
    let tasks = document.get("results").and_then(Json::as_object);
    let harness = ["n-samples", "group_subtasks", "higher_is_better", "config", "n-shot", "configs"];
    let marked = harness.iter().any(|key| document.contains_key(*key));
    let metrics = |scores: &Object| scores.keys().any(|key| key.contains(',')) || scores.contains_key("sample_len");
    let scores = |tasks: &Object| tasks.values().filter_map(Json::as_object).any(metrics);
    // Version 0.3 wrote metrics without filters, beside `config` or `versions`.
    let old = |tasks: &Object| {
        document.contains_key("versions")
            && !document.contains_key("config_general")
            && tasks.values().all(Json::is_object)
    };
    tasks.is_some_and(|tasks| scores(tasks) || marked && tasks.values().all(Json::is_object) || old(tasks))
}

fn results(files: &[LogFile], options: &ReadOptions) -> Result<Found, LogError> {
    let mut found = Found::of_a_harness();
    let (mut ignored, mut one) = (BTreeSet::new(), OneTask::default());
    for file in files {
        let Some(document) = file.document() else { continue };
        let complain = |column: &str, reason: String| fault(&file.name, None, Some(column), reason);
        let tasks = document.get("results").and_then(Json::as_object).into_iter().flat_map(Object::keys);
        let tasks: Vec<&str> = tasks.map(String::as_str).collect();
        let task = task(document, &tasks, options).map_err(|reason| complain("results", reason))?;
        ignored.extend(tasks.iter().filter(|name| **name != task).map(|name| format!("task {name}")));
        let is_wanted = |name: &str| {
            name.split_once(',')
                .is_none_or(|(_, filter)| options.filter.as_deref().is_none_or(|wanted| wanted == filter))
        };
        let (scores, others): (Vec<Score>, Vec<Score>) =
            scores(document, task, &mut found.notes).into_iter().partition(|score| is_wanted(&score.name));
        ignored.extend(others.into_iter().map(|score| score.name));
        if scores.is_empty() {
            let reason = match &options.filter {
                Some(filter) => format!("no metric of this task has the filter `{filter}`"),
                None => "this task has no metric".to_owned(),
            };
            return Err(complain(task, reason));
        }
        one.is(task, &file.name)?;
        add_once(&mut found.notes, Some(format!("the task is `{task}`")));
        found.push(Record::new(&file.name, None, When::Unknown, scores))?;
    }
    found.ignored = ignored.into_iter().collect();
    by_model(&files.iter().map(|file| model(file.document()?)).collect::<Vec<_>>(), &mut found);
    Ok(found)
}

/// The model that was evaluated: `model_name`, or that of the arguments (`pretrained=NAME,…`).
fn model(document: &Object) -> Option<String> {
    if let Some(name) = document.get("model_name").and_then(Json::as_str).filter(|name| !name.is_empty()) {
        return Some(name.to_owned());
    }
    let arguments = document.get("config")?.get("model_args")?;
    let name = match arguments.as_str() {
        Some(text) => text.split(',').find_map(|part| part.trim().strip_prefix("pretrained="))?,
        None => arguments.get("pretrained")?.as_str()?,
    };
    Some(name.to_owned())
}

/// The task to read: the one asked for, the only one, or the one group that holds all others.
fn task<'a>(document: &'a Object, tasks: &[&'a str], options: &ReadOptions) -> Result<&'a str, String> {
    if let Some(wanted) = &options.task {
        let known = tasks.iter().find(|task| *task == wanted).copied();
        return known.ok_or_else(|| format!("there is no task `{wanted}`; there is {}", listed(tasks.iter().copied())));
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
        ([], _) => Err("there is no task here".to_owned()),
        (_, [group]) => Ok(group),
        _ => Err(format!("there are several tasks: {}; choose one with --task NAME", listed(tasks.iter().copied()))),
    }
}

/// The tasks of a group, groups inside it opened; a task is its own.
fn leaves(document: &Object, task: &str) -> Vec<String> {
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
fn scores(document: &Object, task: &str, notes: &mut Vec<String>) -> Vec<Score> {
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
        let mut score = Score::share(key, share, decimals);
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
fn over_answers(document: &Object, tasks: &[String], key: &str, score: &mut Score) -> Option<String> {
    /// Digits of a share that is written in full.
    const IN_FULL: u32 = 17;
    let Value::Share(given, _) = score.value else { return None };
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
    score.value = Value::Share(share, IN_FULL);
    score.evaluated = Some(answers as u64);
    score.standard_error = None;
    Some(format!(
        "`{key}` is a mean over its tasks; taken is that over their answers, each task by its number of problems"
    ))
}

/// The number of documents: `n-samples`, `sample_len`, or their sum over a group's tasks.
fn evaluated(document: &Object, task: &str, values: &Object) -> Option<u64> {
    let samples = document.get("n-samples");
    let of = |task: &str| {
        let counts = samples.and_then(|samples| samples.get(task))?;
        counts.get("effective").or(Some(counts)).and_then(json::count)
    };
    of(task)
        .or_else(|| values.get("sample_len").or_else(|| values.get("samples")).and_then(json::count))
        .or_else(|| leaves(document, task).iter().try_fold(0_u64, |sum, leaf| sum.checked_add(of(leaf)?)))
}
