//! What can be wrong with the counts of one row.

use thiserror::Error;

/// A count that cannot be with the others of its row.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{column}`: {rule}")]
#[non_exhaustive]
pub struct RowError {
    /// Its column.
    pub column: &'static str,
    /// The rule that it breaks.
    pub rule: String,
}

impl RowError {
    pub(super) fn new(column: &'static str, rule: impl Into<String>) -> Self {
        Self { column, rule: rule.into() }
    }
}
