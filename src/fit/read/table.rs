//! Tables of evaluations: a row for each generation, under canonical names or others, in any notation that `cells` reads.

use super::answer_fields::key_names;
use super::cell_values::{is_nothing, is_percent, no_count, no_number, says, whole};
use super::column_names::Role;
use super::columns::{Beside, Columns};
use super::file::{LogFile, Shape};
use super::found::Found;
use super::gather::Gather;
use super::meaning::{Meaning, meaning};
use super::names::{is_first, is_name};
use super::record::{Record, Score, When};
use super::table_columns::{check, is_summary, names};
use super::{Format, ReadOptions, cells, fault, json, listed, problems, shortened, some};
use crate::fit::log::{COLUMNS, LogError, Row};

pub(super) const FORMAT: Format = Format { name: "table", recognise, read };

/// The most rows of a log: with its longest file they take some 400 MB, and no fit filters more than a few thousand.
const MOST_ROWS: usize = 1_000_000;

/// The most columns of a log.
const MOST_COLUMNS: usize = 10_000;

fn recognise(file: &LogFile, _: &ReadOptions) -> bool {
    match &file.shape {
        Shape::Text => cells::is_table(file),
        Shape::Lines(_) | Shape::Rows(_) | Shape::Array(_) => true,
        Shape::Document(_) => is_summary(file),
        Shape::Binary | Shape::Blank => false,
    }
}

fn read(files: &[LogFile], options: &ReadOptions) -> Result<Found, LogError> {
    let mut found = Found::of_tables();
    let mut first = None;
    for file in files {
        let axis = read_file(file, options, &mut found)?;
        let (known, of) = first.get_or_insert((axis, &file.name));
        if *known != axis {
            let reason = format!(
                "rows are numbered by {axis} here, but by {known} in {of}: nothing tells how they follow each other; name the column \
                 alike in all files"
            );
            return Err(fault(&file.name, None, None, reason));
        }
    }
    found.counted = found.counted.filter(|gather| gather.rows() > 0);
    Ok(found)
}

/// Reads a file; what its rows are numbered by.
fn read_file(file: &LogFile, options: &ReadOptions, found: &mut Found) -> Result<&'static str, LogError> {
    let (names, header) = names(file, options)?;
    if names.len() > MOST_COLUMNS {
        let reason = format!("{} columns, but a log has at most {MOST_COLUMNS}", names.len());
        return Err(fault(&file.name, header, None, reason));
    }
    let borrowed: Vec<&str> = names.iter().map(String::as_str).collect();
    let columns = Columns::of(&borrowed, options).map_err(|error| error.at(&file.name, header))?;
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
    let mut table = Table {
        file,
        columns: &columns,
        names: &borrowed,
        options,
        skipped: 0,
        counted: 0,
        task: None,
        others: 0,
        named: None,
        gather: Gather::new(),
        found,
    };
    let cut = cells::rows(file, &names, |line, cells| table.row(line, cells))?;
    let Table { skipped, others, gather, found, .. } = table;
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
        return Err(fault(&file.name, None, None, reason));
    }
    let left = [
        cut.then(|| format!("the last row of {}, which is cut off", file.name)),
        (others > 0).then(|| format!("{} of other tasks", some(others, "row", "rows"))),
        (skipped > 0).then(|| format!("{} without an evaluation", some(skipped, "row", "rows"))),
    ];
    found.ignored.extend(left.into_iter().flatten());
    let columns_left = names.iter().zip(&columns.roles).filter(|(_, role)| **role == Role::Ignored);
    let shown = |name: &String| if name.is_empty() { "a column without a name".to_owned() } else { name.clone() };
    found.ignored.extend(columns_left.map(|(name, _)| shown(name)));
    found.notes.extend(columns.notes.clone());
    declare(file, found);
    found.counted.get_or_insert_with(Gather::new).absorb(gather);
    Ok(columns.axis(&borrowed))
}

/// Takes the score of R-Zero's results, which hold it by model and data set and no more, for the share of right answers.
fn declare(file: &LogFile, found: &mut Found) {
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
struct Table<'a> {
    file: &'a LogFile<'a>,
    columns: &'a Columns,
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
    gather: Gather,
    found: &'a mut Found,
}

