//! Which columns a table has, and whether they make a log.

use std::collections::HashSet;

use crate::fit::log::REQUIRED;
use crate::fit::log_error::LogError;

use super::answer_fields;
use super::answer_fields::key_names;
use super::column_names::ColumnRole;
use super::columns::TableColumns;
use super::file::LogFile;
use super::{ReadOptions, cells, fault, listed};

/// The columns of a file, with the line of the header; of objects within objects only where one is asked for, or where no other
/// key measures anything and no answer is among them.
pub(super) fn names(file: &LogFile, options: &ReadOptions) -> Result<(Vec<String>, Option<u64>), LogError> {
    let (names, header) = cells::names(file, false)?;
    if !file.has_objects_within() {
        return Ok((names, header));
    }
    let (within, _) = cells::names(file, true)?;
    let top: HashSet<&str> = names.iter().map(String::as_str).collect();
    let outer: Vec<&str> = within.iter().map(String::as_str).filter(|name| top.contains(name)).collect();
    let is_new = |name: &str| within.iter().any(|own| own == name) && !top.contains(name);
    let asked = options.metric.iter().chain(options.columns.iter().map(|(_, own)| own)).any(|name| is_new(name));
    let is_of_answer = |name: &String| {
        let last = name.rsplit('.').next().unwrap_or(name);
        answer_fields::IDS.contains(&last) || answer_fields::ANSWERS.contains(&last)
    };
    let measured = TableColumns::of(&outer, options).is_ok_and(|columns| columns.measure(&outer));
    let by_itself = !measured && !within.iter().any(is_of_answer);
    Ok((if asked || by_itself { within } else { names }, header))
}

/// Whether a document is a row, or the summary of an evaluation: a count of problems, and right answers or their share.
pub(super) fn is_summary(file: &LogFile) -> bool {
    let keys = file.keys();
    let names: Vec<&str> = keys.iter().map(String::as_str).collect();
    let columns = TableColumns::of(&names, &ReadOptions::default());
    columns.is_ok_and(|columns| columns.has_all() && (columns.counted() || columns.has(ColumnRole::Metric)))
}

/// Whether a file counts answers, rather than hold them.
pub(super) fn counts_answers(file: &LogFile, options: &ReadOptions) -> bool {
    let Ok((names, _)) = names(file, options) else { return false };
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let columns = TableColumns::of(&names, options);
    columns.is_ok_and(|columns| columns.has_all() && (columns.counted() || columns.has(ColumnRole::Metric)))
}

/// Refuses a table whose columns do not make a log.
pub(super) fn check(
    columns: &TableColumns,
    names: &[&str],
    file: &LogFile,
    line: Option<u64>,
    options: &ReadOptions,
) -> Result<(), LogError> {
    let is_there = |wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    let long = ["metric", "tag", "metric_name"].into_iter().find(|name| is_there(name)).filter(|_| is_there("value"));
    if let Some(metric) = long.filter(|_| !columns.counted() && options.columns.is_empty()) {
        let reason = format!(
            "this is a table in long form, whose column `{metric}` says what `value` is; leave the rows of one metric in it and \
             name the column, --columns accuracy=value; of the table that lm-evaluation-harness prints give the results_*.json \
             instead, one for each generation"
        );
        return Err(fault(&file.name, line, Some(metric), reason));
    }
    let mut seen = std::collections::BTreeSet::new();
    if let Some(twice) = names.iter().find(|name| !name.is_empty() && !seen.insert(**name)) {
        return Err(fault(&file.name, line, Some(twice), "the header names this column twice"));
    }
    let lacks = if !columns.counted() && !columns.has(ColumnRole::Metric) {
        Some("wrong")
    } else if !columns.has_all() && columns.counted() && options.evaluated.is_none() {
        Some("evaluated")
    } else {
        None
    };
    let Some(lacking) = lacks else { return Ok(()) };
    let needed = REQUIRED.map(|name| format!("`{name}`")).join(", ");
    let remedy = match lacking {
        "evaluated" => "or say it with --evaluated N",
        _ => "name columns of your own with --columns wrong=NAME, right=NAME or accuracy=NAME",
    };
    // What stands in objects within is named by a path.
    let within = file.first().map(key_names);
    let found = match &within {
        Some(keys) => listed(keys.iter().map(String::as_str)),
        None => listed(names.iter().copied()),
    };
    let one = if within.is_some() { "key" } else { "column" };
    let of_answer =
        |name: &str| answer_fields::IDS.contains(&name) || answer_fields::ANSWERS.contains(&name) || name.contains('.');
    let answers = within.iter().flatten().map(String::as_str).chain(names.iter().copied()).any(of_answer);
    let remedy = match answers {
        true => {
            format!("{remedy}; if these are answers, one a line, name their {one}s with --id, --correct and --answer")
        }
        false => remedy.to_owned(),
    };
    let reason = format!("this {one} is missing; a log needs {needed}; {remedy}; the {one}s are {found}");
    Err(fault(&file.name, line, Some(lacking), reason))
}
