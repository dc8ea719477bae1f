//! What there is to say about a key of a scenario file: its name, its meaning and its default.

use serde::Serialize;
use toml::Value;

/// One key of a scenario file.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct KeyInfo {
    /// The key within its table.
    pub name: &'static str,
    /// What it means, with its unit where it has one: the beginning of a sentence, in lower case.
    pub meaning: String,
    /// What else there is to say, in the same form; may be empty.
    pub more: String,
    /// Its default as a file would say it; `None` where the key must be written, or its absence says something of its own.
    pub default: Option<String>,
    /// What could stand there, for a key without a default.
    pub example: Option<&'static str>,
    /// Plausible ends of its range, where doubling and halving the value does not give them.
    pub range: Option<[f64; 2]>,
}

/// One table of a scenario file.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TableInfo {
    /// Its dotted name; empty for the file itself.
    pub name: &'static str,
    /// Whether a file may hold several (`[[filter]]`).
    pub list: bool,
    /// What it is about.
    pub meaning: String,
    /// Its keys, in the order in which they are explained.
    pub keys: Vec<KeyInfo>,
}

impl KeyInfo {
    /// A key without a default.
    pub(super) fn new(name: &'static str, documentation: &str) -> Self {
        Self { name, meaning: meaning(documentation), more: String::new(), default: None, example: None, range: None }
    }

    /// A key whose meaning is the first line of its documentation.
    pub(super) fn with_default(name: &'static str, documentation: &str, default: &impl Serialize) -> Self {
        // TOML cannot write `None`, which is what an absent key says.
        let default = Value::try_from(default).ok().map(|value| value.to_string());
        Self { default, ..Self::new(name, documentation) }
    }

    pub(super) fn with_example(self, example: Option<&'static str>) -> Self {
        Self { example, ..self }
    }

    pub(super) fn with_range(self, range: Option<[f64; 2]>) -> Self {
        Self { range, ..self }
    }

    /// The lines of documentation behind the first.
    pub(super) fn with_more(self, documentation: &str) -> Self {
        Self { more: meaning(documentation), ..self }
    }
}

impl TableInfo {
    pub(super) fn new(name: &'static str, documentation: &str, keys: Vec<KeyInfo>) -> Self {
        Self { name, list: false, meaning: meaning(documentation), keys }
    }

    /// A table of which a file may hold several.
    pub(super) fn list(self) -> Self {
        Self { list: true, ..self }
    }

    /// The key of this name.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&KeyInfo> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// A line of documentation as the beginning of a sentence: no full stop, and no capital unless it is a symbol.
fn meaning(documentation: &str) -> String {
    let text = documentation.trim();
    let text = text.strip_suffix('.').unwrap_or(text);
    let mut rest = text.chars();
    match (rest.next(), rest.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() || text.starts_with("A ") => {
            first.to_lowercase().chain(rest).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documentation_becomes_the_beginning_of_a_sentence() {
        for (documentation, said) in [
            (" Share of the problems.", "share of the problems"),
            (" A check of every step.", "a check of every step"),
            (" A, growth.", "A, growth"),
            (" N, examples of a generation.", "N, examples of a generation"),
            (" L of these problems.", "L of these problems"),
            (" ε, a slip.", "ε, a slip"),
            ("", ""),
        ] {
            assert_eq!(meaning(documentation), said);
        }
    }
}
