//! What TRL and the Hugging Face trainer print: Python dictionaries, one an entry, among other lines.

use super::file::LogFile;
use super::found::FoundRecords;
use super::json::{self, JsonObject};
use super::python::without_types;
use super::trainer_state::Entries;
use super::{LogFormat, ReadOptions, some};
use crate::fit::log_error::LogError;

pub(super) const FORMAT: LogFormat = LogFormat { name: "printed dictionaries of a trainer", recognise, read };

fn recognise(file: &LogFile, _: &ReadOptions) -> bool {
    file.has_line(|line| dictionary(line).is_some_and(|entry| is_trainers(&entry)))
}

fn is_trainers(entry: &JsonObject) -> bool {
    ["loss", "epoch", "train_runtime"].iter().any(|key| entry.contains_key(*key))
        || entry.iter().any(|(key, value)| key.starts_with("eval_") && value.is_number())
}

/// Whether a line that holds no dictionary looks as if it held an entry all the same.
fn is_damaged(line: &str) -> bool {
    line.split_once("{'").is_some_and(|(_, inside)| inside.starts_with("loss'") || inside.contains("eval_"))
}

fn read(files: &[LogFile], options: &ReadOptions) -> Result<FoundRecords, LogError> {
    let mut found = FoundRecords::default();
    for file in files {
        let mut entries = Entries::new(file, options, &found);
        let (mut lines, mut damaged) = (file.lines()?, 0);
        while let Some((line, text)) = lines.next_text()? {
            match dictionary(&text) {
                Some(entry) if is_trainers(&entry) => entries.take(Some(line), &entry, &mut found)?,
                None if is_damaged(&text) => damaged += 1,
                _ => {}
            }
        }
        if damaged > 0 {
            found.ignored.push(format!("{} that cannot be read", some(damaged, "printed entry", "printed entries")));
        }
        entries.finish(&mut found)?;
    }
    found.in_time = true;
    Ok(found)
}

/// A line's dictionary, after what a progress bar may have left in front of it, with the step that stands there; values that JSON
/// does not know are left out.
fn dictionary(line: &str) -> Option<JsonObject> {
    let line = without_types(line);
    let (start, end) = (line.find("{'")?, line.rfind('}')?);
    let (before, inside) = (line.get(..start)?, line.get(start..=end)?);
    // Only flat dictionaries of short values are printed so; a quote inside a text makes the line none of them.
    let words =
        inside.replace('\'', "\"").replace(": nan", ": null").replace(": inf", ": null").replace(": -inf", ": null");
    let words = words.replace(": None", ": null").replace(": True", ": true").replace(": False", ": false");
    let mut entry = json::object(&words).ok()?;
    if let Some(step) = step_before(before).filter(|_| !STEPS.iter().any(|key| entry.contains_key(*key))) {
        entry.insert("step".to_owned(), step.into());
    }
    Some(entry)
}

/// Keys that say when an entry was logged.
const STEPS: [&str; 3] = ["step", "global_step", "epoch"];

/// The step that stands in front of a dictionary: "Global step 10: {…}".
fn step_before(text: &str) -> Option<u64> {
    let lower = text.to_lowercase();
    let (_, after) = lower.rsplit_once("step")?;
    let digits = after.trim_start_matches([' ', ':', '=', '_', '#']);
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits.get(..end)?.parse().ok()
}
