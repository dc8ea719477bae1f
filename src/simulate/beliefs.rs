//! What a generation believes, in whole numbers.

use crate::scenario::{Policy, Scenario};

use super::error::SimulationError;
use super::stream::Stream;

/// The beliefs of one generation or of a part of its training set, by kind; those that are neither unsound nor wrong are sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Beliefs {
    pub unsound: u64,
    pub wrong: u64,
    pub all: u64,
}

impl Beliefs {
    /// No beliefs yet.
    pub const NONE: Self = Self { unsound: 0, wrong: 0, all: 0 };

    /// Generation 0.
    pub fn start(scenario: &Scenario) -> Self {
        let (unsound, wrong) = scenario.start_counts();
        Self { unsound, wrong, all: scenario.examples.get() }
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

/// A loop as a Markov chain that can be set going from any state.
pub(super) trait Chain: Sync {
    /// Whether a generation with these beliefs has failed.
    fn failed(&self, generation: u64, beliefs: Beliefs) -> bool;

    /// So many beliefs of those that train the next generation, drawn; a training set may be drawn in parts, since its
    /// examples are independent.
    ///
    /// # Errors
    /// Where next to nothing is accepted.
    fn learned(
        &self,
        generation: u64,
        beliefs: Beliefs,
        examples: u64,
        stream: &mut Stream,
    ) -> Result<Beliefs, SimulationError>;
}
