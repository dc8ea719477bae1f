//! Count chains apart from scenarios: the law of one generation as a function, and everything about T.

use crate::analytic::elimination::quasi_stationary;
use crate::analytic::error::SolveError;
use crate::analytic::level_times::LevelTimes;
use crate::analytic::runway_sum::{RunwaySum, spread};
use crate::analytic::tolerances::{ACCEPTED_MEAN, ROWS_DIED_OUT, ROWS_TRANSITION};
use crate::stats::binomial;

use super::count_chain::ChainState;
use super::node_factors::{MOST_CELLS, NodeFactors};
use super::node_propagation::NodePropagation;
use super::quadrature::{CountLoop, DensityPropagation, LoopEra, NodeChain, RunwayClosing, close};

/// Transient counts up to which each one is visited; more are summed on Gauss nodes.
const FEW_COUNTS: u64 = 200;
/// Nodes up to which the quasi-stationary law is iterated to.
const MOST_ITERATED: usize = 2_000;
/// Draws from which quadrature is faster than elimination where it leads anywhere.
const MANY_DRAWS: u64 = 20_000;
/// The largest number of draws whose chain is eliminated.
const MOST_DRAWS: u64 = 2_000_000;

/// The next count is Binomial(`draws`, `law(count / draws)`); the chain is absorbed from the count `failing` on.
///
/// ```
/// use runaway::analytic::LawChain;
///
/// // Twenty draws; each shows half as many again as the last ones had, and one in fifty besides.
/// let chain = LawChain { draws: 20, failing: 10, start: 0, law: |share| 0.02 + 1.5 * share };
/// let (mean, relative_error) = chain.eliminated_mean()?;
/// assert!(mean > 1.0 && relative_error < 1e-12);
/// # Ok::<(), runaway::analytic::SolveError>(())
/// ```
#[derive(Debug, Clone)]
pub struct LawChain<F> {
    /// N.
    pub draws: u64,
    /// The smallest failed count.
    pub failing: u64,
    /// Count of generation 0.
    pub start: u64,
    /// Success probability by the share of counted ones; values outside [0, 1] are clamped.
    pub law: F,
}

/// The law of T, the first generation at a failed count.
#[derive(Debug, Clone, PartialEq)]
pub struct ChainRunway {
    /// `E[T]`; infinite where it is beyond the doubles.
    pub mean: f64,
    /// Standard deviation of T.
    pub sd: f64,
    /// Bound on the relative error of the mean.
    pub mean_error: f64,
    /// S(g) = P(T > g) for g = 0, 1, …
    pub survival: Vec<f64>,
    /// P(T ≤ g), a sum of positive terms.
    pub failed: Vec<f64>,
    /// Bound on the absolute error of `survival`.
    pub survival_error: f64,
    /// Probability of failing in the next generation, given survival so far, once the law given survival is at rest.
    pub hazard: Option<f64>,
    /// How it was found.
    pub method: String,
}

/// S(g) and P(T ≤ g), a bound on the absolute error of S, and the hazard if the law given survival came to rest.
struct LivedCurves {
    survival: Vec<f64>,
    failed: Vec<f64>,
    error: f64,
    hazard: Option<f64>,
}

impl<F: Fn(f64) -> f64> LawChain<F> {
    /// `E[T]` with a bound on its relative error, by elimination; infinite where failure cannot be reached.
    ///
    /// # Errors
    /// If the draws are too many.
    pub fn eliminated_mean(&self) -> Result<(f64, f64), SolveError> {
        let nodes = self.nodes()?;
        let factors = self.factors(&nodes)?;
        Ok((self.expected(&nodes, &factors.times, 1.0), factors.error))
    }

    /// The law of T, S(g) up to `generations`, by the method that suits the size.
    ///
    /// # Errors
    /// If no method can solve it, with the reason.
    pub fn runway(&self, generations: u64) -> Result<ChainRunway, SolveError> {
        if self.draws <= MANY_DRAWS {
            return self.by_elimination(generations);
        }
        match self.by_quadrature(generations) {
            Ok(found) if found.mean_error <= ACCEPTED_MEAN || self.draws > MOST_DRAWS => Ok(found),
            Err(reason) if self.draws > MOST_DRAWS => Err(reason),
            found => self.by_elimination(generations).or(found),
        }
    }

