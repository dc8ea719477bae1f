//! Tables of evaluations: a row for each generation, under canonical names or others, in any notation that `cells` reads.

use super::answer_fields::key_names;
use super::cell_values::{is_nothing, is_percent, no_count, no_number, says, whole};
use super::column_names::ColumnRole;
use super::columns::{CrossCheck, TableColumns};
use super::file::{FileShape, LogFile};
use super::found::FoundRecords;
use super::gather::RowGather;
use super::meaning::{MetricMeaning, meaning};
use super::names::{is_first, is_name};
use super::record::{EvaluationRecord, EvaluationTime, MetricScore};
use super::table_columns::{check, is_summary, names};
use super::{LogFormat, ReadOptions, cells, fault, json, listed, problems, shortened, some};
use crate::fit::log::{COLUMNS, LogRow};
use crate::fit::log_error::LogError;

pub(super) const FORMAT: LogFormat = LogFormat { name: "table", recognise, read };

/// The most rows of a log: with its longest file they take some 400 MB, and no fit filters more than a few thousand.
const MOST_ROWS: usize = 1_000_000;

/// The most columns of a log.
const MOST_COLUMNS: usize = 10_000;

fn recognise(file: &LogFile, _: &ReadOptions) -> bool {
    match &file.shape {
        FileShape::Text => cells::is_table(file),
        FileShape::Lines(_) | FileShape::Rows(_) | FileShape::Array(_) => true,
        FileShape::Document(_) => is_summary(file),
        FileShape::Binary | FileShape::Blank => false,
    }
}

fn read(files: &[LogFile], options: &ReadOptions) -> Result<FoundRecords, LogError> {
    let mut found = FoundRecords::of_tables();
    let mut first = None;
    for file in files {
        let axis = read_file(file, options, &mut found)?;
        let (known, of) = first.get_or_insert((axis, &file.name));
        if *known != axis {
            let reason = format!(
                "rows are numbered by {axis} here, but by {known} in {of}: nothing says how they follow each other; name the column \
                 alike in all files"
            );
            return Err(fault(&file.name, None, None, reason));
        }
    }
    found.counted = found.counted.filter(|gather| gather.rows() > 0);
    Ok(found)
}

/// Reads a file; what its rows are numbered by.
fn read_file(file: &LogFile, options: &ReadOptions, found: &mut FoundRecords) -> Result<&'static str, LogError> {
    let (names, header) = names(file, options)?;
    if names.len() > MOST_COLUMNS {
        let reason = format!("{} columns, but a log has at most {MOST_COLUMNS}", names.len());
        return Err(fault(&file.name, header, None, reason));
    }
    let borrowed: Vec<&str> = names.iter().map(String::as_str).collect();
    let columns = TableColumns::of(&borrowed, options).map_err(|error| error.at(&file.name, header))?;
    check(&columns, &borrowed, file, header, options)?;
    found.notes.extend(columns.of_training(&borrowed));
    if let Some(id) = columns.problem(&borrowed) {
        let reason = format!(
            "no column says the generation, and `{id}` names a problem: these are answers, or counts by problem; name what says \
             that an answer is right, --id {id} --correct KEY (one that says what is wrong with --lower-is-better), or the column \
             of the generation, --columns generation=NAME"
        );
        found.of_problems = Some(fault(&file.name, header, Some(id), reason));
    }
    // Counts are what their columns say, whatever the metric is.
    found.verdicts &= columns.counted();
    let before = found.records.len();
    let mut table = TableReader {
        file,
        columns: &columns,
        names: &borrowed,
        options,
        skipped: 0,
        counted: 0,
        task: None,
        others: 0,
        named: None,
        gather: RowGather::new(),
        found,
    };
    let cut = cells::rows(file, &names, |line, cells| table.row(line, cells))?;
    let TableReader { skipped, others, gather, found, .. } = table;
    if gather.rows() == 0 && found.records.len() == before {
        let reason = match &options.task {
            Some(task) if others > 0 => format!("no row is of the task `{task}`"),
            _ => match file.first().or(file.document()).map(key_names) {
                Some(keys) => format!(
                    "no line holds an evaluation; the keys are {}; if these are answers, one a line, name their keys with --id, \
                     --correct and --answer, those within an object behind a point",
                    listed(keys.iter().map(String::as_str))
                ),
                None => "there is a header but no row with an evaluation".to_owned(),
            },
        };
        let refusal = fault(&file.name, None, None, reason);
        return Err(if others > 0 { refusal } else { refusal.awaited() });
    }
    let left = [
        cut.then(|| format!("the last row of {}, which is cut off", file.name)),
        (others > 0).then(|| format!("{} of other tasks", some(others, "row", "rows"))),
        (skipped > 0).then(|| format!("{} without an evaluation", some(skipped, "row", "rows"))),
    ];
    found.ignored.extend(left.into_iter().flatten());
    let columns_left = names.iter().zip(&columns.roles).filter(|(_, role)| **role == ColumnRole::Ignored);
    let shown = |name: &String| if name.is_empty() { "a column without a name".to_owned() } else { name.clone() };
    found.ignored.extend(columns_left.map(|(name, _)| shown(name)));
    found.notes.extend(columns.notes.clone());
    declare(file, found);
    found.counted.get_or_insert_with(RowGather::new).absorb(gather);
    Ok(columns.axis(&borrowed))
}

