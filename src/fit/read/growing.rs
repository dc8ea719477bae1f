//! Files that are still being written: read as far as their lines are whole.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::file::{self, LogFile};
use super::lines::unreadable;
use super::paths;
use crate::files::{self, StoredInput};
use crate::fit::log::Log;
use crate::fit::log_error::LogError;

/// Endings of files that are written line by line.
const BY_LINE: [&str; 6] = ["csv", "tsv", "jsonl", "ndjson", "log", "txt"];

impl Log {
    /// As [`Log::files`], for files that are still being written: each as it is now, held in memory, and without a last line that
    /// has no end, whose numbers may lack digits.
    ///
    /// # Errors
    /// [`LogError`] where one cannot be read; it is `awaited` where one is not there yet, or holds nothing.
    pub fn files_so_far(paths: &[PathBuf]) -> Result<Vec<LogFile<'static>>, LogError> {
        file::filled(paths::expanded(paths)?.iter().map(|path| so_far(path)))
    }
}

fn so_far(path: &Path) -> Result<LogFile<'static>, LogError> {
    let name = path.display().to_string();
    let mut bytes = files::read(path, files::LOG).map_err(|error| {
        let refusal = unreadable(&name, &error);
        if path.exists() { refusal } else { refusal.awaited() }
    })?;
    if path.extension().is_some_and(|ending| BY_LINE.iter().any(|known| ending.eq_ignore_ascii_case(known))) {
        bytes.truncate(bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1));
    }
    LogFile::read(&name, StoredInput::Memory(Cow::Owned(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::ReadOptions;

    fn rows(file: &Path) -> Result<Vec<(u64, u64)>, LogError> {
        let log = Log::of(&Log::files_so_far(&[file.to_owned()])?, &ReadOptions::default())?;
        Ok(log.runs[0].rows.iter().map(|row| (row.generation, row.wrong)).collect())
    }

    /// Cut after any byte, a log is waited for or read as far as it goes: never with a number that lacks digits.
    #[test]
    fn a_log_is_read_as_far_as_its_lines_are_whole() {
        let folder = tempfile::tempdir().unwrap();
        let csv = "generation,evaluated,wrong\n0,300,30\n1,300,41\n2,300,120\n";
        let lines = "{\"generation\": 0, \"evaluated\": 300, \"wrong\": 30}\n{\"generation\": 1, \"evaluated\": 300, \"wrong\": 41}\n";
        for (name, whole) in [("log.csv", csv), ("log.jsonl", lines)] {
            let file = folder.path().join(name);
            assert!(rows(&file).unwrap_err().awaited, "{name} is not there yet");
            for end in 0..=whole.len() {
                std::fs::write(&file, &whole[..end]).unwrap();
                match rows(&file) {
                    Ok(rows) => {
                        assert!([(0, 30), (1, 41), (2, 120)].starts_with(&rows), "{name} to byte {end}: {rows:?}")
                    }
                    Err(error) => assert!(error.awaited, "{name} to byte {end}: {error}"),
                }
            }
            assert!(rows(&file).unwrap().len() >= 2);
        }
    }

    #[test]
    fn what_is_no_log_is_not_awaited() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("log.csv", "a,b\n1,2\n"),
            ("log.csv", "generation,evaluated,wrong\n0,300,400\n"),
            ("log.png", "\u{89}PNG\r\n"),
        ] {
            let file = folder.path().join(name);
            std::fs::write(&file, text).unwrap();
            assert!(!rows(&file).unwrap_err().awaited, "{text}");
        }
    }
}
