//! verl and what is built on it (TTRL): rollouts by step, and metrics by step.

use std::collections::BTreeSet;

use serde_json::Value;

use super::json;
use super::{File, IngestOptions, choose, fault, right_answers, single};
use crate::fit::log::{Log, LogError, Row};

/// Reads `<global_step>.jsonl`, one file per generation. An answer is right when its `score` (or `acc`, where there is one)
/// is 1 and wrong when it is 0 or −1; a shaped reward says neither and is refused.
pub(super) fn rollouts(files: &[File]) -> Result<Log, LogError> {
    let mut rows = Vec::with_capacity(files.len());
    let (mut taken, mut ignored) = (BTreeSet::new(), BTreeSet::new());
    for (generation, file) in (0..).zip(files) {
        let (mut evaluated, mut wrong) = (0, 0);
        for read in json::lines(file)? {
            let (line, object) = read?;
            let key = if object.contains_key("acc") { "acc" } else { "score" };
            let value = object.get(key).unwrap_or(&Value::Null);
            let score = value.as_f64().or_else(|| value.as_bool().map(|right| f64::from(u8::from(right))));
            wrong += match score {
                Some(1.0) => 0,
                Some(0.0 | -1.0) => 1,
                _ => {
                    let reason = format!("{value} is neither right (1) nor wrong (0 or -1)");
                    return Err(fault(&file.name, Some(line), Some(key), reason));
                }
            };
            evaluated += 1;
            taken.insert(key.to_owned());
            ignored.extend(object.keys().filter(|name| *name != key).cloned());
        }
        rows.push(Row { generation, evaluated, wrong, ..Row::default() });
    }
    let source = files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>().join(", ");
    let (taken, ignored) = (taken.into_iter().collect(), ignored.into_iter().collect());
    Ok(single(source, "verl rollouts", taken, ignored, rows))
}

/// Metrics that a step file of verl or TTRL reports as shares of right answers on held-out problems.
fn is_validation(key: &str) -> bool {
    key.starts_with("val-core/") || key.starts_with("val/") || key.starts_with("val-aux/")
}

/// Reads the file logger: a generation for each step that logged the metric. Rates only, so `evaluated` must be given.
pub(super) fn metrics(file: &File, options: &IngestOptions) -> Result<Log, LogError> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    for read in json::lines(file)? {
        let (_, object) = read?;
        let data = object.get("data").and_then(Value::as_object).into_iter().flatten();
        let wanted = |key: &str| options.metric.as_deref() == Some(key) || is_validation(key);
        names.extend(data.filter(|(key, value)| value.is_number() && wanted(key)).map(|(key, _)| key.clone()));
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let metric = choose("metric", options.metric.as_deref(), &names)
        .map_err(|reason| fault(&file.name, None, Some("data"), reason))?;
    let evaluated = options.evaluated.ok_or_else(|| {
        fault(&file.name, None, Some(metric), "this file holds rates only; say how many problems were evaluated")
    })?;
    let mut rows = Vec::new();
    for read in json::lines(file)? {
        let (line, object) = read?;
        let Some(rate) = object.get("data").and_then(|data| data.get(metric)).and_then(Value::as_f64) else { continue };
        let right =
            right_answers(rate, evaluated).map_err(|reason| fault(&file.name, Some(line), Some(metric), reason))?;
        let row = Row { generation: rows.len() as u64, evaluated, wrong: evaluated - right, ..Row::default() };
        row.check().map_err(|(column, reason)| fault(&file.name, Some(line), Some(column), reason))?;
        rows.push(row);
    }
    let ignored = names.iter().filter(|name| **name != metric).map(|name| (*name).to_owned());
    let ignored = ignored.chain(["steps without this metric".to_owned()]).collect();
    Ok(single(file.name.clone(), "verl metrics", vec![metric.to_owned()], ignored, rows))
}
