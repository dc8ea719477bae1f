//! lm-evaluation-harness: results by task, and samples by document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::json::{self, Object};
use super::{File, IngestOptions, choose, fault, right_answers, single};
use crate::fit::log::{Log, LogError, Row};
use crate::fit::transition::{Answer, Samples};

/// Keys of a sample that are no metric.
const SAMPLE_KEYS: [&str; 11] = [
    "doc_id",
    "doc",
    "target",
    "arguments",
    "resps",
    "filtered_resps",
    "filter",
    "metrics",
    "doc_hash",
    "prompt_hash",
    "target_hash",
];

/// Reads `results_<date>.json`, one file per generation.
pub(super) fn results(files: &[File], options: &IngestOptions) -> Result<Log, LogError> {
    let mut rows = Vec::with_capacity(files.len());
    let mut taken = BTreeSet::new();
    let mut ignored = BTreeSet::new();
    for (generation, file) in (0..).zip(files) {
        let document = json::document(file)?;
        let complain = |column: &str, reason: String| fault(&file.name, None, Some(column), reason);
        let tasks: Vec<&str> = document
            .get("results")
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(Object::keys)
            .map(String::as_str)
            .collect();
        let task = choose("task", options.task.as_deref(), &tasks).map_err(|reason| complain("results", reason))?;
        let scores = document.get("results").and_then(|results| results.get(task)).and_then(Value::as_object);
        let numbers: Vec<&str> = scores
            .into_iter()
            .flatten()
            .filter(|(key, value)| value.is_number() && key.contains(',') && !key.contains("_stderr"))
            .map(|(key, _)| key.as_str())
            .collect();
        let wanted = wanted_metric(options, &numbers);
        let metric = choose("metric", wanted.as_deref(), &numbers).map_err(|reason| complain(task, reason))?;
        let rate = scores.and_then(|scores| scores.get(metric)).and_then(Value::as_f64).unwrap_or(f64::NAN);
        let samples = document.get("n-samples").and_then(|samples| samples.get(task));
        let evaluated = samples.and_then(|samples| samples.get("effective")).and_then(Value::as_u64);
        let evaluated = evaluated.or(options.evaluated).ok_or_else(|| {
            complain("n-samples", format!("`{task}` has no `effective`; say how many were evaluated"))
        })?;
        let right = right_answers(rate, evaluated).map_err(|reason| complain(metric, reason))?;
        rows.push(row(generation, evaluated, evaluated - right, file)?);
        taken.insert(format!("{task}: {metric}"));
        ignored.extend(numbers.iter().filter(|name| **name != metric).map(|name| format!("{task}: {name}")));
        ignored.extend(tasks.iter().filter(|name| **name != task).map(|name| format!("task {name}")));
    }
    let list = |names: BTreeSet<String>| names.into_iter().collect();
    Ok(single(source(files), "lm-evaluation-harness results", list(taken), list(ignored), rows))
}

/// `metric,filter` as the file spells it, from what was asked for.
fn wanted_metric(options: &IngestOptions, names: &[&str]) -> Option<String> {
    let fits = |name: &&&str| {
        let (metric, filter) = name.split_once(',').unwrap_or((name, ""));
        options.metric.as_deref().is_none_or(|wanted| wanted == metric || wanted == **name)
            && options.filter.as_deref().is_none_or(|wanted| wanted == filter)
    };
    let fitting: Vec<&&str> = names.iter().filter(fits).collect();
    match fitting.as_slice() {
        [only] => Some((**only).to_owned()),
        _ => options.metric.clone(),
    }
}

