//! Rows in the order of a file, gathered into runs.

use std::collections::HashMap;

use super::assemble::add_once;
use super::{axis, fault};
use crate::fit::log::{LogError, Row, Run};

/// Collects rows by run.
#[derive(Default)]
pub(super) struct Gather {
    places: HashMap<String, usize>,
    runs: Vec<(String, Vec<(Row, Place)>)>,
}

/// Where a row was found: its line or, with several files, the file's number.
type Place = u32;

impl Gather {
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a row of `run` that was found at `place`.
    pub fn add(&mut self, run: &str, place: u64, row: Row) {
        let index = *self.places.entry(run.to_owned()).or_insert(self.runs.len());
        if index == self.runs.len() {
            self.runs.push((run.to_owned(), Vec::new()));
        }
        // The index of an entry that exists is below the length.
        if let Some((_, rows)) = self.runs.get_mut(index) {
            rows.push((row, u32::try_from(place).unwrap_or(u32::MAX)));
        }
    }

    /// The runs in the order of their first rows, their generations rising.
    ///
    /// Generations that can only be training steps become ranks, which is said in `notes`.
    pub fn finish(self, source: &str, lines: bool, notes: &mut Vec<String>) -> Result<Vec<Run>, LogError> {
        let finished = |(name, rows)| {
            let mut run = finished(name, rows, source, lines)?;
            add_once(notes, axis::rank_steps(&mut run));
            Ok(run)
        };
        self.runs.into_iter().map(finished).collect()
    }

    /// Takes every row of another.
    pub fn absorb(&mut self, other: Self) {
        for (run, rows) in other.runs {
            for (row, place) in rows {
                self.add(&run, u64::from(place), row);
            }
        }
    }

    pub fn rows(&self) -> usize {
        self.runs.iter().map(|(_, rows)| rows.len()).sum()
    }
}

fn finished(name: String, mut rows: Vec<(Row, Place)>, source: &str, lines: bool) -> Result<Run, LogError> {
    // Rows of one generation are refused below, so that their order does not matter.
    rows.sort_unstable_by_key(|(row, place)| (row.generation, *place));
    for pair in rows.windows(2) {
        let [(earlier, first), (later, second)] = pair else { continue };
        if earlier.generation == later.generation {
            let of_run = if name.is_empty() { String::new() } else { format!(" of run {}", super::shortened(&name)) };
            let (line, place) = if lines {
                (Some(u64::from(*second)), format!("on line {first}"))
            } else {
                (None, "in another file".to_owned())
            };
            let remedy = if lines {
                "if these are several runs, name their column with --columns run=NAME"
            } else {
                "if these are several runs, give the files of one"
            };
            let reason = format!("generation {}{of_run} stands {place} already; {remedy}", later.generation);
            return Err(fault(source, line, Some("generation"), reason));
        }
    }
    Ok(Run { name, rows: rows.into_iter().map(|(row, _)| row).collect() })
}
