//! The one-dimensional count chain: wrong beliefs in a pool, N draws a generation (model.md, section 1).

use crate::law::{Composition, Law};
use crate::scenario::Scenario;
use crate::stats::binomial;

/// What a generation with a given count of wrong beliefs does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChainState {
    /// Error rate.
    pub error: f64,
    /// Accepted examples per generated problem.
    pub accepted: f64,
    /// q_W, success probability of the draws that train the next generation; `None` where nothing is accepted and the
    /// loop stays as it is.
    pub next: Option<f64>,
    /// Bound on the relative error of `next` that rounding of the law causes.
    pub doubt: f64,
    /// Whether the loop has failed here: error at the threshold, or starved.
    pub failed: bool,
}

/// The chain's states by the number of wrong beliefs, 0..=pool, under the law of one generation.
#[derive(Debug, Clone, PartialEq)]
pub struct CountChain {
    /// N, draws that make the next generation.
    pub draws: u64,
    /// One state for each count.
    pub states: Vec<ChainState>,
}

impl ChainState {
    /// The state at a share of wrong beliefs under `law`, where a loop has failed from the error rate `threshold` on.
    #[must_use]
    pub fn of(law: &Law, wrong: f64, threshold: f64) -> Self {
        let outcome = law.at(Composition { unsound: 0.0, wrong }.rounded());
        Self {
            error: outcome.error_rate.value,
            accepted: outcome.accepted_share().value,
            next: outcome.next.map(|next| next.wrong.value),
            doubt: outcome.next.map_or(0.0, |next| next.wrong.relative()),
            failed: outcome.error_rate.value >= threshold || outcome.next.is_none(),
        }
    }
}

impl CountChain {
    /// The chain of a scenario under `law`, over a pool of `pool` beliefs.
    #[must_use]
    pub fn of(scenario: &Scenario, law: &Law, pool: u64) -> Self {
        let threshold = scenario.failure.error_rate.get();
        let states = (0..=pool).map(|count| ChainState::of(law, count as f64 / pool as f64, threshold)).collect();
        Self { draws: scenario.examples.get(), states }
    }

    /// Which counts are safe: not failed, and failure cannot be reached from there. A law strictly between 0 and 1 leads to
    /// every count, so that only its zeros and ones can keep a loop from failing. Asks for a pool of one generation's draws.
    #[must_use]
    pub fn safe(&self) -> Vec<bool> {
        let any = self.states.iter().any(|state| state.failed);
        (0..self.states.len()).map(|count| !self.can_fail(count, any)).collect()
    }

    /// Whether a loop at `count` ever fails with positive probability, where `any` count is a failed one.
    fn can_fail(&self, count: usize, any: bool) -> bool {
        let mut at = count;
        // A loop that is not left to chance is at one of the two ends after a generation, and knows both after two more.
        for _ in 0..4 {
            let Some(state) = self.states.get(at).filter(|state| !state.failed) else { return true };
            at = match state.next {
                Some(q) if q <= 0.0 => 0,
                Some(q) if q >= 1.0 => self.states.len() - 1,
                _ => return any,
            };
        }
        false
    }

    /// Counts at which the loop runs on and may yet fail, rising.
    #[must_use]
    pub fn open(&self) -> Vec<usize> {
        let safe = self.safe();
        (0..self.states.len()).filter(|&count| !self.states[count].failed && !safe[count]).collect()
    }

    /// Runs (first, last) of neighbouring failed counts, rising.
    #[must_use]
    pub fn failed_runs(&self) -> Vec<(u64, u64)> {
        runs(self.states.iter().map(|state| state.failed))
    }

    /// Runs of neighbouring safe counts, rising.
    #[must_use]
    pub fn safe_runs(&self) -> Vec<(u64, u64)> {
        runs(self.safe().into_iter())
    }
}

/// Runs (first, last) of neighbouring places that are `marked`, rising.
fn runs(marked: impl Iterator<Item = bool>) -> Vec<(u64, u64)> {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for (count, _) in (0_u64..).zip(marked).filter(|(_, marked)| *marked) {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == count => *last = count,
            _ => runs.push((count, count)),
        }
    }
    runs
}

/// Probability that `held` + Binomial(`draws`, `q`) lands in one of `runs`: upper tails and sums of positive terms, never
/// 1 − something, so that a failure of probability 1e-200 keeps its digits.
#[must_use]
pub fn landing(runs: &[(u64, u64)], held: u64, draws: u64, q: f64) -> f64 {
    let between = |&(from, to): &(u64, u64)| {
        if to < held {
            return 0.0;
        }
        let (from, to) = (from.saturating_sub(held), to - held);
        if to >= draws {
            return binomial::upper_tail(from, draws, q);
        }
        let mut row = vec![0.0; (to - from + 1) as usize];
        binomial::fill(from, draws, q, &mut row);
        row.iter().sum()
    };
    runs.iter().map(between).fold(0.0, |sum, part| sum + part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn landing_counts_each_run_once() {
        let (draws, q) = (12, 0.3);
        let all: f64 = (0..=draws).map(|k| binomial::pmf(k, draws, q)).sum();
        assert_relative_eq!(
            landing(&[(5, 7), (10, 25)], 5, draws, q),
            {
                let inside = |k: u64| k <= 2 || (5..=12).contains(&k);
                (0..=draws).filter(|&k| inside(k)).map(|k| binomial::pmf(k, draws, q)).sum::<f64>()
            },
            max_relative = 1e-14
        );
        assert_relative_eq!(all, 1.0, max_relative = 1e-14);
        assert_eq!(landing(&[(0, 3)], 4, draws, q), 0.0);
    }
}
