//! A file with some of the cells of a sweep: a line that says of which, then the table.
//!
//! A sweep that is written to a file grows one beside it, and goes on from there when it was interrupted; a shard leaves one
//! behind, for `merge`. Its first line is a comment of CSV with the whole plan, so that parts of different sweeps do not mix; a
//! finished part ends with the digest of all before.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::provenance;
use crate::scenario::Scenario;

use super::cell::{CellColumns, SweepCell};
use super::error::SweepError;
use super::grid::{CellRange, SweepGrid, SweepPlan};

/// How the first line begins.
const BEGINS: &str = "# runaway sweep ";
/// How the last line of a finished part begins.
const ENDS: &str = "# sha256 ";
/// Longest line that is read: a plan with its axes.
const LONGEST: u64 = 64 << 20;

/// What a part is part of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartHeader {
    /// Programs of other versions may compute other digits.
    pub version: String,
    /// SHA-256 of the scenario, the grid and what is asked for.
    pub sha256: String,
    /// Which cells.
    pub range: CellRange,
    /// Whether the quantiles of T were asked for.
    pub quantiles: bool,
    /// The command without its shard, as it can be typed again.
    pub command: String,
    /// What is varied.
    pub grid: SweepGrid,
    /// The loop that it is varied in.
    pub scenario: serde_json::Value,
}

impl PartHeader {
    /// The header of a range of a plan's cells.
    #[must_use]
    pub fn new(plan: &SweepPlan, range: CellRange, command: String) -> Self {
        // Checked numbers, words and tables: what JSON can write.
        let scenario = serde_json::to_value(&plan.scenario).unwrap_or_default();
        let digested = serde_json::json!([scenario, plan.grid, plan.quantiles]);
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            sha256: provenance::digest_bytes(digested.to_string().as_bytes()),
            range,
            quantiles: plan.quantiles,
            command,
            grid: plan.grid.clone(),
            scenario,
        }
    }

    /// The plan that it belongs to; `None` where the scenario is none of this version.
    #[must_use]
    pub fn plan(&self) -> Option<SweepPlan> {
        let scenario = Scenario::from_json(&self.scenario).ok()?;
        let grid = SweepGrid::new(self.grid.axes().to_vec()).ok()?;
        let plan = SweepPlan { scenario, grid, quantiles: self.quantiles };
        (Self::new(&plan, self.range, self.command.clone()).sha256 == self.sha256).then_some(plan)
    }

    /// Whether both are of one sweep, whatever their cells.
    #[must_use]
    pub fn is_of(&self, other: &Self) -> bool {
        self.version == other.version && self.sha256 == other.sha256
    }

    /// The columns of its table.
    #[must_use]
    pub fn columns(&self) -> CellColumns {
        CellColumns::new(self.grid.axes(), self.quantiles)
    }

    /// Number of its cells.
    #[must_use]
    pub fn cells(&self) -> u64 {
        let cells = self.range.cells(self.grid.cells());
        cells.end - cells.start
    }

    /// The first lines of its file.
    #[must_use]
    pub fn lines(&self) -> String {
        // Numbers, words and checked values: what JSON can write.
        let json = serde_json::to_string(self).unwrap_or_default();
        format!("{BEGINS}{json}\n{}", self.columns().head())
    }

    fn read(line: &str) -> Option<Self> {
        serde_json::from_str(line.strip_prefix(BEGINS)?).ok()
    }
}

/// The last line of a finished part, from the digest of all before.
fn last_line(digest: Sha256) -> String {
    let hexadecimal: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{ENDS}{hexadecimal}\n")
}

/// A part on disk that grows.
#[derive(Debug)]
pub struct PartFile {
    path: PathBuf,
    file: File,
    columns: CellColumns,
    digest: Sha256,
    /// Cells that it has.
    done: u64,
}

