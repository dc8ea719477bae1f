//! What can be wrong with a scenario, and the one message that says so.

use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

/// A rule that a written scenario breaks: which key, which rule, what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RuleBreach {
    /// Dotted path of the key (`vote.agree`, `filter.0.kind`); empty where the text itself cannot be read.
    pub key: String,
    pub rule: String,
    pub help: String,
}

impl RuleBreach {
    pub fn new(key: impl Into<String>, rule: impl Into<String>, help: impl Into<String>) -> Self {
        Self { key: key.into(), rule: rule.into(), help: help.into() }
    }
}

/// A name that no scenario may have.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{rule}; {help}")]
#[non_exhaustive]
pub struct NameError {
    /// The rule that it breaks.
    pub rule: String,
    /// What a name may be.
    pub help: String,
}

/// Where a scenario came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file, as the user named it.
    File(PathBuf),
    /// Text without a file (tests, embedded scenarios).
    Text,
    /// `--set KEY=VALUE`, as the user typed it.
    Override(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Text => write!(f, "scenario"),
            Self::Override(typed) => write!(f, "--set {typed}"),
        }
    }
}

/// A line and column in a file, both from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextPosition {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl TextPosition {
    /// The position of a byte offset in `text`.
    pub(super) fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        // From 0 to from 1; a scenario is far shorter than 2^32 characters.
        let from_one = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1);
        let column = before.get(line_start..).unwrap_or_default().chars().count();
        Self { line: from_one(before.matches('\n').count()), column: from_one(column) }
    }
}

/// A scenario that cannot be run, with the place, the rule and a suggestion.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ScenarioError {
    /// The file cannot be read.
    #[error("{path}: cannot read this file: {reason}")]
    Unreadable {
        /// The file as the user named it.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// A key, its value, or the text itself breaks a rule.
    #[error("{}", describe(origin, *position, key, rule, help))]
    Rule {
        /// The file or the override at fault.
        origin: Origin,
        /// Where in the file; `None` for an override.
        position: Option<TextPosition>,
        /// Dotted path of the key; empty where the text is not TOML.
        key: String,
        /// The rule that is broken, with the value that breaks it.
        rule: String,
        /// What to do; may be empty.
        help: String,
    },
}

fn describe(origin: &Origin, position: Option<TextPosition>, key: &str, rule: &str, help: &str) -> String {
    let mut message = origin.to_string();
    if let Some(TextPosition { line, column }) = position {
        message += &format!(":{line}:{column}");
    }
    message += ": ";
    if !key.is_empty() {
        message += &format!("`{key}`: ");
    }
    message += rule;
    if !help.is_empty() {
        message += &format!("; {help}");
    }
    message
}
