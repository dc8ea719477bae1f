//! `runaway sweep` and `runaway merge`.

mod grid_file;
mod merge;
mod parquet;

use std::fs;
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use rayon::ThreadPool;

use crate::files::ReportFolder;
use crate::provenance::Provenance;
use crate::report::sweep as drawn;
use crate::sweep::{
    CellRange, FinishedPart, PartFile, PartHeader, SweepAxis, SweepCell, SweepGrid, SweepPlan, SweepResult,
    SweepSummary,
};

use super::answer::Answer;
use super::args::{SourceArgs, SweepArgs};
use super::document::{FormatArg, OutputArgs};
use super::limits::WorkEstimate;
use super::outcome::UsageError;
use super::progress::bar;
use super::standard_error::note;
use super::typed::quoted;
use super::{CommandVerdict, report_folder, write_report};
use grid_file::write_grid;

pub(super) use grid_file::{GridDocument, GridFormat, GridWriter};
pub(super) use merge::run as merge;

/// Cells of which figures and tables are made at most: they are held in memory.
const MOST_DRAWN: u64 = 1_000_000;
/// Cells that are solved together at first.
const FIRST_BLOCK: u64 = 16;
/// The most cells that are solved together.
const LARGEST_BLOCK: u64 = 8_192;
/// Time that a block should take: what an interrupt loses at most.
const BLOCK: Duration = Duration::from_millis(500);

pub(super) fn run(args: &SweepArgs, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    let scenario = args.source.load()?;
    let axes = args.over.iter().map(|typed| SweepAxis::parse(typed, &scenario)).collect::<Result<Vec<_>, _>>()?;
    let plan = SweepPlan { scenario, grid: SweepGrid::new(axes)?, quantiles: args.quantiles };
    let range = args.shard.unwrap_or(CellRange::ALL);
    let cells = range.cells(plan.grid.cells());
    let outcome = Outcome::of(args.output.as_deref(), args.format, args.shard.is_some())?;
    outcome.admit(&plan, args.report.is_some())?;
    let folder = report_folder(args.report.as_deref(), "sweep", args.replacing)?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.threads.map_or(0, usize::from))
        .build()
        .context("cannot start threads")?;
    WorkEstimate::default().sweep(&plan, &cells).admit(args.source.patience)?;
    pool.install(|| checked(&plan, cells.clone()))?;
    let header = PartHeader::new(&plan, range, command(&args.source, &args.over, args.quantiles));
    let work = SweepWork { plan: &plan, header: &header, cells, pool: &pool };
    if let (Outcome::File(file, _), Some(_)) = (&outcome, args.shard) {
        work.to_part(file)?;
        let cells = work.cells.end - work.cells.start;
        writeln!(out, "wrote {cells} cells of shard {}/{} to {}", range.shard, range.of, file.display())?;
        return Ok(CommandVerdict::Fine);
    }
    let mut gathered = Gathered::new(&plan, outcome.is_held(folder.is_some()));
    work.whole(&outcome, &mut gathered, out)?;
    gathered.tell(&outcome, &header, folder.as_ref(), out)?;
    Ok(CommandVerdict::Fine)
}

/// The command without its shard and its files, as it can be typed again.
pub(super) fn command(source: &SourceArgs, over: &[String], quantiles: bool) -> String {
    let mut words = vec![source.command("sweep")];
    words.extend(over.iter().map(|over| format!("--over {}", quoted(over))));
    words.extend(quantiles.then(|| "--quantiles".to_owned()));
    words.join(" ")
}

/// What an unfinished sweep is kept in.
fn partial(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".partial");
    PathBuf::from(name)
}

fn checked(plan: &SweepPlan, cells: Range<u64>) -> anyhow::Result<()> {
    let bar = bar(cells.end - cells.start, "reading", "cells")?;
    let checked = plan.check(cells, &|done| bar.inc(done));
    bar.finish_and_clear();
    Ok(checked?)
}

/// Where the grid goes.
enum Outcome {
    File(PathBuf, GridFormat),
    /// To standard output, cell by cell.
    Stream(GridFormat),
    /// As a finding with a table, for people.
    Told(OutputArgs),
}

impl Outcome {
    fn of(file: Option<&Path>, output: OutputArgs, is_shard: bool) -> Result<Self, UsageError> {
        let format = match output.typed() {
            Some(FormatArg::Csv) => Some(GridFormat::Csv),
            Some(FormatArg::Json) => Some(GridFormat::Json),
            _ => None,
        };
        match (file, format) {
            (Some(_), Some(_)) => Err(UsageError(
                "the name of the file given to `-o` says its format (.csv, .json, .parquet); leave out `--format`"
                    .to_owned(),
            )),
            (Some(file), None) if is_shard => match GridFormat::of(file)? {
                GridFormat::Csv => Ok(Self::File(file.to_owned(), GridFormat::Csv)),
                _ => Err(UsageError(
                    "a shard is written as .csv; `runaway merge` makes other formats of the whole".to_owned(),
                )),
            },
            (Some(file), None) => Ok(Self::File(file.to_owned(), GridFormat::of(file)?)),
            (None, Some(format)) => Ok(Self::Stream(format)),
            (None, None) => Ok(Self::Told(output)),
        }
    }

    /// Whether the cells are held in memory: for figures, or for a table.
    const fn is_held(&self, figures: bool) -> bool {
        figures || matches!(self, Self::Told(_))
    }

    /// Refuses what would not fit into memory.
    fn admit(&self, plan: &SweepPlan, figures: bool) -> Result<(), UsageError> {
        let cells = plan.grid.cells();
        if self.is_held(figures) && cells > MOST_DRAWN {
            return Err(UsageError(format!(
                "tables and figures are made of at most {MOST_DRAWN} cells, and these are {cells}; write them with `-o FILE` or \
                 `--format csv`, without `--report`"
            )));
        }
        Ok(())
    }
}

