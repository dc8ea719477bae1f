//! What TRL and the Hugging Face trainer print: Python dictionaries, one an entry, among other lines.

use super::file::LogFile;
use super::json::{self, Object};
use super::record::Found;
use super::trainer_state::Entries;
use super::{Format, ReadOptions};
use crate::fit::log::LogError;

pub(super) const FORMAT: Format = Format { name: "printed dictionaries of a trainer", recognise, read };

fn recognise(file: &LogFile, _: &ReadOptions) -> bool {
    file.has_line(|line| dictionary(line).is_some_and(|entry| is_trainers(&entry)))
}

fn is_trainers(entry: &Object) -> bool {
    ["loss", "eval_loss", "epoch", "train_runtime", "eval_runtime"].iter().any(|key| entry.contains_key(*key))
}

fn read(files: &[LogFile], options: &ReadOptions) -> Result<Found, LogError> {
    let mut found = Found::default();
    for file in files {
        let mut entries = Entries::new(file, options, &found);
        let mut lines = file.lines()?;
        while let Some((line, text)) = lines.next_text()? {
            if let Some(entry) = dictionary(&text).filter(is_trainers) {
                entries.take(Some(line), &entry, &mut found)?;
            }
        }
        entries.finish(&mut found)?;
    }
    found.in_time = true;
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