    fn next(&self, share: f64) -> f64 {
        (self.law)(share).clamp(0.0, 1.0)
    }

    fn nodes(&self) -> Result<NodeChain, SolveError> {
        if self.draws > MOST_DRAWS {
            return Err(SolveError::TooManyDraws { draws: self.draws, most: MOST_DRAWS });
        }
        let law = |share: f64| Some(self.next(share));
        if self.failing.min(self.draws + 1) <= FEW_COUNTS {
            NodeChain::counts(self.draws, self.failing, &law)
        } else {
            NodeChain::new(self.draws, self.failing, &law)
        }
    }

    fn factors(&self, nodes: &NodeChain) -> Result<NodeFactors, SolveError> {
        NodeFactors::of_nodes(nodes).ok_or(SolveError::ChainTooLarge)
    }

    /// Expectation at the start from `values` at the nodes, of something that each generation adds `step` to.
    fn expected(&self, nodes: &NodeChain, values: &[f64], step: f64) -> f64 {
        if self.start >= self.failing {
            return 0.0;
        }
        match nodes.node(self.start) {
            Some(at) => values[at],
            None => {
                step + self.first(nodes).iter().zip(values).filter(|(p, _)| **p > 0.0).map(|(p, v)| p * v).sum::<f64>()
            }
        }
    }

    /// The law of the nodes after one generation.
    fn first(&self, nodes: &NodeChain) -> Vec<f64> {
        let mut first = vec![0.0; nodes.count.len()];
        nodes.row(self.next(self.start as f64 / self.draws as f64), 0, &mut first);
        first
    }

    /// By Grassmann-Taksar-Heyman elimination, with S(g) from sums over the counts or over Gauss nodes.
    ///
    /// # Errors
    /// If the draws are too many.
    pub fn by_elimination(&self, generations: u64) -> Result<ChainRunway, SolveError> {
        let nodes = self.nodes()?;
        let factors = self.factors(&nodes)?;
        let LivedCurves { survival, failed, error: survival_error, hazard } = self.propagate(&nodes, generations)?;
        let died_out = survival.last().is_some_and(|last| *last < ROWS_DIED_OUT);
        let mean = self.expected(&nodes, &factors.times, 1.0);
        let twice: Vec<f64> = factors.times.iter().map(|t| 2.0 * t - 1.0).collect();
        let squares = factors.eliminated.collected(&twice);
        // From the start E[T²] = Σ (2t − 1) over the path, beginning with 2 E[T] − 1.
        let sd = spread(self.expected(&nodes, &squares, 2.0 * mean - 1.0), mean);
        Ok(ChainRunway {
            mean,
            sd,
            mean_error: factors.error,
            survival,
            failed,
            survival_error,
            hazard: hazard.or_else(|| {
                // A loop that has died out by then has failed before coming to rest.
                let wanted = nodes.count.len() <= MOST_ITERATED && !died_out;
                let law = wanted.then(|| quasi_stationary::stationary(&factors.eliminated, &factors.exits)).flatten();
                law.map(|law| law.1)
            }),
            method: format!("GTH elimination of {} nodes for {} counts", nodes.count.len(), self.failing),
        })
    }

    /// S(g) and P(T ≤ g) for g = 0..=`generations` by sums over counts or nodes, and a bound on the absolute error of S.
    ///
    /// # Errors
    /// If the draws are too many.
    pub fn survival(&self, generations: u64) -> Result<(Vec<f64>, Vec<f64>, f64), SolveError> {
        let lived = self.propagate(&self.nodes()?, generations)?;
        Ok((lived.survival, lived.failed, lived.error))
    }

