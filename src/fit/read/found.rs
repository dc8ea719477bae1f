//! What a reader found in its files.

use super::gather::RowGather;
use super::record::EvaluationRecord;
use super::wording::fault;
use crate::fit::log_error::LogError;

/// What a reader found in its files.
#[derive(Default)]
pub(super) struct FoundRecords {
    pub records: Vec<EvaluationRecord>,
    /// Rows that count right and wrong answers by generation already.
    pub counted: Option<RowGather>,
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

impl FoundRecords {
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
    pub fn push(&mut self, mut record: EvaluationRecord) -> Result<(), LogError> {
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
