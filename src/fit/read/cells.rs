//! Rows of cells, whatever separates them: commas, tabs, semicolons, Markdown's bars or the keys of JSON objects.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use serde_json::Value as Json;

use super::file::LogFile;
use super::header::{Header, header, is_rule};
use super::json::JsonObject;
use super::lines::LONGEST;
use super::{fault, some};
use crate::fit::log_error::LogError;

/// Whether a text begins with a header of at least two names.
pub(super) fn is_table(file: &LogFile) -> bool {
    header(file).is_some()
}

/// The names of a table's columns and the line that they stand on; of JSON the keys, those `within` objects behind a point.
pub(super) fn names(file: &LogFile, within: bool) -> Result<(Vec<String>, Option<u64>), LogError> {
    if let Some(header) = header(file) {
        let mut names = None;
        delimited(file, &header, &mut |_, cells| {
            names.get_or_insert_with(|| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<String>>());
            Ok(names.is_none())
        })?;
        return Ok((names.unwrap_or_default(), Some(header.line)));
    }
    let mut seen: HashMap<String, ()> = HashMap::new();
    let mut names = Vec::new();
    file.each_object(|_, object| {
        each_value(object, "", within, &mut |name, _| {
            if !seen.contains_key(name) {
                seen.insert(name.to_owned(), ());
                names.push(name.to_owned());
            }
        });
        Ok(())
    })?;
    Ok((names, None))
}

/// Calls `each` with the line and the cells of every row below the header; whether the last row was cut off and left out.
pub(super) fn rows(
    file: &LogFile,
    names: &[String],
    mut each: impl FnMut(u64, &[&str]) -> Result<(), LogError>,
) -> Result<bool, LogError> {
    rows_while(file, names, |line, cells| each(line, cells).map(|()| true))
}

/// As [`rows`], until `each` answers `false`; rows of JSON are all seen.
pub(super) fn rows_while(
    file: &LogFile,
    names: &[String],
    mut each: impl FnMut(u64, &[&str]) -> Result<bool, LogError>,
) -> Result<bool, LogError> {
    if let Some(header) = header(file) {
        let (mut first, mut short) = (true, None);
        delimited(file, &header, &mut |line, cells| {
            if std::mem::take(&mut first) || is_rule(cells.iter().copied()) {
                return Ok(true);
            }
            if let Some(fault) = short.take() {
                return Err(fault);
            }
            if cells.len() != names.len() {
                let reason = format!("{}, but the header has {}", some(cells.len(), "cell", "cells"), names.len());
                short = Some(fault(&file.name, Some(line), None, reason));
                return Ok(true);
            }
            each(line, cells)
        })?;
        // A last row without its end is still being written.
        return match short {
            Some(fault) if !file.has_open_end()? => Err(fault),
            Some(_) => Ok(true),
            None => Ok(false),
        };
    }
    let within = names.iter().any(|name| name.contains('.'));
    let places: HashMap<&str, usize> = names.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect();
    file.each_object(|line, object| {
        let cells = cells_of(object, &places, within);
        each(line, &cells.iter().map(String::as_str).collect::<Vec<_>>()).map(|_| ())
    })?;
    Ok(false)
}

/// Calls `each` with the name and the value of every key; those of objects `within` in the place of these, behind a point.
fn each_value(object: &JsonObject, before: &str, within: bool, each: &mut impl FnMut(&str, &Json)) {
    /// Objects in one another, for which the text of a key has room.
    const DEEPEST: usize = 200;
    for (key, value) in object {
        let name = if before.is_empty() { Cow::Borrowed(key) } else { Cow::Owned(format!("{before}.{key}")) };
        match value {
            Json::Object(inner) if within && !inner.is_empty() && name.len() <= DEEPEST => {
                each_value(inner, &name, within, each);
            }
            _ => each(&name, value),
        }
    }
}

fn cells_of(object: &JsonObject, places: &HashMap<&str, usize>, within: bool) -> Vec<String> {
    let mut cells = vec![String::new(); places.len()];
    each_value(object, "", within, &mut |name, value| {
        let text = match value {
            Json::Number(number) => number.to_string(),
            Json::String(text) => text.clone(),
            Json::Bool(truth) => u8::from(*truth).to_string(),
            Json::Null | Json::Array(_) | Json::Object(_) => return,
        };
        if let Some(cell) = places.get(name).and_then(|&place| cells.get_mut(place)) {
            *cell = text;
        }
    });
    cells
}

/// What is done with a line and its cells; whether there is more to do.
type EachLine<'a> = dyn FnMut(u64, &[&str]) -> Result<bool, LogError> + 'a;

