//! Hugging Face `trainer_state.json`: `log_history`, of which the evaluations are generations.

use std::collections::BTreeSet;

use serde_json::Value;

use super::json;
use super::{File, IngestOptions, choose, fault, right_answers, single};
use crate::fit::log::{Log, LogError, Row};

/// Evaluation keys that are no share of right answers.
const NO_RATE: [&str; 4] = ["eval_loss", "eval_runtime", "eval_samples_per_second", "eval_steps_per_second"];

/// Reads the evaluations: a generation for each that reports the metric. Rates only, so `evaluated` must be given.
pub(super) fn state(file: &File, options: &IngestOptions) -> Result<Log, LogError> {
    let document = json::document(file)?;
    let history = document
        .get("log_history")
        .and_then(Value::as_array)
        .ok_or_else(|| fault(&file.name, None, Some("log_history"), "this key is missing"))?;
    let names: BTreeSet<&str> = history
        .iter()
        .filter_map(Value::as_object)
        .flat_map(|entry| entry.iter().filter(|(_, value)| value.is_number()))
        .map(|(key, _)| key.as_str())
        .filter(|key| key.starts_with("eval_") && !NO_RATE.contains(key))
        .collect();
    let names: Vec<&str> = names.into_iter().collect();
    let metric = choose("metric", options.metric.as_deref(), &names)
        .map_err(|reason| fault(&file.name, None, Some("log_history"), reason))?;
    let evaluated = options.evaluated.ok_or_else(|| {
        fault(&file.name, None, Some(metric), "this file holds rates only; say how many problems were evaluated")
    })?;
    let mut rows = Vec::new();
    let mut without = 0;
    for entry in history {
        let Some(rate) = entry.get(metric).and_then(Value::as_f64) else {
            without += 1;
            continue;
        };
        let right = right_answers(rate, evaluated).map_err(|reason| {
            let step = entry.get("step").map_or_else(String::new, |step| format!("step {step}: "));
            fault(&file.name, None, Some(metric), format!("{step}{reason}"))
        })?;
        let row = Row { generation: rows.len() as u64, evaluated, wrong: evaluated - right, ..Row::default() };
        row.check().map_err(|(column, reason)| fault(&file.name, None, Some(column), reason))?;
        rows.push(row);
    }
    let mut ignored: Vec<String> =
        names.iter().filter(|name| **name != metric).map(|name| (*name).to_owned()).collect();
    ignored.push(format!("{without} entries without this metric, or with NaN in it"));
    Ok(single(file.name.clone(), "trainer_state", vec![metric.to_owned()], ignored, rows))
}
