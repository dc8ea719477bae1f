//! Files as they are given: paths, folders, patterns and standard input; text, JSON and what can be said of the rest.

use std::path::{Path, PathBuf};

use super::json::{self, Object};
use super::{fault, listed};
use crate::files;
use crate::fit::log::LogError;

/// Endings of the files that a folder is searched for.
const ENDINGS: [&str; 8] = ["csv", "tsv", "jsonl", "ndjson", "json", "log", "txt", "md"];
/// Lines at the head of a file that decide on its format.
const HEAD: usize = 60;

/// What the head of a file is.
#[derive(Debug)]
pub(super) enum Shape {
    /// One JSON object, in whole.
    Document(Object),
    /// A JSON array of objects.
    Array(Vec<Object>),
    /// JSON objects, one a line; these are the first.
    Lines(Vec<Object>),
    /// Any other text.
    Text,
    /// No text.
    Binary,
}

/// A file in memory.
pub(super) struct LogFile<'a> {
    pub name: String,
    pub bytes: &'a [u8],
    /// Its text, empty where it is none.
    pub text: &'a str,
    pub shape: Shape,
}

impl<'a> LogFile<'a> {
    pub fn new(name: &str, bytes: &'a [u8]) -> Result<Self, LogError> {
        let refuse = |reason: &str| Err(fault(name, None, None, reason));
        if bytes.starts_with(b"PK\x03\x04") {
            return refuse(archive(bytes));
        }
        if bytes.starts_with(b"PAR1") {
            return refuse(
                "this is a Parquet file; write it as CSV first: python -c \"import pandas as p, sys; p.read_parquet(sys.argv[1]).to_csv(sys.argv[2], index=False)\" IN OUT",
            );
        }
        if super::tensorboard::is_event_file(bytes) {
            return Ok(Self { name: name.to_owned(), bytes, text: "", shape: Shape::Binary });
        }
        // Spreadsheets put a byte order mark in front.
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or(bytes);
            let line = valid.iter().filter(|&&byte| byte == b'\n').count() as u64 + 1;
            fault(name, Some(line), None, "this is not UTF-8 text")
        })?;
        if text.trim().is_empty() {
            return refuse("the file is empty");
        }
        Ok(Self { name: name.to_owned(), bytes, text, shape: shape(name, text)? })
    }

    /// Keys of the first objects, or the first line's words: what the file shows of itself.
    pub fn keys(&self) -> Vec<String> {
        match &self.shape {
            Shape::Document(object) => object.keys().cloned().collect(),
            Shape::Array(objects) | Shape::Lines(objects) => {
                let mut keys: Vec<String> = Vec::new();
                for key in objects.iter().take(HEAD).flat_map(|object| object.keys()) {
                    if !keys.contains(key) {
                        keys.push(key.clone());
                    }
                }
                keys
            }
            Shape::Text | Shape::Binary => Vec::new(),
        }
    }

    /// The refusal of a file that no format recognises.
    pub fn unknown(&self) -> LogError {
        let keys = self.keys();
        let found = if keys.is_empty() {
            "plain text without a header of columns".to_owned()
        } else {
            format!("JSON with the keys {}", listed(keys.iter().map(String::as_str)))
        };
        let reason = format!(
            "no known format: this is {found}. A log counts right and wrong answers, generation by generation (`generation`, \
             `evaluated`, `wrong`); measures of text such as perplexity are not modelled. Columns of your own are named \
             with --columns evaluated=total,right=correct"
        );
        fault(&self.name, None, None, reason)
    }

    /// The single object of a document.
    pub fn document(&self) -> Option<&Object> {
        if let Shape::Document(object) = &self.shape { Some(object) } else { None }
    }

    /// The first of the objects that stand in a line or an array.
    pub fn first(&self) -> Option<&Object> {
        match &self.shape {
            Shape::Array(objects) | Shape::Lines(objects) => objects.first(),
            _ => None,
        }
    }

    /// Calls `each` with every object of a file of lines or of an array, and its line or place; only one line is held at a
    /// time.
    pub fn each_object(&self, mut each: impl FnMut(u64, &Object) -> Result<(), LogError>) -> Result<(), LogError> {
        match &self.shape {
            Shape::Array(objects) => (1..).zip(objects).try_for_each(|(place, object)| each(place, object)),
            Shape::Document(object) => each(1, object),
            _ => {
                for (line, text) in (1..).zip(self.text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
                    let object = json::object(text)
                        .map_err(|reason| fault(&self.name, Some(line), None, reason.replace("line 1, ", "")))?;
                    each(line, &object)?;
                }
                Ok(())
            }
        }
    }
}

