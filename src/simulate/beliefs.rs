//! What a generation believes, in whole numbers.

use crate::scenario::{Policy, Scenario};

use super::binomial;
use super::error::SimulationError;
use super::stream::RandomStream;

/// The beliefs of one generation or of a part of its training set, by kind; those that are neither unsound nor wrong are sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BeliefCounts {
    pub unsound: u64,
    pub wrong: u64,
    pub all: u64,
}

impl BeliefCounts {
    /// No beliefs yet.
    pub const NONE: Self = Self { unsound: 0, wrong: 0, all: 0 };

    /// Generation 0; `stream` is drawn from where the scenario says so.
    pub fn start(scenario: &Scenario, stream: &mut RandomStream) -> Self {
        let all = scenario.examples.get();
        if scenario.start.draw {
            let (wrong, unsound) = start_shares(scenario);
            return Self::drawn(all, wrong, unsound, stream);
        }
        let (unsound, wrong) = scenario.start_counts();
        Self { unsound, wrong, all }
    }

    /// A number of these beliefs, each met at random.
    pub fn met(self, beliefs: u64, stream: &mut RandomStream) -> Self {
        let others = (self.all - self.wrong) as f64;
        Self::drawn(beliefs, self.wrong as f64 / self.all as f64, self.unsound as f64 / others, stream)
    }

    /// A number of beliefs, each wrong with probability `wrong` and otherwise unsound with probability `unsound`.
    fn drawn(all: u64, wrong: f64, unsound: f64, stream: &mut RandomStream) -> Self {
        let wrong = binomial::draw(all, wrong, stream);
        Self { unsound: binomial::draw(all - wrong, unsound, stream), wrong, all }
    }

    /// These beliefs and others, together.
    pub fn plus(self, others: Self) -> Self {
        Self { unsound: self.unsound + others.unsound, wrong: self.wrong + others.wrong, all: self.all + others.all }
    }

    /// The beliefs after training on a generation's `learned` ones.
    pub fn trained(self, learned: Self, policy: Policy) -> Self {
        match policy {
            Policy::Replace => learned,
            Policy::Accumulate => self.plus(learned),
        }
    }

    /// Beliefs that are neither unsound nor wrong.
    pub fn sound(self) -> u64 {
        self.all.saturating_sub(self.unsound).saturating_sub(self.wrong)
    }
}

/// Probabilities that a belief of a drawn start is wrong, and that one that is not wrong is unsound.
pub(super) fn start_shares(scenario: &Scenario) -> (f64, f64) {
    let (unsound, wrong) = (scenario.start.unsound.get(), scenario.start.wrong.get());
    // Where all are wrong there is nobody to ask whether it is unsound.
    (wrong, if wrong < 1.0 { (unsound / (1.0 - wrong)).min(1.0) } else { 0.0 })
}

/// A loop as a Markov chain that can be set going from any state.
pub(super) trait BeliefChain: Sync {
    /// Whether a generation with these beliefs has failed.
    fn failed(&self, generation: u64, beliefs: BeliefCounts) -> bool;

    /// A number of beliefs of those that train the next generation, drawn; a training set may be drawn in parts, since its
    /// examples are independent.
    ///
    /// # Errors
    /// Where next to nothing is accepted.
    fn learned(
        &self,
        generation: u64,
        beliefs: BeliefCounts,
        examples: u64,
        stream: &mut RandomStream,
    ) -> Result<BeliefCounts, SimulationError>;
}
