//! A table of texts: built once, and rendered for a terminal, a page, Markdown or a spreadsheet by whoever shows it.

use std::borrow::Cow;

use serde::Serialize;

/// A table, column by column. Cells are texts already; units stand in the heads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    /// What it shows.
    pub title: String,
    /// The columns, the first of which names the rows.
    pub columns: Vec<TableColumn>,
    /// What to know of it, below it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableColumn {
    /// Its head, with the unit of its cells.
    pub title: String,
    /// One cell for each row.
    pub cells: Vec<String>,
    /// Where there is no room, columns of higher rank are left out first; those of rank 0 never.
    pub rank: u8,
}

impl TableColumn {
    /// A column of these cells.
    pub fn new(title: impl Into<String>, rank: u8, cells: impl IntoIterator<Item = String>) -> Self {
        Self { title: title.into(), cells: cells.into_iter().collect(), rank }
    }
}

impl Table {
    /// A table under a title.
    pub fn new(title: impl Into<String>, columns: Vec<TableColumn>) -> Self {
        Self { title: title.into(), columns, notes: Vec::new() }
    }

    /// A table from its rows; a column is its head and its rank. What a row has beyond its columns is left out.
    pub fn of_rows<H: Into<String>, R: IntoIterator<Item = String>>(
        title: impl Into<String>,
        columns: impl IntoIterator<Item = (H, u8)>,
        rows: impl IntoIterator<Item = R>,
    ) -> Self {
        let mut columns: Vec<TableColumn> =
            columns.into_iter().map(|(head, rank)| TableColumn::new(head, rank, [])).collect();
        for row in rows {
            columns.iter_mut().zip(row).for_each(|(column, cell)| column.cells.push(cell));
        }
        Self::new(title, columns)
    }

    /// A table of two columns: names, and the value of each.
    pub fn of_values<N: Into<String>>(
        title: impl Into<String>,
        heads: [&str; 2],
        values: impl IntoIterator<Item = (N, String)>,
    ) -> Self {
        Self::of_rows(title, heads.map(|head| (head, 0)), values.into_iter().map(|(name, value)| [name.into(), value]))
    }

    /// The same with notes.
    #[must_use]
    pub fn noted(mut self, notes: impl IntoIterator<Item = String>) -> Self {
        self.notes.extend(notes);
        self
    }

    /// The heads of its columns.
    #[must_use]
    pub fn heads(&self) -> Vec<&str> {
        self.columns.iter().map(|column| column.title.as_str()).collect()
    }

    /// Number of rows; as many as the shortest column has.
    #[must_use]
    pub fn height(&self) -> usize {
        self.columns.iter().map(|column| column.cells.len()).min().unwrap_or(0)
    }

    /// Its cells, row by row.
    pub fn rows(&self) -> impl Iterator<Item = Vec<&str>> {
        (0..self.height()).map(|row| self.columns.iter().map(|column| column.cells[row].as_str()).collect())
    }

    /// As a table of Markdown: numbers to the right, the first column and texts to the left.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let escaped = |cell: &str| cell.replace('|', "\\|").replace('\n', " ");
        let rule = self.columns.iter().enumerate().map(|(index, column)| {
            let numbers = index > 0 && column.cells.iter().all(|cell| begins_as_a_number(cell));
            if numbers { "---:" } else { "---" }.to_owned()
        });
        let mut text = line(self.heads().into_iter().map(escaped).collect()) + &line(rule.collect());
        for row in self.rows() {
            text += &line(row.into_iter().map(escaped).collect());
        }
        text
    }

    /// As comma-separated values, heads first (RFC 4180, lines ended by a line feed). Cells that are numbers are written as
    /// programs read them: 463000, 7.16e28, 0.0677 for 6.77 %, and nothing for a dash.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let quoted = |cell: &str| {
            let plain = !cell.contains([',', '"', '\n', '\r']);
            if plain { cell.to_owned() } else { format!("\"{}\"", cell.replace('"', "\"\"")) }
        };
        let heads = self.heads().into_iter().map(quoted).collect::<Vec<_>>().join(",");
        let cell =
            |(index, cell): (usize, &str)| quoted(if index == 0 { cell.into() } else { for_programs(cell) }.as_ref());
        let rows = self.rows().map(|row| row.into_iter().enumerate().map(cell).collect::<Vec<_>>().join(","));
        std::iter::once(heads).chain(rows).map(|line| line + "\n").collect()
    }
}

