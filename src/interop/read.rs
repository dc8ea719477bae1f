//! A chain from a file, by its name or by what it holds.

use std::path::Path;

use crate::analytic::absorbing::ExplicitChain;
use crate::files::{self, InputError};

use super::error::ChainFileError;
use super::parsed::ChainText;
use super::{ChainFormat, read_csv, read_drn, read_matrix, read_transitions};

/// Reads a chain, with the labels in the file beside it; `-` is standard input. Without a format, the file's name tells it, or else
/// its first line.
///
/// # Errors
/// [`ChainFileError`] with file, line, what is wrong and what helps.
pub fn read_chain(path: &Path, format: Option<ChainFormat>) -> Result<ExplicitChain, ChainFileError> {
    let (name, text) = text_of(path)?;
    let chain = ChainText { path: &name, text: &text };
    let format = format.or_else(|| ChainFormat::of_name(path)).or_else(|| by_content(&text));
    let format = format.ok_or_else(|| {
        chain.whole("it looks like no .drn, .tra, .mtx or .csv file of a chain; name its format with `--from`")
    })?;
    let beside = match format {
        ChainFormat::Prism => beside(path, "lab")?,
        ChainFormat::MatrixMarket => beside(path, "labels.csv")?,
        ChainFormat::Drn | ChainFormat::Csv => None,
    };
    let labels = beside.as_ref().map(|(path, text)| ChainText { path, text });
    match format {
        ChainFormat::Drn => read_drn::read(chain),
        ChainFormat::Csv => read_csv::read(chain),
        ChainFormat::Prism => read_transitions::read(chain, labels),
        ChainFormat::MatrixMarket => read_matrix::read(chain, labels),
    }
}

/// The file with another extension, if there is one.
fn beside(path: &Path, extension: &str) -> Result<Option<(String, String)>, ChainFileError> {
    let other = path.with_extension(extension);
    if path.as_os_str() == "-" || other == path || !other.exists() { Ok(None) } else { text_of(&other).map(Some) }
}

/// A file's name and text.
fn text_of(path: &Path) -> Result<(String, String), ChainFileError> {
    let name = if path.as_os_str() == "-" { "standard input".to_owned() } else { path.display().to_string() };
    let unreadable = |error: InputError| ChainFileError::Unreadable { path: name.clone(), reason: error.to_string() };
    let bytes = files::read(path, files::CHAIN).map_err(unreadable)?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok((name, text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned))),
        Err(_) => Err(ChainFileError::File { path: name, wrong: "it is not text (UTF-8)".to_owned() }),
    }
}

/// The format that the first line tells.
fn by_content(text: &str) -> Option<ChainFormat> {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("//"))?;
    let words: Vec<&str> = first.split_whitespace().collect();
    let lower = first.to_ascii_lowercase();
    if lower.starts_with("%%matrixmarket") {
        Some(ChainFormat::MatrixMarket)
    } else if first.starts_with('@') {
        Some(ChainFormat::Drn)
    } else if first.starts_with('#') || lower.starts_with("from,") {
        Some(ChainFormat::Csv)
    } else if lower == "dtmc" || (words.len() == 2 && words.iter().all(|word| word.parse::<usize>().is_ok())) {
        Some(ChainFormat::Prism)
    } else {
        None
    }
}
