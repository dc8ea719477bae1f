//! `--class COLUMN`: the log of one class of mistakes, beside that of all of them.

use crate::fit::log::COLUMNS;
use crate::fit::{Log, LogRow, ReadOptions};

use super::UsageError;

/// The rest of the options, with the class in place of all wrong answers.
pub(super) fn reading(options: ReadOptions, class: &str) -> Result<ReadOptions, UsageError> {
    if COLUMNS.contains(&class) {
        return Err(refused(class, &format!("`{class}` counts no class of mistakes; name the column that does")));
    }
    let mut columns = options.columns;
    columns.retain(|(name, _)| !matches!(name.as_str(), "wrong" | "right" | "correct" | "accuracy"));
    columns.push(("wrong".to_owned(), class.to_owned()));
    Ok(ReadOptions { metric: None, columns, ..options })
}

/// Leaves in the log of a class what is counted of it, and refuses what is no part of the total.
pub(super) fn keep(log: &mut Log, total: &Log, class: &str) -> Result<(), UsageError> {
    if log.format != "table" {
        let rule = format!("a class is a column of counts in a table, and this log was read as {}", log.format);
        return Err(refused(class, &rule));
    }
    let mut differs = false;
    for (run, all) in log.runs.iter().zip(&total.runs) {
        for row in &run.rows {
            let Some(whole) = all.rows.iter().find(|whole| whole.generation == row.generation) else { continue };
            exceeds(row, whole).map_or(Ok(()), |rule| Err(refused(class, &rule)))?;
            differs |= row.wrong != whole.wrong;
        }
    }
    if !differs {
        return Err(refused(class, "it counts the same as the total in every generation"));
    }
    log.keep_class();
    log.notes.push(format!(
        "`wrong` is `{class}` here; audits, votes and acceptance are of all mistakes and are left out. Total and class are fitted \
         apart: where the class is forecast above the total, at least one of the two is wrong"
    ));
    Ok(())
}

fn exceeds(row: &LogRow, whole: &LogRow) -> Option<String> {
    (row.wrong > whole.wrong).then(|| {
        format!(
            "generation {} has {} of them among {} wrong answers; a class is a part",
            row.generation, row.wrong, whole.wrong
        )
    })
}

fn refused(class: &str, rule: &str) -> UsageError {
    UsageError(format!("--class {class}: {rule}"))
}
