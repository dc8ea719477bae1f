//! JSON as logs hold it: Python writes NaN and Infinity bare, which JSON does not know.

use serde_json::{Map, Value};

use super::{File, fault};
use crate::fit::log::LogError;

pub(super) type Object = Map<String, Value>;

/// Text with every bare NaN and Infinity turned into null; what stands in strings stays.
pub(super) fn without_nan(text: &str) -> String {
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
    out
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

/// The object that a whole file holds.
pub(super) fn document(file: &File) -> Result<Object, LogError> {
    object(&file.text).map_err(|reason| fault(&file.name, None, None, reason))
}

/// The objects of a file of JSON lines, with their lines.
pub(super) fn lines(file: &File) -> Result<Vec<(u64, Object)>, LogError> {
    let filled = (1_u64..).zip(file.text.lines()).filter(|(_, text)| !text.trim().is_empty());
    let objects: Vec<(u64, Object)> = filled
        .map(|(line, text)| match object(text) {
            Ok(object) => Ok((line, object)),
            Err(reason) => Err(fault(&file.name, Some(line), None, reason.replace("line 1, ", ""))),
        })
        .collect::<Result<_, _>>()?;
    if objects.is_empty() {
        return Err(fault(&file.name, None, None, "the file is empty"));
    }
    Ok(objects)
}
