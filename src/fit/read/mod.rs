//! Readers: from the files that training loops leave behind to a checked [`Log`].
//!
//! Each reader says what it took and what it ignored; nothing is guessed. A fault names file, line, column and reason.
//! Canonical logs hold everything in one file; evaluation harnesses write one file per generation, and then the order in
//! which the files are given is the order of the generations.

mod canonical;
mod gather;
mod json;
mod lm_eval;
mod trainer;
mod verl;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::files;

use super::log::{Log, LogError, Row, Run};
use super::transition::Samples;

/// A format that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Canonical CSV or JSON lines.
    Canonical,
    /// lm-evaluation-harness, `results_<date>.json`: one file per generation.
    LmEvalResults,
    /// lm-evaluation-harness, `samples_<task>_<date>.jsonl`: one file per generation.
    LmEvalSamples,
    /// verl, `<global_step>.jsonl` of rollouts: one file per generation.
    VerlRollouts,
    /// verl's file logger, `{"step": n, "data": {…}}` per line: one file, one generation per logged evaluation.
    VerlMetrics,
    /// Hugging Face `trainer_state.json`: one file, one generation per evaluation.
    TrainerState,
}

/// What a file cannot say by itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IngestOptions {
    /// The format; recognised from the first file where it is not given.
    pub format: Option<Format>,
    /// Task of an lm-evaluation-harness result, where it holds several.
    pub task: Option<String>,
    /// Metric to read, where there are several: a share of right answers.
    pub metric: Option<String>,
    /// Filter of an lm-evaluation-harness metric, where there are several.
    pub filter: Option<String>,
    /// Test problems of each evaluation, where the file holds rates only.
    pub evaluated: Option<u64>,
}

impl Log {
    /// Reads a canonical log file, CSV or JSON lines.
    ///
    /// # Errors
    /// [`LogError`] where the file cannot be read or breaks a rule.
    pub fn read(path: &Path) -> Result<Self, LogError> {
        let source = path.display().to_string();
        Self::parse(&bytes_of(path)?, &source)
    }

    /// The bytes of a log file, for [`Log::parse`].
    ///
    /// # Errors
    /// [`LogError`] where the file cannot be read.
    pub fn bytes(path: &Path) -> Result<Vec<u8>, LogError> {
        bytes_of(path)
    }

    /// Reads a canonical log from bytes, as [`Log::read`] does from a file; `source` is its name in messages.
    ///
    /// # Errors
    /// As [`Log::read`].
    pub fn parse(bytes: &[u8], source: &str) -> Result<Self, LogError> {
        let text = text_of(bytes, source)?;
        match text.trim_start().chars().next() {
            None => Err(fault(source, None, None, "the file is empty")),
            Some('{') => canonical::json_lines(text, source),
            Some(_) => canonical::csv(text, source),
        }
    }

    /// Reads the log of one run from files of any format that [`Format`] names; several files are generations 0, 1, … in
    /// the order given.
    ///
    /// # Errors
    /// [`LogError`] where a file cannot be read, breaks a rule, or leaves a choice that `options` do not make.
    pub fn ingest(paths: &[PathBuf], options: &IngestOptions) -> Result<Self, LogError> {
        let files = files(paths)?;
        let Some(first) = files.first() else {
            return Err(fault("", None, None, "no file was given"));
        };
        let format = match options.format {
            Some(format) => format,
            None => recognise(first)?,
        };
        let alone = matches!(format, Format::Canonical | Format::VerlMetrics | Format::TrainerState);
        if let (true, Some(second)) = (alone, files.get(1)) {
            return Err(fault(&second.name, None, None, "this format holds all generations in one file; give one"));
        }
        match format {
            Format::Canonical => Self::parse(first.text.as_bytes(), &first.name),
            Format::LmEvalResults => lm_eval::results(&files, options),
            Format::LmEvalSamples => Ok(lm_eval::samples(&files, options)?.0),
            Format::VerlRollouts => verl::rollouts(&files),
            Format::VerlMetrics => verl::metrics(first, options),
            Format::TrainerState => trainer::state(first, options),
        }
    }
}

