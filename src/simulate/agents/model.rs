//! A model of one generation: what it believes, and the classes of problems that it is put to.

use super::era::AgentEra;
use super::solver::Solver;
use crate::simulate::beliefs::BeliefCounts;
use crate::simulate::stream::RandomStream;

/// A model with given beliefs.
#[derive(Debug)]
pub(super) struct AgentModel<'a> {
    /// What it believes.
    pub beliefs: BeliefCounts,
    /// The model before each class of problems.
    pub solvers: Vec<Solver<'a>>,
    /// err(x), the error rate that an evaluation of this model would measure.
    pub error_rate: f64,
}

impl<'a> AgentModel<'a> {
    /// A model with these beliefs before the classes of problems of its generation, of which there is at least one.
    pub fn new(eras: &'a [AgentEra], beliefs: BeliefCounts) -> Self {
        let solvers: Vec<Solver<'a>> = eras.iter().map(|era| Solver::new(era, beliefs)).collect();
        let error_rate: f64 = solvers.iter().map(|solver| solver.era.share * solver.error_rate).sum();
        Self { beliefs, solvers, error_rate: error_rate.min(1.0) }
    }

    /// A problem's class, drawn by the shares; the last class has what rounding leaves of them.
    #[inline]
    pub fn class(&self, stream: &mut RandomStream) -> &Solver<'a> {
        let mut left = 1.0;
        for solver in &self.solvers[..self.solvers.len() - 1] {
            if stream.happens(solver.era.share / left) {
                return solver;
            }
            left -= solver.era.share;
        }
        // At least one: a scenario without classes has one of all problems.
        &self.solvers[self.solvers.len() - 1]
    }
}
