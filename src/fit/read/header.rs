//! The header of a text table: where it stands, and what parts its cells.

use std::io::{BufRead, Read};

use super::fault;
use super::file::{FileShape, LogFile};
use super::lines::{LONGEST, unreadable};
use crate::fit::log_error::LogError;

/// The header of a text table.
pub(super) struct Header {
    /// Its line, from 1.
    pub line: u64,
    pub separator: u8,
    /// Whether bars stand at both ends of a row, as in Markdown.
    pub framed: bool,
}

/// The header of a file that is a table with at least two names.
pub(super) fn header(file: &LogFile) -> Option<Header> {
    let head = matches!(file.shape, FileShape::Text).then_some(&file.head)?;
    if let Some(header) = of_markdown(head) {
        return Some(header);
    }
    // Spreadsheets say in a first line what parts the cells.
    let aside = |content: &str| content.starts_with('#') || content.to_lowercase().starts_with("sep=");
    let place = head.iter().position(|(_, content)| !aside(content.trim_start()))?;
    let (line, content) = head.get(place).map(|(line, content)| (*line, content.trim()))?;
    let framed = content.starts_with('|');
    let count = |mark: u8| content.bytes().filter(|byte| *byte == mark).count();
    let separator = if framed { b'|' } else { *b"|,\t;".iter().max_by_key(|&&mark| (count(mark), mark == b','))? };
    let names = content.trim_matches('|').split(char::from(separator)).filter(|name| is_column(name)).count();
    if names >= 2 {
        return Some(Header { line, separator, framed });
    }
    let rows = head.get(place + 1..)?.iter().map(|(_, row)| row.as_str());
    is_parted_by_blanks(content, rows).then_some(Header { line, separator: b' ', framed: false })
}

fn is_column(name: &str) -> bool {
    let name = name.trim().trim_matches('"');
    name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_') && name.len() <= 200
}

/// A table of Markdown, whatever text stands before it: a line of names between bars, and a rule below.
fn of_markdown(head: &[(u64, String)]) -> Option<Header> {
    let begins = |pair: &&[(u64, String)]| {
        let names =
            cells_between_bars(&pair[0].1).is_some_and(|names| names.filter(|name| is_column(name)).count() >= 2);
        names && is_rule_line(&pair[1].1)
    };
    head.windows(2).find(begins).map(|pair| Header { line: pair[0].0, separator: b'|', framed: true })
}

fn cells_between_bars(line: &str) -> Option<impl Iterator<Item = &str>> {
    let line = line.trim();
    line.starts_with('|').then(|| line.trim_matches('|').split('|'))
}

fn is_rule_line(line: &str) -> bool {
    cells_between_bars(line).is_some_and(is_rule)
}

/// Whether these are the cells of the line between a Markdown table's header and its rows.
pub(super) fn is_rule<'a>(mut cells: impl Iterator<Item = &'a str>) -> bool {
    cells.all(|cell| !cell.trim().is_empty() && cell.chars().all(|c| matches!(c, '-' | ':' | ' ')))
}

/// Whether names are set apart by blanks and every row below has a number for each, as pandas prints a table; before them a
/// row may have its index or its name.
fn is_parted_by_blanks<'a>(names: &str, rows: impl Iterator<Item = &'a str>) -> bool {
    let columns = names.split_whitespace().count();
    let is_number = |cell: &str| cell.trim_end_matches('%').parse::<f64>().is_ok();
    let fits = |row: &str| {
        let cells = row.split_whitespace().count();
        (columns..=columns + 1).contains(&cells) && row.split_whitespace().skip(1 + cells - columns).all(is_number)
    };
    let mut rows = rows.peekable();
    columns >= 2 && names.split_whitespace().all(is_column) && rows.peek().is_some() && rows.all(fits)
}

impl Header {
    /// The text of the table from its header on; of Markdown to the last row.
    ///
    /// # Errors
    /// [`LogError`] where the file cannot be read, or a second table of Markdown follows.
    pub fn text<'a>(&self, file: &'a LogFile) -> Result<Box<dyn BufRead + 'a>, LogError> {
        let mut text = file.text()?;
        for _ in 1..self.line {
            text.skip_until(b'\n').map_err(|error| unreadable(&file.name, &error))?;
        }
        if self.framed { self.between_bars(file, text) } else { Ok(text) }
    }

    fn between_bars<'a>(
        &self,
        file: &'a LogFile,
        mut text: Box<dyn BufRead + 'a>,
    ) -> Result<Box<dyn BufRead + 'a>, LogError> {
        let (mut table, mut ended) = (Vec::new(), false);
        for number in self.line.. {
            let mut line = Vec::new();
            text.by_ref().take(LONGEST).read_until(b'\n', &mut line).map_err(|error| unreadable(&file.name, &error))?;
            if line.is_empty() {
                break;
            }
            let refuse = |reason: String| Err(fault(&file.name, Some(number), None, reason));
            let shown = String::from_utf8_lossy(&line);
            ended |= cells_between_bars(&shown).is_none();
            if ended && is_rule_line(&shown) {
                return refuse(format!(
                    "a second table stands here, after that of line {}; leave one in the file",
                    self.line
                ));
            }
            if !ended {
                table.extend(line);
            }
            if table.len() as u64 > LONGEST {
                return refuse(format!("this table is longer than {} MiB; write it as CSV", LONGEST >> 20));
            }
        }
        Ok(Box::new(std::io::Cursor::new(table)))
    }

    /// Leaves the index that pandas prints before a row out, and the blank end of a line.
    pub fn without_index(&self, cells: &mut Vec<&str>, columns: usize) {
        if cells.len() > columns && cells.last().is_some_and(|cell| cell.is_empty()) {
            cells.pop();
        }
        if cells.len() == columns + 1 {
            cells.remove(0);
        }
    }
}
