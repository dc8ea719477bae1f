//! lm-evaluation-harness: results by task, and samples by document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::answer_fields::right_share;
use super::assemble::add_once;
use super::file::LogFile;
use super::json::{self, Object};
use super::record::{Found, OneTask, Record, Score, When};
use super::right_counts::Tally;
use super::{Format, ReadOptions, fault, listed};
use crate::fit::log::LogError;
use crate::fit::transition::{Answer, Samples};

pub(super) const RESULTS: Format =
    Format { name: "lm-evaluation-harness results", recognise: is_results, read: results };
pub(super) const SAMPLES: Format =
    Format { name: "lm-evaluation-harness samples", recognise: is_samples, read: read_samples };

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
            scores(document, task).into_iter().partition(|score| is_wanted(&score.name));
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
    Ok(found)
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

/// Every metric of a task.
fn scores(document: &Object, task: &str) -> Vec<Score> {
    let Some(values) = document.get("results").and_then(|results| results.get(task)).and_then(Json::as_object) else {
        return Vec::new();
    };
    let evaluated = evaluated(document, task, values);
    let better = document.get("higher_is_better").and_then(|better| better.get(task));
    let metric = |(key, value): (&String, &Json)| {
        let (metric, filter) = key.split_once(',').unwrap_or((key, ""));
        if metric.ends_with("_stderr") || !value.is_number() || matches!(metric, "sample_len" | "samples") {
            return None;
        }
        let (share, decimals) = json::number(value)?;
        let error = if filter.is_empty() { format!("{metric}_stderr") } else { format!("{metric}_stderr,{filter}") };
        let mut score = Score::share(key, share, decimals);
        score.evaluated = evaluated;
        score.standard_error = values.get(&error).and_then(Json::as_f64);
        score.falls = better.and_then(|better| better.get(metric)).and_then(Json::as_bool) == Some(false);
        Some(score)
    };
    values.iter().filter_map(metric).collect()
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

fn is_samples(file: &LogFile, _: &ReadOptions) -> bool {
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
type Filtered = Result<Tally, LogError>;

fn read_samples(files: &[LogFile], options: &ReadOptions) -> Result<Found, LogError> {
    let mut found = Found::default();
    let (mut ignored, mut one) = (BTreeSet::new(), OneTask::default());
    let of_task = |file: &&LogFile| {
        options.task.is_none() || task_in_name(&file.name).is_none_or(|task| options.task.as_deref() == Some(task))
    };
    for file in files.iter().filter(of_task) {
        one.is(task_in_name(&file.name).unwrap_or(""), &file.name)?;
        let metric = chosen_metric(file, options)?;
        let mut filters: BTreeMap<String, Filtered> = BTreeMap::new();
        file.each_object(|line, object| {
            let filter = object.get("filter").and_then(Json::as_str).unwrap_or("");
            if !filters.contains_key(filter) {
                filters.insert(filter.to_owned(), Ok(Tally::default()));
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
        let tally = filters.remove(filter.as_deref().unwrap_or("")).unwrap_or_else(|| Ok(Tally::default()))?;
        let name = filter.map_or_else(|| metric.clone(), |filter| format!("{metric},{filter}"));
        let score = tally.score(&name, options).map_err(|reason| fault(&file.name, None, Some(&metric), reason))?;
        found.notes.extend(tally.note(options));
        found.push(Record::new(&file.name, None, When::Unknown, vec![score]))?;
    }
    found.ignored = ignored.into_iter().collect();
    found.notes.dedup();
    Ok(found)
}

fn add_sample(
    tally: &mut Tally,
    file: &LogFile,
    line: u64,
    object: &Object,
    metric: &str,
    options: &ReadOptions,
) -> Result<(), LogError> {
    let key = sample_key(file, line, object)?;
    tally.add_given(&key, verdict(file, line, object, metric, options)?, extracted(object));
    Ok(())
}

/// The answer where a filter left one text; log-likelihoods of choices are none.
fn extracted(object: &Object) -> Option<&str> {
    match object.get("filtered_resps")?.as_array()?.as_slice() {
        [Json::String(text)] => Some(text),
        _ => None,
    }
}

/// Every answer of successive generations, one file each, by document; a document that stands in a file several times is
/// told apart by its place among them.
pub(super) fn samples(files: &[LogFile], options: &ReadOptions) -> Result<Samples, LogError> {
    let mut generations = Vec::with_capacity(files.len());
    for file in files {
        let (filter, metric) = (chosen_filter(file, options)?, chosen_metric(file, options)?);
        let mut answers: BTreeMap<String, Answer> = BTreeMap::new();
        file.each_object(|line, object| {
            if kept(object, filter.as_deref()) {
                let key = document_key(file, line, object)?;
                let right = verdict(file, line, object, &metric, options)? == 1.0;
                let given = object.get("filtered_resps").or_else(|| object.get("resps")).map(Json::to_string);
                let repeats = (2..).map(|place| format!("{key} #{place}"));
                let free = std::iter::once(key.clone()).chain(repeats).find(|key| !answers.contains_key(key));
                answers.insert(free.unwrap_or(key), Answer { right, given });
            }
            Ok(())
        })?;
        generations.push(answers);
    }
    Ok(Samples { generations })
}

fn kept(object: &Object, filter: Option<&str>) -> bool {
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
fn sample_key(file: &LogFile, line: u64, object: &Object) -> Result<String, LogError> {
    match object.get("doc_id") {
        // Another document may have the same id in another generation's set.
        Some(id) if !id.is_null() => match object.get("doc_hash").and_then(Json::as_str) {
            Some(hash) => Ok(format!("{id} {hash}")),
            None => Ok(id.to_string()),
        },
        _ => document_key(file, line, object),
    }
}

fn document_key(file: &LogFile, line: u64, object: &Object) -> Result<String, LogError> {
    match (object.get("doc_hash"), object.get("doc_id")) {
        (Some(Json::String(hash)), _) => Ok(hash.clone()),
        (_, Some(id)) if !id.is_null() => Ok(format!("doc_id {id}")),
        _ => Err(fault(&file.name, Some(line), Some("doc_hash"), "the sample names no document")),
    }
}

fn verdict(file: &LogFile, line: u64, object: &Object, metric: &str, options: &ReadOptions) -> Result<f64, LogError> {
    let value = object.get(metric).unwrap_or(&Json::Null);
    let right = match options.right_above {
        Some(limit) => json::number(value).map(|(score, _)| f64::from(u8::from(score > limit))),
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
