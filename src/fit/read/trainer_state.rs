//! Hugging Face `trainer_state.json`: `log_history`, whose entries with `eval_…` keys are evaluations.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::file::LogFile;
use super::found::FoundRecords;
use super::json::{self, JsonObject};
use super::meaning::{MetricMeaning, meaning};
use super::record::{EvaluationRecord, EvaluationTime, MetricScore};
use super::{LogFormat, ReadOptions, fault, listed, some};
use crate::fit::log_error::LogError;

pub(super) const FORMAT: LogFormat = LogFormat { name: "trainer state", recognise, read };

fn recognise(file: &LogFile, _: &ReadOptions) -> bool {
    file.document().is_some_and(|document| document.contains_key("log_history"))
}

fn read(files: &[LogFile], options: &ReadOptions) -> Result<FoundRecords, LogError> {
    let mut found = FoundRecords::default();
    for file in files {
        let history = file.document().and_then(|document| document.get("log_history")).and_then(Json::as_array);
        let history =
            history.ok_or_else(|| fault(&file.name, None, Some("log_history"), "this is not a list of entries"))?;
        let mut entries = Entries::new(file, options, &found);
        history.iter().filter_map(Json::as_object).try_for_each(|entry| entries.take(None, entry, &mut found))?;
        entries.finish(&mut found)?;
        let falling = file.document().and_then(falling);
        let scores = found.records.iter_mut().flat_map(|record| &mut record.scores);
        let is =
            |name: &str| falling.is_some_and(|falling| name == falling || name.strip_prefix("eval_") == Some(falling));
        scores.for_each(|score| score.falls |= is(&score.name));
    }
    found.in_time = true;
    Ok(found)
}

/// The metric by which the trainer chooses its best model, where it is better when lower; `eval_` may be left out of it.
fn falling(state: &JsonObject) -> Option<&str> {
    let arguments = state.get("args").and_then(Json::as_object);
    let of = |key: &str| state.get(key).or_else(|| arguments?.get(key)).filter(|value| !value.is_null());
    let lower = of("greater_is_better").and_then(Json::as_bool) == Some(false);
    of("metric_for_best_model").and_then(Json::as_str).filter(|metric| lower && !metric.is_empty())
}

/// A trainer's entries in the order in which they were logged; those of training are read only for a metric that was asked
/// for.
pub(super) struct Entries<'a> {
    file: &'a LogFile<'a>,
    options: &'a ReadOptions,
    /// Evaluations of the files before.
    before: usize,
    /// Time and speed by the name in front of an evaluation's keys: `eval`, or `eval_gsm8k` where there are several sets.
    speeds: BTreeMap<String, Speed>,
    training: usize,
    /// Keys of numbers, for a message.
    names: Vec<String>,
}

impl<'a> Entries<'a> {
    /// The entries of a file; those of other files are in `found`.
    pub fn new(file: &'a LogFile<'a>, options: &'a ReadOptions, found: &FoundRecords) -> Self {
        let before = found.records.len();
        Self { file, options, before, speeds: BTreeMap::new(), training: 0, names: Vec::new() }
    }

    /// Takes an entry, and the line that it stands on.
    pub fn take(&mut self, line: Option<u64>, entry: &JsonObject, found: &mut FoundRecords) -> Result<(), LogError> {
        const NAMES: usize = 200;
        for (key, value) in entry {
            if self.names.len() < NAMES && json::number(value).is_some() && !self.names.contains(key) {
                self.names.push(key.clone());
            }
        }
        for (front, time, speed) in speeds(entry) {
            self.speeds.entry(front.to_owned()).or_default().add(time, speed);
        }
        let asked = self.options.metric.as_deref();
        let wanted = |key: &str| (is_evaluation(key) || asked == Some(key)) && !is_speed(key);
        let scores = entry.iter().filter(|(key, _)| wanted(key)).filter_map(|(key, value)| {
            let (share, decimals) = json::number(value)?;
            Some(MetricScore::share(key, share, decimals))
        });
        let scores: Vec<MetricScore> = scores.collect();
        if scores.is_empty() {
            self.training += 1;
            return Ok(());
        }
        found.push(EvaluationRecord::new(&self.file.name, line, when(entry), scores))
    }

