//! Rows in the order of a file, gathered into runs.

use std::collections::BTreeMap;

use super::fault;
use crate::fit::log::{Log, LogError, Row, Run};

/// The most rows of a log: with its longest file they take some 400 MB, and no fit filters more than a few thousand.
const MOST_ROWS: usize = 1_000_000;

/// Collects rows by run and keeps the line of each, so that a repetition can name both.
pub(super) struct Gather<'a> {
    source: &'a str,
    rows: usize,
    runs: Vec<Gathered>,
    /// Where in `runs` each name stands.
    places: BTreeMap<String, usize>,
}

/// A run as far as it has been read.
struct Gathered {
    name: String,
    rows: Vec<(u64, Row)>,
    /// Where in `rows` each generation stands; made once a row is out of order, since most logs have none.
    order: Option<BTreeMap<u64, usize>>,
}

impl Gathered {
    /// Takes a row, unless its generation is there already: then the line on which it stands.
    fn add(&mut self, line: u64, row: Row) -> Option<u64> {
        let rises = self.rows.last().is_none_or(|(_, last)| last.generation < row.generation);
        if !rises && self.order.is_none() {
            let places = self.rows.iter().enumerate().map(|(place, (_, row))| (row.generation, place));
            self.order = Some(places.collect());
        }
        if let Some(order) = &mut self.order
            && let Some(first) = order.insert(row.generation, self.rows.len())
        {
            return self.rows.get(first).map(|(line, _)| *line);
        }
        self.rows.push((line, row));
        None
    }

    fn finish(mut self) -> Run {
        if self.order.is_some() {
            self.rows.sort_by_key(|(_, row)| row.generation);
        }
        Run { name: self.name, rows: self.rows.into_iter().map(|(_, row)| row).collect() }
    }
}

impl<'a> Gather<'a> {
    pub fn new(source: &'a str) -> Self {
        Self { source, rows: 0, runs: Vec::new(), places: BTreeMap::new() }
    }

    /// Takes a row of `run` found on `line`.
    pub fn add(&mut self, run: &str, line: u64, row: Row) -> Result<(), LogError> {
        row.check().map_err(|(column, reason)| fault(self.source, Some(line), Some(column), reason))?;
        self.rows += 1;
        if self.rows > MOST_ROWS {
            let reason = format!("more than the {MOST_ROWS} rows that a log may have; split it by its runs");
            return Err(fault(self.source, Some(line), None, reason));
        }
        let place = match self.places.get(run) {
            Some(place) => *place,
            None => {
                self.places.insert(run.to_owned(), self.runs.len());
                self.runs.push(Gathered { name: run.to_owned(), rows: Vec::new(), order: None });
                self.runs.len() - 1
            }
        };
        match self.runs.get_mut(place).and_then(|gathered| gathered.add(line, row)) {
            Some(first) => {
                let of_run = if run.is_empty() { String::new() } else { format!(" of run {run}") };
                let reason = format!("generation {}{of_run} stands on line {first} already", row.generation);
                Err(fault(self.source, Some(line), Some("generation"), reason))
            }
            None => Ok(()),
        }
    }

    /// The log, once every row is in.
    pub fn finish(self, format: &str, taken: Vec<String>, ignored: Vec<String>) -> Result<Log, LogError> {
        let runs: Vec<Run> = self.runs.into_iter().map(Gathered::finish).collect();
        if runs.is_empty() {
            return Err(fault(self.source, None, None, "there is a header but no row"));
        }
        Ok(Log { source: self.source.to_owned(), format: format.to_owned(), taken, ignored, runs })
    }
}
