//! Hugging Face `trainer_state.json`: `log_history`, whose entries with `eval_…` keys are evaluations.

use serde_json::Value as Json;

use super::file::LogFile;
use super::json::{self, Object};
use super::record::{Found, Record, Score, When};
use super::{Format, ReadOptions, fault, some};
use crate::fit::log::LogError;

pub(super) const FORMAT: Format = Format { name: "trainer state", recognise, read };

fn recognise(file: &LogFile) -> bool {
    file.document().is_some_and(|document| document.contains_key("log_history"))
}

fn read(files: &[LogFile], options: &ReadOptions) -> Result<Found, LogError> {
    let mut found = Found::default();
    for file in files {
        let history = file.document().and_then(|document| document.get("log_history")).and_then(Json::as_array);
        let history =
            history.ok_or_else(|| fault(&file.name, None, Some("log_history"), "this is not a list of entries"))?;
        let entries: Vec<&Object> = history.iter().filter_map(Json::as_object).collect();
        read_entries(file, &entries, options, &mut found)?;
    }
    Ok(found)
}

/// Reads a trainer's entries in the order in which they were logged; those of training are read only for a metric that was
/// asked for.
pub(super) fn read_entries(
    file: &LogFile,
    entries: &[&Object],
    options: &ReadOptions,
    found: &mut Found,
) -> Result<(), LogError> {
    let asked = options.metric.as_deref();
    let evaluated = evaluated(entries);
    let wanted = |key: &str| is_evaluation(key) || asked == Some(key);
    let mut training = 0;
    for entry in entries {
        let scores: Vec<Score> = entry
            .iter()
            .filter(|(key, _)| wanted(key) && !is_speed(key))
            .filter_map(|(key, value)| {
                let (share, decimals) = json::number(value)?;
                let mut score = Score::share(key, share, decimals);
                score.evaluated = options.evaluated.or(evaluated.filter(|_| is_evaluation(key)));
                Some(score)
            })
            .collect();
        if scores.is_empty() {
            training += 1;
            continue;
        }
        found.records.push(Record::new(&file.name, None, when(entry), scores));
    }
    if found.records.is_empty() {
        return Err(nothing(file, entries, asked));
    }
    if let Some(metric) = asked.filter(|metric| !is_evaluation(metric)) {
        found.notes.push(format!("`{metric}` is measured in training: it says nothing of held-out problems"));
    }
    if let Some(n) = evaluated.filter(|_| options.evaluated.is_none()) {
        found.notes.push(format!("{n} problems were evaluated: eval_runtime × eval_samples_per_second"));
    }
    if training > 0 {
        found.ignored.push(format!("{} without an evaluation", some(training, "entry", "entries")));
    }
    Ok(())
}

/// Why no entry can be read: no evaluation, or not the metric asked for.
fn nothing(file: &LogFile, entries: &[&Object], asked: Option<&str>) -> LogError {
    let mut names: Vec<&str> = Vec::new();
    for key in entries
        .iter()
        .flat_map(|entry| entry.iter().filter(|(_, value)| json::number(value).is_some()).map(|(key, _)| key.as_str()))
    {
        if !names.contains(&key) {
            names.push(key);
        }
    }
    let accuracy: Vec<&str> =
        names.iter().copied().filter(|key| super::metric::meaning(key) == super::metric::Meaning::Right).collect();
    let reason = match asked {
        Some(metric) => format!("there is no metric `{metric}`; there is {}", super::listed(names)),
        None if accuracy.is_empty() => {
            format!("no evaluation was logged (set `eval_strategy` in the trainer); found {}", super::listed(names))
        }
        None => format!(
            "no evaluation was logged (set `eval_strategy` in the trainer); --metric {} with --evaluated N takes a metric of training, which says nothing of held-out problems; found {}",
            accuracy.first().unwrap_or(&""),
            super::listed(names)
        ),
    };
    fault(&file.name, None, Some("log_history"), reason)
}

fn is_evaluation(key: &str) -> bool {
    key.starts_with("eval_") || key.starts_with("eval/") || key.starts_with("test_")
}

fn is_speed(key: &str) -> bool {
    ["runtime", "samples_per_second", "steps_per_second", "num_tokens"].iter().any(|end| key.ends_with(end))
}

fn when(entry: &Object) -> When {
    let of = |key: &str| entry.get(key).and_then(json::number).map(|(step, _)| step);
    // ms-swift writes "50/100".
    let progress = entry
        .get("global_step/max_steps")
        .and_then(Json::as_str)
        .and_then(|text| text.split('/').next()?.trim().parse().ok());
    of("step").or(progress).or_else(|| of("global_step")).or_else(|| of("epoch")).map_or(When::Unknown, When::Step)
}

/// Problems of an evaluation by its time and speed: the one whole number that the rounding of all of them leaves, or the
/// nearest to their mean.
fn evaluated(entries: &[&Object]) -> Option<u64> {
    let (mut low, mut high, mut sum, mut count) = (0.0_f64, f64::INFINITY, 0.0, 0.0);
    for entry in entries {
        let of = |end: &str| {
            entry
                .iter()
                .find(|(key, _)| is_evaluation(key) && key.ends_with(end))
                .and_then(|(_, value)| json::number(value))
        };
        let (Some((time, _)), Some((speed, _))) = (of("runtime"), of("samples_per_second")) else { continue };
        if !(time > 0.0 && speed > 0.0) {
            continue;
        }
        // The trainer writes four decimals of the time and three of the speed.
        (low, high) = (low.max((time - 5e-5) * (speed - 5e-4)), high.min((time + 5e-5) * (speed + 5e-4)));
        (sum, count) = (sum + time * speed, count + 1.0);
    }
    if count == 0.0 {
        return None;
    }
    let nearest = if high >= low { 0.5 * (low + high) } else { sum / count };
    let whole = if low.ceil() == high.floor() { low.ceil() } else { nearest.round() };
    (1.0..1e12).contains(&whole).then_some(whole as u64)
}
