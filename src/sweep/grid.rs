//! The cells of a grid by number, and the scenario of each.

use std::ops::Range;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::analytic::{Sweeper, SweptNumbers};
use crate::scenario::{KeyNumber, Scenario};

use super::axis::SweepAxis;
use super::cell::SweepCell;
use super::error::SweepError;

/// The most cells of a grid.
const MOST_CELLS: u64 = 1_000_000_000;

/// All combinations of the values of some axes; the last axis changes from cell to cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SweepGrid {
    axes: Vec<SweepAxis>,
}

impl SweepGrid {
    /// A grid over these axes.
    ///
    /// # Errors
    /// [`SweepError::Grid`] without axes, for a key that is varied twice, and for more than 10⁹ cells.
    pub fn new(axes: Vec<SweepAxis>) -> Result<Self, SweepError> {
        if axes.is_empty() {
            return Err(SweepError::Grid("a sweep varies at least one key; give `--over`".to_owned()));
        }
        let twice = axes.iter().enumerate().find(|(at, axis)| axes[..*at].iter().any(|other| other.key == axis.key));
        if let Some((_, axis)) = twice {
            return Err(SweepError::Grid(format!("`{}` is varied twice; give it one `--over`", axis.key)));
        }
        let cells = axes.iter().try_fold(1_u64, |cells, axis| cells.checked_mul(axis.values.len() as u64));
        if cells.is_none_or(|cells| cells > MOST_CELLS) {
            return Err(SweepError::Grid(format!("a grid has at most {MOST_CELLS} cells; ask for fewer points")));
        }
        Ok(Self { axes })
    }

    /// Its axes.
    #[must_use]
    pub fn axes(&self) -> &[SweepAxis] {
        &self.axes
    }

    /// Number of cells.
    #[must_use]
    pub fn cells(&self) -> u64 {
        self.axes.iter().map(|axis| axis.values.len() as u64).product()
    }

    /// The values of a cell, axis by axis.
    #[must_use]
    pub fn values(&self, cell: u64) -> Vec<KeyNumber> {
        let mut rest = cell;
        let mut values: Vec<KeyNumber> = self
            .axes
            .iter()
            .rev()
            .map(|axis| {
                let length = axis.values.len() as u64;
                // A remainder by a length is an index.
                let value = axis.values[(rest % length) as usize];
                rest /= length;
                value
            })
            .collect();
        values.reverse();
        values
    }

    /// "errors.step_error=0.01, examples=100".
    #[must_use]
    pub fn name(&self, cell: u64) -> String {
        let values = self.values(cell);
        let named = self.axes.iter().zip(values).map(|(axis, value)| format!("{}={value}", axis.key));
        named.collect::<Vec<_>>().join(", ")
    }
}

/// Cells of a grid, a range of their numbers: all, or one of so many shards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellRange {
    /// Which shard, from 1.
    pub shard: u64,
    /// Of how many.
    pub of: u64,
}

impl CellRange {
    /// The whole grid.
    pub const ALL: Self = Self { shard: 1, of: 1 };

    /// The cells by number: neighbouring ones, as evenly shared as can be.
    #[must_use]
    pub fn cells(self, all: u64) -> Range<u64> {
        // The quotient is at most `all`.
        let edge = |shard: u64| (u128::from(shard) * u128::from(all) / u128::from(self.of.max(1))) as u64;
        edge(self.shard.saturating_sub(1))..edge(self.shard)
    }
}

/// A loop, the grid that it is swept over, and what is asked of each cell.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepPlan {
    /// The loop that the keys are varied in: the present design.
    pub scenario: Scenario,
    /// What is varied.
    pub grid: SweepGrid,
    /// Whether the quantiles of T are asked for as well.
    pub quantiles: bool,
}

impl SweepPlan {
    /// The scenario of a cell.
    ///
    /// # Errors
    /// [`SweepError::Cell`] where it breaks a rule of scenarios.
    pub fn scenario_of(&self, cell: u64) -> Result<Scenario, SweepError> {
        let values = self.grid.values(cell);
        let changes: Vec<(&str, KeyNumber)> =
            self.grid.axes.iter().zip(values).map(|(axis, value)| (axis.key.as_str(), value)).collect();
        self.scenario
            .with_each(&changes)
            .map_err(|reason| SweepError::Cell { cell: self.grid.name(cell), reason: Box::new(reason) })
    }

    /// Whether every one of these cells is a scenario; nothing is solved. `done` is told how many more were looked at.
    ///
    /// # Errors
    /// [`SweepError::Cell`] for the first that is not.
    pub fn check(&self, cells: Range<u64>, done: &(dyn Fn(u64) + Sync)) -> Result<(), SweepError> {
        /// Cells that are looked at between two words to `done`.
        const TOGETHER: u64 = 4_096;
        let mut first = cells.start;
        while first < cells.end {
            let end = cells.end.min(first + TOGETHER);
            let faults = (first..end).into_par_iter().map(|cell| self.scenario_of(cell).err());
            if let Some(fault) = faults.find_first(Option::is_some).flatten() {
                return Err(fault);
            }
            done(end - first);
            first = end;
        }
        Ok(())
    }

    /// The numbers of these cells, in their order, on the threads at hand. They do not depend on how cells are grouped.
    ///
    /// # Errors
    /// [`SweepError::Cell`] where one is no scenario.
    pub fn solve(&self, cells: Range<u64>) -> Result<Vec<SweepCell>, SweepError> {
        cells.into_par_iter().map_init(Sweeper::default, |sweeper, cell| self.solved(sweeper, cell)).collect()
    }

    fn solved(&self, sweeper: &mut Sweeper, cell: u64) -> Result<SweepCell, SweepError> {
        let scenario = self.scenario_of(cell)?;
        let asked = SweptNumbers { generation: scenario.horizon().get(), quantiles: self.quantiles };
        Ok(SweepCell { values: self.grid.values(cell), point: sweeper.point(&scenario, asked) })
    }
}
