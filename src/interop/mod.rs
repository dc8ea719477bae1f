//! Explicit chains in the files of other tools: written, with every digit or as exact fractions, and read again.
//!
//! | format | files | of |
//! |---|---|---|
//! | [`ChainFormat::Drn`] | `.drn` | Storm |
//! | [`ChainFormat::Prism`] | `.tra`, `.lab`, `.sta`, `.srew` | PRISM; Storm's own `.tra` and `.lab` are read as well |
//! | [`ChainFormat::MatrixMarket`] | `.mtx`, `.labels.csv` | SciPy, Julia, MATLAB |
//! | [`ChainFormat::Csv`] | `.csv` | anything else |
//!
//! `write` writes them and `exact` makes the fractions; `read` reads them, each by its own file, with what they share in `parsed`
//! and `number`.

mod error;
mod exact;
mod number;
mod parsed;
mod read;
mod read_csv;
mod read_drn;
mod read_matrix;
mod read_transitions;
mod write;

pub use error::ChainFileError;
pub use read::read_chain;
pub use write::{ChainFiles, MOST_EXACT, WriteRefusal, write_chain};

/// How a chain is written in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainFormat {
    /// Storm's explicit format.
    Drn,
    /// PRISM's explicit files.
    Prism,
    /// A sparse matrix, with its labels beside it.
    MatrixMarket,
    /// A line for each transition.
    Csv,
}

impl ChainFormat {
    /// Every format, with the extension of its file.
    pub const ALL: [(Self, &'static str); 4] =
        [(Self::Drn, "drn"), (Self::Prism, "tra"), (Self::MatrixMarket, "mtx"), (Self::Csv, "csv")];

    /// The format that a file's name tells.
    #[must_use]
    pub fn of_name(path: &std::path::Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        Self::ALL.into_iter().find(|(_, name)| *name == extension).map(|(format, _)| format)
    }

    /// The extension of its file.
    #[must_use]
    pub fn extension(self) -> &'static str {
        Self::ALL.into_iter().find(|(format, _)| *format == self).map_or("", |(_, name)| name)
    }
}
