//! What a generation's number decides, whatever the model believes: length of solutions, slips, and luck.

use crate::scenario::{DifficultyClass, Scenario};
use crate::simulate::binomial::Binomial;

/// One class of problems at one generation, with the recursions over its steps.
#[derive(Debug)]
pub(super) struct AgentEra {
    /// Share of the problems.
    pub share: f64,
    /// L, steps of a solution.
    pub steps: u64,
    /// σ, share of fresh wrong outcomes that are systematic.
    pub systematic_share: f64,
    /// γ, probability that a candidate shows the systematic mistake of its problem.
    pub consistency: f64,
    /// D; `None` when random wrong answers never coincide.
    pub wrong_answers: Option<u64>,
    /// Candidates of a vote that show the systematic mistake of their problem.
    pub shown: Binomial,
    /// ε, probability of a slip at one step of a flawless model.
    slip: f64,
    amplification: f64,
    /// r, probability per step that a wrong path finds back to the right answer.
    pub recovery: f64,
    /// 1 − φ, probability that a solution which repeats a wrong step does not reach the right answer.
    pub stuck: f64,
}

impl AgentEra {
    /// Every class of problems at generation 0, 1, … up to the one from which nothing changes any more.
    pub fn all(scenario: &Scenario) -> Vec<Vec<Self>> {
        let last = scenario.horizon.get().min(scenario.settles_at().unwrap_or(u64::MAX));
        (0..=last).map(|generation| Self::classes(scenario, generation)).collect()
    }

    /// Every class of problems at `generation`.
    pub fn classes(scenario: &Scenario, generation: u64) -> Vec<Self> {
        scenario.bins(generation).iter().map(|bin| Self::new(scenario, bin)).collect()
    }

    fn new(scenario: &Scenario, bin: &DifficultyClass) -> Self {
        let recovery = scenario.errors.recovery.get();
        Self {
            share: bin.share,
            steps: bin.steps,
            systematic_share: bin.systematic_share,
            consistency: bin.consistency,
            wrong_answers: bin.wrong_answers,
            shown: Binomial::new(scenario.vote.candidates.get(), bin.consistency),
            slip: bin.step_error,
            amplification: scenario.errors.amplification.get(),
            recovery,
            stuck: stuck(bin.steps, recovery),
        }
    }

    /// e, probability of a slip at one step of a model with the share `mistaken` of unsound or wrong beliefs.
    pub fn step_error(&self, mistaken: f64) -> f64 {
        (self.slip * (1.0 + self.amplification * mistaken)).min(1.0)
    }

    /// Probabilities (right, wrong) of a solution's outcome, step by step.
    pub fn outcome(&self, step_error: f64) -> (f64, f64) {
        let (mut right, mut wrong) = (1.0, 0.0);
        for _ in 0..self.steps {
            (right, wrong) = (
                right * (1.0 - step_error) + wrong * self.recovery,
                right * step_error + wrong * (1.0 - self.recovery),
            );
        }
        (right, wrong)
    }
}

/// 1 − φ: a wrong step at each of the places in turn, and no recovery on any later step.
fn stuck(steps: u64, recovery: f64) -> f64 {
    if recovery == 0.0 {
        return 1.0;
    }
    let (mut off, mut stuck) = (1.0, 0.0);
    for _ in 0..steps {
        stuck += off;
        off *= 1.0 - recovery;
    }
    stuck / steps as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn luck_is_the_average_over_the_places() {
        for (steps, recovery) in [(1_u64, 0.3), (20, 0.05), (7, 1.0), (500, 1e-6)] {
            let length = steps as f64;
            let closed = (1.0 - (1.0_f64 - recovery).powf(length)) / (recovery * length);
            assert_relative_eq!(stuck(steps, recovery), closed, max_relative = 1e-9);
        }
        assert_eq!(stuck(20, 0.0), 1.0);
    }
}
