//! Rows in the order of a file, gathered into runs.

use std::collections::HashMap;

use super::repeats::stand_twice;
use super::wording::add_once;
use super::{axis, fault};
use crate::fit::log::{LogRow, LogRun, note_of_run};
use crate::fit::log_error::LogError;

/// Collects rows by run.
#[derive(Default)]
pub(super) struct RowGather {
    places: HashMap<String, usize>,
    runs: Vec<GatheredRun>,
}

/// The rows of one run in the order of the file, and where each was found.
struct GatheredRun {
    name: String,
    rows: Vec<LogRow>,
    places: Vec<RowPlace>,
}

/// Where a row was found: its line or, with several files, the file's number.
type RowPlace = u32;

impl RowGather {
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a row of `run` that was found at `place`.
    pub fn add(&mut self, run: &str, place: u64, row: LogRow) {
        let index = *self.places.entry(run.to_owned()).or_insert(self.runs.len());
        if index == self.runs.len() {
            self.runs.push(GatheredRun { name: run.to_owned(), rows: Vec::new(), places: Vec::new() });
        }
        // The index of an entry that exists is below the length.
        if let Some(run) = self.runs.get_mut(index) {
            run.rows.push(row);
            run.places.push(u32::try_from(place).unwrap_or(u32::MAX));
        }
    }

    /// The runs in the order of their first rows, their generations rising.
    ///
    /// Generations that can only be training steps become ranks, which is said in `notes`.
    pub fn finish(self, source: &str, lines: bool, notes: &mut Vec<String>) -> Result<Vec<LogRun>, LogError> {
        let several = self.runs.len() > 1;
        let finished = |run| {
            let mut run = finished(run, source, lines, notes)?;
            let note = axis::rank_steps(&mut run);
            add_once(notes, note.map(|note| if several { note_of_run(&run.name, &note) } else { note }));
            Ok(run)
        };
        self.runs.into_iter().map(finished).collect()
    }

    /// Takes every row of another.
    pub fn absorb(&mut self, other: Self) {
        for GatheredRun { name, rows, places } in other.runs {
            // The rows of the first file, which may be many, are taken as they are.
            if !self.places.contains_key(&name) {
                self.places.insert(name.clone(), self.runs.len());
                self.runs.push(GatheredRun { name, rows, places });
                continue;
            }
            for (row, place) in rows.into_iter().zip(places) {
                self.add(&name, u64::from(place), row);
            }
        }
    }

    pub fn rows(&self) -> usize {
        self.runs.iter().map(|run| run.rows.len()).sum()
    }
}

fn finished(run: GatheredRun, source: &str, lines: bool, notes: &mut Vec<String>) -> Result<LogRun, LogError> {
    let GatheredRun { name, mut rows, places } = run;
    let mut generations: Vec<(u64, RowPlace, usize)> =
        rows.iter().zip(places).enumerate().map(|(index, (row, place))| (row.generation, place, index)).collect();
    generations.sort_unstable();
    let mut twice = 0;
    for pair in generations.windows(2) {
        let [(earlier, first, one), (later, second, other)] = pair else { continue };
        if earlier == later && rows.get(*one) == rows.get(*other) {
            twice += 1;
        } else if earlier == later {
            let of_run = if name.is_empty() { String::new() } else { format!(" of run {}", super::shortened(&name)) };
            let (line, place) = if lines {
                (Some(u64::from(*second)), format!("on line {first}"))
            } else {
                (None, "in these files".to_owned())
            };
            let remedy = if lines {
                "if these are several runs, name their column with --columns run=NAME; else leave one out"
            } else {
                "if these are several runs, give the files of one; else leave one out"
            };
            let reason = format!("generation {later}{of_run} stands {place} already with another result; {remedy}");
            return Err(fault(source, line, None, reason));
        }
    }
    // In place: a log may have a million rows.
    rows.sort_unstable_by_key(|row| row.generation);
    rows.dedup();
    notes.extend(stand_twice(twice));
    rows.shrink_to_fit();
    Ok(LogRun { name, rows })
}
