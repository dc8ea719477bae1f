//! Answers one by one, from JSON or from the rows of a table.

use serde_json::Value as Json;

use super::answer_fields::right_share;
use super::cells;
use super::file::{LogFile, Shape};
use super::json::Object;
use crate::fit::log::LogError;

/// Columns that name a problem in a table: others, such as `index`, number its rows.
const IDS: [&str; 8] = ["id", "qid", "question_id", "problem_id", "doc_id", "task_id", "unique_id", "example_id"];
/// Columns that say of one answer whether it is right.
const VERDICTS: [&str; 5] = ["correct", "is_correct", "symbolic_correct", "judge_correct", "passed"];
/// Columns of a table that counts answers.
const COUNTS: [&str; 6] = ["evaluated", "wrong", "total", "n", "num_samples", "num_examples"];

/// Answers at the head of a file that say what it holds.
const HEAD: usize = 60;

/// Adds the keys of an object that are new, and values where there were none.
fn complete(head: &mut Object, object: &Object) {
    for (key, value) in object {
        if head.get(key).is_none_or(Json::is_null) {
            head.insert(key.clone(), value.clone());
        }
    }
}

impl LogFile<'_> {
    /// Whether this is a table of single answers: each row names a problem and says right or wrong.
    pub(super) fn is_table_of_answers(&self) -> bool {
        if !matches!(self.shape, Shape::Text) || !cells::is_table(self) {
            return false;
        }
        let Ok((names, _)) = cells::names(self) else { return false };
        let place = |known: &[&str]| names.iter().position(|name| known.contains(&name.to_lowercase().as_str()));
        let (Some(_), Some(verdict), None) = (place(&IDS), place(&VERDICTS), place(&COUNTS)) else { return false };
        let mut all_said = None;
        let read = cells::rows_while(self, &names, |_, cells| {
            let cell = cells.get(verdict).map_or("", |cell| cell.trim());
            let said = cell.is_empty() || matches!(right_share(&value(cell)), Some(0.0 | 1.0));
            all_said = Some(said);
            Ok(said)
        });
        read.is_ok() && all_said == Some(true)
    }

    /// What the answers at the head of a file hold: every key with the first value that is one, as a line may lack what others
    /// have.
    pub(super) fn head_sample(&self) -> Result<Option<Object>, LogError> {
        let mut head = Object::new();
        if let Shape::Lines(objects) | Shape::Array(objects) | Shape::Rows(objects) = &self.shape {
            objects.iter().take(HEAD).for_each(|object| complete(&mut head, object));
            return Ok((!head.is_empty()).then_some(head));
        }
        if let Some(document) = self.document() {
            return Ok(Some(document.clone()));
        }
        if !cells::is_table(self) {
            return Ok(None);
        }
        let (names, _) = cells::names(self)?;
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

    /// Calls `each` with the line and the object of every answer.
    pub(super) fn each_sample(
        &self,
        mut each: impl FnMut(u64, &Object) -> Result<(), LogError>,
    ) -> Result<(), LogError> {
        if self.first().is_some() || self.document().is_some() {
            return self.each_object(each);
        }
        let (names, _) = cells::names(self)?;
        cells::rows(self, &names, |line, cells| {
            let filled = names.iter().zip(cells).filter(|(_, cell)| !cell.trim().is_empty());
            each(line, &filled.map(|(name, cell)| (name.clone(), value(cell.trim()))).collect())
        })?;
        Ok(())
    }
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