/// Calls `each` with every line of cells, the header first, until it answers `false`.
fn delimited(file: &LogFile, header: &Header, each: &mut EachLine<'_>) -> Result<(), LogError> {
    let budget = Rc::new(Cell::new(LONGEST));
    let text = header.text(file)?;
    let text = Metered { text, budget: Rc::clone(&budget), place: CellPlace::Row, separator: header.separator };
    let before = header.line - 1;
    let mut width = None;
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .trim(csv::Trim::All)
        .delimiter(header.separator)
        .comment(Some(b'#'))
        .from_reader(text);
    let mut record = csv::StringRecord::new();
    loop {
        budget.set(LONGEST);
        let next = before + reader.position().line();
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(error) => {
                let line = error.position().map_or(next, |position| before + position.line());
                return Err(fault(&file.name, Some(line), None, complaint(&error)));
            }
        }
        let line = before + record.position().map_or(0, csv::Position::line);
        let points: Vec<Option<String>> = record.iter().map(|cell| with_point(cell, header.separator)).collect();
        let mut cells: Vec<&str> =
            record.iter().zip(&points).map(|(cell, point)| point.as_deref().unwrap_or(cell)).collect();
        if header.framed {
            // The bars at both ends leave empty cells outside.
            cells = cells.get(1..cells.len().saturating_sub(1)).unwrap_or_default().to_vec();
            // Markdown's marks of emphasis.
            cells.iter_mut().for_each(|cell| *cell = cell.trim_matches(['*', '_', '`']));
        }
        if header.separator == b' ' {
            let columns = *width.get_or_insert(cells.len());
            header.without_index(&mut cells, columns);
        }
        if !each(line, &cells)? {
            return Ok(());
        }
    }
}

/// A number with a decimal comma, as spreadsheets write it where semicolons part the cells, with a point.
fn with_point(cell: &str, separator: u8) -> Option<String> {
    let (whole, decimals) = cell.split_once(',').filter(|_| separator == b';')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = digits(whole.trim_start_matches('-')) && digits(decimals.trim_end_matches(['%', ' ']));
    fits.then(|| format!("{whole}.{decimals}"))
}

fn complaint(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "this is not UTF-8 text".to_owned(),
        csv::ErrorKind::Io(error) => error.to_string(),
        _ => error.to_string(),
    }
}

/// Text of which no more is read at a time than one row may have: a quote that is never closed makes one row of the rest.
/// Blanks before a cell are left out, so that a quote behind them is one.
struct Metered<'a> {
    text: Box<dyn BufRead + 'a>,
    budget: Rc<Cell<u64>>,
    place: CellPlace,
    separator: u8,
}

/// Where in a row the text stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CellPlace {
    /// At the beginning of a row.
    Row,
    /// Before a cell, in the blanks.
    Before,
    Cell,
    Quoted,
    /// Behind a quote that closes, or that is one of the text where a second follows.
    Closed,
    Comment,
}

impl Metered<'_> {
    /// Whether a byte is kept; blanks before a cell are not.
    fn keeps(&mut self, byte: u8) -> bool {
        self.place = match (self.place, byte) {
            (CellPlace::Row | CellPlace::Before, b' ') => return false,
            (CellPlace::Row, b'#') => CellPlace::Comment,
            (CellPlace::Row | CellPlace::Before | CellPlace::Closed, b'"') => CellPlace::Quoted,
            (CellPlace::Quoted, b'"') => CellPlace::Closed,
            (CellPlace::Quoted, _) => CellPlace::Quoted,
            (_, b'\n') => CellPlace::Row,
            (CellPlace::Comment, _) => CellPlace::Comment,
            (_, byte) if byte == self.separator => CellPlace::Before,
            _ => CellPlace::Cell,
        };
        true
    }
}

impl Read for Metered<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // Nothing kept is not yet the end.
        loop {
            let read = self.text.read(buffer)?;
            let left = self.budget.get().checked_sub(read as u64).ok_or_else(|| {
                io::Error::other(format!(
                    "the row that begins here is longer than {} MiB; is a quote never closed?",
                    LONGEST >> 20
                ))
            })?;
            self.budget.set(left);
            let mut kept = 0;
            for place in 0..read {
                if let Some(&byte) = buffer.get(place).filter(|&&byte| self.keeps(byte)) {
                    buffer[kept] = byte;
                    kept += 1;
                }
            }
            if kept > 0 || read == 0 {
                return Ok(kept);
            }
        }
    }
}
