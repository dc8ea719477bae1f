//! The count chain on Gauss nodes: a chain of far fewer states with the same expected times.
//!
//! (Qf)(x) = Σ_y Binomial(y; N, q(x)) f(y) over the counts y below the threshold, with f as smooth as the draws make it. The
//! sum over every 4 standard deviations or so is taken on [`ORDER`] nodes, so that 10⁴ counts become some 900 nodes and a
//! million some 9,000. Weights and probabilities are positive, so that elimination on the nodes subtracts nothing either.
//! Source: E. J. Nyström, Über die praktische Auflösung von Integralgleichungen (1930), here for sums.

use crate::analytic::elimination::simd::{SimdTask, run_simd};
use crate::analytic::elimination::skyline::Skyline;
use crate::analytic::error::SolveError;
use crate::analytic::rounding::RowErrors;
use crate::analytic::tolerances::{LOST_PROBABILITY, RESOLVED_LAW};
use crate::stats::binomial;

use super::chebyshev::{self, ChebyshevNodes};
use super::density::spread;
use super::gram::{GaussRules, ORDER};
use super::kernel::{BinomialDraws, exponentials};

/// Half of an interval in standard deviations of what is summed over it.
const REACH: f64 = 2.0;
/// Half of an interval may change the success probability by this share.
const CHANGE: f64 = 0.5;
/// Intervals after which a chain is too large to be eliminated.
const MOST_NODES: usize = 400_000;

/// Nodes that stand for the counts below a threshold.
#[derive(Debug, Clone, Default)]
pub struct NodeChain {
    draws: u64,
    /// The smallest failed count.
    pub failing: u64,
    /// Whether every count is a node.
    whole: bool,
    /// Real counts, rising.
    pub count: Vec<f64>,
    /// Logarithms of their weights, with what a binomial probability takes from the count alone.
    log_weight: Vec<f64>,
    /// Success probability of the next draws.
    pub next: Vec<f64>,
    /// Probability of failing at once.
    pub exits: Vec<f64>,
}

impl NodeChain {
    /// The chain of `draws` draws with success probability `law(share)`, on the counts below `failing`.
    ///
    /// # Errors
    /// If the nodes are too many, or `law` has no value somewhere.
    pub fn new(draws: u64, failing: u64, law: &dyn Fn(f64) -> Option<f64>) -> Result<Self, SolveError> {
        let mut chain = Self { draws, ..Self::default() };
        let (mut rules, at) =
            (GaussRules::default(), |count: f64| law(count / draws as f64).ok_or(SolveError::Starves { count, draws }));
        if failing > 0 {
            chain.fill((0, failing.min(draws + 1) - 1), &at, &mut rules)?;
        }
        chain.finish(failing, &at)
    }

    /// The same with every count below `failing` a node.
    ///
    /// # Errors
    /// If they are too many, or `law` has no value somewhere.
    pub fn counts(draws: u64, failing: u64, law: &dyn Fn(f64) -> Option<f64>) -> Result<Self, SolveError> {
        let nodes = failing.min(draws + 1) as usize;
        if nodes > MOST_NODES {
            return Err(SolveError::TooManyCounts { counts: nodes, most: MOST_NODES });
        }
        let count: Vec<f64> = (0..nodes).map(|count| count as f64).collect();
        let chain = Self { draws, whole: true, count, ..Self::default() };
        chain.finish(failing, &|count| law(count / draws as f64).ok_or(SolveError::Starves { count, draws }))
    }

    fn finish(mut self, failing: u64, at: &dyn Fn(f64) -> Result<f64, SolveError>) -> Result<Self, SolveError> {
        self.failing = failing;
        self.next = self.count.iter().map(|&count| at(count)).collect::<Result<_, _>>()?;
        self.exits = self.next.iter().map(|&q| binomial::upper_tail(failing, self.draws, q)).collect();
        Ok(self)
    }

    /// Errors of each node's transitions. The law's value is taken as given, but for its last rounding.
    #[must_use]
    pub fn errors(&self) -> Vec<RowErrors> {
        self.next.iter().map(|&q| RowErrors::new(self.draws, q, f64::EPSILON)).collect()
    }

    /// The node at a count, if there is one.
    #[must_use]
    pub fn node(&self, count: u64) -> Option<usize> {
        let at = self.count.partition_point(|&other| other < count as f64);
        (self.count.get(at) == Some(&(count as f64))).then_some(at)
    }

    fn fill(
        &mut self,
        whole: (u64, u64),
        at: &dyn Fn(f64) -> Result<f64, SolveError>,
        rules: &mut GaussRules,
    ) -> Result<(), SolveError> {
        let mut open = vec![(whole.0, whole.1)];
        while let Some((first, last)) = open.pop() {
            let counts = last - first + 1;
            if self.count.len() > MOST_NODES {
                return Err(SolveError::TooManyNodes { draws: self.draws, most: MOST_NODES });
            }
            if counts <= ORDER as u64 {
                self.push(first, last, rules);
                continue;
            }
            let (least, most) = self.reach(first, last, at)?;
            let half = 0.5 * counts as f64;
            if half <= least {
                self.push(first, last, rules);
            } else if most > 1.5 * least && half > ORDER as f64 {
                let middle = first.midpoint(last);
                open.extend([(middle + 1, last), (first, middle)]);
            } else {
                self.split(first, last, (half / least).ceil().clamp(1.0, counts as f64) as u64, rules);
            }
        }
        Ok(())
    }

