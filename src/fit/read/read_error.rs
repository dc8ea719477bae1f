//! What is wrong with a part of a log, said before its file is known.

use thiserror::Error;

use super::wording::fault;
use crate::fit::log_error::LogError;

/// A rule that a value of a log breaks: the key or column at fault, where one is, and the rule with its remedy. Whoever knows
/// the file and the line adds them ([`ReadError::at`]).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{reason}")]
pub(super) struct ReadError {
    key: Option<String>,
    reason: String,
}

impl ReadError {
    /// A fault of no key in particular.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { key: None, reason: reason.into() }
    }

    /// A fault of a key.
    pub fn of(key: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { key: Some(key.into()), reason: reason.into() }
    }

    /// The same as a fault of `key`, where it names none itself.
    pub fn or_of(self, key: &str) -> Self {
        Self { key: self.key.or_else(|| Some(key.to_owned())), ..self }
    }

    /// In a line of a file, or in the file as a whole.
    pub fn at(self, file: &str, line: Option<u64>) -> LogError {
        fault(file, line, self.key.as_deref(), self.reason)
    }
}