/// A cell as programs read it: the number that it is, nothing for a dash, and any other text as it stands.
fn for_programs(cell: &str) -> Cow<'_, str> {
    match as_number(cell) {
        _ if cell == "–" => Cow::default(),
        Some(number) => Cow::Owned(number),
        None => Cow::Borrowed(cell),
    }
}

/// The number that a cell is to people: 463 000, 7.16 × 10²⁸, −2.5, 6.77 %.
fn as_number(cell: &str) -> Option<String> {
    let narrow: String = cell
        .chars()
        .filter(|sign| !"\u{a0}\u{202f}".contains(*sign))
        .map(|sign| if sign == '−' { '-' } else { sign })
        .collect();
    let (number, shift) = narrow.strip_suffix('%').map_or((narrow.as_str(), 0), |share| (share, -2));
    let (mantissa, exponent) = match number.split_once("×10") {
        Some((mantissa, exponent)) => (mantissa, superscript(exponent)? + shift),
        None => (number, shift),
    };
    let digits = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let is_number = digits.starts_with(|sign: char| sign.is_ascii_digit())
        && digits.chars().all(|sign| sign.is_ascii_digit() || sign == '.')
        && digits.matches('.').count() <= 1;
    match exponent {
        _ if !is_number => None,
        0 => Some(mantissa.to_owned()),
        -2 if !number.contains('×') => Some(format!("{mantissa}e-2").parse::<f64>().ok()?.to_string()),
        _ => Some(format!("{mantissa}e{exponent}")),
    }
}

/// A whole number in superscript.
fn superscript(written: &str) -> Option<i32> {
    let digit = |sign: char| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().position(|digit| digit == sign).map(|digit| digit.to_string());
    let plain = written.chars().map(|sign| if sign == '⁻' { Some("-".to_owned()) } else { digit(sign) });
    plain.collect::<Option<String>>()?.parse().ok()
}

/// Whether a cell is a number, its absence, or a number with what belongs to it.
fn begins_as_a_number(cell: &str) -> bool {
    cell.chars().find(|sign| !"−-+~≈<>( ".contains(*sign)).is_none_or(|first| first.is_ascii_digit() || first == '–')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let cells = |cells: [&str; 2]| cells.map(str::to_owned);
        Table::new(
            "Designs",
            vec![
                TableColumn::new("Design", 0, cells(["one, two", "a|b"])),
                TableColumn::new("Runway (generations)", 1, cells(["16.7", "–"])),
            ],
        )
    }

    #[test]
    fn rows_and_columns_make_the_same_table() {
        let rows = [["one, two", "16.7"], ["a|b", "–"]].map(|row| row.map(str::to_owned));
        assert_eq!(Table::of_rows("Designs", [("Design", 0), ("Runway (generations)", 1)], rows), table());
        assert_eq!((table().height(), table().rows().last()), (2, Some(vec!["a|b", "–"])));
    }

    #[test]
    fn markdown_and_csv_hold_every_cell() {
        let markdown = "| Design | Runway (generations) |\n| --- | ---: |\n| one, two | 16.7 |\n| a\\|b | – |\n";
        assert_eq!(table().to_markdown(), markdown);
        assert_eq!(table().to_csv(), "Design,Runway (generations)\n\"one, two\",16.7\na|b,\n");
    }

    #[test]
    fn programs_read_what_people_do() {
        for (cell, read) in [
            ("16.7", "16.7"),
            ("463\u{202f}000", "463000"),
            ("7.16\u{a0}×\u{a0}10²⁸", "7.16e28"),
            ("−2.5", "-2.5"),
            ("6.77\u{a0}%", "0.0677"),
            ("99.9987\u{a0}%", "0.999987"),
            ("7.9\u{a0}×\u{a0}10⁻²⁶\u{a0}%", "7.9e-28"),
            ("1.4\u{a0}×\u{a0}10²\u{a0}%", "1.4"),
            ("–", ""),
            ("more than 20", "more than 20"),
            ("6.41 ± 0.11 (2 se)", "6.41 ± 0.11 (2 se)"),
            ("0.1.0", "0.1.0"),
            ("", ""),
        ] {
            assert_eq!(for_programs(cell), read);
        }
    }
}
