//! What stands in the fields of an answer: its run, its generation, its verdict, its text.

use serde_json::Value as Json;

use super::json::{self, JsonObject};
use super::meaning::{MetricMeaning, meaning};
use super::names::is_name;
use super::read_error::ReadError;
use super::{ReadOptions, listed, shortened};

/// Keys that name a run.
pub(super) const RUNS: [&str; 4] = ["run", "run_id", "run_name", "Run"];

/// Keys of the generation, and of what orders generations.
pub(super) const GENERATIONS: [&str; 4] = ["generation", "iteration", "round", "gen"];

/// Words that say of an answer that it is right, and that it is wrong.
const RIGHT: [&str; 9] = ["true", "t", "correct", "c", "right", "yes", "y", "pass", "passed"];
const WRONG: [&str; 9] = ["false", "f", "incorrect", "i", "wrong", "no", "n", "fail", "failed"];

/// Keys of one answer's verdict: what lies between right and wrong there is no mean over several.
const SINGLE: [&str; 8] =
    ["correct", "is_correct", "right", "symbolic_correct", "judge_correct", "passed", "pass", "verdict"];

/// Whether a key of this name holds the verdict of one answer.
pub(super) fn is_of_one(key: &str) -> bool {
    SINGLE.contains(&plain(key).as_str())
}

const fn share_of(right: bool) -> f64 {
    if right { 1.0 } else { 0.0 }
}

/// A truth value, or a word for one.
fn truth(value: &Json) -> Option<bool> {
    match value {
        Json::Bool(right) => Some(*right),
        Json::String(text) => {
            let word = text.trim().to_lowercase();
            let is = |words: &[&str]| words.contains(&word.as_str());
            (is(&RIGHT) || is(&WRONG)).then(|| is(&RIGHT))
        }
        _ => None,
    }
}

/// Whether a value says right or wrong of one answer: a word for it, 1, or 0 and −1.
pub(super) fn verdict(value: &Json) -> Option<bool> {
    truth(value).or_else(|| match json::number(value)?.0 {
        1.0 => Some(true),
        0.0 | -1.0 => Some(false),
        _ => None,
    })
}

/// A share of right answers as metrics write it: true, 1, 0.75; `None` where it says something else.
pub(super) fn right_share(value: &Json) -> Option<f64> {
    truth(value).map(share_of).or_else(|| value.as_f64().filter(|share| (0.0..=1.0).contains(share)))
}

/// How much of a line is right: 1 or 0 for one answer, turned where the key says what is wrong; between them for a mean over
/// several, which is what a metric's key holds, and what --samples-per-problem says that any other does.
pub(super) fn judged(value: &Json, key: &str, options: &ReadOptions) -> Result<f64, ReadError> {
    let number = || json::number(value).map(|(score, _)| score);
    let meant = meaning(key);
    if meant == MetricMeaning::Error && !options.lower_is_better {
        return Err(ReadError::new(is_error(key)));
    }
    let is_mean = options.samples_per_problem.is_some() || meant == MetricMeaning::Right && !is_of_one(key);
    let right = match options.right_above {
        Some(limit) => number().or_else(|| truth(value).map(share_of)).map(|score| share_of(score > limit)),
        None => {
            verdict(value).map(share_of).or_else(|| number().filter(|share| is_mean && (0.0..=1.0).contains(share)))
        }
    };
    right.map(|right| options.turned(right)).ok_or_else(|| ReadError::new(neither(value, key)))
}

/// A key of these names, in any case where none is spelt so.
pub(super) fn known(object: &JsonObject, names: &[&str]) -> Option<String> {
    let exact = names.iter().find(|name| object.contains_key(**name)).map(|name| (*name).to_owned());
    exact.or_else(|| names.iter().find_map(|name| object.keys().find(|key| plain(key) == **name)).cloned())
}

fn plain(key: &str) -> String {
    key.trim().to_lowercase()
}

/// The keys of an object; those of objects within it behind a point, as options take them.
pub(super) fn key_names(object: &JsonObject) -> Vec<String> {
    let within = |(key, value): (&String, &Json)| match value.as_object() {
        Some(inner) if !inner.is_empty() => inner.keys().map(|name| format!("{key}.{name}")).collect(),
        _ => vec![key.clone()],
    };
    object.iter().flat_map(within).collect()
}

