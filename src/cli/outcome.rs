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
}

/// A log that lacks what a command needs.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct LogRefusal(pub String);

/// Options that are fine each but not together.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct UsageError(pub String);
