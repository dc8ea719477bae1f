//! JSON as logs hold it: Python writes NaN and Infinity bare, which JSON does not know.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::decimals::{decimals, shortest_decimals};
use super::read_error::ReadError;

pub(super) type JsonObject = Map<String, Value>;

/// Memory that a parsed text may take with it, in bytes.
const MOST_MEMORY: usize = 400 << 20;
/// What one value takes when it is parsed, at the most, beside its text.
const PER_VALUE: usize = 96;

/// Whether a text can be held in memory once it is parsed; the reason where it cannot.
fn affordable(text: &str) -> Result<(), ReadError> {
    if text.len() < MOST_MEMORY / (PER_VALUE + 1) {
        return Ok(());
    }
    let values = text.bytes().filter(|byte| matches!(byte, b',' | b':' | b'[' | b'{')).count();
    if values.saturating_mul(PER_VALUE).saturating_add(text.len()) <= MOST_MEMORY {
        return Ok(());
    }
    Err(ReadError::new(format!(
        "this JSON holds about {values} values, too many to keep in memory; write one object a line (jq -c '.[]' FILE; of a trainer's state: jq -c '.log_history[]' FILE)"
    )))
}

/// Text with every bare NaN and Infinity turned into null; what stands in strings stays.
pub(super) fn without_nan(text: &str) -> Cow<'_, str> {
    if !text.contains("NaN") && !text.contains("Infinity") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let (mut inside, mut escaped) = (false, false);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if !inside && let Some(word) = ["NaN", "-Infinity", "Infinity"].iter().find(|word| rest.starts_with(**word)) {
            out += "null";
            rest = &rest[word.len()..];
            continue;
        }
        if inside && !escaped && c == '\\' {
            escaped = true;
        } else {
            inside ^= c == '"' && !escaped;
            escaped = false;
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    Cow::Owned(out)
}

/// The object that a text holds; what is wrong with it otherwise.
pub(super) fn object(text: &str) -> Result<JsonObject, ReadError> {
    match parsed(text)? {
        Value::Object(object) => Ok(object),
        _ => Err(ReadError::new("not a JSON object")),
    }
}

/// The objects of an array that holds nothing else.
pub(super) fn objects(text: &str) -> Result<Vec<JsonObject>, ReadError> {
    let Value::Array(values) = parsed(text)? else { return Err(ReadError::new("not a JSON array")) };
    let objects = (1..).zip(values).map(|(place, value)| match value {
        Value::Object(object) => Ok(object),
        _ => Err(ReadError::new(format!("entry {place} of this JSON array is no object, but others are"))),
    });
    objects.collect()
}

fn parsed(text: &str) -> Result<Value, ReadError> {
    affordable(text)?;
    serde_json::from_str(&without_nan(text)).map_err(|error| {
        let whole = error.to_string();
        let complaint = whole.rsplit_once(" at line ").map_or(whole.as_str(), |(complaint, _)| complaint);
        let place = format!("line {}, character {}", error.line(), error.column());
        if complaint == "trailing characters" {
            return ReadError::new(format!(
                "JSON ends before {place}, and more follows; write one object a line: jq -c . FILE"
            ));
        }
        ReadError::new(format!("not JSON from {place} on: {complaint}"))
    })
}

/// A number, also one that is printed as text, with the decimals of its shortest form.
pub(super) fn number(value: &Value) -> Option<(f64, u32)> {
    match value {
        Value::Number(number) => number.as_f64().map(|value| (value, shortest_decimals(value))),
        Value::String(text) => share(text),
        _ => None,
    }
}

/// A number as text; one in percent (63.4 %) as the share that it is. With the decimals that it was written with.
pub(super) fn share(text: &str) -> Option<(f64, u32)> {
    let text = text.trim();
    // What stands behind ± or in brackets is the value's error, or its distance to another.
    let beside = ["±", "+/-", "+-", "("].iter().find_map(|sign| text.split_once(sign));
    let value = beside.map_or(text, |(value, _)| value).trim();
    let number = value.trim_end_matches('%').trim_end();
    // With a sign of percent a comma can only be that of decimals.
    let percent = text.ends_with('%') || value.ends_with('%');
    let pointed = if percent || has_decimal_comma(number) { number.replacen(',', ".", 1) } else { number.to_owned() };
    let number = pointed.as_str();
    let value: f64 = number.parse().ok().filter(|value: &f64| value.is_finite())?;
    Some(if percent { (value / 100.0, decimals(number) + 2) } else { (value, decimals(number)) })
}

/// Whether a comma in a number can only be that of decimals: it parts no thousands.
fn has_decimal_comma(number: &str) -> bool {
    number.split_once(',').is_some_and(|(whole, decimals)| whole == "0" || decimals.len() != 3)
}

/// A count, also one that is written 500.0.
pub(super) fn count(value: &Value) -> Option<u64> {
    number(value).and_then(|(value, _)| whole(value))
}

/// The most that is counted: doubles hold every whole number up to there, and sums of some thousand of them fit 64 bits.
pub(super) const MOST_COUNTED: u64 = 9_000_000_000_000_000;

/// A number without a fraction that is not too large to be counted.
pub(super) fn whole(value: f64) -> Option<u64> {
    (value.fract() == 0.0 && (0.0..=MOST_COUNTED as f64).contains(&value)).then_some(value as u64)
}
