//! Beliefs, answers and examples, counted by kind.

use crate::simulate::error::SimulationError;

/// The most candidates without an accepted example, and the most redraws of one candidate.
pub(super) const MAX_FRUITLESS: u64 = 10_000_000;

/// What one independent example left in the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AgentBelief {
    /// Right answer by right steps.
    Sound,
    /// Right answer by a wrong step.
    Unsound,
    /// A mistake made systematically.
    Wrong,
}

/// What a candidate answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AnswerKind {
    /// Right, by right steps.
    Sound,
    /// Right, by a wrong step.
    Unsound,
    /// The wrong answer that candidates for this problem share.
    Systematic,
    /// A wrong answer of the candidate's own.
    Random,
}

/// Examples, candidates or votes by the kind of their answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Examples {
    pub(super) sound: u64,
    pub(super) unsound: u64,
    pub(super) systematic: u64,
    pub(super) random: u64,
}

impl Examples {
    pub(super) fn right(self) -> u64 {
        self.sound + self.unsound
    }

    pub(super) fn all(self) -> u64 {
        self.right() + self.systematic + self.random
    }

    pub(super) fn add(&mut self, answer: AnswerKind, examples: u64) {
        match answer {
            AnswerKind::Sound => self.sound += examples,
            AnswerKind::Unsound => self.unsound += examples,
            AnswerKind::Systematic => self.systematic += examples,
            AnswerKind::Random => self.random += examples,
        }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            sound: self.sound + other.sound,
            unsound: self.unsound + other.unsound,
            systematic: self.systematic + other.systematic,
            random: self.random + other.random,
        }
    }
}

/// Why a candidate or an example could not be had; becomes a [`SimulationError`] once the generation is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stall {
    Redraws(u64),
    Candidates(u64),
    Mistaken(u64),
}

impl Stall {
    pub(super) fn at(self, generation: u64) -> SimulationError {
        match self {
            Self::Redraws(redraws) => SimulationError::NoBaseCandidate { generation, redraws },
            Self::Candidates(candidates) => SimulationError::NothingAccepted { generation, candidates },
            Self::Mistaken(draws) => SimulationError::UndecidedGain { generation, draws },
        }
    }
}
