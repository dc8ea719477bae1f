//! A chain followed step by step: who has been absorbed, and where.

use crate::analytic::runway_sum::LEVELS;
use crate::analytic::tolerances::DIED_OUT;

/// Products after which a chain is followed no further: a second or two of one processor.
const WORK: f64 = 1e9;
/// Σ |difference| from the quasi-stationary law at which the rest is geometric.
const AT_REST: f64 = 1e-12;

/// The open states in the order of elimination, and where each leads.
pub(super) struct OpenStates {
    /// Transitions between open states.
    pub rows: Vec<Vec<(usize, f64)>>,
    /// Probability of each end, the trap last.
    pub exits: Vec<Vec<f64>>,
}

/// The curves, and quantiles of T beyond them.
pub(super) struct FollowedChain {
    /// P(T > n).
    pub survival: Vec<f64>,
    /// P(T ≤ n) by end, sums of positive terms.
    pub absorbed: Vec<Vec<f64>>,
    /// 5, 50 and 95 % quantiles, where they were found.
    pub quantiles: [Option<f64>; 3],
    /// Steps followed.
    pub steps: u64,
}

/// Follows a chain from `law` to `horizon`, and on until every quantile is known: by steps, or by the geometric tail once
/// the law is the quasi-stationary one, `resting`, with its hazard. The last end is no end of T.
pub(super) fn follow(
    chain: &OpenStates,
    mut law: Vec<f64>,
    horizon: u64,
    resting: Option<(&[f64], f64)>,
) -> FollowedChain {
    let transitions: usize = chain.rows.iter().map(Vec::len).sum();
    let cost = (transitions + (chain.exits.len() + 2) * chain.rows.len()) as f64;
    let mut sums = vec![0.0; chain.exits.len()];
    let mut followed =
        FollowedChain { survival: vec![1.0], absorbed: vec![vec![0.0]; sums.len()], quantiles: [None; 3], steps: 0 };
    let mut next = vec![0.0; law.len()];
    loop {
        let survival: f64 = law.iter().sum();
        let within = followed.steps < horizon;
        if !within {
            let known = followed.quantiles.iter().all(Option::is_some);
            if known || survival < DIED_OUT || followed.steps as f64 * cost > WORK {
                return followed;
            }
            if let Some((stationary, hazard)) = resting
                && distance(&law, survival, stationary) < AT_REST
            {
                followed.extrapolate(survival, hazard);
                return followed;
            }
        }
        for (sum, exits) in sums.iter_mut().zip(&chain.exits) {
            *sum += law.iter().zip(exits).map(|(weight, exit)| weight * exit).sum::<f64>();
        }
        step(chain, &law, &mut next);
        std::mem::swap(&mut law, &mut next);
        followed.steps += 1;
        let ended: f64 = sums.iter().rev().skip(1).sum();
        for (quantile, level) in followed.quantiles.iter_mut().zip(LEVELS) {
            if ended >= level {
                quantile.get_or_insert(followed.steps as f64);
            }
        }
        if within {
            followed.survival.push(law.iter().sum());
            followed.absorbed.iter_mut().zip(&sums).for_each(|(curve, sum)| curve.push(*sum));
        }
    }
}

/// The law of the open states one step on.
pub(super) fn step(chain: &OpenStates, law: &[f64], next: &mut [f64]) {
    next.fill(0.0);
    for (row, &weight) in chain.rows.iter().zip(law).filter(|(_, weight)| **weight > 0.0) {
        row.iter().for_each(|&(to, p)| next[to] += weight * p);
    }
}

fn distance(law: &[f64], survival: f64, stationary: &[f64]) -> f64 {
    law.iter().zip(stationary).map(|(weight, rest)| (weight / survival - rest).abs()).sum()
}

impl FollowedChain {
    /// Quantiles where each further step is survived with probability 1 − `hazard`.
    fn extrapolate(&mut self, survival: f64, hazard: f64) {
        for (quantile, level) in self.quantiles.iter_mut().zip(LEVELS) {
            let further = (((1.0 - level) / survival).ln() / (-hazard).ln_1p()).ceil();
            if quantile.is_none() && further.is_finite() && hazard > 0.0 {
                *quantile = Some(self.steps as f64 + further.max(1.0));
            }
        }
    }
}
