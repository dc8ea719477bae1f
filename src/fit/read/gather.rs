//! Rows in the order of a file, gathered into runs.

use std::collections::BTreeMap;

use super::fault;
use crate::fit::log::{Log, LogError, Row, Run};

/// Collects rows by run and keeps the line of each, so that a repetition can name both.
pub(super) struct Gather<'a> {
    source: &'a str,
    order: Vec<String>,
    runs: BTreeMap<String, BTreeMap<u64, (u64, Row)>>,
}

impl<'a> Gather<'a> {
    pub fn new(source: &'a str) -> Self {
        Self { source, order: Vec::new(), runs: BTreeMap::new() }
    }

    /// Takes a row of `run` found on `line`.
    pub fn add(&mut self, run: &str, line: u64, row: Row) -> Result<(), LogError> {
        row.check().map_err(|(column, reason)| fault(self.source, Some(line), Some(column), reason))?;
        if !self.runs.contains_key(run) {
            self.order.push(run.to_owned());
        }
        let rows = self.runs.entry(run.to_owned()).or_default();
        if let Some((first, _)) = rows.get(&row.generation) {
            let of_run = if run.is_empty() { String::new() } else { format!(" of run {run}") };
            let reason = format!("generation {}{of_run} stands on line {first} already", row.generation);
            return Err(fault(self.source, Some(line), Some("generation"), reason));
        }
        rows.insert(row.generation, (line, row));
        Ok(())
    }

    /// The log, once every row is in.
    pub fn finish(mut self, format: &str, taken: Vec<String>, ignored: Vec<String>) -> Result<Log, LogError> {
        let runs: Vec<Run> = self
            .order
            .iter()
            .filter_map(|name| Some((name, self.runs.remove(name)?)))
            .map(|(name, rows)| Run { name: name.clone(), rows: rows.into_values().map(|(_, row)| row).collect() })
            .collect();
        if runs.is_empty() {
            return Err(fault(self.source, None, None, "there is a header but no row"));
        }
        Ok(Log { source: self.source.to_owned(), format: format.to_owned(), taken, ignored, runs })
    }
}
