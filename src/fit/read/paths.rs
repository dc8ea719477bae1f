//! Which files are meant: paths, folders and patterns.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::fault;
use crate::fit::log_error::LogError;

/// Endings of the files that a folder is searched for.
const ENDINGS: [&str; 9] = ["csv", "tsv", "jsonl", "ndjson", "json", "log", "txt", "eval", "parquet"];

/// Folders within folders that are searched at the most.
const DEEPEST: usize = 8;

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
    let mut seen = BTreeSet::new();
    match all.iter().find(|path| !seen.insert(path.as_path())) {
        Some(twice) => Err(fault(&twice.display().to_string(), None, None, "this file is given twice")),
        None => Ok(all),
    }
}

fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, LogError> {
    let name = folder.display().to_string();
    let complain = |error| fault(&name, None, None, format!("cannot read this folder: {error}"));
    let mut files = std::fs::read_dir(folder).map(|entries| logs_among(entries, DEEPEST)).map_err(complain)?;
    sort_by_number(&mut files);
    if files.is_empty() {
        let reason = format!("no log in this folder, nor in those within (endings: {})", ENDINGS.join(", "));
        return Err(fault(&name, None, None, reason).awaited());
    }
    Ok(files)
}

/// The logs of a folder; where it has none, those of the folders within, as harnesses write one for each model.
fn logs_among(entries: std::fs::ReadDir, deepest: usize) -> Vec<PathBuf> {
    let (folders, mut files): (Vec<PathBuf>, Vec<PathBuf>) =
        entries.filter_map(|entry| Some(entry.ok()?.path())).partition(|path| path.is_dir());
    files.retain(|path| path.is_file() && is_log_name(path));
    if files.is_empty() && deepest > 0 {
        let within = folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok());
        files.extend(within.flat_map(|entries| logs_among(entries, deepest - 1)));
    }
    files
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
    if files.is_empty() { Err(complain("no file matches this pattern".to_owned()).awaited()) } else { Ok(files) }
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

/// The name of a file without the number of a repeat (`output-rs3.jsonl`), so that repeats are one generation.
pub(super) fn repeats_of(name: &str) -> String {
    let Some(at) = name.rfind("-rs") else { return name.to_owned() };
    let (head, tail) = name.split_at(at);
    let rest = tail.get(3..).unwrap_or("").trim_start_matches(|c: char| c.is_ascii_digit());
    format!("{head}{rest}")
}

/// The shortest parts of names that tell them apart, from the first folder on in which they differ; whether these are folders
/// alone.
pub(super) fn told_apart(names: &[&str]) -> (Vec<String>, bool) {
    let parts: Vec<Vec<&str>> = names.iter().map(|name| name.split('/').collect()).collect();
    let least = parts.iter().map(Vec::len).min().unwrap_or(0);
    let same = |place: usize| parts.windows(2).all(|pair| pair[0].get(place) == pair[1].get(place));
    let begin = (0..least.saturating_sub(1)).find(|place| !same(*place)).unwrap_or(least.saturating_sub(1));
    let longest = parts.iter().map(Vec::len).max().unwrap_or(0);
    let shown = |end: usize| -> Vec<String> {
        parts.iter().map(|parts| parts.get(begin..end.min(parts.len())).unwrap_or_default().join("/")).collect()
    };
    let distinct = |end: &usize| shown(*end).iter().collect::<BTreeSet<_>>().len() == names.len();
    let end = (begin + 1..longest).find(distinct).unwrap_or(longest);
    (shown(end), end < least)
}
