//! What stands in the fields of an answer: its run, its generation, its verdict, its text.

use serde_json::Value as Json;

use super::json::{self, Object};
use super::{listed, shortened};

/// Keys that name a run.
const RUNS: [&str; 3] = ["run", "run_id", "run_name"];

/// Keys of the generation, and of what orders generations.
pub(super) const GENERATIONS: [&str; 4] = ["generation", "iteration", "round", "gen"];
/// A share of right answers as metrics write it: true, 1, 0.75; `None` where it says something else.
pub(super) fn right_share(value: &Json) -> Option<f64> {
    match value {
        Json::Bool(right) => Some(f64::from(u8::from(*right))),
        Json::String(text) => match text.trim().to_lowercase().as_str() {
            "true" | "correct" | "yes" | "c" => Some(1.0),
            "false" | "incorrect" | "no" | "i" => Some(0.0),
            _ => None,
        },
        value => value.as_f64().filter(|share| (0.0..=1.0).contains(share)),
    }
}

/// The key that an option names, which must be there.
pub(super) fn asked(object: &Object, wanted: &Option<String>, option: &str) -> Result<Option<String>, String> {
    match wanted {
        Some(key) if !object.contains_key(key) => {
            Err(format!("{option} {key}: there is no such key; there is {}", listed(object.keys().map(String::as_str))))
        }
        wanted => Ok(wanted.clone()),
    }
}

/// The key of the generation; in some files `generation` is the text that was generated.
pub(super) fn generation_key(object: &Object) -> Option<String> {
    let names = |value: &Json| json::number(value).is_some() || value.as_str().is_some_and(is_name_of_generation);
    GENERATIONS.iter().find(|key| object.get(**key).is_some_and(names)).map(|key| (*key).to_owned())
}

/// Names of models before the first generation, and after the last.
const UNNUMBERED: [&str; 8] = ["base", "init", "initial", "start", "sft", "pretrained", "final", "main"];

/// Whether a text is the name of a generation, such as `iter_3`, and no answer.
fn is_name_of_generation(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    let numbered = text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.ends_with(|c: char| c.is_ascii_digit());
    text.len() <= 40 && text.chars().all(plain) && (numbered || UNNUMBERED.contains(&text.to_lowercase().as_str()))
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
pub(super) fn same_run(object: &Object, first: &mut Option<String>) -> Result<(), (String, String)> {
    let Some((key, run)) = RUNS.iter().find_map(|key| Some((*key, object.get(*key).and_then(text)?))) else {
        return Ok(());
    };
    match first {
        Some(known) if *known != run => {
            let reason = format!(
                "these are answers of several runs, {}; give those of one",
                listed([known.as_str(), run.as_str()])
            );
            Err((key.to_owned(), reason))
        }
        _ => {
            *first = Some(run);
            Ok(())
        }
    }
}

/// The refusal of a verdict that is none.
pub(super) fn neither(value: &Json) -> String {
    let remedy = if value.is_string() { "write true or false" } else { "--right-above 0.5 sets a limit for scores" };
    format!("{} is neither right nor wrong; {remedy}", shortened(&value.to_string()))
}