impl PartFile {
    /// Opens the file of a part to go on with it, or begins it, with the folders that are missing. Nobody else can, as long as it
    /// is open.
    ///
    /// # Errors
    /// [`SweepError::Part`] where it holds something else or another process is at it, [`SweepError::File`] where it cannot be
    /// opened.
    pub fn open(path: &Path, header: &PartHeader) -> Result<Self, SweepError> {
        let failed = |reason| SweepError::File { path: path.to_owned(), reason };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let file = File::options().read(true).write(true).create(true).truncate(false).open(path).map_err(failed)?;
        if file.try_lock().is_err() {
            let rule = "another run is writing this file; wait for it, or name another output".to_owned();
            return Err(SweepError::Part { path: path.to_owned(), rule });
        }
        let columns = header.columns();
        let mut part = Self { path: path.to_owned(), file, columns, digest: Sha256::new(), done: 0 };
        let length = part.file.metadata().map_err(failed)?.len();
        let kept = if length == 0 { 0 } else { part.kept(header)? };
        part.file.set_len(kept).map_err(failed)?;
        part.file.seek(SeekFrom::Start(kept)).map_err(failed)?;
        if kept == 0 {
            part.append(&header.lines())?;
        }
        Ok(part)
    }

    /// Length of what can be kept: everything up to the first line that is torn or not the cell that belongs there.
    fn kept(&mut self, header: &PartHeader) -> Result<u64, SweepError> {
        let reader = BufReader::new(self.file.try_clone().map_err(|reason| self.failed(reason))?);
        let mut lines = PartLines { path: &self.path, reader };
        let first = lines.next()?;
        let begun = header.lines();
        let heads = self.columns.head();
        let torn = !first.ends_with('\n') && begun.starts_with(&first);
        if torn {
            return Ok(0);
        }
        let found = PartHeader::read(&first);
        if found.as_ref().is_none_or(|found| !found.is_of(header) || found.range != header.range) {
            return Err(self.foreign(found.as_ref(), header));
        }
        if lines.next()? != heads {
            return Ok(0);
        }
        let mut length = (first.len() + heads.len()) as u64;
        self.digest.update(&first);
        self.digest.update(heads);
        let cells = header.range.cells(header.grid.cells());
        for cell in cells {
            let line = lines.next()?;
            let read = if line.ends_with('\n') { self.columns.read(&line) } else { None };
            if read.is_none_or(|read| read.values != header.grid.values(cell)) {
                break;
            }
            self.digest.update(&line);
            length += line.len() as u64;
            self.done += 1;
        }
        Ok(length)
    }

    fn foreign(&self, found: Option<&PartHeader>, header: &PartHeader) -> SweepError {
        let rule = match found {
            None => "this is no unfinished sweep".to_owned(),
            Some(found) if found.version != header.version => {
                format!("this unfinished sweep is of version {}, not {}", found.version, header.version)
            }
            Some(found) if found.sha256 != header.sha256 => {
                format!("this unfinished sweep is another one: `{}`", found.command)
            }
            Some(found) => format!("this unfinished sweep is of shard {}/{}", found.range.shard, found.range.of),
        };
        let rule = format!("{rule}; name another output, or remove this file to begin again");
        SweepError::Part { path: self.path.clone(), rule }
    }

    fn failed(&self, reason: io::Error) -> SweepError {
        SweepError::File { path: self.path.clone(), reason }
    }

    /// Cells that it has.
    #[must_use]
    pub const fn done(&self) -> u64 {
        self.done
    }

    /// Adds the next cells.
    ///
    /// # Errors
    /// [`SweepError::File`] where they cannot be written.
    pub fn add(&mut self, cells: &[SweepCell]) -> Result<(), SweepError> {
        let lines: String = cells.iter().map(|cell| self.columns.line(cell)).collect();
        self.append(&lines)?;
        self.done += cells.len() as u64;
        Ok(())
    }

    fn append(&mut self, text: &str) -> Result<(), SweepError> {
        self.file.write_all(text.as_bytes()).map_err(|reason| self.failed(reason))?;
        self.digest.update(text);
        Ok(())
    }

