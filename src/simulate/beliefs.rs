//! What a generation believes, in whole numbers.

use crate::scenario::{Policy, Scenario};

use super::error::SimulationError;
use super::stream::Stream;

/// The beliefs of one generation, by kind; those that are neither unsound nor wrong are sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Beliefs {
    pub unsound: u64,
    pub wrong: u64,
    pub all: u64,
}

impl Beliefs {
    /// Generation 0.
    pub fn start(scenario: &Scenario) -> Self {
        let (unsound, wrong) = scenario.start_counts();
        Self { unsound, wrong, all: scenario.examples.get() }
    }

    /// The beliefs after training on a generation's `learned` ones.
    pub fn trained(self, learned: Self, policy: Policy) -> Self {
        match policy {
            Policy::Replace => learned,
            Policy::Accumulate => Self {
                unsound: self.unsound + learned.unsound,
                wrong: self.wrong + learned.wrong,
                all: self.all + learned.all,
            },
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

    /// The beliefs of the generation after, drawn.
    ///
    /// # Errors
    /// Where next to nothing is accepted.
    fn next(&self, generation: u64, beliefs: Beliefs, stream: &mut Stream) -> Result<Beliefs, SimulationError>;
}
