//! What every format is turned into: evaluations with their place, their step and their scores.

use super::fault;
use super::gather::Gather;
use super::pairs::Answers;
use crate::fit::log::{LogError, Row};

/// When an evaluation took place.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum When {
    /// At a generation.
    Generation(u64),
    /// At a training step, an epoch or the like: the rank among the others is the generation.
    Step(f64),
    /// At a checkpoint with a name only.
    Label(String),
    /// The file does not say.
    Unknown,
}

/// What a metric says at one evaluation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value {
    /// Right answers.
    Right(u64),
    /// A share as it was written, with its number of decimals; perhaps in percent.
    Share(f64, u32),
}

/// One metric of one evaluation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Score {
    /// The metric, as the file spells it.
    pub name: String,
    pub value: Value,
    /// Problems, or answers where `repeats` is known, behind it.
    pub evaluated: Option<u64>,
    /// Answers to each problem that the metric is a mean over.
    pub repeats: Option<u64>,
    /// How many independent answers the evaluated ones are worth, where the file has the counts of each problem.
    pub independent: Option<u64>,
    /// The standard error that the file gives.
    pub standard_error: Option<f64>,
    /// Whether the file itself says that the metric is to fall.
    pub falls: bool,
    /// The answers behind it, where the file has them by problem.
    pub answers: Answers,
}

impl Score {
    pub fn share(name: &str, value: f64, decimals: u32) -> Self {
        Self::new(name, Value::Share(value, decimals), None)
    }

    pub fn right(name: &str, right: u64, evaluated: u64) -> Self {
        Self::new(name, Value::Right(right), Some(evaluated))
    }

    pub fn new(name: &str, value: Value, evaluated: Option<u64>) -> Self {
        let name = name.to_owned();
        Self {
            name,
            value,
            evaluated,
            repeats: None,
            independent: None,
            standard_error: None,
            falls: false,
            answers: Answers::default(),
        }
    }
}

/// One evaluation, or one row of a table.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub file: String,
    pub line: Option<u64>,
    pub run: String,
    pub when: When,
    pub scores: Vec<Score>,
    /// Other canonical columns; `generation`, `evaluated` and `wrong` are not read from it.
    pub rest: Row,
}

impl Record {
    pub fn new(file: &str, line: Option<u64>, when: When, scores: Vec<Score>) -> Self {
        Self { file: file.to_owned(), line, run: String::new(), when, scores, rest: Row::default() }
    }
}

/// What a reader found in its files.
#[derive(Default)]
pub(super) struct Found {
    pub records: Vec<Record>,
    /// Rows that count right and wrong answers by generation already.
    pub counted: Option<Gather>,
    /// What was left aside.
    pub ignored: Vec<String>,
    /// What a reader of the log should know: columns taken for others, orders, assumptions.
    pub notes: Vec<String>,
    /// Metrics that were logged in training only, for a message.
    pub training_only: Vec<String>,
    /// Whether the records of a file stand in the order in which they were written, so that a step that comes twice is that
    /// of a run which was resumed.
    pub in_time: bool,
    /// The metric that the format says is a share of right answers, whatever its name.
    pub declared: Option<String>,
    /// Whether every file must have the metric that is read.
    pub every_file: bool,
    /// Whether the files show that every evaluation answers the same problems.
    pub same_problems: bool,
    /// Why the rows are none of generations, should they be readable otherwise.
    pub of_problems: Option<LogError>,
    /// Whether the records are counts, which --lower-is-better does not turn (any more).
    pub verdicts: bool,
    /// Values of metrics in all records.
    values: usize,
}

/// The most evaluations of a log, and the most values of metrics in all of them: they take some 250 MB, and no fit filters
/// more than a few thousand.
const MOST_EVALUATIONS: usize = 200_000;
pub(super) const MOST_VALUES: usize = 400_000;

impl Found {
    /// Nothing yet of a harness, which runs one fixed set of problems.
    pub fn of_a_harness() -> Self {
        Self { same_problems: true, ..Self::default() }
    }

    /// Nothing yet of single answers.
    pub fn of_answers() -> Self {
        Self { verdicts: true, ..Self::default() }
    }

    /// Nothing yet of tables, which count answers until one has rates alone.
    pub fn of_tables() -> Self {
        Self { verdicts: true, every_file: true, ..Self::default() }
    }

    /// Takes an evaluation.
    ///
    /// # Errors
    /// [`LogError`] where there are more than a log may have.
    pub fn push(&mut self, mut record: Record) -> Result<(), LogError> {
        self.values += record.scores.len();
        let most = |what: &str, most: usize| {
            let reason = format!("more than the {most} {what} that a log may have; split it by its runs");
            Err(fault(&record.file, record.line, None, reason))
        };
        if self.records.len() >= MOST_EVALUATIONS {
            return most("evaluations", MOST_EVALUATIONS);
        }
        if self.values > MOST_VALUES {
            return most("values", MOST_VALUES);
        }
        record.scores.shrink_to_fit();
        self.records.push(record);
        Ok(())
    }
}

/// The set of problems that all files of a log must be of.
#[derive(Default)]
pub(super) struct OneTask {
    first: Option<(String, String)>,
}

impl OneTask {
    /// Takes a file's set.
    ///
    /// # Errors
    /// [`LogError`] where it is not that of the files before.
    pub fn is(&mut self, task: &str, file: &str) -> Result<(), LogError> {
        let (first, of) = self.first.get_or_insert_with(|| (task.to_owned(), file.to_owned()));
        if first == task {
            return Ok(());
        }
        let reason = format!("this is of the task `{task}`, but {of} is of `{first}`; give the files of one task");
        Err(fault(file, None, None, reason))
    }
}

/// Decimals of a number as it was written.
pub(super) fn decimals(text: &str) -> u32 {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let written = mantissa.split_once('.').map_or(0, |(_, after)| after.trim_end_matches('0').len() as i64);
    u32::try_from(written - exponent.parse::<i64>().unwrap_or(0)).unwrap_or(0)
}

/// Decimals of a number whose text is lost: those of its shortest form.
pub(super) fn shortest_decimals(value: f64) -> u32 {
    decimals(&value.to_string())
}