    /// Gives every evaluation its number of problems, and what else is known.
    pub fn finish(self, found: &mut FoundRecords) -> Result<(), LogError> {
        let asked = self.options.metric.as_deref();
        if found.records.len() == self.before {
            return Err(nothing(self.file, &self.names, asked));
        }
        let counts: Vec<(&str, u64)> =
            self.speeds.iter().filter_map(|(front, speed)| Some((front.as_str(), speed.problems()?))).collect();
        let scores = found.records.iter_mut().skip(self.before).flat_map(|record| &mut record.scores);
        for score in scores {
            // The longest name in front is the nearest.
            let own = counts.iter().rev().find(|(front, _)| belongs(&score.name, front)).map(|(_, count)| *count);
            score.evaluated = self.options.evaluated.or(own);
        }
        if let Some(metric) = asked.filter(|metric| !is_evaluation(metric)) {
            found.notes.push(format!("`{metric}` is measured in training: it says nothing of held-out problems"));
        }
        if self.options.evaluated.is_none() {
            found.notes.extend(counts.iter().map(|(front, count)| {
                format!("{count} problems were evaluated: {front}_runtime × {front}_samples_per_second")
            }));
        }
        if self.training > 0 {
            found.ignored.push(format!("{} without an evaluation", some(self.training, "entry", "entries")));
        }
        Ok(())
    }
}

/// Why no entry can be read: no evaluation, or not the metric asked for.
fn nothing(file: &LogFile, names: &[String], asked: Option<&str>) -> LogError {
    let accuracy = names.iter().find(|key| meaning(key) == MetricMeaning::Right);
    let found = listed(names.iter().map(String::as_str));
    let reason = match (asked, accuracy) {
        (Some(metric), _) => format!("there is no metric `{metric}`; there is {found}"),
        (None, None) => format!("no evaluation was logged (set `eval_strategy` in the trainer); found {found}"),
        (None, Some(accuracy)) => format!(
            "no evaluation was logged (set `eval_strategy` in the trainer); --metric {accuracy} with --evaluated N takes a metric of training, which says nothing of held-out problems; found {found}"
        ),
    };
    let refusal = fault(&file.name, None, Some("log_history"), reason);
    if asked.is_some() { refusal } else { refusal.awaited() }
}

fn is_evaluation(key: &str) -> bool {
    key.starts_with("eval_") || key.starts_with("eval/") || key.starts_with("test_")
}

fn is_speed(key: &str) -> bool {
    ["runtime", "samples_per_second", "steps_per_second", "num_tokens"].iter().any(|end| key.ends_with(end))
}

fn when(entry: &JsonObject) -> EvaluationTime {
    let of = |key: &str| entry.get(key).and_then(json::number).map(|(step, _)| step);
    // ms-swift writes "50/100".
    let progress = entry
        .get("global_step/max_steps")
        .and_then(Json::as_str)
        .and_then(|text| text.split('/').next()?.trim().parse().ok());
    of("step")
        .or(progress)
        .or_else(|| of("global_step"))
        .or_else(|| of("train/global_step"))
        .or_else(|| of("epoch"))
        .map_or(EvaluationTime::Unknown, EvaluationTime::Step)
}

/// The name in front of an evaluation's keys, with its time in seconds and its speed in problems a second.
fn speeds(entry: &JsonObject) -> impl Iterator<Item = (&str, f64, f64)> {
    entry.iter().filter(|(key, _)| is_evaluation(key)).filter_map(|(key, time)| {
        let front = key.strip_suffix("_runtime").or_else(|| key.strip_suffix("/runtime"))?;
        let speed = |mark| entry.get(&format!("{front}{mark}samples_per_second")).and_then(json::number);
        Some((front, json::number(time)?.0, speed("_").or_else(|| speed("/"))?.0))
    })
}

/// Whether a key stands behind this name.
fn belongs(key: &str, front: &str) -> bool {
    key.strip_prefix(front).is_some_and(|rest| rest.starts_with(['_', '/']))
}

/// Time and speed of evaluations of the same problems.
struct Speed {
    /// What the rounding of all of them leaves.
    low: f64,
    high: f64,
    sum: f64,
    count: f64,
}

impl Default for Speed {
    fn default() -> Self {
        Self { low: 0.0, high: f64::INFINITY, sum: 0.0, count: 0.0 }
    }
}

impl Speed {
    fn add(&mut self, time: f64, speed: f64) {
        if time > 0.0 && speed > 0.0 {
            // The trainer writes four decimals of the time and three of the speed.
            self.low = self.low.max((time - 5e-5) * (speed - 5e-4));
            self.high = self.high.min((time + 5e-5) * (speed + 5e-4));
            self.sum += time * speed;
            self.count += 1.0;
        }
    }

    /// The one whole number that the rounding of all of them leaves, or the nearest to their mean.
    fn problems(&self) -> Option<u64> {
        let Self { low, high, sum, count } = *self;
        if count == 0.0 {
            return None;
        }
        let nearest = if high >= low { 0.5 * (low + high) } else { sum / count };
        let whole = if low.ceil() == high.floor() { low.ceil() } else { nearest.round() };
        (1.0..1e12).contains(&whole).then_some(whole as u64)
    }
}
