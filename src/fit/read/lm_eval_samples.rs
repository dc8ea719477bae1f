//! lm-evaluation-harness: samples by document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::answer_fields::right_share;
use super::file::LogFile;
use super::found::FoundRecords;
use super::json::{self, JsonObject};
use super::record::{EvaluationRecord, EvaluationTime, OneTask};
use super::right_counts::RightTally;
use super::{LogFormat, ReadOptions, fault, listed};
use crate::fit::log_error::LogError;
use crate::fit::transition::{AnswerSamples, SampleAnswer};

pub(super) const FORMAT: LogFormat =
    LogFormat { name: "lm-evaluation-harness samples", recognise: is_samples, read: read_samples };

/// The most keys that are named as left aside.
const MOST_IGNORED: usize = 100;

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

pub(super) fn is_samples(file: &LogFile, _: &ReadOptions) -> bool {
    file.first().is_some_and(|object| {
        object.contains_key("doc_id")
            && (object.contains_key("resps")
                || object.contains_key("filtered_resps")
                || object.contains_key("target")
                || object.contains_key("doc_hash"))
    })
}

/// The task that the harness writes into the name of a file of samples: `samples_TASK_2025-01-31T12-00-00.000000.jsonl`.
fn task_in_name(name: &str) -> Option<&str> {
    let (task, time) = name.rsplit('/').next()?.strip_prefix("samples_")?.rsplit_once('_')?;
    time.starts_with("20").then_some(task)
}

/// Right answers under one filter; or what is wrong with the first that says neither, which matters only if it is chosen.
type FilteredSamples = Result<RightTally, LogError>;

fn read_samples(files: &[LogFile], options: &ReadOptions) -> Result<FoundRecords, LogError> {
    let mut found = FoundRecords::default();
    let (mut ignored, mut one) = (BTreeSet::new(), OneTask::default());
    let of_task = |file: &&LogFile| {
        options.task.is_none() || task_in_name(&file.name).is_none_or(|task| options.task.as_deref() == Some(task))
    };
    for file in files.iter().filter(of_task) {
        one.is(task_in_name(&file.name).unwrap_or(""), &file.name)?;
        let metric = chosen_metric(file, options)?;
        let mut filters: BTreeMap<String, FilteredSamples> = BTreeMap::new();
        file.each_object(|line, object| {
            let filter = object.get("filter").and_then(Json::as_str).unwrap_or("");
            if !filters.contains_key(filter) {
                filters.insert(filter.to_owned(), Ok(RightTally::default()));
            }
            if let Some(Ok(tally)) = filters.get_mut(filter)
                && let Err(error) = add_sample(tally, file, line, object, &metric, options)
            {
                filters.insert(filter.to_owned(), Err(error));
            }
            for key in object.keys().filter(|key| **key != metric && !SAMPLE_KEYS.contains(&key.as_str())) {
                if ignored.len() < MOST_IGNORED && !ignored.contains(key) {
                    ignored.insert(key.clone());
                }
            }
            Ok(())
        })?;
        let filter = wanted_filter(file, filters.keys().filter(|name| !name.is_empty()), options)?;
        let tally = filters.remove(filter.as_deref().unwrap_or("")).unwrap_or_else(|| Ok(RightTally::default()))?;
        let name = filter.map_or_else(|| metric.clone(), |filter| format!("{metric},{filter}"));
        let score = tally.score(&name, options).map_err(|error| error.or_of(&metric).at(&file.name, None))?;
        found.notes.extend(tally.note(options));
        found.push(EvaluationRecord::new(&file.name, None, EvaluationTime::Unknown, vec![score]))?;
    }
    found.ignored = ignored.into_iter().collect();
    found.notes.dedup();
    Ok(found)
}

fn add_sample(
    tally: &mut RightTally,
    file: &LogFile,
    line: u64,
    object: &JsonObject,
    metric: &str,
    options: &ReadOptions,
) -> Result<(), LogError> {
    let key = sample_key(file, line, object)?;
    tally.add_given(&key, verdict(file, line, object, metric, options)?, extracted(object));
    Ok(())
}

/// The answer where a filter left one text; log-likelihoods of choices are none.
fn extracted(object: &JsonObject) -> Option<&str> {
    match object.get("filtered_resps")?.as_array()?.as_slice() {
        [Json::String(text)] => Some(text),
        _ => None,
    }
}

/// Every answer of successive generations, one file each, by document; a document that stands in a file several times is
/// distinguished by its place among them.
pub(super) fn samples(files: &[LogFile], options: &ReadOptions) -> Result<AnswerSamples, LogError> {
    let mut generations = Vec::with_capacity(files.len());
    for file in files {
        let (filter, metric) = (chosen_filter(file, options)?, chosen_metric(file, options)?);
        let mut answers: BTreeMap<String, SampleAnswer> = BTreeMap::new();
        file.each_object(|line, object| {
            if kept(object, filter.as_deref()) {
                let key = document_key(file, line, object)?;
                let right = verdict(file, line, object, &metric, options)? == 1.0;
                let given = object.get("filtered_resps").or_else(|| object.get("resps")).map(Json::to_string);
                let repeats = (2..).map(|place| format!("{key} #{place}"));
                let free = std::iter::once(key.clone()).chain(repeats).find(|key| !answers.contains_key(key));
                answers.insert(free.unwrap_or(key), SampleAnswer { right, given });
            }
            Ok(())
        })?;
        generations.push(answers);
    }
    Ok(AnswerSamples { generations })
}

