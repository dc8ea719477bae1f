//! One generation of the count chain for its adjoint, on Gauss nodes, where counts are many.

use crate::analytic::adjoint_stage::{AdjointStage, NextMean, RestingTimes};
use crate::analytic::elimination::skyline::Skyline;
use crate::analytic::tolerances::{ROWS_TRANSITION, SWEPT_TRANSITION};
use crate::law::Composition;
use crate::scenario::Scenario;
use crate::stats::binomial;

use super::node_factors::{MOST_CELLS, NodeFactors};
use super::quadrature::{CountLoop, NodeChain};

/// The largest number of examples whose chain is held on nodes.
pub const MOST_NODED: u64 = 2_000_000;

/// A generation that stays, on nodes: their states, and the failed one last.
pub struct NodeStage {
    chain: NodeChain,
    draws: f64,
    rows: Skyline,
    states: Vec<Option<Composition>>,
    /// Derivative of each node's probability of failing at once along its share.
    exit_slopes: Vec<f64>,
}

impl NodeStage {
    /// Of a loop whose law stays, and the node that it starts at.
    ///
    /// # Errors
    /// Why there is none.
    pub fn new(scenario: &Scenario) -> Result<(Self, usize), String> {
        let (era, draws, start) = (scenario.stage(0), scenario.draws(), CountLoop::start(scenario));
        if start >= era.failing {
            return Err("the loop has failed before it starts".to_owned());
        }
        let chain = NodeChain::new(draws, era.failing, &|share| (era.at)(share).next).map_err(|why| why.to_string())?;
        if chain.next.iter().any(|share| *share <= 0.0 || *share >= 1.0) {
            return Err(format!(
                "at {draws} examples derivatives need a law between 0 and 1, and this one reaches an end"
            ));
        }
        let at = chain.node(start).ok_or("the start is no node of the chain")?;
        let full = || "the rows of the chain need more than 256 MB".to_owned();
        let rows = chain.rows(ROWS_TRANSITION, MOST_CELLS).or_else(|| chain.rows(SWEPT_TRANSITION, MOST_CELLS));
        let rows = rows.ok_or_else(full)?;
        let share = |count: &f64| Some(Composition { unsound: 0.0, wrong: count / draws as f64 });
        let states = chain.count.iter().map(share).chain([None]).collect();
        let slope = |share: &f64| draws as f64 * binomial::pmf(chain.failing - 1, draws - 1, *share);
        let exit_slopes = chain.next.iter().map(slope).collect();
        Ok((Self { draws: draws as f64, rows, states, exit_slopes, chain }, at))
    }

    /// Number of states.
    pub fn size(&self) -> usize {
        self.states.len()
    }

    /// Σ P(j) (j − N q) / (q (1 − q)) f(j), of f less its value where the draws lead.
    fn mean(&self, node: usize, next: &[f64]) -> NextMean {
        let ((first, row), share) = (self.rows.row(node), self.chain.next[node]);
        let failed = next.last().copied().unwrap_or(0.0);
        let middle = self.chain.count.partition_point(|count| *count < self.draws * share);
        let level = next[middle];
        let counts = self.chain.count[first..].iter().zip(&next[first..]);
        let (mut value, mut slope) = (self.chain.exits[node] * failed, self.exit_slopes[node] * (failed - level));
        for (weight, (count, of)) in row.iter().zip(counts) {
            value += weight * of;
            slope += weight * (count - self.draws * share) / (share * (1.0 - share)) * (of - level);
        }
        NextMean { value, unsound: 0.0, wrong: slope }
    }
}

impl AdjointStage for NodeStage {
    fn states(&self) -> &[Option<Composition>] {
        &self.states
    }

    fn expect(&self, next: &[f64]) -> Vec<NextMean> {
        (0..self.chain.count.len()).map(|node| self.mean(node, next)).chain([NextMean::default()]).collect()
    }

    fn push(&self, present: &[f64]) -> Vec<f64> {
        let mut law = vec![0.0; self.states.len()];
        for node in (0..self.chain.count.len()).filter(|&node| present[node] > 0.0) {
            let (first, row) = self.rows.row(node);
            law[first..].iter_mut().zip(row).for_each(|(sum, weight)| *sum += present[node] * weight);
        }
        law
    }

    fn at_rest(&self, present: &[f64]) -> Result<RestingTimes, String> {
        let factors = NodeFactors::of_nodes(&self.chain).ok_or("the rows of the chain need more than 256 MB")?;
        let nodes = self.chain.count.len();
        factors.resting(&present[..nodes], |of, elsewhere| of.iter().copied().chain([elsewhere]).collect())
    }
}
