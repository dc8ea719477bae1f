//! Which key of an answer says whether it is right, or which two count the right answers to a problem.

use serde_json::Value as Json;

use super::answer_fields;
use super::answer_fields::{key_names, known, verdict};
use super::json::{self, JsonObject};
use super::meaning::{MetricMeaning, meaning};
use super::read_error::ReadError;
use super::{ReadOptions, shortened};

/// Keys that say whether the answer is right.
pub(super) const VERDICTS: [&str; 14] = [
    "correct",
    "is_correct",
    "right",
    "is_right",
    "verdict",
    "symbolic_correct",
    "judge_correct",
    "passed",
    "exact_match",
    "acc",
    "accuracy",
    "score",
    "reward",
    "pass",
];
/// Keys that say whether the answer is wrong.
const WRONG: [&str; 5] = ["wrong", "is_wrong", "incorrect", "is_incorrect", "not_correct"];
/// Keys of right answers and of all answers to one problem.
const COUNTS: [(&str, &str); 5] =
    [("n_correct", "n_rollouts"), ("n_correct", "n"), ("num_correct", "num_samples"), ("num_correct", "n"), ("c", "n")];

/// What says how much of a line is right.
pub(super) enum VerdictKeys {
    /// One key says right, or wrong.
    Key(String),
    /// Right answers among all answers to the problem.
    Counts(String, String),
}

impl VerdictKeys {
    /// The keys that count, where both are there.
    pub fn counts(object: &JsonObject) -> Option<Self> {
        let both = |(right, all): &&(&str, &str)| object.contains_key(*right) && object.contains_key(*all);
        COUNTS.iter().find(both).map(|(right, all)| Self::Counts((*right).to_owned(), (*all).to_owned()))
    }

    /// The key, or the first of the two.
    pub fn key(&self) -> &str {
        match self {
            Self::Key(key) | Self::Counts(key, _) => key,
        }
    }

    /// What it says, for people.
    pub fn said(&self, options: &ReadOptions) -> String {
        match self {
            Self::Key(key) => format!("`{key}` says what is {}", options.side()),
            Self::Counts(right, all) => {
                format!("`{right}` of the `{all}` answers to a problem are {}, which ones is not known", options.side())
            }
        }
    }

    /// Its keys, for people.
    pub fn name(&self) -> String {
        match self {
            Self::Key(key) => key.clone(),
            Self::Counts(right, all) => format!("{right} of {all}"),
        }
    }
}

/// Right answers and all answers to a problem, turned where the first key counts wrong ones; the key and the reason where they
/// cannot be.
pub(super) fn counted(
    object: &JsonObject,
    (right, all): (&str, &str),
    options: &ReadOptions,
) -> Result<(u64, u64), ReadError> {
    let (part, whole) = (count(object, right)?, count(object, all)?);
    if part > whole || whole == 0 {
        return Err(ReadError::of(right, format!("{part} right of {whole} answers cannot be")));
    }
    Ok((if options.lower_is_better { whole - part } else { part }, whole))
}

fn count(object: &JsonObject, key: &str) -> Result<u64, ReadError> {
    let value = object.get(key).unwrap_or(&Json::Null);
    json::count(value).ok_or_else(|| ReadError::of(key, format!("{} is not a count", shortened(&value.to_string()))))
}

/// The key that says of single answers that they are wrong, where no other says what is right.
pub(super) fn wrong_key(object: &JsonObject) -> Option<String> {
    known(object, &WRONG).filter(|key| is_single(object, key))
}

/// Whether these are single answers of which only a key such as `error` may say what is wrong, which must be asked for.
pub(super) fn may_be_wrong(object: &JsonObject) -> bool {
    let single = |key: &String| meaning(key) == MetricMeaning::Error && is_single(object, key);
    known(object, &answer_fields::ANSWERS).is_some()
        && known(object, &VERDICTS).is_none()
        && key_names(object).iter().any(single)
}

/// Whether the value is the verdict of one answer: true or false beside a problem, or 0 or 1 beside an answer to it.
fn is_single(object: &JsonObject, key: &str) -> bool {
    let Some(value) = object.get(key) else { return false };
    let counted = ["evaluated", "total", "n"].iter().any(|name| object.contains_key(*name));
    let word = value.is_boolean() || value.is_string();
    !counted
        && known(object, &answer_fields::IDS).is_some()
        && verdict(value).is_some()
        && (word || known(object, &answer_fields::ANSWERS).is_some())
}
