//! What a command has to say, and options that do not go together.

/// What a command that worked has to say about its subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CommandVerdict {
    Fine,
    Negative,
    Unsettled,
    NotEnoughData,
    ModelDoesNotFit,
}

impl CommandVerdict {
    pub(super) const fn of(agree: bool) -> Self {
        if agree { Self::Fine } else { Self::Negative }
    }

    /// As an exit code.
    pub(super) const fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            // The sampler has not settled: its answer would depend on the seed.
            Self::Unsettled => 4,
            // Curves differ, a claim does not hold, a rule says stop.
            Self::Negative => 10,
            // A gate lacks data for a verdict.
            Self::NotEnoughData => 11,
            // The model does not predict the log of a gate.
            Self::ModelDoesNotFit => 12,
        }
    }
}

/// A log that lacks what a command needs.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct LogRefusal(pub String);

/// Options that are fine each but not together.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct UsageError(pub String);
