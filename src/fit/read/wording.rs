//! Words for messages about logs.

use crate::fit::log_error::LogError;

/// A fault of one file.
pub(super) fn fault(file: &str, line: Option<u64>, column: Option<&str>, reason: impl Into<String>) -> LogError {
    LogError {
        file: file.to_owned(),
        line,
        column: column.map(shortened),
        reason: on_a_line(&reason.into()),
        awaited: false,
    }
}

/// A sentence for people, whatever names and values of a file are in it: long words are cut, and nothing breaks the line.
pub(super) fn on_a_line(text: &str) -> String {
    const WORDS: usize = 120;
    let words: Vec<String> = text.split_whitespace().map(shortened).collect();
    let cut = if words.len() > WORDS { " …" } else { "" };
    words.iter().take(WORDS).map(String::as_str).collect::<Vec<_>>().join(" ") + cut
}

/// The first ten of some names, for a message; long ones are cut.
pub(super) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 10;
    let names: Vec<&str> = names.into_iter().collect();
    let mut text = names.iter().take(MOST).map(|name| format!("`{}`", shortened(name))).collect::<Vec<_>>().join(", ");
    if names.len() > MOST {
        text += &format!(" and {} more", names.len() - MOST);
    }
    text
}

/// A value as a message may repeat it: no longer than a part of a line, and on one line.
pub(super) fn shortened(value: &str) -> String {
    const LONGEST: usize = 80;
    let line: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST + 1).collect();
    if line.chars().count() > LONGEST { line.chars().take(LONGEST).collect::<String>() + "…" } else { line }
}

/// "1 row", "3 rows".
pub(super) fn some(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Adds a note unless it has been said.
pub(super) fn add_once(notes: &mut Vec<String>, note: Option<String>) {
    if let Some(note) = note.filter(|note| !notes.contains(note)) {
        notes.push(note);
    }
}