/// Some cells to be solved.
struct SweepWork<'a> {
    plan: &'a SweepPlan,
    header: &'a PartHeader,
    cells: Range<u64>,
    pool: &'a ThreadPool,
}

impl SweepWork<'_> {
    /// Solves all cells, and writes them where they go.
    fn whole(&self, outcome: &Outcome, gathered: &mut Gathered<'_>, out: &mut dyn Write) -> anyhow::Result<()> {
        match outcome {
            Outcome::File(file, format) => {
                let partial = partial(file);
                self.to_part(&partial)?;
                let part = FinishedPart::open(&partial)?;
                write_grid(file, *format, self.header, &[part], &mut |cell| gathered.take(cell))?;
                fs::remove_file(&partial).with_context(|| format!("{}: cannot remove this file", partial.display()))
            }
            Outcome::Stream(format) => {
                let mut writer = GridWriter::new(out, *format, self.header)?;
                self.blocks(0, &mut |cells| {
                    cells.iter().try_for_each(|cell| writer.cell(cell))?;
                    gathered.take_all(cells);
                    Ok(())
                })?;
                writer.finish()
            }
            Outcome::Told(_) => self.blocks(0, &mut |cells| {
                gathered.take_all(cells);
                Ok(())
            }),
        }
    }

    /// Solves what a part lacks, and ends it.
    fn to_part(&self, file: &Path) -> anyhow::Result<()> {
        let mut part = PartFile::open(file, self.header)?;
        if part.done() > 0 {
            let all = self.cells.end - self.cells.start;
            note(&format!("goes on after {} of {all} cells, which {} has", part.done(), file.display()))?;
        }
        let done = part.done();
        self.blocks(done, &mut |cells| Ok(part.add(cells)?))?;
        Ok(part.finish()?)
    }

    /// Solves all but the first `done` cells, block by block, each as large as keeps an interrupt cheap.
    fn blocks(&self, done: u64, take: &mut dyn FnMut(&[SweepCell]) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let bar = bar(self.cells.end - self.cells.start, "sweeping", "cells")?;
        bar.inc(done);
        let (mut first, mut block) = (self.cells.start + done, FIRST_BLOCK);
        while first < self.cells.end {
            let end = self.cells.end.min(first + block);
            let begun = Instant::now();
            take(&self.pool.install(|| self.plan.solve(first..end))?)?;
            bar.inc(end - first);
            first = end;
            block = if begun.elapsed() < BLOCK { 2 * block } else { (block / 2).max(1) }.min(LARGEST_BLOCK);
        }
        bar.finish_and_clear();
        Ok(())
    }
}

/// What the cells say together, and the cells themselves where they are held.
struct Gathered<'a> {
    plan: &'a SweepPlan,
    summary: SweepSummary,
    held: Option<Vec<SweepCell>>,
}

impl<'a> Gathered<'a> {
    fn new(plan: &'a SweepPlan, hold: bool) -> Self {
        Self { plan, summary: SweepSummary::new(plan), held: hold.then(Vec::new) }
    }

    fn take(&mut self, cell: SweepCell) {
        self.summary.add(&cell);
        if let Some(held) = &mut self.held {
            held.push(cell);
        }
    }

    fn take_all(&mut self, cells: &[SweepCell]) {
        cells.iter().for_each(|cell| self.take(cell.clone()));
    }

    /// Writes the report and tells what was found, unless standard output has the grid.
    fn tell(
        self,
        outcome: &Outcome,
        header: &PartHeader,
        folder: Option<&ReportFolder>,
        out: &mut dyn Write,
    ) -> anyhow::Result<()> {
        let mut answer = Answer { finding: drawn::finding(&self.summary), ..Answer::default() };
        answer.notes.extend(drawn::notes(&self.summary));
        let result = self.held.map(|cells| SweepResult::new(self.plan, cells, self.summary.clone()));
        if let (Some(folder), Some(result)) = (folder, &result) {
            answer.wrote(Some(report(self.plan, header, result, folder)?), Some(folder.named()));
        }
        match outcome {
            Outcome::Stream(_) => answer.written.iter().try_for_each(|line| note(line))?,
            Outcome::File(file, _) => {
                answer.written.push(format!("wrote {} cells to {}", self.summary.cells, file.display()));
                OutputArgs::default().print(out, || Ok(Vec::new()), || answer)?;
            }
            Outcome::Told(output) => {
                let cells = self.summary.cells;
                let long = || format!("{cells} cells are too many for a table; `--format csv` and `-o FILE` have them");
                match result.and_then(|result| drawn::table(self.plan, &result)) {
                    Some(table) => answer.tables.push(table),
                    None => answer.notes.push(long()),
                }
                output.print(out, || Ok(Vec::new()), || answer)?;
            }
        }
        Ok(())
    }
}

/// Writes figures, page and document of a whole sweep; how many files.
fn report(plan: &SweepPlan, header: &PartHeader, result: &SweepResult, folder: &ReportFolder) -> anyhow::Result<usize> {
    let provenance = Provenance::new(&plan.scenario, header.command.clone());
    let rendered = drawn::render(plan, result, &provenance)?;
    let mut json = Vec::new();
    let mut writer = GridWriter::new(&mut json, GridFormat::Json, header)?;
    result.cells.iter().try_for_each(|cell| writer.cell(cell))?;
    writer.finish()?;
    write_report(folder, &rendered, "sweep.html", &[("sweep.json", &json)])
}