    fn split(&mut self, mut first: u64, last: u64, parts: u64, rules: &mut GaussRules) {
        let counts = last - first + 1;
        for part in 0..parts {
            let end = first + counts / parts - 1 + u64::from(part < counts % parts);
            self.push(first, end, rules);
            first = end + 1;
            if self.count.len() > MOST_NODES {
                break;
            }
        }
    }

    fn push(&mut self, first: u64, last: u64, rules: &mut GaussRules) {
        let draws = BinomialDraws::new(self.draws);
        let counts = last - first + 1;
        let rule = rules.of(counts);
        let (middle, half) = (0.5 * (first as f64 + last as f64), 0.5 * counts as f64);
        for i in 0..counts.min(ORDER as u64) as usize {
            let count = if counts <= ORDER as u64 { (first + i as u64) as f64 } else { middle + half * rule.node[i] };
            let inside = count > 0.0 && count < draws.number();
            self.count.push(count);
            self.log_weight.push(rule.log_weight[i] + if inside { draws.front(count) } else { 0.0 });
        }
    }

    /// Smallest and largest half length of an interval over `first`..=`last`; (0, ∞) where the law bends too much to tell.
    fn reach(
        &self,
        first: u64,
        last: u64,
        at: &dyn Fn(f64) -> Result<f64, SolveError>,
    ) -> Result<(f64, f64), SolveError> {
        let places = spread(first as f64, last as f64);
        let mut next: ChebyshevNodes = [0.0; ORDER];
        for (next, count) in next.iter_mut().zip(places) {
            *next = at(count)?;
        }
        let series = chebyshev::coefficients(&next);
        let largest = next.iter().fold(f64::MIN_POSITIVE, |most, q| most.max(*q));
        if chebyshev::tail(&series) > RESOLVED_LAW * largest && last - first >= 2 * ORDER as u64 {
            return Ok((0.0, f64::INFINITY));
        }
        let half = 0.5 * (last - first) as f64;
        let turn = chebyshev::values(&chebyshev::derivative(&series), chebyshev::points());
        let draws = self.draws as f64;
        let (mut least, mut most) = (f64::INFINITY, 0.0_f64);
        for i in 0..ORDER {
            let steep = turn[i] / half;
            let moved = draws * steep;
            // Of the draws that lead here, and of what these counts draw in turn.
            let arriving = (places[i] * (1.0 - places[i] / draws)).max(1.0);
            let leaving = (draws * next[i] * (1.0 - next[i])).max(1.0);
            let bend = 1.0 / arriving + moved * moved / leaving;
            let rarer = next[i].min(1.0 - next[i]).max(0.0);
            let change = if steep == 0.0 { f64::INFINITY } else { CHANGE * rarer / steep.abs() };
            let reach = (REACH / bend.sqrt()).min(change).max(0.5);
            (least, most) = (least.min(reach), most.max(reach));
        }
        Ok((least, most))
    }

    /// Transition probabilities between the nodes, but for less than `least` on either side of each row; `None` if they are
    /// more than `most_cells`.
    #[must_use]
    pub fn rows(&self, least: f64, most_cells: usize) -> Option<Skyline> {
        let place = |count: f64| self.count.partition_point(|&other| other < count);
        let spans: Vec<(usize, usize)> = self
            .next
            .iter()
            .map(|&q| {
                let (low, high) = binomial::window(self.draws, q, least);
                // Whole intervals: an edge inside one would be a node's step wide.
                let (begin, end) = (place(low as f64), place(high as f64 + 1.0));
                (begin.min(self.count.len().saturating_sub(1)), end.saturating_sub(1))
            })
            .collect();
        let mut rows = Skyline::within(&spans, most_cells)?;
        for (i, &(first, last)) in spans.iter().enumerate() {
            let (begin, row) = rows.row_mut(i);
            if last >= first {
                self.row(self.next[i], first, &mut row[first - begin..]);
            }
        }
        Some(rows)
    }

    /// Probabilities of the nodes from `first` on after draws with success probability `q`.
    pub fn row(&self, q: f64, first: usize, row: &mut [f64]) {
        if self.whole {
            return binomial::fill(first as u64, self.draws, q, row);
        }
        let draws = BinomialDraws::new(self.draws);
        run_simd(NodeRow {
            draws,
            mean: draws.number() * q,
            count: &self.count[first..],
            log_weight: &self.log_weight[first..],
            row,
        });
    }
}

/// Probabilities of nodes after draws with one mean.
struct NodeRow<'a> {
    draws: BinomialDraws,
    mean: f64,
    count: &'a [f64],
    log_weight: &'a [f64],
    row: &'a mut [f64],
}

impl SimdTask for NodeRow<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { draws, mean, count, log_weight, row } = self;
        let counts = count.chunks(ORDER).zip(log_weight.chunks(ORDER));
        for (cells, (counts, weights)) in row.chunks_mut(ORDER).zip(counts) {
            let (mut hits, mut logs) = ([1.0; ORDER], [f64::NEG_INFINITY; ORDER]);
            hits[..counts.len()].copy_from_slice(counts);
            logs[..weights.len()].copy_from_slice(weights);
            draws.subtract_deviances(&hits, mean, &mut logs);
            for ((cell, value), &count) in cells.iter_mut().zip(exponentials(&logs)).zip(counts) {
                let inside = count > 0.0 && count < draws.number();
                *cell = match inside {
                    true if value > LOST_PROBABILITY => value,
                    true => 0.0,
                    false => draws.log_probability(count, mean).exp(),
                };
            }
        }
    }
}
