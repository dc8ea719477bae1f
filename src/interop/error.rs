//! Files that hold no chain.

use thiserror::Error;

use crate::analytic::absorbing::ChainError;

/// A chain's file that is refused: where, what is wrong, and what helps.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ChainFileError {
    /// It cannot be read.
    #[error("{path}: {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// The system's reason.
        reason: String,
    },
    /// One line is wrong.
    #[error("{path}:{line}: {wrong}")]
    Line {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong, and what helps.
        wrong: String,
    },
    /// The file as a whole is wrong.
    #[error("{path}: {wrong}")]
    File {
        /// The file.
        path: String,
        /// What is wrong, and what helps.
        wrong: String,
    },
    /// The chain is none.
    #[error("{path}: {reason}")]
    Chain {
        /// The file.
        path: String,
        /// Why.
        reason: Box<ChainError>,
    },
}