fn kept(object: &JsonObject, filter: Option<&str>) -> bool {
    filter.is_none() || object.get("filter").and_then(Json::as_str) == filter
}

fn chosen_filter(file: &LogFile, options: &ReadOptions) -> Result<Option<String>, LogError> {
    let mut names = BTreeSet::new();
    file.each_object(|_, object| {
        if let Some(filter) = object.get("filter").and_then(Json::as_str)
            && !names.contains(filter)
        {
            names.insert(filter.to_owned());
        }
        Ok(())
    })?;
    wanted_filter(file, names.iter(), options)
}

/// The filter to read, of those that a file has.
fn wanted_filter<'a>(
    file: &LogFile,
    names: impl Iterator<Item = &'a String>,
    options: &ReadOptions,
) -> Result<Option<String>, LogError> {
    let names: Vec<&str> = names.map(String::as_str).collect();
    let complain = |reason: String| Err(fault(&file.name, None, Some("filter"), reason));
    match (&options.filter, names.as_slice()) {
        (_, []) => Ok(None),
        (Some(wanted), _) if names.contains(&wanted.as_str()) => Ok(Some(wanted.clone())),
        (Some(wanted), _) => complain(format!("there is no filter `{wanted}`; there is {}", listed(names))),
        (None, [only]) => Ok(Some((*only).to_owned())),
        (None, _) => complain(format!("there are several filters: {}; choose one with --filter NAME", listed(names))),
    }
}

fn chosen_metric(file: &LogFile, options: &ReadOptions) -> Result<String, LogError> {
    let complain = |reason: String| Err(fault(&file.name, None, None, reason));
    let Some(first) = file.first() else { return complain("there is no sample here".to_owned()) };
    let stated: Option<Vec<&str>> =
        first.get("metrics").and_then(Json::as_array).map(|names| names.iter().filter_map(Json::as_str).collect());
    let is_metric = |key: &str| match &stated {
        Some(names) => names.contains(&key),
        None => !SAMPLE_KEYS.contains(&key),
    };
    let names: Vec<&str> = first
        .iter()
        .filter(|(key, value)| is_metric(key) && right_share(value).is_some())
        .map(|(key, _)| key.as_str())
        .collect();
    match (&options.metric, names.as_slice()) {
        (Some(wanted), _) => match names.iter().find(|name| *name == wanted) {
            Some(name) => Ok((*name).to_owned()),
            None => complain(format!("there is no metric `{wanted}`; there is {}", listed(names))),
        },
        (None, [only]) => Ok((*only).to_owned()),
        (None, []) => complain(format!(
            "no metric here says right or wrong; the keys are {}",
            listed(first.keys().map(String::as_str))
        )),
        (None, _) => complain(format!("there are several metrics: {}; choose one with --metric NAME", listed(names))),
    }
}

/// The document within one file: a text may stand in a set twice, under two ids.
fn sample_key(file: &LogFile, line: u64, object: &JsonObject) -> Result<String, LogError> {
    match object.get("doc_id") {
        // Another document may have the same id in another generation's set.
        Some(id) if !id.is_null() => match object.get("doc_hash").and_then(Json::as_str) {
            Some(hash) => Ok(format!("{id} {hash}")),
            None => Ok(id.to_string()),
        },
        _ => document_key(file, line, object),
    }
}

fn document_key(file: &LogFile, line: u64, object: &JsonObject) -> Result<String, LogError> {
    match (object.get("doc_hash"), object.get("doc_id")) {
        (Some(Json::String(hash)), _) => Ok(hash.clone()),
        (_, Some(id)) if !id.is_null() => Ok(format!("doc_id {id}")),
        _ => Err(fault(&file.name, Some(line), Some("doc_hash"), "the sample names no document")),
    }
}

fn verdict(
    file: &LogFile,
    line: u64,
    object: &JsonObject,
    metric: &str,
    options: &ReadOptions,
) -> Result<f64, LogError> {
    let value = object.get(metric).unwrap_or(&Json::Null);
    let right = match options.right_above {
        Some(limit) => {
            right_share(value).or_else(|| Some(json::number(value)?.0)).map(|score| f64::from(u8::from(score > limit)))
        }
        None => right_share(value),
    };
    right.ok_or_else(|| {
        let value = super::shortened(&value.to_string());
        fault(
            &file.name,
            Some(line),
            Some(metric),
            format!("{value} is not between wrong (0) and right (1); --right-above 0.5 sets a limit"),
        )
    })
}
