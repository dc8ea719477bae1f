//! The counts of a settled law from which both ends, or one of them, can still come.

use crate::analytic::elimination::quasi_stationary;
use crate::analytic::ever_fails::Fate;

use super::count_chain::landing;
use super::count_propagation::CountPropagation;
use super::node_factors::{NodeFactors, rows};

/// The most transient states that are eliminated.
pub const MOST_ELIMINATED: usize = 10_000;

/// The open counts of a settled law, eliminated.
pub struct OpenCounts {
    pub counts: Vec<usize>,
    pub factors: NodeFactors,
    /// The present law of loops that have not failed, at each of the counts.
    pub law: Vec<f64>,
}

impl OpenCounts {
    /// `None` if there are too many.
    pub fn of(propagation: &CountPropagation<'_>) -> Option<Self> {
        let counts = propagation.chain().open();
        if counts.len() > MOST_ELIMINATED {
            return None;
        }
        let factors = NodeFactors::of(propagation.chain(), &counts)?;
        let law = counts.iter().map(|&count| propagation.surviving().of(count)).collect();
        Some(Self { counts, factors, law })
    }

    /// Expectation from the present law.
    pub fn expected(&self, values: &[f64]) -> f64 {
        self.law.iter().zip(values).filter(|(weight, _)| **weight > 0.0).fold(0.0, |sum, (weight, v)| sum + weight * v)
    }

    /// P(T < ∞) of a loop that has failed with probability `failed` already.
    pub fn fate(&self, propagation: &CountPropagation<'_>, failed: f64) -> Fate {
        let chain = propagation.chain();
        let safe = chain.safe_runs();
        if safe.is_empty() {
            return Fate::CERTAIN;
        }
        let ends = |runs: &[(u64, u64)]| {
            let landed = |&count: &usize| landing(runs, 0, chain.draws, chain.states[count].next.unwrap_or(0.0));
            self.expected(&self.factors.eliminated.collected(&self.counts.iter().map(landed).collect::<Vec<_>>()))
        };
        let never = at_safe_counts(propagation) + ends(&safe);
        let ever = failed + ends(&chain.failed_runs());
        // As of expected times: 2n roundings of the transitions of n states, each off by some for each count from its mean
        // (O'Cinneide 1993).
        let roundings = 2.0 * self.counts.len() as f64 * (8.0 + 3.0 * chain.states.len() as f64);
        Fate::of(ever, never, f64::EPSILON * roundings)
    }

    /// The law given that neither end has come, and the probability of either.
    pub fn stationary(&self, propagation: &CountPropagation<'_>) -> Option<(Vec<f64>, f64)> {
        let exits = &self.factors.exits;
        quasi_stationary::stationary(&self.factors.eliminated, exits).or_else(|| {
            let chain = propagation.chain();
            let next: Vec<f64> = self.counts.iter().map(|&count| chain.states[count].next.unwrap_or(0.0)).collect();
            quasi_stationary::by_powers(&rows(chain.draws, &next, &self.counts, f64::MIN_POSITIVE)?, exits)
        })
    }
}

/// Probability of being at a safe count, under a law that stays.
pub fn at_safe_counts(propagation: &CountPropagation<'_>) -> f64 {
    let safe = propagation.chain().safe();
    propagation.surviving().iter().filter(|(count, _)| safe[*count]).fold(0.0, |sum, (_, weight)| sum + weight)
}