    fn propagate(&self, nodes: &NodeChain, generations: u64) -> Result<LivedCurves, SolveError> {
        let rows = nodes.rows(ROWS_TRANSITION, MOST_CELLS).ok_or(SolveError::RowsTooLarge)?;
        let mut propagation = if self.start >= self.failing {
            NodePropagation::new(&rows, &nodes.exits, vec![0.0; nodes.count.len()], 1.0)
        } else if let Some(at) = nodes.node(self.start) {
            let mut law = vec![0.0; nodes.count.len()];
            law[at] = 1.0;
            NodePropagation::new(&rows, &nodes.exits, law, 0.0)
        } else {
            let exit = binomial::upper_tail(self.failing, self.draws, self.next(self.start as f64 / self.draws as f64));
            NodePropagation::new(&rows, &nodes.exits, self.first(nodes), exit)
        };
        let whole = generations as usize + 1;
        let (mut survival, mut failed) = (vec![propagation.survival], vec![propagation.failed]);
        if nodes.node(self.start).is_none() && self.start < self.failing {
            survival.insert(0, 1.0);
            failed.insert(0, 0.0);
        }
        while survival.len() < whole && propagation.survival >= ROWS_DIED_OUT && !propagation.at_rest {
            propagation.advance();
            survival.push(propagation.survival);
            failed.push(propagation.failed);
        }
        let rest = whole.saturating_sub(survival.len());
        for ahead in 1..=rest {
            // At rest each generation is survived with the same probability; S never rises where it has died out.
            let log =
                if propagation.at_rest { ahead as f64 * (-propagation.hazard).ln_1p() } else { f64::NEG_INFINITY };
            survival.push(propagation.survival * log.exp());
            failed.push(propagation.failed - propagation.survival * log.exp_m1());
        }
        survival.truncate(whole);
        failed.truncate(whole);
        let followed = (whole - rest.min(whole)) as f64;
        // A row moves sideways by the rounding of its mean N q: two normal laws apart by δ differ by at most 0.4 δ/σ.
        let sideways = |q: f64| 0.4 * (self.draws as f64 * q / (1.0 - q).max(1.0 / self.draws as f64)).sqrt();
        let sideways = nodes.next.iter().fold(1.0_f64, |most, &q| most.max(sideways(q)));
        let rounding = f64::EPSILON * (8.0 + followed * sideways);
        let error = rounding + propagation.truncated + ROWS_DIED_OUT;
        Ok(LivedCurves { survival, failed, error, hazard: propagation.resting_hazard() })
    }

    /// By quadrature, for any number of draws.
    ///
    /// # Errors
    /// If the law of the count is too wide or too rough for it, or the mean remains unknown.
    pub fn by_quadrature(&self, generations: u64) -> Result<ChainRunway, SolveError> {
        let mut propagation = DensityPropagation::new(self)?;
        propagation.leave_unconditional();
        let mut runway_sum = RunwaySum::new();
        runway_sum.add_survival(propagation.survival(), propagation.failed());
        let (mut survival, mut failed) = (vec![propagation.survival()], vec![propagation.failed()]);
        while (survival.len() as u64) <= generations && propagation.survival() >= ROWS_DIED_OUT {
            propagation.advance()?;
            runway_sum.add_survival(propagation.survival(), propagation.failed());
            survival.push(propagation.survival());
            failed.push(propagation.failed());
        }
        let survival_error = propagation.error() + ROWS_DIED_OUT;
        survival.resize(generations as usize + 1, 0.0);
        failed.resize(generations as usize + 1, propagation.failed());
        let RunwayClosing { mean, hazard, method, .. } = close(&mut propagation, &mut runway_sum, LevelTimes::new(1.0));
        let (mean, sd, error) = mean?;
        let hazard = hazard.map(|hazard| hazard.hazard).ok();
        Ok(ChainRunway {
            mean,
            sd,
            mean_error: if mean > 0.0 { error / mean } else { 0.0 },
            survival,
            failed,
            survival_error,
            hazard,
            method,
        })
    }
}

impl<F: Fn(f64) -> f64> CountLoop for LawChain<F> {
    fn draws(&self) -> u64 {
        self.draws
    }

    fn start(&self) -> u64 {
        self.start
    }

    fn accumulates(&self) -> bool {
        false
    }

    fn settles_at(&self) -> Option<u64> {
        Some(0)
    }

    fn stage(&self, _: u64) -> LoopEra<'_> {
        let threshold = self.failing as f64 / self.draws as f64;
        let at = move |share: f64| ChainState {
            error: share,
            accepted: 1.0,
            next: Some(self.next(share)),
            doubt: f64::EPSILON,
            failed: share >= threshold,
        };
        LoopEra { pool: self.draws, failing: self.failing, at: Box::new(at) }
    }
}
