//! JSON as logs hold it: Python writes NaN and Infinity bare, which JSON does not know.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::record::{decimals, shortest_decimals};

pub(super) type Object = Map<String, Value>;

/// Memory that a parsed document may take, in bytes.
const MOST_MEMORY: usize = 400 << 20;
/// What one value takes when it is parsed, at the most, beside its text.
const PER_VALUE: usize = 96;

/// Whether a document can be held in memory once it is parsed; the reason where it cannot.
pub(super) fn affordable(text: &str) -> Result<(), String> {
    let values = text.bytes().filter(|byte| matches!(byte, b',' | b':' | b'[' | b'{')).count();
    if values.saturating_mul(PER_VALUE).saturating_add(text.len()) <= MOST_MEMORY {
        return Ok(());
    }
    Err(format!(
        "this JSON document holds about {values} values, too many to keep in memory; write one object a line (JSON lines: jq -c '.[]' FILE)"
    ))
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
pub(super) fn object(text: &str) -> Result<Object, String> {
    match serde_json::from_str(&without_nan(text)) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err("not a JSON object".to_owned()),
        Err(error) => {
            let whole = error.to_string();
            let complaint = whole.rsplit_once(" at line ").map_or(whole.as_str(), |(complaint, _)| complaint);
            Err(format!("not JSON from line {}, character {} on: {complaint}", error.line(), error.column()))
        }
    }
}

/// The objects of an array that holds nothing else.
pub(super) fn objects(text: &str) -> Option<Vec<Object>> {
    let values: Vec<Value> = serde_json::from_str(&without_nan(text)).ok()?;
    let objects = values.into_iter().map(|value| if let Value::Object(object) = value { Some(object) } else { None });
    objects.collect::<Option<Vec<_>>>().filter(|objects| !objects.is_empty())
}

/// A number, also one that is printed as text, with the decimals of its shortest form.
pub(super) fn number(value: &Value) -> Option<(f64, u32)> {
    match value {
        Value::Number(number) => number.as_f64().map(|value| (value, shortest_decimals(value))),
        Value::String(text) => {
            let text = text.trim().trim_end_matches('%');
            text.parse().ok().filter(|value: &f64| value.is_finite()).map(|value| (value, decimals(text)))
        }
        _ => None,
    }
}

/// A count, also one that is written 500.0.
pub(super) fn count(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| number(value).and_then(|(value, _)| whole(value)))
}

/// A number without a fraction that a double holds exactly.
pub(super) fn whole(value: f64) -> Option<u64> {
    (value.fract() == 0.0 && (0.0..9.0e15).contains(&value)).then_some(value as u64)
}
