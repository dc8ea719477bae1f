//! A table of texts: built once, and rendered for a terminal, a page, Markdown or a spreadsheet by whoever shows it.

/// A table, column by column. Cells are texts already; units stand in the titles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What it shows.
    pub title: String,
    /// The columns, the first of which names the rows.
    pub columns: Vec<TableColumn>,
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
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
        Self { title: title.into(), columns }
    }

    /// The heads of its columns.
    #[must_use]
    pub fn heads(&self) -> Vec<&str> {
        self.columns.iter().map(|column| column.title.as_str()).collect()
    }

    /// Its cells, row by row; as many rows as the shortest column has.
    #[must_use]
    pub fn rows(&self) -> Vec<Vec<String>> {
        rows_of(&self.columns)
    }

    /// As a table of Markdown: the first column to the left, the others to the right.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let escaped = |cell: &str| cell.replace('|', "\\|").replace('\n', " ");
        let rule = (0..self.columns.len()).map(|index| if index == 0 { "---" } else { "---:" }.to_owned());
        let mut text = line(self.heads().into_iter().map(escaped).collect()) + &line(rule.collect());
        for row in self.rows() {
            text += &line(row.iter().map(|cell| escaped(cell)).collect());
        }
        text
    }

    /// As comma-separated values, heads first (RFC 4180, lines ended by a line feed).
    #[must_use]
    pub fn to_csv(&self) -> String {
        let quoted = |cell: &str| {
            let plain = !cell.contains([',', '"', '\n', '\r']);
            if plain { cell.to_owned() } else { format!("\"{}\"", cell.replace('"', "\"\"")) }
        };
        let line = |cells: Vec<String>| cells.join(",") + "\n";
        let mut text = line(self.heads().into_iter().map(quoted).collect());
        for row in self.rows() {
            text += &line(row.iter().map(|cell| quoted(cell)).collect());
        }
        text
    }
}

/// The cells of columns, row by row; as many rows as the shortest column has.
#[must_use]
pub fn rows_of(columns: &[TableColumn]) -> Vec<Vec<String>> {
    let length = columns.iter().map(|column| column.cells.len()).min().unwrap_or(0);
    (0..length).map(|row| columns.iter().map(|column| column.cells[row].clone()).collect()).collect()
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
    fn markdown_and_csv_hold_every_cell() {
        let markdown = "| Design | Runway (generations) |\n| --- | ---: |\n| one, two | 16.7 |\n| a\\|b | – |\n";
        assert_eq!(table().to_markdown(), markdown);
        assert_eq!(table().to_csv(), "Design,Runway (generations)\n\"one, two\",16.7\na|b,–\n");
    }
}
