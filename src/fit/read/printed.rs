//! What TRL and the Hugging Face trainer print: Python dictionaries, one an entry, among other lines.

use super::file::{LogFile, Shape};
use super::json::{self, Object};
use super::record::Found;
use super::{Format, ReadOptions, trainer_state};
use crate::fit::log::LogError;

pub(super) const FORMAT: Format = Format { name: "printed dictionaries of a trainer", recognise, read };

fn recognise(file: &LogFile) -> bool {
    matches!(file.shape, Shape::Text) && file.text.lines().filter_map(dictionary).any(|entry| is_trainers(&entry))
}

fn is_trainers(entry: &Object) -> bool {
    ["loss", "eval_loss", "epoch", "train_runtime", "eval_runtime"].iter().any(|key| entry.contains_key(*key))
}

fn read(files: &[LogFile], options: &ReadOptions) -> Result<Found, LogError> {
    let mut found = Found::default();
    for file in files {
        let entries: Vec<Object> = file.text.lines().filter_map(dictionary).filter(is_trainers).collect();
        trainer_state::read_entries(file, &entries.iter().collect::<Vec<_>>(), options, &mut found)?;
    }
    Ok(found)
}

/// A line's dictionary, after what a progress bar may have left in front of it; values that JSON does not know are left out.
fn dictionary(line: &str) -> Option<Object> {
    let (start, end) = (line.find("{'")?, line.rfind('}')?);
    let inside = line.get(start..=end)?;
    // Only flat dictionaries of short values are printed so; a quote inside a text makes the line none of them.
    let words =
        inside.replace('\'', "\"").replace(": nan", ": null").replace(": inf", ": null").replace(": -inf", ": null");
    let words = words.replace(": None", ": null").replace(": True", ": true").replace(": False", ": false");
    json::object(&words).ok()
}