fn shape(name: &str, text: &str) -> Result<Shape, LogError> {
    match text.trim_start().chars().next() {
        Some('{') => {
            let head: Vec<Object> = objects_at_head(text);
            // Several objects in as many lines; a document may be one line as well.
            let lines = text.lines().filter(|line| !line.trim().is_empty()).take(2).count();
            if !head.is_empty() && lines > 1 {
                return Ok(Shape::Lines(head));
            }
            if looks_printed(text) {
                return Ok(Shape::Text);
            }
            json::affordable(text).map_err(|reason| fault(name, None, None, reason))?;
            match json::object(text) {
                Ok(object) => Ok(Shape::Document(object)),
                Err(reason) => Err(fault(name, None, None, reason)),
            }
        }
        Some('[') if !text.trim_start().starts_with("[20") && json::affordable(text).is_ok() => {
            Ok(json::objects(text).map_or(Shape::Text, Shape::Array))
        }
        _ => Ok(Shape::Text),
    }
}

/// The objects on the first lines, as far as every one of them holds one.
fn objects_at_head(text: &str) -> Vec<Object> {
    text.lines().filter(|line| !line.trim().is_empty()).take(HEAD).map_while(|line| json::object(line).ok()).collect()
}

/// Whether the objects are Python's printed dictionaries and not JSON.
fn looks_printed(text: &str) -> bool {
    text.trim_start().starts_with("{'")
}

/// What to say of a zip archive.
fn archive(bytes: &[u8]) -> &'static str {
    // The directory of an archive ends with this mark, within its last 64 KiB.
    let tail = bytes.get(bytes.len().saturating_sub(65_557)..).unwrap_or(bytes);
    if tail.windows(4).any(|window| window == b"PK\x05\x06") {
        "this is a zip archive; an Inspect log (.eval) is read after `inspect log dump FILE > log.json`"
    } else {
        "this is a damaged zip archive: its directory is missing; copy it again, and if it is an Inspect log (.eval), write \
         it as JSON with `inspect log dump FILE > log.json`"
    }
}

/// The files that paths, folders and patterns name; those of a folder or pattern in the order of the numbers in their names.
pub(super) fn expanded(paths: &[PathBuf]) -> Result<Vec<PathBuf>, LogError> {
    let mut all = Vec::new();
    for path in paths {
        let name = path.display().to_string();
        if path.is_dir() {
            all.extend(in_folder(path)?);
        } else if !path.exists() && name.contains(['*', '?', '[']) {
            all.extend(matching(&name)?);
        } else {
            all.push(path.clone());
        }
    }
    Ok(all)
}

fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, LogError> {
    let name = folder.display().to_string();
    let complain = |error| fault(&name, None, None, format!("cannot read this folder: {error}"));
    let entries = std::fs::read_dir(folder).map_err(complain)?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_file() && is_log_name(path))
        .collect();
    sort_by_number(&mut files);
    if files.is_empty() {
        return Err(fault(&name, None, None, format!("no log in this folder (endings: {})", ENDINGS.join(", "))));
    }
    Ok(files)
}

fn is_log_name(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)))
        || name.contains("tfevents")
}

fn matching(pattern: &str) -> Result<Vec<PathBuf>, LogError> {
    let complain = |reason: String| fault(pattern, None, None, reason);
    let found = glob::glob(pattern).map_err(|error| complain(format!("this pattern cannot be read: {error}")))?;
    let mut files: Vec<PathBuf> = found.filter_map(Result::ok).filter(|path| path.is_file()).collect();
    sort_by_number(&mut files);
    if files.is_empty() { Err(complain("no file matches this pattern".to_owned())) } else { Ok(files) }
}

/// Sorts names so that 20 comes before 100.
fn sort_by_number(files: &mut [PathBuf]) {
    files.sort_by_cached_key(|path| by_number(&path.display().to_string()));
}

/// A name with every number padded, so that texts compare as the numbers do.
pub(super) fn by_number(name: &str) -> String {
    let mut padded = String::new();
    let mut digits = String::new();
    for c in name.chars().chain(std::iter::once('\0')) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        if !digits.is_empty() {
            padded += &format!("{digits:0>24}");
            digits.clear();
        }
        padded.push(c);
    }
    padded
}

/// The bytes of a file, or of standard input for `-`.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, LogError> {
    let complain = |error: files::InputError| {
        fault(&path.display().to_string(), None, None, format!("cannot read this file: {error}"))
    };
    files::read(path, files::LOG).map_err(complain)
}