    /// Ends a part with all of its cells.
    ///
    /// # Errors
    /// [`SweepError::File`] where that cannot be written.
    pub fn finish(mut self) -> Result<(), SweepError> {
        let last = last_line(std::mem::take(&mut self.digest));
        self.append(&last)?;
        self.file.sync_all().map_err(|reason| self.failed(reason))
    }
}

/// The lines of a part, each with its line end.
struct PartLines<'a, R> {
    path: &'a Path,
    reader: R,
}

impl<R: BufRead> PartLines<'_, R> {
    /// The next line; empty behind the last.
    fn next(&mut self) -> Result<String, SweepError> {
        let mut line = Vec::new();
        let read = self.reader.by_ref().take(LONGEST).read_until(b'\n', &mut line);
        read.map_err(|reason| unreadable(self.path, &reason))?;
        // Bytes that are no text are no line of a part either.
        Ok(String::from_utf8(line).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
    }
}

fn unreadable(path: &Path, reason: &io::Error) -> SweepError {
    SweepError::Part { path: path.to_owned(), rule: format!("cannot read this file: {reason}") }
}

/// A finished part on disk.
#[derive(Debug)]
pub struct FinishedPart {
    path: PathBuf,
    /// What it is part of.
    pub header: PartHeader,
}

impl FinishedPart {
    /// Reads what a file is part of.
    ///
    /// # Errors
    /// [`SweepError::Part`] where it is none, or cannot be read.
    pub fn open(path: &Path) -> Result<Self, SweepError> {
        let file = File::open(path).map_err(|reason| unreadable(path, &reason))?;
        let first = PartLines { path, reader: BufReader::new(file) }.next()?;
        let refused = |rule: &str| SweepError::Part { path: path.to_owned(), rule: rule.to_owned() };
        let header = PartHeader::read(&first)
            .ok_or_else(|| refused("this is no part of a sweep; `runaway sweep --shard K/N -o FILE` writes one"))?;
        if header.version != env!("CARGO_PKG_VERSION") {
            return Err(refused(&format!(
                "this part is of version {}, and this program of {}; digits may differ, so sweep it again",
                header.version,
                env!("CARGO_PKG_VERSION")
            )));
        }
        let legal = header.range.shard >= 1 && header.range.shard <= header.range.of;
        if !legal || header.plan().is_none() {
            return Err(refused("its first line is damaged: it does not match its digest; sweep it again"));
        }
        Ok(Self { path: path.to_owned(), header })
    }

    /// As it was named.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Hands over its cells in order.
    ///
    /// # Errors
    /// [`SweepError::Part`] where cells are missing, others than they should be, or do not match the digest.
    pub fn read<E: From<SweepError>>(&self, mut take: impl FnMut(SweepCell) -> Result<(), E>) -> Result<(), E> {
        let refused = |rule: String| SweepError::Part { path: self.path.clone(), rule };
        let file = File::open(&self.path).map_err(|reason| unreadable(&self.path, &reason))?;
        let mut lines = PartLines { path: &self.path, reader: BufReader::new(file) };
        let mut digest = Sha256::new();
        let columns = self.header.columns();
        for _ in 0..2 {
            digest.update(lines.next()?);
        }
        for cell in self.header.range.cells(self.header.grid.cells()) {
            let line = lines.next()?;
            digest.update(&line);
            let read = columns.read(&line).filter(|read| read.values == self.header.grid.values(cell));
            let name = || self.header.grid.name(cell);
            let unread = || match line.is_empty() || line.starts_with(ENDS) {
                true => format!("this part ends before the cell {}; run its shard again to finish it", name()),
                false => format!("the line of the cell {} is damaged; sweep it again", name()),
            };
            take(read.ok_or_else(|| refused(unread()))?)?;
        }
        if lines.next()? != last_line(digest) || !lines.next()?.is_empty() {
            return Err(refused("this part is damaged: it does not match its digest; sweep it again".to_owned()).into());
        }
        Ok(())
    }
}
