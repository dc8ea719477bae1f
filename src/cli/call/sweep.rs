//! A sweep that a calling program divides: any cells of the grid, in the lines that the program writes.

use crate::provenance::Provenance;
use crate::report::sweep as drawn;
use crate::sweep::{CellRange, PartHeader, SweepAxis, SweepGrid, SweepPlan, SweepResult, SweepSummary};

use super::super::answer::Answer;
use super::super::limits::WorkEstimate;
use super::super::sweep::{GridFormat, GridWriter, command};
use super::{CallContext, CallRefusal, DrawnFigure, GivenLoop, ToldAnswer, called};

/// A loop, and the grid that it is swept over.
pub struct CalledSweep {
    plan: SweepPlan,
    header: PartHeader,
}

impl CalledSweep {
    /// Reads the axes, each as it is typed after `--over`.
    ///
    /// # Errors
    /// [`CallRefusal`] for an axis that breaks a rule.
    pub fn new(given: &GivenLoop, over: &[String], quantiles: bool) -> Result<Self, CallRefusal> {
        let scenario = given.scenario().clone();
        let axes = over.iter().map(|typed| SweepAxis::parse(typed, &scenario)).collect::<Result<Vec<_>, _>>()?;
        let plan = SweepPlan { scenario, grid: SweepGrid::new(axes)?, quantiles };
        let header = PartHeader::new(&plan, CellRange::ALL, command(given.source(), over, quantiles));
        Ok(Self { plan, header })
    }

    /// Number of cells.
    #[must_use]
    pub fn cells(&self) -> u64 {
        self.plan.grid.cells()
    }

    /// The first line of the table, with its line end.
    #[must_use]
    pub fn head(&self) -> String {
        self.header.columns().head()
    }

    /// The first two lines of a part with all cells: what it is part of, and the head.
    #[must_use]
    pub fn part_head(&self) -> String {
        self.header.lines()
    }

    /// Estimated time of one processor for a cell, in seconds.
    #[must_use]
    pub fn seconds_per_cell(&self) -> f64 {
        let cells = self.cells();
        WorkEstimate::default().sweep(&self.plan, &(0..cells)).seconds() / cells as f64
    }

    /// Refuses the first of these cells that is no scenario; nothing is solved.
    ///
    /// # Errors
    /// [`CallRefusal`] that names the cell, its key and the rule.
    pub fn check(&self, first: u64, count: u64, context: CallContext) -> Result<(), CallRefusal> {
        let cells = self.range(first, count)?;
        called(context, || Ok(self.plan.check(cells, &|_| ())?)).map(|((), _)| ())
    }

    /// The lines of these cells, as the program writes them, on the threads at hand.
    ///
    /// # Errors
    /// [`CallRefusal`] for cells that there are not, and as [`CalledSweep::check`].
    pub fn rows(&self, first: u64, count: u64, context: CallContext) -> Result<String, CallRefusal> {
        let cells = self.range(first, count)?;
        let columns = self.header.columns();
        let (solved, _) = called(context, || Ok(self.plan.solve(cells)?))?;
        Ok(solved.iter().map(|cell| columns.line(cell)).collect())
    }

    /// The keys and their values, in the order of the grid.
    #[must_use]
    pub fn axes(&self) -> &[SweepAxis] {
        self.plan.grid.axes()
    }

    /// The document that `sweep --json` prints, from a table of all cells.
    ///
    /// # Errors
    /// [`CallRefusal`] for a table of other cells.
    pub fn document(&self, table: &str) -> Result<Vec<u8>, CallRefusal> {
        let mut json = Vec::new();
        let mut writer = GridWriter::new(&mut json, GridFormat::Json, &self.header)?;
        self.result(table)?.cells.iter().try_for_each(|cell| writer.cell(cell))?;
        writer.finish()?;
        Ok(json)
    }

    /// What `sweep` prints, from a table of all cells.
    ///
    /// # Errors
    /// As [`CalledSweep::document`].
    pub fn told(&self, table: &str) -> Result<ToldAnswer, CallRefusal> {
        let result = self.result(table)?;
        let (finding, notes) = (drawn::finding(&result.summary), drawn::notes(&result.summary));
        let tables = drawn::table(&self.plan, &result).into_iter().collect();
        Ok(ToldAnswer::of(Answer { finding, tables, notes: notes.into_iter().collect(), ..Answer::default() })?)
    }

    /// The figures, from a table of all cells.
    ///
    /// # Errors
    /// As [`CalledSweep::document`].
    pub fn figures(&self, table: &str) -> Result<Vec<DrawnFigure>, CallRefusal> {
        let provenance = Provenance::new(&self.plan.scenario, self.header.command.clone());
        let figures = drawn::figures(&self.plan, &self.result(table)?, &provenance).map_err(anyhow::Error::from)?;
        Ok(figures.into_iter().map(DrawnFigure::from).collect())
    }

    /// The cells of a table.
    fn result(&self, table: &str) -> Result<SweepResult, CallRefusal> {
        let columns = self.header.columns();
        let mut lines = table.lines();
        let heads = lines.next().is_some_and(|head| head == columns.head().trim_end());
        let cells: Option<Vec<_>> = lines
            .enumerate()
            .map(|(at, line)| columns.read(line).filter(|cell| cell.values == self.plan.grid.values(at as u64)))
            .collect();
        let all = |cells: &Vec<_>| heads && cells.len() as u64 == self.cells();
        let cells = cells
            .filter(all)
            .ok_or_else(|| CallRefusal::usage("this table is not that of the whole grid; sweep it again".to_owned()))?;
        let mut summary = SweepSummary::new(&self.plan);
        cells.iter().for_each(|cell| summary.add(cell));
        Ok(SweepResult::new(&self.plan, cells, summary))
    }

    fn range(&self, first: u64, count: u64) -> Result<std::ops::Range<u64>, CallRefusal> {
        let all = self.cells();
        let end = first.checked_add(count).filter(|end| *end <= all);
        end.map(|end| first..end).ok_or_else(|| {
            let last = all.saturating_sub(1);
            CallRefusal::usage(format!("cells {first} and {count} on: the cells of this grid are 0 to {last}"))
        })
    }
}
