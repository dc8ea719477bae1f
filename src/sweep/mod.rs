//! A loop over a grid of its keys: R, runway and probability of failure of every cell.
//!
//! `axis` reads what is varied, `grid` numbers the cells and makes their scenarios, `cell` holds the numbers of one and writes
//! them as a line of CSV, `part` is the file of some of the cells that can be resumed and merged, `summary` what all cells say
//! together. The numbers come from
//! [`Sweeper`](crate::analytic::Sweeper).

mod axis;
mod cell;
mod error;
mod grid;
mod part;
mod summary;

pub use axis::{AxisSpacing, SweepAxis};
pub use cell::{CellColumns, SweepCell};
pub use error::SweepError;
pub use grid::{CellRange, SweepGrid, SweepPlan};
pub use part::{FinishedPart, PartFile, PartHeader};
pub use summary::{CellExtreme, SweepResult, SweepSummary};
