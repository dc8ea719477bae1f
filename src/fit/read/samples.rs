//! Answers one by one, from JSON or from the rows of a table.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::fit::log_error::LogError;

use super::answer_fields;
use super::cell_values::is_nothing;
use super::file::{FileShape, LogFile};
use super::json::{self, JsonObject};
use super::{ReadOptions, cells};

/// Keys of a problem that in a table number its rows.
const ROW_NUMBERS: [&str; 2] = ["idx", "index"];
/// Columns that say of one answer whether it is right.
const VERDICTS: [&str; 8] =
    ["correct", "is_correct", "right", "is_right", "symbolic_correct", "judge_correct", "passed", "verdict"];
/// Columns of a table that counts answers.
const COUNTS: [&str; 6] = ["evaluated", "wrong", "total", "n", "num_samples", "num_examples"];

/// Answers at the head of a file that say what it holds.
const HEAD: usize = 60;

/// Adds the keys of an object that are new, and values where there were none.
fn complete(head: &mut JsonObject, object: &JsonObject) {
    for (key, value) in object {
        if head.get(key).is_none_or(Json::is_null) {
            head.insert(key.clone(), value.clone());
        }
    }
}

impl LogFile<'_> {
    /// Whether this is a table of single answers: its rows say right or wrong, and name a problem or an answer.
    pub(super) fn is_table_of_answers(&self, options: &ReadOptions) -> bool {
        if !matches!(self.shape, FileShape::Text) || !cells::is_table(self) {
            return false;
        }
        if options.names_answers() {
            return true;
        }
        let Ok((names, _)) = cells::names(self, false) else { return false };
        let plain: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
        let place = |known: &[&str]| plain.iter().position(|name| known.contains(&name.as_str()));
        let names_problem =
            |name: &String| answer_fields::IDS.contains(&name.as_str()) && !ROW_NUMBERS.contains(&name.as_str());
        let (Some(verdict), None) = (place(&VERDICTS), place(&COUNTS)) else { return false };
        let named = plain.iter().any(names_problem) || place(&answer_fields::ANSWERS).is_some();
        // A word is no count, and a number above 1 no verdict.
        let (mut word, mut count, mut rows) = (false, false, 0_u64);
        let read = cells::rows_while(self, &names, |_, cells| {
            let cell = value(cells.get(verdict).map_or("", |cell| cell.trim()));
            rows += 1;
            word |= says_in_words(&cell);
            count |= json::number(&cell).is_some_and(|(number, _)| number > 1.0);
            Ok(!word && !count)
        });
        read.is_ok() && rows > 0 && !count && (named || word)
    }

    /// What the answers at the head of a file hold: every key with the first value that is one, as a line may lack what others
    /// have.
    pub(super) fn head_sample(&self, options: &ReadOptions) -> Result<Option<JsonObject>, LogError> {
        let mut head = JsonObject::new();
        if let FileShape::Lines(objects) | FileShape::Array(objects) | FileShape::Rows(objects) = &self.shape {
            objects.iter().take(HEAD).for_each(|object| complete(&mut head, &reached(object, &options.paths())));
            return Ok((!head.is_empty()).then_some(head));
        }
        if let Some(document) = self.document() {
            return Ok(Some(reached(document, &options.paths()).into_owned()));
        }
        if !cells::is_table(self) {
            return Ok(None);
        }
        let (names, _) = cells::names(self, false)?;
        let mut rows = 0;
        cells::rows_while(self, &names, |_, cells| {
            complete(
                &mut head,
                &names.iter().zip(cells).map(|(name, cell)| (name.clone(), value(cell.trim()))).collect(),
            );
            rows += 1;
            Ok(rows < HEAD)
        })?;
        Ok((rows > 0).then_some(head))
    }

    /// Of these keys the one that most answers at the head of a file have, the first where several do.
    pub(super) fn commonest(&self, names: &[&str]) -> Option<String> {
        let (FileShape::Lines(objects) | FileShape::Array(objects) | FileShape::Rows(objects)) = &self.shape else {
            return None;
        };
        let has = |object: &&JsonObject, name: &str| object.get(name).is_some_and(|value| !value.is_null());
        let count = |name: &str| objects.iter().filter(|object| has(object, name)).count();
        // Of equals the last is taken.
        let counted = names.iter().rev().map(|name| (count(name), *name)).filter(|(count, _)| *count > 0);
        counted.max_by_key(|(count, _)| *count).map(|(_, name)| name.to_owned())
    }

    /// Calls `each` with the line and the object of every answer; whether a last line was cut off and left out.
    pub(super) fn each_sample(
        &self,
        options: &ReadOptions,
        mut each: impl FnMut(u64, &JsonObject) -> Result<(), LogError>,
    ) -> Result<bool, LogError> {
        if self.first().is_some() || self.document().is_some() {
            let paths = options.paths();
            self.each_object(|line, object| each(line, &reached(object, &paths)))?;
            return Ok(self.cut);
        }
        let (names, _) = cells::names(self, false)?;
        cells::rows(self, &names, |line, cells| {
            let filled = names.iter().zip(cells).filter(|(_, cell)| !cell.trim().is_empty());
            each(line, &filled.map(|(name, cell)| (name.clone(), value(cell.trim()))).collect())
        })
    }
}

/// Whether a cell holds a word, and not a number in an unusual notation or a mark for none.
fn says_in_words(cell: &Json) -> bool {
    let is_word = |text: &str| !is_nothing(text) && text.contains(char::is_alphabetic);
    cell.is_boolean() || cell.as_str().is_some_and(|text| json::number(cell).is_none() && is_word(text))
}

/// An object with the values that paths such as `sample.id` name within it, under these paths.
fn reached<'a>(object: &'a JsonObject, paths: &[&str]) -> Cow<'a, JsonObject> {
    let mut whole = Cow::Borrowed(object);
    for path in paths.iter().filter(|path| !object.contains_key(**path)) {
        let mut steps = path.split('.');
        let first = steps.next().and_then(|key| object.get(key));
        if let Some(found) = steps.fold(first, |value, key| value?.get(key)) {
            whole.to_mut().insert((*path).to_owned(), found.clone());
        }
    }
    whole
}

/// A cell as JSON would have it: a number or a truth value where it reads as one. What a number loses by that (`007`) is
/// kept as text.
fn value(cell: &str) -> Json {
    match cell.parse::<serde_json::Number>() {
        Ok(number) if number.to_string() == cell => Json::Number(number),
        _ => match cell.to_lowercase().as_str() {
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            "" => Json::Null,
            _ => Json::String(cell.to_owned()),
        },
    }
}
