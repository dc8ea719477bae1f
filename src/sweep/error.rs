//! What can be wrong with a sweep, in one message each.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::scenario::ScenarioError;

/// A sweep that cannot be made, or parts of one that do not belong together.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SweepError {
    /// An axis that is not written as one.
    #[error(
        "--over {typed}: {rule}; write KEY=FROM:TO:POINTS, KEY=FROM:TO:POINTS:log or KEY=1,2,3, as in --over learning.anchor=0:0.5:11"
    )]
    Axis {
        /// As it was typed.
        typed: String,
        /// The rule that it breaks.
        rule: String,
    },
    /// Axes that do not go together.
    #[error("{0}")]
    Grid(String),
    /// A cell whose scenario breaks a rule.
    #[error("cell {cell}: {reason}; change its `--over`, or set the other key as well")]
    Cell {
        /// Its keys and values.
        cell: String,
        /// The rule.
        reason: Box<ScenarioError>,
    },
    /// A file that cannot be written.
    #[error("{}: cannot write this file: {reason}", path.display())]
    File {
        /// As it was named.
        path: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
    /// A file that is not part of a sweep, or a damaged one.
    #[error("{}: {rule}", path.display())]
    Part {
        /// As it was named.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        rule: String,
    },
    /// Parts that do not make a whole.
    #[error("{0}")]
    Parts(String),
}

impl SweepError {
    /// Whether the command line is at fault, and no file.
    #[must_use]
    pub const fn is_usage(&self) -> bool {
        matches!(self, Self::Axis { .. } | Self::Grid(_))
    }
}
