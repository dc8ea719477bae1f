//! What is wrong with a log.

use thiserror::Error;

/// What is wrong with a log: file, line, column, reason.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", describe(file, *line, column.as_deref(), reason))]
pub struct LogError {
    /// The file, as the user named it.
    pub file: String,
    /// Line, from 1, where one line is to blame.
    pub line: Option<u64>,
    /// Column or key at fault.
    pub column: Option<String>,
    /// The rule that is broken, with the value that breaks it.
    pub reason: String,
    /// Whether nothing is wrong but that there is no evaluation yet: a log that still grows may come to hold one.
    pub awaited: bool,
}

impl LogError {
    /// The same, where nothing is wrong but that there is no evaluation yet.
    pub(super) fn awaited(self) -> Self {
        Self { awaited: true, ..self }
    }
}

fn describe(file: &str, line: Option<u64>, column: Option<&str>, reason: &str) -> String {
    let line = line.map_or_else(String::new, |line| format!(":{line}"));
    let column = column.map_or_else(String::new, |column| format!("column `{column}`: "));
    format!("{file}{line}: {column}{reason}")
}