impl Samples {
    /// Reads lm-evaluation-harness samples of successive generations, one file each, in order.
    ///
    /// # Errors
    /// As [`Log::ingest`].
    pub fn read(paths: &[PathBuf], options: &IngestOptions) -> Result<Self, LogError> {
        Ok(lm_eval::samples(&files(paths)?, options)?.1)
    }
}

/// A file that has been read as text.
struct File {
    name: String,
    text: String,
}

fn files(paths: &[PathBuf]) -> Result<Vec<File>, LogError> {
    let read = |path: &PathBuf| {
        let name = path.display().to_string();
        let mut bytes = bytes_of(path)?;
        let mark = bytes.len() - text_of(&bytes, &name)?.len();
        bytes.drain(..mark);
        // Just now it was seen to be UTF-8; nothing is copied, for logs are long.
        let text = String::from_utf8(bytes).map_err(|_| fault(&name, None, None, "this is not UTF-8 text"))?;
        Ok(File { name, text })
    };
    paths.iter().map(read).collect()
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, LogError> {
    let complain = |error: files::InputError| {
        fault(&path.display().to_string(), None, None, format!("cannot read this file: {error}"))
    };
    files::read(path, files::LOG).map_err(complain)
}

fn text_of<'a>(bytes: &'a [u8], source: &str) -> Result<&'a str, LogError> {
    // Spreadsheets put a byte order mark in front.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.get(..error.valid_up_to()).unwrap_or(bytes);
        let line = valid.iter().filter(|&&byte| byte == b'\n').count() as u64 + 1;
        fault(source, Some(line), None, "this is not UTF-8 text")
    })
}

/// The format of a file, by its first keys.
fn recognise(file: &File) -> Result<Format, LogError> {
    if !file.text.trim_start().starts_with('{') {
        return Ok(Format::Canonical);
    }
    let whole = json::document(file).ok();
    let first = file.text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    let object = whole.or_else(|| json::object(first).ok()).unwrap_or_default();
    let has = |key: &str| object.contains_key(key);
    if has("results") {
        Ok(Format::LmEvalResults)
    } else if has("log_history") {
        Ok(Format::TrainerState)
    } else if has("doc_id") {
        Ok(Format::LmEvalSamples)
    } else if has("step") && has("data") {
        Ok(Format::VerlMetrics)
    } else if has("output") && has("score") {
        Ok(Format::VerlRollouts)
    } else {
        Ok(Format::Canonical)
    }
}

/// A fault of one file.
fn fault(file: &str, line: Option<u64>, column: Option<&str>, reason: impl Into<String>) -> LogError {
    LogError { file: file.to_owned(), line, column: column.map(str::to_owned), reason: reason.into() }
}

/// The log of a single unnamed run.
fn single(source: String, format: &str, taken: Vec<String>, ignored: Vec<String>, rows: Vec<Row>) -> Log {
    Log { source, format: format.to_owned(), taken, ignored, runs: vec![Run { name: String::new(), rows }] }
}

/// Right answers behind a rate: it must be a whole number of them, up to the digits that logs drop.
fn right_answers(rate: f64, evaluated: u64) -> Result<u64, String> {
    if !(0.0..=1.0).contains(&rate) {
        return Err(format!("{rate} is not a share of right answers"));
    }
    let right = rate * evaluated as f64;
    let whole = right.round();
    // Logs keep four decimals at the least.
    if (right - whole).abs() > 0.01 + 5e-5 * evaluated as f64 {
        return Err(format!("{rate} of {evaluated} is not a whole number of right answers; is `evaluated` right?"));
    }
    Ok(whole as u64)
}

/// The one name to use: the one that is wanted, or the only one there is.
fn choose<'a>(what: &str, wanted: Option<&str>, names: &[&'a str]) -> Result<&'a str, String> {
    let list = || names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match (wanted, names) {
        (Some(wanted), names) => names
            .iter()
            .find(|name| **name == wanted)
            .copied()
            .ok_or_else(|| format!("there is no {what} `{wanted}`; there is {}", list())),
        (None, [only]) => Ok(only),
        (None, []) => Err(format!("there is no {what} here")),
        (None, _) => Err(format!("choose a {what}: {}", list())),
    }
}
