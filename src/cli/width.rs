//! Tables no wider than the terminal: whole columns are left out rather than numbers broken.

use comfy_table::{CellAlignment, LineStyle, Table, presets};
use console::{Term, measure_text_width};

use crate::table::TableColumn;

/// A head is broken into lines no shorter than this.
const LONG_WORD: usize = 12;
/// The shortest that names are cut to.
const SHORTEST: usize = 8;

/// Columns of the terminal that standard output goes to; `None` where it goes to a file or a pipe, which have room.
pub(super) fn of_terminal() -> Option<usize> {
    let terminal = Term::stdout();
    terminal.is_term().then(|| terminal.size_checked()).flatten().map(|(_, columns)| usize::from(columns))
}

/// A table of at most `width` columns of text, and the heads of what was left out for it, the highest rank first. Where even
/// that is too wide, the names of the first column are cut.
pub(super) fn fit(mut columns: Vec<TableColumn>, width: Option<usize>) -> (Table, Vec<String>) {
    let mut left_out = Vec::new();
    let limit = width.unwrap_or(usize::MAX);
    loop {
        let table = table(&columns);
        let excess = breadth(&table).saturating_sub(limit);
        let least =
            columns.iter().enumerate().filter(|(_, column)| column.rank > 0).max_by_key(|(_, column)| column.rank);
        match least.map(|(index, _)| index) {
            _ if excess == 0 => return (table, left_out),
            Some(index) => left_out.push(columns.remove(index).title),
            None => {
                shorten(&mut columns, excess);
                return (self::table(&columns), left_out);
            }
        }
    }
}

fn table(columns: &[TableColumn]) -> Table {
    let heads: Vec<String> = columns.iter().map(head).collect();
    let mut table = sheet(&heads.iter().map(String::as_str).collect::<Vec<_>>());
    let rows = columns.iter().map(|column| column.cells.len()).min().unwrap_or(0);
    for row in 0..rows {
        table.add_row(columns.iter().map(|column| column.cells[row].clone()));
    }
    table
}

/// The head of a column on as many lines as keep it no wider than its cells, or than a long word.
fn head(column: &TableColumn) -> String {
    let longest = column.cells.iter().map(|cell| measure_text_width(cell)).max().unwrap_or(0).max(LONG_WORD);
    let mut lines: Vec<String> = Vec::new();
    for word in column.title.split(' ') {
        match lines.last_mut() {
            Some(line) if measure_text_width(line) + 1 + measure_text_width(word) <= longest => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

fn breadth(table: &Table) -> usize {
    table.to_string().lines().map(measure_text_width).max().unwrap_or(0)
}

/// Makes the first column narrower by `excess`.
fn shorten(columns: &mut [TableColumn], excess: usize) {
    let Some(first) = columns.first_mut() else { return };
    let longest = first.cells.iter().chain([&first.title]).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let keep = longest.saturating_sub(excess).max(SHORTEST);
    for cell in first.cells.iter_mut().chain([&mut first.title]) {
        if cell.chars().count() > keep {
            *cell = cell.chars().take(keep - 1).chain(['…']).collect();
        }
    }
}

/// An empty table with right-aligned numbers.
pub(super) fn sheet(header: &[&str]) -> Table {
    let mut table = Table::new();
    let style = presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none());
    table.load_style(style).set_header(header.to_vec());
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<TableColumn> {
        let column = |title: &str, rank, cell: &str| TableColumn {
            title: title.to_owned(),
            cells: vec![cell.to_owned(), "–".to_owned()],
            rank,
        };
        vec![
            column("Design", 0, "a rather long name of a design"),
            column("Fails in time (%)", 1, "12.3"),
            column("Runway (generations)", 2, "more than 1000 × the horizon"),
            column("R", 3, "0.987"),
        ]
    }

    #[test]
    fn the_least_important_columns_go_first() {
        let all = columns();
        let full = breadth(&table(&all));
        assert_eq!(fit(columns(), None).1, [""; 0]);
        assert_eq!(fit(columns(), Some(full)).1, [""; 0]);
        assert_eq!(fit(columns(), Some(full - 1)).1, ["R"]);
        assert_eq!(fit(columns(), Some(50)).1, ["R", "Runway (generations)"]);
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_and_no_number_is_cut() {
        for width in 14..120 {
            let (table, left_out) = fit(columns(), Some(width));
            assert!(breadth(&table) <= width, "{width}");
            let text = table.to_string();
            for (title, cell) in [("Fails in time (%)", "12.3"), ("R", "0.987")] {
                assert!(left_out.contains(&title.to_owned()) || text.contains(cell), "{width}: {text}");
            }
        }
    }
}
