//! Readers: from the files that training loops leave behind to a checked [`Log`].
//!
//! Each reader says what it took and what it ignored; nothing is guessed. A fault names file, line, column and reason.

mod canonical;
mod gather;

use std::path::Path;

use super::log::{Log, LogError};

impl Log {
    /// Reads a log file; the format is recognised by its content.
    ///
    /// # Errors
    /// [`LogError`] where the file cannot be read or breaks a rule.
    pub fn read(path: &Path) -> Result<Self, LogError> {
        let source = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| LogError {
            file: source.clone(),
            line: None,
            column: None,
            reason: format!("cannot read this file: {error}"),
        })?;
        Self::parse(&bytes, &source)
    }

    /// Reads a log from bytes, as [`Log::read`] does from a file; `source` is its name in messages.
    ///
    /// # Errors
    /// As [`Log::read`].
    pub fn parse(bytes: &[u8], source: &str) -> Result<Self, LogError> {
        // Spreadsheets put a byte order mark in front.
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let line = bytes[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count() as u64 + 1;
            fault(source, Some(line), None, "this is not UTF-8 text")
        })?;
        match text.trim_start().chars().next() {
            None => Err(fault(source, None, None, "the file is empty")),
            Some('{') => canonical::json_lines(text, source),
            Some(_) => canonical::csv(text, source),
        }
    }
}

/// A fault of one file.
fn fault(file: &str, line: Option<u64>, column: Option<&str>, reason: impl Into<String>) -> LogError {
    LogError { file: file.to_owned(), line, column: column.map(str::to_owned), reason: reason.into() }
}