/// Takes the score of R-Zero's results, which hold it by model and data set and no more, for the share of right answers.
fn declare(file: &LogFile, found: &mut FoundRecords) {
    let mut keys = file.keys();
    keys.sort_unstable();
    if keys == ["dataset", "model", "score"] {
        found.declared = Some("score".to_owned());
        found
            .notes
            .push("`score` is the share of right answers, as R-Zero writes it by `model` and `dataset`".to_owned());
    }
}

/// A table as it is read.
struct TableReader<'a> {
    file: &'a LogFile<'a>,
    columns: &'a TableColumns,
    names: &'a [&'a str],
    options: &'a ReadOptions,
    skipped: usize,
    counted: usize,
    /// The task of the rows so far, where a column names it.
    task: Option<String>,
    /// Rows of other tasks.
    others: usize,
    /// Whether the rows so far name their generations, and do not number them.
    named: Option<bool>,
    gather: RowGather,
    found: &'a mut FoundRecords,
}

impl TableReader<'_> {
    fn row(&mut self, line: u64, cells: &[&str]) -> Result<(), LogError> {
        let roles = self.columns.roles.iter().zip(cells);
        let cells: Vec<&str> =
            roles.map(|(role, &cell)| if role.is_number() && is_nothing(cell) { "" } else { cell }).collect();
        let cells = cells.as_slice();
        if self.is_void(cells) {
            self.skipped += 1;
            return Ok(());
        }
        if !self.is_wanted(line, cells)? {
            self.others += 1;
            return Ok(());
        }
        self.counted += 1;
        if self.counted > MOST_ROWS {
            let reason = format!("more than the {MOST_ROWS} rows that a log may have; split it by its runs");
            return Err(fault(&self.file.name, Some(line), None, reason));
        }
        let when = self.when(line, cells)?;
        let run = self.text(ColumnRole::Run, cells).unwrap_or("").to_owned();
        let evaluated = self.count(ColumnRole::Evaluated, line, cells)?.or(self.options.evaluated);
        if evaluated.is_some_and(|evaluated| evaluated > json::MOST_COUNTED) {
            return Err(self.fault(line, "evaluated", problems::TOO_MANY));
        }
        let rest = self.rest(line, cells)?;
        if let (EvaluationTime::Generation(generation), true) = (&when, self.columns.counted()) {
            let row = self.counts(line, cells, evaluated, LogRow { generation: *generation, ..rest })?;
            self.gather.add(&run, line, row);
            return Ok(());
        }
        let scores = self.scores(line, cells, evaluated)?;
        let record = EvaluationRecord { run, rest, ..EvaluationRecord::new(&self.file.name, Some(line), when, scores) };
        self.found.push(record)
    }

    /// Whether a row is of the task that is read: the one asked for, or the only one.
    fn is_wanted(&mut self, line: u64, cells: &[&str]) -> Result<bool, LogError> {
        let Some((name, task)) = self.cell(ColumnRole::Task, cells) else { return Ok(true) };
        if let Some(wanted) = &self.options.task {
            return Ok(task == wanted);
        }
        match &self.task {
            Some(first) if first != task => {
                let reason =
                    format!("there are several: {}; choose one with --task NAME", listed([first.as_str(), task]));
                Err(self.fault(line, name, reason))
            }
            Some(_) => Ok(true),
            None => {
                self.task = Some(task.to_owned());
                Ok(true)
            }
        }
    }

    fn fault(&self, line: u64, column: &str, reason: impl Into<String>) -> LogError {
        fault(&self.file.name, Some(line), Some(column), reason)
    }

    /// Whether a row holds no evaluation: training rows of a log, and what pandas leaves of a missing one.
    fn is_void(&self, cells: &[&str]) -> bool {
        let measured = |role: &ColumnRole| {
            matches!(role, ColumnRole::Right | ColumnRole::Wrong | ColumnRole::Metric | ColumnRole::Evaluated)
        };
        cells.iter().zip(&self.columns.roles).all(|(cell, role)| !measured(role) || cell.is_empty())
    }

    /// The first filled cell of a role, and its column.
    fn cell<'c>(&self, role: ColumnRole, cells: &[&'c str]) -> Option<(&str, &'c str)> {
        let of_role = self
            .columns
            .roles
            .iter()
            .zip(self.names)
            .zip(cells)
            .filter(|((own, _), cell)| **own == role && !cell.is_empty());
        of_role.map(|((_, name), cell)| (*name, *cell)).next()
    }

    fn text<'c>(&self, role: ColumnRole, cells: &[&'c str]) -> Option<&'c str> {
        self.cell(role, cells).map(|(_, cell)| cell)
    }

    /// A count; two columns that say it must agree.
    fn count(&self, role: ColumnRole, line: u64, cells: &[&str]) -> Result<Option<u64>, LogError> {
        let mut known: Option<(u64, &str)> = None;
        for ((own, name), cell) in self.columns.roles.iter().zip(self.names).zip(cells) {
            if *own != role || cell.is_empty() {
                continue;
            }
            let value = whole(cell).ok_or_else(|| self.fault(line, name, no_count(cell, name, role)))?;
            match known {
                Some((other, first)) if other != value => {
                    let reason = format!("{value} here, but {other} in `{first}`; say which counts with --columns");
                    return Err(self.fault(line, name, reason));
                }
                _ => known = Some((value, name)),
            }
        }
        Ok(known.map(|(value, _)| value))
    }

    fn when(&mut self, line: u64, cells: &[&str]) -> Result<EvaluationTime, LogError> {
        for role in [ColumnRole::Generation, ColumnRole::Step] {
            let Some((name, cell)) = self.cell(role, cells) else { continue };
            let name = name.to_owned();
            let named = is_name(cell);
            // What came before all others may have a name among numbers.
            let strays = !is_first(cell) && *self.named.get_or_insert(named) != named;
            let when = match role {
                _ if named && !strays => Some(EvaluationTime::Label(cell.to_owned())),
                _ if strays => None,
                ColumnRole::Generation => whole(cell).map(EvaluationTime::Generation),
                _ if cell.parse().is_ok_and(|step: f64| !step.is_finite()) => Some(EvaluationTime::Unknown),
                _ => json::share(cell).map(|(step, _)| EvaluationTime::Step(step)),
            };
            let refuse = || if role == ColumnRole::Step { no_number(cell) } else { no_count(cell, &name, role) };
            return when.ok_or_else(|| self.fault(line, &name, refuse()));
        }
        if self.columns.has(ColumnRole::Generation) || self.columns.has(ColumnRole::Step) {
            return Err(self.fault(line, "generation", "the cell is empty; fill it, or leave the row out"));
        }
        Ok(match self.text(ColumnRole::Label, cells) {
            // A checkpoint's number is its step where every one of them has one; `assemble` sees to that.
            Some(label) => EvaluationTime::Label(label.to_owned()),
            None => EvaluationTime::Unknown,
        })
    }

    fn rest(&self, line: u64, cells: &[&str]) -> Result<LogRow, LogError> {
        let mut row = LogRow::default();
        for ((role, name), cell) in self.columns.roles.iter().zip(self.names).zip(cells) {
            let ColumnRole::Canonical(place) = role else { continue };
            let Some(column) = COLUMNS.get(*place).filter(|_| !cell.is_empty()) else { continue };
            let value = whole(cell).ok_or_else(|| self.fault(line, name, no_count(cell, name, *role)))?;
            row.set(column, value);
        }
        Ok(row)
    }

    fn counts(&self, line: u64, cells: &[&str], evaluated: Option<u64>, rest: LogRow) -> Result<LogRow, LogError> {
        let remedy = "the cell holds no count; fill it, leave the row out, or say the number for all such rows with --evaluated N";
        let (wrong, right) = (self.count(ColumnRole::Wrong, line, cells)?, self.count(ColumnRole::Right, line, cells)?);
        let both = wrong.zip(right).and_then(|(wrong, right)| wrong.checked_add(right));
        let evaluated = evaluated.or(both).ok_or_else(|| self.fault(line, "evaluated", remedy))?;
        let wrong = match (wrong, right) {
            (Some(wrong), _) => wrong,
            (None, Some(right)) => evaluated
                .checked_sub(right)
                .ok_or_else(|| self.fault(line, "right", format!("{right} is more than the {evaluated} evaluated")))?,
            (None, None) => {
                return Err(self.fault(line, "wrong", "the cell holds no count; fill it, or leave the row out"));
            }
        };
        let row = LogRow { evaluated, wrong, ..rest };
        row.check().map_err(|error| self.fault(line, error.column, error.rule))?;
        self.agree(line, cells, &row)?;
        Ok(row)
    }

    /// Refuses counts that another column of the row contradicts.
    fn agree(&self, line: u64, cells: &[&str], row: &LogRow) -> Result<(), LogError> {
        let LogRow { evaluated, wrong, .. } = *row;
        for (place, beside) in &self.columns.beside {
            let (Some(cell), Some(name)) = (cells.get(*place), self.names.get(*place)) else { continue };
            let part = match beside {
                CrossCheck::Right | CrossCheck::Accuracy => evaluated - wrong,
                CrossCheck::Wrong | CrossCheck::ErrorRate => wrong,
            };
            let counts = matches!(beside, CrossCheck::Right | CrossCheck::Wrong);
            if !is_nothing(cell) && !says(cell, counts, part, evaluated) {
                let role = if self.columns.has(ColumnRole::Wrong) { ColumnRole::Wrong } else { ColumnRole::Right };
                let (own, taken) = self.cell(role, cells).unwrap_or(("", ""));
                let canonical = if role == ColumnRole::Wrong { "wrong" } else { "right" };
                let reason = format!(
                    "`{}` here contradicts {taken} in `{own}`, of {evaluated} evaluated; if `{own}` is what counts, say --columns \
                     {canonical}={own}, if it is this one, {}",
                    shortened(cell),
                    beside.remedy(name)
                );
                return Err(self.fault(line, name, reason));
            }
        }
        Ok(())
    }

    fn scores(&self, line: u64, cells: &[&str], evaluated: Option<u64>) -> Result<Vec<MetricScore>, LogError> {
        if self.columns.counted() {
            let row = self.counts(line, cells, evaluated, LogRow::default())?;
            return Ok(vec![MetricScore::right("right answers", row.evaluated - row.wrong, row.evaluated)]);
        }
        let metrics =
            self.columns.roles.iter().zip(self.names).zip(cells).filter(|((role, _), _)| **role == ColumnRole::Metric);
        let wanted = |name: &str| self.options.metric.as_deref() == Some(name) || meaning(name) == MetricMeaning::Right;
        metrics
            .filter_map(|((_, name), cell)| {
                let Some((mut value, mut decimals)) = json::share(cell) else {
                    return (wanted(name) && !is_nothing(cell)).then(|| Err(self.fault(line, name, no_number(cell))));
                };
                if is_percent(name) && !cell.contains('%') {
                    (value, decimals) = (value / 100.0, decimals + 2);
                }
                let mut score = MetricScore::share(name, value, decimals);
                score.evaluated = evaluated;
                score.repeats = problems::repeats_in(name);
                Some(Ok(score))
            })
            .collect()
    }
}