impl Table<'_> {
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
        let run = self.text(Role::Run, cells).unwrap_or("").to_owned();
        let evaluated = self.count(Role::Evaluated, line, cells)?.or(self.options.evaluated);
        if evaluated.is_some_and(|evaluated| evaluated > json::MOST_COUNTED) {
            return Err(self.fault(line, "evaluated", problems::TOO_MANY));
        }
        let rest = self.rest(line, cells)?;
        if let (When::Generation(generation), true) = (&when, self.columns.counted()) {
            let row = self.counts(line, cells, evaluated, Row { generation: *generation, ..rest })?;
            self.gather.add(&run, line, row);
            return Ok(());
        }
        let scores = self.scores(line, cells, evaluated)?;
        let record = Record { run, rest, ..Record::new(&self.file.name, Some(line), when, scores) };
        self.found.push(record)
    }

    /// Whether a row is of the task that is read: the one asked for, or the only one.
    fn is_wanted(&mut self, line: u64, cells: &[&str]) -> Result<bool, LogError> {
        let Some((name, task)) = self.cell(Role::Task, cells) else { return Ok(true) };
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
        let measured = |role: &Role| matches!(role, Role::Right | Role::Wrong | Role::Metric | Role::Evaluated);
        cells.iter().zip(&self.columns.roles).all(|(cell, role)| !measured(role) || cell.is_empty())
    }

    /// The first filled cell of a role, and its column.
    fn cell<'c>(&self, role: Role, cells: &[&'c str]) -> Option<(&str, &'c str)> {
        let of_role = self
            .columns
            .roles
            .iter()
            .zip(self.names)
            .zip(cells)
            .filter(|((own, _), cell)| **own == role && !cell.is_empty());
        of_role.map(|((_, name), cell)| (*name, *cell)).next()
    }

    fn text<'c>(&self, role: Role, cells: &[&'c str]) -> Option<&'c str> {
        self.cell(role, cells).map(|(_, cell)| cell)
    }

    /// A count; two columns that say it must agree.
    fn count(&self, role: Role, line: u64, cells: &[&str]) -> Result<Option<u64>, LogError> {
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

    fn when(&mut self, line: u64, cells: &[&str]) -> Result<When, LogError> {
        for role in [Role::Generation, Role::Step] {
            let Some((name, cell)) = self.cell(role, cells) else { continue };
            let name = name.to_owned();
            let named = is_name(cell);
            // What came before all others may have a name among numbers.
            let strays = !is_first(cell) && *self.named.get_or_insert(named) != named;
            let when = match role {
                _ if named && !strays => Some(When::Label(cell.to_owned())),
                _ if strays => None,
                Role::Generation => whole(cell).map(When::Generation),
                _ if cell.parse().is_ok_and(|step: f64| !step.is_finite()) => Some(When::Unknown),
                _ => json::share(cell).map(|(step, _)| When::Step(step)),
            };
            let refuse = || if role == Role::Step { no_number(cell) } else { no_count(cell, &name, role) };
            return when.ok_or_else(|| self.fault(line, &name, refuse()));
        }
        if self.columns.has(Role::Generation) || self.columns.has(Role::Step) {
            return Err(self.fault(line, "generation", "the cell is empty; fill it, or leave the row out"));
        }
        Ok(match self.text(Role::Label, cells) {
            // A checkpoint's number is its step where every one of them has one; `assemble` sees to that.
            Some(label) => When::Label(label.to_owned()),
            None => When::Unknown,
        })
    }

    fn rest(&self, line: u64, cells: &[&str]) -> Result<Row, LogError> {
        let mut row = Row::default();
        for ((role, name), cell) in self.columns.roles.iter().zip(self.names).zip(cells) {
            let Role::Canonical(place) = role else { continue };
            let Some(column) = COLUMNS.get(*place).filter(|_| !cell.is_empty()) else { continue };
            let value = whole(cell).ok_or_else(|| self.fault(line, name, no_count(cell, name, *role)))?;
            row.set(column, value);
        }
        Ok(row)
    }

    fn counts(&self, line: u64, cells: &[&str], evaluated: Option<u64>, rest: Row) -> Result<Row, LogError> {
        let remedy = "the cell holds no count; fill it, leave the row out, or say the number for all such rows with --evaluated N";
        let (wrong, right) = (self.count(Role::Wrong, line, cells)?, self.count(Role::Right, line, cells)?);
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
        let row = Row { evaluated, wrong, ..rest };
        row.check().map_err(|error| self.fault(line, error.column, error.rule))?;
        self.agree(line, cells, &row)?;
        Ok(row)
    }

    /// Refuses counts that another column of the row contradicts.
    fn agree(&self, line: u64, cells: &[&str], row: &Row) -> Result<(), LogError> {
        let Row { evaluated, wrong, .. } = *row;
        for (place, beside) in &self.columns.beside {
            let (Some(cell), Some(name)) = (cells.get(*place), self.names.get(*place)) else { continue };
            let part = match beside {
                Beside::Right | Beside::Accuracy => evaluated - wrong,
                Beside::Wrong | Beside::ErrorRate => wrong,
            };
            let counts = matches!(beside, Beside::Right | Beside::Wrong);
            if !is_nothing(cell) && !says(cell, counts, part, evaluated) {
                let role = if self.columns.has(Role::Wrong) { Role::Wrong } else { Role::Right };
                let (own, taken) = self.cell(role, cells).unwrap_or(("", ""));
                let canonical = if role == Role::Wrong { "wrong" } else { "right" };
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

    fn scores(&self, line: u64, cells: &[&str], evaluated: Option<u64>) -> Result<Vec<Score>, LogError> {
        if self.columns.counted() {
            let row = self.counts(line, cells, evaluated, Row::default())?;
            return Ok(vec![Score::right("right answers", row.evaluated - row.wrong, row.evaluated)]);
        }
        let metrics =
            self.columns.roles.iter().zip(self.names).zip(cells).filter(|((role, _), _)| **role == Role::Metric);
        let wanted = |name: &str| self.options.metric.as_deref() == Some(name) || meaning(name) == Meaning::Right;
        metrics
            .filter_map(|((_, name), cell)| {
                let Some((mut value, mut decimals)) = json::share(cell) else {
                    return (wanted(name) && !is_nothing(cell)).then(|| Err(self.fault(line, name, no_number(cell))));
                };
                if is_percent(name) && !cell.contains('%') {
                    (value, decimals) = (value / 100.0, decimals + 2);
                }
                let mut score = Score::share(name, value, decimals);
                score.evaluated = evaluated;
                score.repeats = problems::repeats_in(name);
                Some(Ok(score))
            })
            .collect()
    }
}
