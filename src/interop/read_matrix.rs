//! Sparse matrices of Matrix Market, with labels beside them.

use crate::analytic::absorbing::ExplicitChain;

use super::error::ChainFileError;
use super::parsed::{ChainText, ParsedChain};

/// Reads a matrix, and its labels where there are any.
pub(super) fn read(text: ChainText<'_>, labels: Option<ChainText<'_>>) -> Result<ExplicitChain, ChainFileError> {
    let mut chain = ParsedChain::default();
    let mut lines = text.lines();
    let (first, banner) = lines.next().ok_or_else(|| text.whole("it is empty"))?;
    kind(text, first, banner)?;
    let mut announced = None;
    for (line, content) in lines.filter(|(_, content)| !content.starts_with('%')) {
        let cells: Vec<&str> = content.split_whitespace().collect();
        let [one, two, three] = cells[..] else {
            return Err(text.line(line, format!("{} numbers; a line of the matrix has three", cells.len())));
        };
        if announced.is_none() {
            let (rows, columns) = (text.number(line, one, "rows")?, text.number(line, two, "columns")?);
            if rows != columns {
                return Err(text.line(line, format!("{rows} rows and {columns} columns: a chain's matrix is square")));
            }
            chain.has_states(text, line, rows)?;
            announced = Some((line, text.number(line, three, "entries")?));
            continue;
        }
        let pair = (text.state(line, one, 1)?, text.state(line, two, 1)?);
        chain.add(text, line, pair, three)?;
    }
    if let Some((line, entries)) = announced.filter(|(_, entries)| *entries != chain.transitions()) {
        let found = chain.transitions();
        return Err(text.line(
            line,
            format!("{entries} entries are announced, and {found} follow: the file is cut short, or two"),
        ));
    }
    if let Some(labels) = labels {
        read_labels(&mut chain, labels)?;
    }
    chain.finish(text)
}

/// Refuses matrices of other kinds.
fn kind(text: ChainText<'_>, line: usize, banner: &str) -> Result<(), ChainFileError> {
    let words: Vec<String> = banner.split_whitespace().map(str::to_ascii_lowercase).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["%%matrixmarket", "matrix", "coordinate", "real" | "integer" | "double", "general"] => Ok(()),
        ["%%matrixmarket", ..] => Err(text
            .line(line, "a chain is read from `matrix coordinate real general`; convert it, as with scipy.io.mmwrite")),
        _ => Err(text.line(line, "a Matrix Market file begins with `%%MatrixMarket matrix coordinate real general`")),
    }
}

fn read_labels(chain: &mut ParsedChain, text: ChainText<'_>) -> Result<(), ChainFileError> {
    for (line, content) in text.lines().filter(|(_, content)| !content.starts_with('#') && *content != "state,label") {
        let Some((state, name)) = content.split_once(',') else {
            return Err(text.line(line, "a line of labels is state,label"));
        };
        chain.label(text, line, text.state(line, state.trim(), 1)?, name.trim())?;
    }
    Ok(())
}
