//! The canonical log: CSV with a header, or JSON lines with the same keys.

use std::collections::BTreeSet;

use serde_json::Value;

use super::fault;
use super::gather::Gather;
use crate::fit::log::{COLUMNS, Log, LogError, REQUIRED, Row};

/// Reads CSV with a header line.
pub(super) fn csv(text: &str, source: &str) -> Result<Log, LogError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| fault(source, Some(1), None, error.to_string()))?.clone();
    let names: Vec<&str> = header.iter().collect();
    check_header(&names, source)?;
    let mut gather = Gather::new(source);
    for record in reader.records() {
        let record = record.map_err(|error| broken(source, &error))?;
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != names.len() {
            let reason = format!("{} cells, but the header has {}", record.len(), names.len());
            return Err(fault(source, Some(line), None, reason));
        }
        let (run, row) = row(&names, &record, source, line)?;
        gather.add(&run, line, row)?;
    }
    let (taken, ignored) = sort_columns(names.into_iter());
    gather.finish("canonical CSV", taken, ignored)
}

fn broken(source: &str, error: &csv::Error) -> LogError {
    fault(source, error.position().map(csv::Position::line), None, error.to_string())
}

fn check_header(names: &[&str], source: &str) -> Result<(), LogError> {
    let mut seen = BTreeSet::new();
    if let Some(twice) = names.iter().find(|name| !seen.insert(**name)) {
        return Err(fault(source, Some(1), Some(twice), "the header names this column twice"));
    }
    match REQUIRED.iter().find(|name| !names.contains(name)) {
        Some(missing) => {
            let reason =
                format!("this column is missing; a log needs {}", REQUIRED.map(|n| format!("`{n}`")).join(", "));
            Err(fault(source, Some(1), Some(missing), reason))
        }
        None => Ok(()),
    }
}

fn row(names: &[&str], record: &csv::StringRecord, source: &str, line: u64) -> Result<(String, Row), LogError> {
    let mut row = Row::default();
    let mut run = String::new();
    for (name, cell) in names.iter().zip(record) {
        if *name == "run" {
            cell.clone_into(&mut run);
        } else if COLUMNS.contains(name) {
            if cell.is_empty() {
                if REQUIRED.contains(name) {
                    return Err(fault(source, Some(line), Some(name), "the cell is empty, but every row needs it"));
                }
                continue;
            }
            let value = cell
                .parse::<u64>()
                .map_err(|_| fault(source, Some(line), Some(name), format!("`{cell}` is not a whole number")))?;
            row.set(name, value);
        }
    }
    Ok((run, row))
}

/// Reads one JSON object per line.
pub(super) fn json_lines(text: &str, source: &str) -> Result<Log, LogError> {
    let mut gather = Gather::new(source);
    let mut names = BTreeSet::new();
    for (line, content) in (1_u64..).zip(text.lines()) {
        if content.trim().is_empty() {
            continue;
        }
        let value: Value = serde_json::from_str(content).map_err(|error| not_json(source, line, &error))?;
        let Value::Object(object) = value else {
            return Err(fault(source, Some(line), None, "this line is not a JSON object"));
        };
        let (run, row) = object_row(&object, source, line)?;
        names.extend(object.keys().cloned());
        gather.add(&run, line, row)?;
    }
    let (taken, ignored) = sort_columns(names.iter().map(String::as_str));
    gather.finish("canonical JSON lines", taken, ignored)
}

/// The reader's complaint with its place in this line; it saw no other.
fn not_json(source: &str, line: u64, error: &serde_json::Error) -> LogError {
    let whole = error.to_string();
    let complaint = whole.rsplit_once(" at line ").map_or(whole.as_str(), |(complaint, _)| complaint);
    fault(source, Some(line), None, format!("not JSON from character {} on: {complaint}", error.column()))
}

fn object_row(object: &serde_json::Map<String, Value>, source: &str, line: u64) -> Result<(String, Row), LogError> {
    let mut row = Row::default();
    let mut run = String::new();
    for (name, value) in object {
        match (name.as_str(), value) {
            (_, Value::Null) => {}
            ("run", Value::String(name)) => run.clone_from(name),
            ("run", other) => run = other.to_string(),
            (name, value) if COLUMNS.contains(&name) => {
                let whole = value
                    .as_u64()
                    .ok_or_else(|| fault(source, Some(line), Some(name), format!("{value} is not a whole number")))?;
                row.set(name, whole);
            }
            _ => {}
        }
    }
    match REQUIRED.iter().find(|name| object.get(**name).is_none_or(Value::is_null)) {
        Some(missing) => Err(fault(source, Some(line), Some(missing), "this key is missing, but every row needs it")),
        None => Ok((run, row)),
    }
}

/// Columns taken and columns ignored.
fn sort_columns<'a>(names: impl Iterator<Item = &'a str>) -> (Vec<String>, Vec<String>) {
    let (taken, ignored): (Vec<&str>, Vec<&str>) = names.partition(|name| COLUMNS.contains(name));
    (taken.into_iter().map(str::to_owned).collect(), ignored.into_iter().map(str::to_owned).collect())
}
