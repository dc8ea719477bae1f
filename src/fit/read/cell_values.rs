//! What stands in the cells of a table: counts, rates, nothing, or something that no cell may hold.

use super::column_names::ColumnRole;
use super::{json, shortened};

/// Whether a cell says `part` of `all`, as a count or as a rate that was rounded or cut off; what is no number says nothing.
pub(super) fn says(cell: &str, counts: bool, part: u64, all: u64) -> bool {
    let Some((value, decimals)) = json::share(cell) else { return true };
    if counts && !cell.contains(['.', '%']) {
        return json::whole(value) == Some(part);
    }
    let rate = part as f64 / all as f64;
    let fits = |scale: f64| {
        let unit = 10_f64.powi(-i32::try_from(decimals).unwrap_or(i32::MAX));
        let off = scale * rate - value;
        let digits = 1e-9 * scale;
        off.abs() <= 0.5 * unit + digits || (0.0..unit - digits).contains(&off)
    };
    // In percent too; a count may be written with a point.
    fits(1.0) || fits(100.0) || counts && json::whole(value) == Some(part)
}

/// Whether a cell says that nothing was measured.
pub(super) fn is_nothing(cell: &str) -> bool {
    const MARKS: [&str; 12] = ["", "-", "--", "–", "—", "n/a", "#n/a", "na", "nan", "none", "null", "?"];
    MARKS.contains(&cell.trim().to_lowercase().as_str()) || cell.to_lowercase().contains("nan")
}

/// Whether a column's name says that its values are in percent, small ones too.
pub(super) fn is_percent(name: &str) -> bool {
    let lower = name.to_lowercase();
    ["%", "pct", "percent"].iter().any(|mark| lower.contains(mark))
}

/// A count, also as spreadsheets and pandas write it (500.0 or 1,319).
pub(super) fn whole(cell: &str) -> Option<u64> {
    let digits = if has_thousands(cell) { cell.replace(',', "") } else { cell.to_owned() };
    digits.parse().ok().and_then(json::whole)
}

/// Whether commas part a number in groups of three digits.
fn has_thousands(cell: &str) -> bool {
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let mut groups = cell.split(',');
    groups.next().is_some_and(|first| digits(first) && (1..=3).contains(&first.len()) && first != "0")
        && cell.contains(',')
        && groups.all(|group| digits(group) && group.len() == 3)
}

/// Why a cell is no count, and what helps.
pub(super) fn no_count(cell: &str, column: &str, role: ColumnRole) -> String {
    let shown = shortened(cell);
    if cell.parse().is_ok_and(|value: f64| value.fract() == 0.0 && value > json::MOST_COUNTED as f64) {
        return format!("`{shown}` is more than can be counted");
    }
    let share = json::share(cell).is_some_and(|(value, _)| (0.0..=100.0).contains(&value));
    let remedy = match role {
        _ if !share => notation(cell).unwrap_or_default(),
        ColumnRole::Right => format!("; if `{column}` is the share of right answers, say --columns accuracy={column}"),
        ColumnRole::Wrong => {
            format!("; if `{column}` is the share of wrong answers, say --columns accuracy={column} --lower-is-better")
        }
        _ => String::new(),
    };
    format!("`{shown}` is not a whole number{remedy}")
}

/// Why a cell is no number, and what helps.
pub(super) fn no_number(cell: &str) -> String {
    format!("`{}` is not a number{}", shortened(cell), notation(cell).unwrap_or_default())
}

/// What helps where a number is written with more than digits and a point.
fn notation(cell: &str) -> Option<String> {
    let digits = |text: &str| !text.trim().is_empty() && text.trim().bytes().all(|byte| byte.is_ascii_digit());
    if cell.split_once('/').is_some_and(|(part, all)| digits(part) && digits(all)) {
        return Some("; write the two numbers in columns of their own, such as `right` and `evaluated`".to_owned());
    }
    let parts: Vec<&str> = cell.split(',').collect();
    (parts.len() > 1 && parts.iter().all(|part| digits(part)))
        .then(|| "; write numbers without commas: 1319 for thousands, 0.634 for decimals".to_owned())
}
