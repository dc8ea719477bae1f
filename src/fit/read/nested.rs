//! Documents that hold one evaluation, answer by answer: a list of answers under a key, or one answer under each problem's name.

use serde_json::Value as Json;

use super::answer_fields::{ANSWERS, IDS, STEPS};
use super::answer_fields::{GENERATIONS, RUNS, is_of_one, known, verdict};
use super::column_names::TASKS;
use super::file::{FileShape, LogFile};
use super::json::JsonObject;
use super::verdicts::{VERDICTS, VerdictKeys};

/// Keys of counts, which single answers have not.
const COUNTED: [&str; 5] = ["evaluated", "total", "n", "num_samples", "stderr"];

impl LogFile<'_> {
    /// The file with the answers that its one document holds.
    pub(super) fn opened_within(mut self) -> Self {
        if let FileShape::Document(document) = &mut self.shape {
            self.shape = match answers(std::mem::take(document)) {
                Ok((answers, within)) => {
                    self.within = Some(within);
                    FileShape::Array(answers)
                }
                Err(document) => FileShape::Document(document),
            };
        }
        self
    }
}

/// The answers of a document, and what is to be said of them; the document where it is none of answers.
fn answers(document: JsonObject) -> Result<(Vec<JsonObject>, String), JsonObject> {
    if let Some(key) = list_of_answers(&document) {
        return Ok((listed_answers(document, &key), format!("the answers are those of `{key}`")));
    }
    if is_by_problem(&document) {
        return Ok((by_problem(document), "each key names a problem (`id`)".to_owned()));
    }
    Err(document)
}

/// The one key whose value is a list of objects, where these are answers; Inspect's logs have a reader of their own.
fn list_of_answers(document: &JsonObject) -> Option<String> {
    let lists: Vec<(&String, &JsonObject)> =
        document.iter().filter_map(|(key, value)| Some((key, value.as_array()?.first()?.as_object()?))).collect();
    let [(key, first)] = lists.as_slice() else { return None };
    let counts = COUNTED.iter().any(|name| first.contains_key(*name));
    let judged = known(first, &VERDICTS).is_some() && !counts || VerdictKeys::counts(first).is_some();
    let ours = document.contains_key("eval") || document.contains_key("log_history");
    (judged && !ours && known(first, &IDS).is_some()).then(|| (*key).clone())
}

/// The objects of a list, each with what the document says of all of them: run, generation and set of problems.
fn listed_answers(mut document: JsonObject, key: &str) -> Vec<JsonObject> {
    let Some(Json::Array(list)) = document.remove(key) else { return Vec::new() };
    let names: Vec<&str> = [&GENERATIONS[..], &STEPS, &RUNS, &TASKS, &["seed"]].concat();
    let of_all: Vec<(String, Json)> = document
        .into_iter()
        .filter(|(key, value)| names.contains(&key.as_str()) && !value.is_array() && !value.is_object())
        .collect();
    let objects =
        list.into_iter().filter_map(|value| if let Json::Object(object) = value { Some(object) } else { None });
    objects
        .map(|mut object| {
            for (key, value) in &of_all {
                if !object.contains_key(key) {
                    object.insert(key.clone(), value.clone());
                }
            }
            object
        })
        .collect()
}

/// Whether every value is an answer: it holds the verdict of one answer and counts nothing.
fn is_by_problem(document: &JsonObject) -> bool {
    let is_answer = |value: &Json| {
        let Some(object) = value.as_object() else { return false };
        let judged =
            known(object, &VERDICTS).filter(|key| object.get(key).is_some_and(|value| verdict(value).is_some()));
        let counts = COUNTED.iter().any(|name| object.contains_key(*name));
        let single =
            |key: String| is_of_one(&key) && (object.get(&key).is_some_and(Json::is_boolean) || answered(object));
        !counts && judged.is_some_and(single)
    };
    document.len() > 1 && document.values().all(is_answer)
}

fn answered(object: &JsonObject) -> bool {
    known(object, &ANSWERS).is_some()
}

fn by_problem(document: JsonObject) -> Vec<JsonObject> {
    let named = document.into_iter().filter_map(|(id, value)| match value {
        Json::Object(mut object) => {
            object.insert("id".to_owned(), Json::String(id));
            Some(object)
        }
        _ => None,
    });
    named.collect()
}
