//! What the cells of a sweep say together.

use serde::{Deserialize, Serialize};

use crate::analytic::{SweepPoint, Sweeper, SweptNumbers};

use super::cell::SweepCell;
use super::grid::{SweepGrid, SweepPlan};

/// A number and the cell that it is of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CellExtreme {
    /// The number.
    pub value: f64,
    /// "errors.step_error=0.01, examples=100".
    pub cell: String,
}

/// What the cells of a sweep say together, gathered one by one in their order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SweepSummary {
    /// Cells.
    pub cells: u64,
    /// Generation of P(fail): the horizon; of cells with different horizons the one of the present design.
    pub horizon: u64,
    /// Whether all cells have that horizon.
    pub same_horizon: bool,
    /// Cells in which R is above 1.
    pub growing: u64,
    /// Cells in which R is not known.
    pub without_reproduction: u64,
    /// Cells that fail within the horizon with a probability of at least one half.
    pub failing: u64,
    /// Cells that do so with at most 5 %.
    pub lasting: u64,
    /// Cells without P(fail).
    pub without_failed: u64,
    /// Cells without a number for `E[T]`.
    pub without_mean: u64,
    /// Those of them in which it is known to be infinite.
    pub endless: u64,
    /// Why the first of them has none.
    pub reason: Option<String>,
    /// The shortest expected runway, in generations.
    pub shortest: Option<CellExtreme>,
    /// The longest one.
    pub longest: Option<CellExtreme>,
    /// The loop that was varied: its numbers.
    pub present: SweepPoint,
    /// Its values of the axes, as far as it has them.
    pub present_values: Vec<Option<f64>>,
    #[serde(skip)]
    grid: Option<SweepGrid>,
}

impl SweepSummary {
    /// Before the first cell; solves the present design.
    #[must_use]
    pub fn new(plan: &SweepPlan) -> Self {
        let horizon = plan.scenario.horizon().get();
        let asked = SweptNumbers { generation: horizon, quantiles: plan.quantiles };
        let value = |key: &str| plan.scenario.number(key).map(|number| number.get());
        Self {
            cells: 0,
            horizon,
            same_horizon: plan.grid.axes().iter().all(|axis| axis.key != "horizon"),
            growing: 0,
            without_reproduction: 0,
            failing: 0,
            lasting: 0,
            without_failed: 0,
            without_mean: 0,
            endless: 0,
            reason: None,
            shortest: None,
            longest: None,
            present: Sweeper::default().point(&plan.scenario, asked),
            present_values: plan.grid.axes().iter().map(|axis| value(&axis.key)).collect(),
            grid: Some(plan.grid.clone()),
        }
    }

    /// Takes the next cell.
    pub fn add(&mut self, cell: &SweepCell) {
        let name = |at: u64| self.grid.as_ref().map_or_else(String::new, |grid| grid.name(at));
        match cell.point.mean {
            Some(value) => {
                if self.shortest.as_ref().is_none_or(|shortest| value < shortest.value) {
                    self.shortest = Some(CellExtreme { value, cell: name(self.cells) });
                }
                if self.longest.as_ref().is_none_or(|longest| value > longest.value) {
                    self.longest = Some(CellExtreme { value, cell: name(self.cells) });
                }
            }
            None => {
                self.without_mean += 1;
                self.endless += u64::from(cell.point.is_endless());
                let told = cell.point.undefined.get("runway.mean");
                self.reason = self.reason.take().or_else(|| told.cloned());
            }
        }
        match cell.point.reproduction_number {
            Some(number) => self.growing += u64::from(number > 1.0),
            None => self.without_reproduction += 1,
        }
        match cell.point.failed {
            Some(failed) => {
                self.failing += u64::from(failed >= 0.5);
                self.lasting += u64::from(failed <= 0.05);
            }
            None => self.without_failed += 1,
        }
        self.cells += 1;
    }
}

/// A whole sweep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SweepResult {
    /// What was varied.
    pub grid: SweepGrid,
    /// What the cells say together.
    pub summary: SweepSummary,
    /// The cells in their order.
    pub cells: Vec<SweepCell>,
}

impl SweepResult {
    /// All cells of a plan, with what they say together.
    #[must_use]
    pub fn new(plan: &SweepPlan, cells: Vec<SweepCell>, summary: SweepSummary) -> Self {
        Self { grid: plan.grid.clone(), summary, cells }
    }
}
