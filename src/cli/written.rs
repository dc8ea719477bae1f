//! Folders of results.

use std::path::Path;

use crate::files::{FileError, FileWritten, ReportFolder};
use crate::report::RenderedReport;

use super::args::ReplaceArgs;

/// The folder for the results of a command, if one is asked for; refused before the work, where it holds others.
pub(super) fn report_folder(
    folder: Option<&Path>,
    kind: &'static str,
    replacing: ReplaceArgs,
) -> Result<Option<ReportFolder>, FileError> {
    folder.map(|folder| ReportFolder::new(folder, kind, replacing.force)).transpose()
}

/// Writes a report's figures, its page under the name `page`, and its documents, all or none; how many files.
pub(super) fn write_report(
    folder: &ReportFolder,
    rendered: &RenderedReport,
    page: &str,
    documents: &[FileWritten<'_>],
) -> anyhow::Result<usize> {
    let figures = rendered.figures.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    let page = (page, rendered.html.as_slice());
    let written: Vec<FileWritten<'_>> = figures.chain([page]).chain(documents.iter().copied()).collect();
    folder.replace(&written)?;
    Ok(written.len())
}
