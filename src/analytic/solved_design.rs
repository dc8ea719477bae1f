//! A design together with its solution, so that whoever needs both solves once.

use crate::scenario::Design;

use super::result::Solution;
use super::solve::solve;

/// A design and the exact solution of its loop.
#[derive(Debug, Clone, PartialEq)]
pub struct SolvedDesign {
    /// The design.
    pub design: Design,
    /// Its solution.
    pub solution: Solution,
}

impl SolvedDesign {
    /// Solves a design.
    #[must_use]
    pub fn new(design: Design) -> Self {
        Self { solution: solve(&design.scenario), design }
    }
}
