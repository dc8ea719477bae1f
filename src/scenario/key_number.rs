//! The number that a key holds, and tables whose numbers are set by their keys.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A number that a key holds: whole where the key counts something.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum KeyNumber {
    /// A count.
    Whole(i64),
    /// Any other number.
    Real(f64),
}

impl KeyNumber {
    /// The number itself; whole ones beyond 2^53 are rounded.
    #[must_use]
    pub const fn get(self) -> f64 {
        match self {
            Self::Whole(whole) => whole as f64,
            Self::Real(real) => real,
        }
    }
}

impl fmt::Display for KeyNumber {
    /// With every digit, as few as read back to the same number; real ones have a point or an exponent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(whole) => write!(f, "{whole}"),
            Self::Real(real) => write!(f, "{real:?}"),
        }
    }
}

/// A table of a scenario whose numbers are set by the names of its keys.
pub(super) trait NumberedTable {
    /// Sets a key; `None` where the table has no such key, or the key may not hold this number.
    fn set_number(&mut self, key: &str, number: KeyNumber) -> Option<()>;
}
