//! Intervals: the Bayesian bootstrap over problems (Rubin 1981), with Jeffreys' imagined half observation for every share.
//!
//! Answers to one problem go together, so problems and not answers are weighed anew. A share that was never, or always, seen
//! still has an interval of its own.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, Exp1, Gamma};

use crate::fit::{quantile, sorted};

/// Intervals hold a number with this probability.
pub const LEVEL: f64 = 0.9;
/// Work, in problems, that all replicates may take, and how many there are at least and at most.
const WORK: usize = 4_000_000;
const REPLICATES: (usize, usize) = (60, 400);

/// Replicates for this number of problems.
pub(super) fn replicates(problems: usize) -> usize {
    (WORK / problems.max(1)).clamp(REPLICATES.0, REPLICATES.1)
}

/// The chance of one replicate.
pub(super) struct Replicate {
    rng: ChaCha8Rng,
}

impl Replicate {
    pub fn new(seed: u64, number: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(number);
        Self { rng }
    }

    /// A weight for every problem, 1 on average.
    pub fn weights(&mut self, problems: usize) -> Vec<f64> {
        (0..problems).map(|_| Exp1.sample(&mut self.rng)).collect()
    }

    /// Half an observation of either side, on average.
    pub fn imagined(&mut self) -> (f64, f64) {
        // The shape and the scale are positive.
        let half = |rng: &mut ChaCha8Rng| Gamma::new(0.5, 1.0).map_or(0.5, |law| law.sample(rng));
        (half(&mut self.rng), half(&mut self.rng))
    }
}

/// This near to 0 or 1 a share is there: what is left is how far fits go.
const NOTHING: f64 = 1e-6;

/// A number without what is left of a share that is 0 or 1.
pub(super) fn plain(value: f64) -> f64 {
    if value.abs() < NOTHING {
        0.0
    } else if (1.0 - value).abs() < NOTHING {
        1.0
    } else {
        value
    }
}

/// The interval that replicates leave, with the estimate inside.
pub(super) fn interval(estimate: f64, mut replicates: Vec<f64>) -> Option<(f64, f64)> {
    replicates.retain(|value| value.is_finite());
    if replicates.len() < REPLICATES.0 / 2 {
        return None;
    }
    let sorted = sorted(replicates);
    let at = |level: f64| plain(quantile(&sorted, level));
    Some((at(0.5 * (1.0 - LEVEL)).min(estimate), at(0.5 * (1.0 + LEVEL)).max(estimate)))
}
