//! What every format is turned into: evaluations with their place, their step and their scores.

use super::fault;
use super::pairs::PairedAnswers;
use crate::fit::log::LogRow;
use crate::fit::log_error::LogError;

/// When an evaluation took place.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum EvaluationTime {
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
pub(super) enum ScoreValue {
    /// Right answers.
    Right(u64),
    /// A share as it was written, with its number of decimals; perhaps in percent.
    Share(f64, u32),
}

/// One metric of one evaluation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct MetricScore {
    /// The metric, as the file spells it.
    pub name: String,
    pub value: ScoreValue,
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
    pub answers: PairedAnswers,
}

impl MetricScore {
    pub fn share(name: &str, value: f64, decimals: u32) -> Self {
        Self::new(name, ScoreValue::Share(value, decimals), None)
    }

    pub fn right(name: &str, right: u64, evaluated: u64) -> Self {
        Self::new(name, ScoreValue::Right(right), Some(evaluated))
    }

    pub fn new(name: &str, value: ScoreValue, evaluated: Option<u64>) -> Self {
        let name = name.to_owned();
        Self {
            name,
            value,
            evaluated,
            repeats: None,
            independent: None,
            standard_error: None,
            falls: false,
            answers: PairedAnswers::default(),
        }
    }
}

/// One evaluation, or one row of a table.
#[derive(Debug, Clone)]
pub(super) struct EvaluationRecord {
    pub file: String,
    pub line: Option<u64>,
    pub run: String,
    pub when: EvaluationTime,
    pub scores: Vec<MetricScore>,
    /// Other canonical columns; `generation`, `evaluated` and `wrong` are not read from it.
    pub rest: LogRow,
}

impl EvaluationRecord {
    pub fn new(file: &str, line: Option<u64>, when: EvaluationTime, scores: Vec<MetricScore>) -> Self {
        Self { file: file.to_owned(), line, run: String::new(), when, scores, rest: LogRow::default() }
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
