//! The formats in the order in which they are tried, and the log that they give.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::file::LogFile;
use super::format::LogFormat;
use super::options::ReadOptions;
use super::wording::{fault, on_a_line};
use super::{
    assemble, file, inspect, items, lighteval, lm_eval, lm_eval_samples, nemo_skills, pairs, paths, printed, table,
    tensorboard, trainer_state, training_log, verl, wandb,
};
use crate::files::StoredInput;
use crate::fit::log::Log;
use crate::fit::log_error::LogError;
use crate::fit::transition::AnswerSamples;

/// Every format. The first that recognises a file reads it, so the more particular ones come first.
pub(super) const FORMATS: &[LogFormat] = &[
    tensorboard::FORMAT,
    lm_eval::RESULTS,
    lm_eval_samples::FORMAT,
    lighteval::FORMAT,
    inspect::FORMAT,
    nemo_skills::METRICS,
    trainer_state::FORMAT,
    verl::METRICS,
    verl::ROLLOUTS,
    training_log::FORMAT,
    items::FORMAT,
    verl::CONSOLE,
    printed::FORMAT,
    wandb::FORMAT,
    table::FORMAT,
];

impl Log {
    /// Reads the log of one run, or of several that a table names, from a file of any format.
    ///
    /// # Errors
    /// [`LogError`] where the file cannot be read, breaks a rule, or leaves a choice open.
    pub fn read(path: &Path) -> Result<Self, LogError> {
        Self::open(&[path.to_owned()], &ReadOptions::default())
    }

    /// Reads a log from bytes, as [`Log::read`] does from a file; `source` is its name in messages.
    ///
    /// # Errors
    /// As [`Log::read`].
    pub fn parse(bytes: &[u8], source: &str) -> Result<Self, LogError> {
        Self::parse_all(&[(source.to_owned(), bytes.to_vec())], &ReadOptions::default())
    }

    /// Reads the log of one run from files of one format: a file, several, a folder, a pattern such as `out/*.jsonl`, or `-`
    /// for standard input.
    ///
    /// # Errors
    /// [`LogError`] where a file cannot be read, breaks a rule, or leaves a choice that `options` do not make.
    pub fn open(paths: &[PathBuf], options: &ReadOptions) -> Result<Self, LogError> {
        Self::of(&Self::files(paths)?, options)
    }

    /// The paths of the files that paths, folders and patterns name.
    ///
    /// # Errors
    /// [`LogError`] where a folder or a pattern names none.
    pub fn paths(paths: &[PathBuf]) -> Result<Vec<PathBuf>, LogError> {
        paths::expanded(paths)
    }

    /// The files that paths, folders and patterns name, for [`Log::of`]; those of a folder in the order of the numbers in
    /// their names.
    ///
    /// # Errors
    /// [`LogError`] where one cannot be read.
    pub fn files(paths: &[PathBuf]) -> Result<Vec<LogFile<'static>>, LogError> {
        file::filled(paths::expanded(paths)?.iter().map(|path| LogFile::opened(path)))
    }

    /// Reads the log of one run from named files of one format, in memory.
    ///
    /// # Errors
    /// As [`Log::open`].
    pub fn parse_all(files: &[(String, Vec<u8>)], options: &ReadOptions) -> Result<Self, LogError> {
        let files = files.iter().map(|(name, bytes)| LogFile::read(name, StoredInput::Memory(bytes.into())));
        Self::of(&file::filled(files)?, options)
    }

    /// Reads the log of one run from files of one format.
    ///
    /// # Errors
    /// As [`Log::open`].
    pub fn of(files: &[LogFile], options: &ReadOptions) -> Result<Self, LogError> {
        let (format, mut log) = Self::found(files, options)?;
        log.notes.extend(files.iter().filter_map(LogFile::left_out));
        // A key of answers or a column that is named must be there, and a metric may be named that is read anyway.
        let named = |taken: &String| options.metric.as_ref().is_some_and(|metric| taken.contains(metric.as_str()));
        let settled: &[&str] = match format.name {
            name if name == items::FORMAT.name => &["id", "answer", "correct", "metric"],
            name if name == table::FORMAT.name && !log.taken.iter().any(named) => &["columns"],
            name if name == table::FORMAT.name => &["columns", "metric"],
            _ if log.taken.iter().any(named) => &["metric"],
            _ => &[],
        };
        let hash = |log: &Self| pairs::hash_of(&(&log.taken, &log.runs));
        let idle = options.idle(settled, || hash(&log), |one| Some(hash(&Self::found(files, one).ok()?.1)));
        log.notes.extend(idle);
        for said in [&mut log.taken, &mut log.ignored, &mut log.notes] {
            let mut seen = HashSet::new();
            said.iter_mut().for_each(|said| *said = on_a_line(said));
            said.retain(|said| seen.insert(said.clone()));
        }
        Ok(log)
    }

    /// The log and its format.
    fn found(files: &[LogFile], options: &ReadOptions) -> Result<(&'static LogFormat, Self), LogError> {
        let format = format_of(files, options)?;
        Ok((format, assemble::log(files, format.name, (format.read)(files, options)?, options)?))
    }
}

impl AnswerSamples {
    /// Reads lm-evaluation-harness samples of successive generations, one file each, in order.
    ///
    /// # Errors
    /// As [`Log::open`].
    pub fn read(paths: &[PathBuf], options: &ReadOptions) -> Result<Self, LogError> {
        lm_eval_samples::samples(&Log::files(paths)?, options)
    }
}

/// The one format of all files.
fn format_of(files: &[LogFile], options: &ReadOptions) -> Result<&'static LogFormat, LogError> {
    let mut chosen: Option<(&LogFormat, &LogFile)> = None;
    for file in files {
        let format = FORMATS.iter().find(|format| (format.recognise)(file, options)).ok_or_else(|| file.unknown())?;
        match chosen {
            // What `lm_eval --log_samples` leaves: the results are read, whose models order them.
            Some((first, other)) if is_beside(format, first) => {
                chosen = Some(if format.name == lm_eval::RESULTS.name { (format, file) } else { (first, other) });
            }
            Some((first, other)) if first.name != format.name => {
                let reason = format!(
                    "this is a file of {}, but {} is one of {}; give files of one format, for instance by a pattern such as \
                     FOLDER/**/results_*.json",
                    format.name, other.name, first.name
                );
                return Err(fault(&file.name, None, None, reason));
            }
            _ => chosen = Some((format, file)),
        }
    }
    chosen.map(|(format, _)| format).ok_or_else(|| fault("", None, None, "no file was given"))
}

/// Whether one of two formats is that of samples which the harness writes beside its results.
fn is_beside(one: &LogFormat, other: &LogFormat) -> bool {
    let names = [lm_eval::RESULTS.name, lm_eval_samples::FORMAT.name];
    one.name != other.name && names.contains(&one.name) && names.contains(&other.name)
}