fn source(files: &[File]) -> String {
    files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn row(generation: u64, evaluated: u64, wrong: u64, file: &File) -> Result<Row, LogError> {
    let row = Row { generation, evaluated, wrong, ..Row::default() };
    row.check().map_err(|(column, reason)| fault(&file.name, None, Some(column), reason))?;
    Ok(row)
}

/// Reads `samples_<task>_<date>.jsonl`, one file per generation: the log, and every answer for the transitions.
pub(super) fn samples(files: &[File], options: &IngestOptions) -> Result<(Log, Samples), LogError> {
    let mut rows = Vec::with_capacity(files.len());
    let mut generations = Vec::with_capacity(files.len());
    let (mut taken, mut ignored) = (BTreeSet::new(), BTreeSet::new());
    for (generation, file) in (0..).zip(files) {
        let filter = chosen_filter(file, options)?;
        let metric = chosen_metric(file, options)?;
        let kept =
            |object: &Object| filter.is_none() || object.get("filter").and_then(Value::as_str) == filter.as_deref();
        let mut answers = BTreeMap::new();
        for read in json::lines(file)? {
            let (line, object) = read?;
            ignored
                .extend(object.keys().filter(|key| **key != metric && !SAMPLE_KEYS.contains(&key.as_str())).cloned());
            if !kept(&object) {
                continue;
            }
            let (key, answer) = answer(file, line, &object, &metric)?;
            if answers.insert(key.clone(), answer).is_some() {
                return Err(fault(
                    &file.name,
                    Some(line),
                    Some("doc_hash"),
                    format!("{key} stands here a second time"),
                ));
            }
        }
        let wrong = answers.values().filter(|answer| !answer.right).count() as u64;
        rows.push(row(generation, answers.len() as u64, wrong, file)?);
        generations.push(answers);
        taken.insert(match &filter {
            Some(filter) => format!("{metric}, filter {filter}"),
            None => metric.clone(),
        });
    }
    let (taken, ignored) = (taken.into_iter().collect(), ignored.into_iter().collect());
    let log = single(source(files), "lm-evaluation-harness samples", taken, ignored, rows);
    Ok((log, Samples { generations }))
}

fn chosen_filter(file: &File, options: &IngestOptions) -> Result<Option<String>, LogError> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    for read in json::lines(file)? {
        names.extend(read?.1.get("filter").and_then(Value::as_str).map(str::to_owned));
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    if names.is_empty() {
        return Ok(None);
    }
    let chosen = choose("filter", options.filter.as_deref(), &names);
    chosen.map(|name| Some(name.to_owned())).map_err(|reason| fault(&file.name, None, Some("filter"), reason))
}

fn chosen_metric(file: &File, options: &IngestOptions) -> Result<String, LogError> {
    let first = json::lines(file)?.next().transpose()?.map(|(_, object)| object);
    let names: Vec<&str> = first
        .iter()
        .flatten()
        .filter(|(key, value)| !SAMPLE_KEYS.contains(&key.as_str()) && as_right(value).is_some())
        .map(|(key, _)| key.as_str())
        .collect();
    let chosen = choose("metric", options.metric.as_deref(), &names);
    chosen.map(str::to_owned).map_err(|reason| fault(&file.name, None, None, reason))
}

/// Whether a metric's value says right or wrong; `None` where it says something else.
fn as_right(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(right) => Some(*right),
        Value::Number(number) if number.as_f64() == Some(1.0) => Some(true),
        Value::Number(number) if number.as_f64() == Some(0.0) => Some(false),
        _ => None,
    }
}

fn answer(file: &File, line: u64, object: &Object, metric: &str) -> Result<(String, Answer), LogError> {
    let value = object.get(metric).unwrap_or(&Value::Null);
    let right = as_right(value).ok_or_else(|| {
        fault(&file.name, Some(line), Some(metric), format!("{value} is neither right (1) nor wrong (0)"))
    })?;
    let key = match (object.get("doc_hash"), object.get("doc_id")) {
        (Some(Value::String(hash)), _) => hash.clone(),
        (_, Some(id)) if !id.is_null() => format!("doc_id {id}"),
        _ => return Err(fault(&file.name, Some(line), Some("doc_hash"), "the sample names no document")),
    };
    let given = object.get("filtered_resps").or_else(|| object.get("resps")).map(Value::to_string);
    Ok((key, Answer { right, given }))
}