/// The refusal of a name that says what is wrong, where right answers are looked for.
pub(super) fn is_error(name: &str) -> String {
    format!("`{name}` says by its name what is wrong; read it so with --lower-is-better")
}

/// What to say where no key says what is right, but one by its name what is wrong.
pub(super) fn wrong_key(object: &JsonObject) -> String {
    let key = key_names(object).into_iter().find(|key| meaning(key) == MetricMeaning::Error);
    key.map_or_else(String::new, |key| {
        format!("; if `{}` says what is wrong, --correct {0} --lower-is-better", shortened(&key))
    })
}

/// The key that an option names, which must be there.
pub(super) fn asked(object: &JsonObject, wanted: &Option<String>, option: &str) -> Result<Option<String>, ReadError> {
    match wanted {
        Some(key) if !object.contains_key(key) => Err(ReadError::new(format!(
            "{option} {key}: there is no such key; there is {}",
            listed(key_names(object).iter().map(String::as_str))
        ))),
        wanted => Ok(wanted.clone()),
    }
}

/// The key of the generation; in some files `generation` is the text that was generated.
pub(super) fn generation_key(object: &JsonObject) -> Option<String> {
    let names = |value: &Json| json::number(value).is_some() || value.as_str().is_some_and(is_name);
    GENERATIONS.iter().find_map(|key| known(object, &[key]).filter(|key| object.get(key).is_some_and(names)))
}

/// A value as text, a number always in the same digits (7.0 is 7); `None` where there is nothing.
pub(super) fn text(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::String(text) => Some(plain_number(text).to_owned()),
        other => Some(plain_number(&other.to_string()).to_owned()),
    }
}

/// A decimal number without the zeros at its end; any other text as it is.
fn plain_number(text: &str) -> &str {
    let Some((whole, decimals)) = text.trim().split_once('.') else { return text };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole.strip_prefix('-').unwrap_or(whole)) || !digits(decimals) {
        return text;
    }
    text.trim().trim_end_matches('0').trim_end_matches('.')
}

/// Refuses answers of a second run: merged, they would pass for more problems.
pub(super) fn same_run(object: &JsonObject, first: &mut Option<String>) -> Result<(), ReadError> {
    let Some((key, run)) = RUNS.iter().find_map(|key| Some((*key, object.get(*key).and_then(text)?))) else {
        return Ok(());
    };
    match first {
        Some(known) if *known != run => {
            let reason = format!(
                "these are answers of several runs, {}; give those of one",
                listed([known.as_str(), run.as_str()])
            );
            Err(ReadError::of(key, reason))
        }
        _ => {
            *first = Some(run);
            Ok(())
        }
    }
}

/// The refusal of a verdict that is none.
fn neither(value: &Json, key: &str) -> String {
    let remedy = match json::number(value) {
        None => "write true or false, or name the key that says it with --correct KEY".to_owned(),
        Some((score, _)) if (0.0..=1.0).contains(&score) && meaning(key) != MetricMeaning::Reward => {
            "--right-above 0.5 sets a limit for scores; of a mean over k answers say --samples-per-problem k".to_owned()
        }
        Some((score, _)) if score.abs() < 2.0 => "--right-above 0.5 sets a limit for scores".to_owned(),
        Some(_) => "--right-above X sets a limit for scores, with X between those of wrong and those of right answers"
            .to_owned(),
    };
    format!("{} is neither right nor wrong; {remedy}", shortened(&value.to_string()))
}

/// Keys that name the problem, in order of preference.
pub(super) const IDS: [&str; 14] = [
    "id",
    "qid",
    "question_id",
    "problem_id",
    "doc_id",
    "task_id",
    "unique_id",
    "uid",
    "idx",
    "index",
    "example_id",
    "question",
    "problem",
    "prompt",
];

/// Keys of the answer that was given; `answer` is the one that was asked for in some files, which `pairs` finds out.
pub(super) const ANSWERS: [&str; 8] = [
    "prediction",
    "pred",
    "predicted_answer",
    "extracted_answer",
    "model_answer",
    "parsed_answer",
    "final_answer",
    "answer",
];

/// Keys of what orders generations.
pub(super) const STEPS: [&str; 5] = ["step", "global_step", "epoch", "model_revision", "checkpoint"];
