//! Tables no wider than the terminal: whole columns are left out rather than numbers broken.

use comfy_table::{CellAlignment, LineStyle, Table, presets};
use console::{Term, measure_text_width};

use crate::table::TableColumn;

/// A head is broken into lines no shorter than this.
const LONG_WORD: usize = 12;
/// Cells wider than this hold text, which stands at the left and is broken into lines between words.
const TEXT: usize = 32;
/// The shortest that names are cut to.
const SHORTEST: usize = 8;

/// Columns of text that tables may have: as many as `COLUMNS` says, else those of the terminal that standard output goes to;
/// `None` where it goes to a file or a pipe, which have room.
pub(super) fn of_terminal() -> Option<usize> {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 0);
    if said.is_some() {
        return said;
    }
    let terminal = Term::stdout();
    terminal.is_term().then(|| terminal.size_checked()).flatten().map(|(_, columns)| usize::from(columns))
}

/// A table of at most `width` columns of text, and the heads of what was left out for it, the highest rank first. Texts are
/// broken into lines before a column goes; where even that is too wide, the names of the first column are cut.
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
            _ if broken(&mut columns, excess, TEXT) => {}
            Some(index) => left_out.push(columns.remove(index).title),
            None if broken(&mut columns, excess, LONG_WORD) => {}
            None => {
                shorten(&mut columns, excess);
                return (self::table(&columns), left_out);
            }
        }
    }
}

fn table(columns: &[TableColumn]) -> Table {
    let heads: Vec<String> = columns.iter().map(head).collect();
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none())).set_header(heads);
    for (column, cells) in table.column_iter_mut().zip(columns).skip(1) {
        let text = longest(cells) > TEXT || cells.cells.iter().any(|cell| cell.contains('\n'));
        column.set_cell_alignment(if text { CellAlignment::Left } else { CellAlignment::Right });
    }
    let rows = columns.iter().map(|column| column.cells.len()).min().unwrap_or(0);
    for row in 0..rows {
        table.add_row(columns.iter().map(|column| column.cells[row].clone()));
    }
    table
}

/// The head of a column on as many lines as keep it no wider than its cells, or than a long word.
fn head(column: &TableColumn) -> String {
    lines(&column.title, longest(column).max(LONG_WORD))
}

/// The width of the widest cell.
fn longest(column: &TableColumn) -> usize {
    column.cells.iter().flat_map(|cell| cell.lines()).map(measure_text_width).max().unwrap_or(0)
}

/// A sentence on lines of at most `width`, where there is one.
pub(super) fn wrapped(text: &str, width: Option<usize>) -> String {
    width.map_or_else(
        || text.to_owned(),
        |width| text.lines().map(|line| lines(line, width)).collect::<Vec<_>>().join("\n"),
    )
}

/// A text broken between words into lines of at most `width`, or of one word.
fn lines(text: &str, width: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split([' ', '\n']) {
        match lines.last_mut() {
            Some(line) if measure_text_width(line) + 1 + measure_text_width(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

/// Breaks the widest texts to take less room, by `excess` if they can, but to lines no shorter than `least`; whether that has
/// made their column narrower.
fn broken(columns: &mut [TableColumn], excess: usize, least: usize) -> bool {
    let Some(widest) = columns.iter_mut().max_by_key(|column| longest(column)) else { return false };
    let before = longest(widest);
    if before <= least {
        return false;
    }
    let target = before.saturating_sub(excess).max(least);
    widest.cells.iter_mut().for_each(|cell| *cell = lines(cell, target));
    longest(widest) < before
}

fn breadth(table: &Table) -> usize {
    table.to_string().lines().map(measure_text_width).max().unwrap_or(0)
}

/// Makes the first column narrower by `excess`, cutting its names.
fn shorten(columns: &mut [TableColumn], excess: usize) {
    let Some(first) = columns.first_mut() else { return };
    let widest = head(first).lines().map(measure_text_width).max().unwrap_or(0).max(longest(first));
    let keep = widest.saturating_sub(excess).max(SHORTEST);
    let cut = |line: &str| match line.chars().count() {
        short if short <= keep => line.to_owned(),
        // What tells dotted keys apart is their end.
        all if line.contains('.') && !line.contains(' ') => {
            std::iter::once('…').chain(line.chars().skip(all + 1 - keep)).collect()
        }
        _ => line.chars().take(keep - 1).chain(['…']).collect(),
    };
    for cell in first.cells.iter_mut().chain([&mut first.title]) {
        *cell = cell.lines().map(cut).collect::<Vec<_>>().join("\n");
    }
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
    fn dotted_keys_keep_the_end_that_tells_them_apart() {
        let keys = ["learning.imprint", "learning.persistence", "name of a design"].map(str::to_owned);
        let mut columns = vec![TableColumn { title: "Key".to_owned(), cells: keys.to_vec(), rank: 0 }];
        shorten(&mut columns, 10);
        assert_eq!(columns[0].cells, ["…g.imprint", "…rsistence", "name of a…"]);
    }

    #[test]
    fn every_width_has_a_table() {
        let text = "a sentence of more words than fit into the widest column that is left as it is";
        let mut all = columns();
        all.extend(["Why", "What would"].map(|title| TableColumn::new(title, 0, [text.to_owned(), text.to_owned()])));
        for width in 0..=120 {
            let (table, _) = fit(all.clone(), Some(width));
            assert!(width < 60 || breadth(&table) <= width, "{width}: {table}");
        }
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
    fn texts_are_broken_between_words_before_a_column_goes() {
        let text = "not available: R is not below 1 and nothing holds the error below 1.4\u{a0}×\u{a0}10⁻⁵\u{a0}%";
        let of = |title: &str, rank, cell: &str| TableColumn::new(title, rank, [cell.to_owned()]);
        let columns = vec![of("Quantity", 0, "error floor"), of("Analytic", 0, text), of("R", 1, "0.987")];
        for width in [60, 80] {
            let (table, left_out) = fit(columns.clone(), Some(width));
            assert_eq!(left_out, [""; 0], "{width}");
            assert!(breadth(&table) <= width && table.to_string().contains("1.4\u{a0}×\u{a0}10⁻⁵\u{a0}%"), "{table}");
        }
        let (narrow, left_out) = fit(columns, Some(36));
        assert_eq!((breadth(&narrow) <= 36, left_out), (true, vec!["R".to_owned()]), "{narrow}");
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
