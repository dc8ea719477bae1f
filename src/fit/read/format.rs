//! What every format says of itself.

use super::file::LogFile;
use super::found::FoundRecords;
use super::options::ReadOptions;
use crate::fit::log_error::LogError;

/// A format that is read: one file each, tried in this order.
pub(super) struct LogFormat {
    /// Its name, for people.
    pub(super) name: &'static str,
    /// Whether a file is of this format.
    pub(super) recognise: fn(&LogFile, &ReadOptions) -> bool,
    /// Reads files of one run.
    pub(super) read: fn(&[LogFile], &ReadOptions) -> Result<FoundRecords, LogError>,
}
