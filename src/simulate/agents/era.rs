//! What a generation's number decides, whatever the model believes: length of solutions, slips, and luck.

use crate::scenario::Scenario;

/// The schedules of one generation, with the recursions over its steps.
#[derive(Debug)]
pub(super) struct Era {
    /// L, steps of a solution.
    pub steps: u64,
    /// ε, probability of a slip at one step of a flawless model.
    slip: f64,
    amplification: f64,
    recovery: f64,
    /// 1 − φ, probability that a solution which repeats a wrong step does not reach the right answer.
    pub stuck: f64,
}

impl Era {
    pub fn new(scenario: &Scenario, generation: u64) -> Self {
        let steps = scenario.steps_at(generation);
        let recovery = scenario.errors.recovery.get();
        Self {
            steps,
            slip: scenario.bins(generation)[0].step_error,
            amplification: scenario.errors.amplification.get(),
            recovery,
            stuck: stuck(steps, recovery),
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
