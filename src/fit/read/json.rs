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

/// The longest text that is read as one object, in bytes: what it holds takes many times its memory.
const MOST_DOCUMENT: usize = 16 << 20;

/// The object that a whole file holds.
pub(super) fn document(file: &File) -> Result<Object, LogError> {
    if file.text.len() > MOST_DOCUMENT {
        let reason = format!("one JSON object of more than {} MiB is not read", MOST_DOCUMENT >> 20);
        return Err(fault(&file.name, None, None, reason));
    }
    object(&file.text).map_err(|reason| fault(&file.name, None, None, reason))
}

/// The objects of a file of JSON lines, with their lines: one after the other, since all at once take many times the
/// memory of their text.
pub(super) fn lines(file: &File) -> Result<impl Iterator<Item = Result<(u64, Object), LogError>> + '_, LogError> {
    let mut filled = (1_u64..).zip(file.text.lines()).filter(|(_, text)| !text.trim().is_empty()).peekable();
    if filled.peek().is_none() {
        return Err(fault(&file.name, None, None, "the file is empty"));
    }
    Ok(filled.map(|(line, text)| match object(text) {
        Ok(object) => Ok((line, object)),
        Err(reason) => Err(fault(&file.name, Some(line), None, reason.replace("line 1, ", ""))),
    }))
}
