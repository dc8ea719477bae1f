//! The log of a running loop: what was measured, generation by generation.

use serde::{Deserialize, Serialize};

use super::row_error::RowError;
use super::transition::AnswerMoves;

/// One generation of one run, as counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct LogRow {
    /// Generation, from 0.
    pub generation: u64,
    /// Steps of a solution at this generation.
    pub steps: Option<u64>,
    /// Fresh test problems answered once each.
    pub evaluated: u64,
    /// Wrong answers among them.
    pub wrong: u64,
    /// How far the wrong answers are known, where a rate of few digits left their count open: this many either way.
    pub wrong_within: Option<u64>,
    /// How many independent answers the evaluated ones are worth, where several were given to each problem.
    pub independent: Option<u64>,
    /// Problems attempted for the next training set.
    pub generated: Option<u64>,
    /// Examples accepted among them.
    pub kept: Option<u64>,
    /// Accepted examples compared with the truth (all of `kept` where the log does not say).
    pub audited: Option<u64>,
    /// Wrong answers among the audited.
    pub kept_wrong: Option<u64>,
    /// Attempted problems on which all candidates agreed.
    pub unanimous: Option<u64>,
    /// Problems that the generation before in the log answered too: right then and now.
    pub right_right: Option<u64>,
    /// Right then, wrong now.
    pub right_wrong: Option<u64>,
    /// Wrong then, right now.
    pub wrong_right: Option<u64>,
    /// Wrong then and now.
    pub wrong_wrong: Option<u64>,
    /// The same wrong answer then and now, where the answers are known.
    pub wrong_same: Option<u64>,
    /// Steps inside the audited solutions.
    pub kept_steps: Option<u64>,
    /// Wrong steps among them.
    pub kept_wrong_steps: Option<u64>,
}

impl LogRow {
    /// Measured error rate.
    #[must_use]
    pub fn error_rate(&self) -> f64 {
        self.wrong as f64 / self.evaluated as f64
    }

    /// Wrong and evaluated answers as a number of independent ones: several answers to one problem are worth less than as many
    /// problems. Rounding to whole answers moves the rate by less than their noise.
    #[must_use]
    pub fn independent_counts(&self) -> (u64, u64) {
        match self.independent {
            Some(worth) => ((self.error_rate() * worth as f64).round() as u64, worth),
            None => (self.wrong, self.evaluated),
        }
    }

    /// The fewest and the most wrong answers that there may be, as independent ones.
    pub(super) fn independent_span(&self) -> (u64, u64) {
        let within = self.wrong_within.unwrap_or(0);
        let at = |wrong: u64| Self { wrong, ..*self }.independent_counts().0;
        (at(self.wrong.saturating_sub(within)), at(self.wrong.saturating_add(within).min(self.evaluated)))
    }
}

/// One run: its generations in rising order, none twice.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LogRun {
    /// The run's name, as the log spells it; empty where the log does not name it.
    pub name: String,
    /// Generations in rising order.
    pub rows: Vec<LogRow>,
}

impl LogRun {
    /// The first `count` generations of this run.
    #[must_use]
    pub fn first(&self, count: usize) -> Self {
        Self { name: self.name.clone(), rows: self.rows.iter().take(count).copied().collect() }
    }
}

/// A log and a run of it, for people: the only run of a log has no name where the log does not name it.
pub(super) fn named(source: &str, run: &str) -> String {
    if run.is_empty() { source.to_owned() } else { format!("{source}, run {run}") }
}

/// A log that has been read and checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Log {
    /// Where it came from, as the user named it.
    pub source: String,
    /// Format that was recognised.
    pub format: String,
    /// Columns that were taken.
    pub taken: Vec<String>,
    /// Columns or records that were not, and why.
    pub ignored: Vec<String>,
    /// What a reader of the log should know: columns taken for others, steps ranked, rates rounded.
    pub notes: Vec<String>,
    /// Whether the files show that every generation answers the same problems.
    pub same_problems: bool,
    /// The runs, in the order of their first rows.
    pub runs: Vec<LogRun>,
}

/// The columns of the canonical format, in the order in which they are written.
pub const COLUMNS: [&str; 19] = [
    "run",
    "generation",
    "steps",
    "evaluated",
    "wrong",
    "wrong_within",
    "independent",
    "generated",
    "kept",
    "audited",
    "kept_wrong",
    "unanimous",
    "kept_steps",
    "kept_wrong_steps",
    "right_right",
    "right_wrong",
    "wrong_right",
    "wrong_wrong",
    "wrong_same",
];

/// Columns without which there is no log.
pub const REQUIRED: [&str; 3] = ["generation", "evaluated", "wrong"];

impl LogRow {
    /// Checks the counts against each other: the column at fault and the rule.
    ///
    /// # Errors
    /// [`RowError`] where one count cannot be with another.
    pub fn check(&self) -> Result<(), RowError> {
        if self.evaluated == 0 {
            return Err(RowError::new("evaluated", "0 problems were evaluated; leave the generation out instead"));
        }
        let audited = self.audited.or(self.kept);
        let pairs = [
            ("wrong", Some(self.wrong), "evaluated", Some(self.evaluated)),
            ("wrong_within", self.wrong_within, "evaluated", Some(self.evaluated)),
            ("independent", self.independent, "evaluated", Some(self.evaluated)),
            ("kept", self.kept, "generated", self.generated),
            ("audited", self.audited, "kept", self.kept),
            ("kept_wrong", self.kept_wrong, if self.audited.is_some() { "audited" } else { "kept" }, audited),
            ("unanimous", self.unanimous, "generated", self.generated),
            ("kept_wrong_steps", self.kept_wrong_steps, "kept_steps", self.kept_steps),
            ("wrong_same", self.wrong_same, "wrong_wrong", self.wrong_wrong),
        ];
        self.check_moves()?;
        for (column, part, whole_name, whole) in pairs {
            if let (Some(part), Some(whole)) = (part, whole)
                && part > whole
            {
                return Err(RowError::new(column, format!("{part} is more than the {whole} of `{whole_name}`")));
            }
        }
        if self.independent == Some(0) {
            return Err(RowError::new("independent", "answers are worth 1 independent one at least"));
        }
        if self.steps == Some(0) {
            return Err(RowError::new("steps", "a solution has at least 1 step"));
        }
        Ok(())
    }

    /// What became of the problems that the generation before answered too.
    #[must_use]
    pub fn moves(&self) -> Option<AnswerMoves> {
        Some(AnswerMoves {
            right_right: self.right_right?,
            right_wrong: self.right_wrong?,
            wrong_right: self.wrong_right?,
            wrong_wrong: self.wrong_wrong?,
            wrong_same: self.wrong_same,
        })
    }

    /// All of what became of the problems is known, or nothing, and it is no more than what was answered.
    fn check_moves(&self) -> Result<(), RowError> {
        let all = [
            ("right_right", self.right_right),
            ("right_wrong", self.right_wrong),
            ("wrong_right", self.wrong_right),
            ("wrong_wrong", self.wrong_wrong),
        ];
        let known = all.iter().filter(|(_, count)| count.is_some()).count();
        if let Some((column, _)) = all.iter().find(|(_, count)| count.is_none()).filter(|_| known > 0) {
            return Err(RowError::new(
                column,
                "of `right_right`, `right_wrong`, `wrong_right` and `wrong_wrong` all are needed",
            ));
        }
        let sum =
            |counts: [Option<u64>; 2]| counts.iter().flatten().fold(0, |sum: u64, count| sum.saturating_add(*count));
        let most = self.wrong.saturating_add(self.wrong_within.unwrap_or(0));
        let wrong = sum([self.right_wrong, self.wrong_wrong]);
        if wrong > most {
            let reason = format!("with `right_wrong` {wrong} problems are wrong, more than the {most} of `wrong`");
            return Err(RowError::new("wrong_wrong", reason));
        }
        let right = sum([self.right_right, self.wrong_right]);
        let most = self.evaluated.saturating_sub(self.wrong.saturating_sub(self.wrong_within.unwrap_or(0)));
        if right > most {
            let reason = format!("with `wrong_right` {right} problems are right, more than the {most} that were");
            return Err(RowError::new("right_right", reason));
        }
        Ok(())
    }

    /// Sets one column by its canonical name; `false` for a name that is not one.
    pub(super) fn set(&mut self, column: &str, value: u64) -> bool {
        match column {
            "generation" => self.generation = value,
            "steps" => self.steps = Some(value),
            "evaluated" => self.evaluated = value,
            "wrong" => self.wrong = value,
            "wrong_within" => self.wrong_within = Some(value),
            "independent" => self.independent = Some(value),
            "generated" => self.generated = Some(value),
            "kept" => self.kept = Some(value),
            "audited" => self.audited = Some(value),
            "kept_wrong" => self.kept_wrong = Some(value),
            "unanimous" => self.unanimous = Some(value),
            "kept_steps" => self.kept_steps = Some(value),
            "kept_wrong_steps" => self.kept_wrong_steps = Some(value),
            "right_right" => self.right_right = Some(value),
            "right_wrong" => self.right_wrong = Some(value),
            "wrong_right" => self.wrong_right = Some(value),
            "wrong_wrong" => self.wrong_wrong = Some(value),
            "wrong_same" => self.wrong_same = Some(value),
            _ => return false,
        }
        true
    }

    /// One column by its canonical name.
    fn get(&self, column: &str) -> Option<u64> {
        match column {
            "generation" => Some(self.generation),
            "steps" => self.steps,
            "evaluated" => Some(self.evaluated),
            "wrong" => Some(self.wrong),
            "wrong_within" => self.wrong_within,
            "independent" => self.independent,
            "generated" => self.generated,
            "kept" => self.kept,
            "audited" => self.audited,
            "kept_wrong" => self.kept_wrong,
            "unanimous" => self.unanimous,
            "kept_steps" => self.kept_steps,
            "kept_wrong_steps" => self.kept_wrong_steps,
            "right_right" => self.right_right,
            "right_wrong" => self.right_wrong,
            "wrong_right" => self.wrong_right,
            "wrong_wrong" => self.wrong_wrong,
            "wrong_same" => self.wrong_same,
            _ => None,
        }
    }
}

impl Log {
    /// The log and one of its runs, for people.
    #[must_use]
    pub fn subject(&self, run: &LogRun) -> String {
        named(&self.source, &run.name)
    }

    /// What was recognised, in one line: format, metric, generations, problems, and what was left aside.
    #[must_use]
    pub fn recognised(&self) -> String {
        let rows = || self.runs.iter().flat_map(|run| &run.rows);
        let generations = range("generation", rows().map(|row| row.generation));
        let (evaluated, one) = (range("", rows().map(|row| row.evaluated)), rows().all(|row| row.evaluated == 1));
        let answers = if one { "answer" } else { "answers" };
        let each = if rows().count() > 1 { " each" } else { "" };
        let runs = if self.runs.len() > 1 { format!("{} runs, ", self.runs.len()) } else { String::new() };
        let mut line = format!(
            "read as {}: {}; {runs}{generations},{evaluated} {answers}{each}",
            self.format,
            self.taken.join(", ")
        );
        if !self.ignored.is_empty() {
            let (shown, more) = self.ignored.split_at(self.ignored.len().min(10));
            line += &format!("; ignored: {}", shown.join(", "));
            if !more.is_empty() {
                line += &format!(" and {} more", more.len());
            }
        }
        line
    }

    /// What was recognised, and what a reader of the log should know: a line each.
    #[must_use]
    pub fn reading(&self) -> Vec<String> {
        std::iter::once(self.recognised()).chain(self.notes.iter().map(|note| format!("note: {note}"))).collect()
    }

    /// Leaves one run, by its place, and the notes on it and on all.
    pub fn keep_run(&mut self, place: usize) {
        let kept = self.runs.get(place).map_or("", |run| run.name.as_str());
        let others: Vec<String> =
            self.runs.iter().filter(|run| run.name != kept).map(|run| note_of_run(&run.name, "")).collect();
        self.notes.retain(|note| !others.iter().any(|other| note.starts_with(other)));
        self.runs = self.runs.drain(..).skip(place).take(1).collect();
    }

    /// Makes this the log of one class of mistakes, which `wrong` counts: what is counted of all mistakes together (audits,
    /// votes, what became of each problem) says nothing of one class.
    pub fn keep_class(&mut self) {
        for row in self.runs.iter_mut().flat_map(|run| &mut run.rows) {
            let LogRow { generation, steps, evaluated, wrong, wrong_within, independent, generated, kept, .. } = *row;
            *row = LogRow {
                generation,
                steps,
                evaluated,
                wrong,
                wrong_within,
                independent,
                generated,
                kept,
                ..LogRow::default()
            };
        }
    }

    /// The log as canonical CSV: every column that any row fills.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let filled = |column: &&str| {
            *column == "run" || self.runs.iter().flat_map(|run| &run.rows).any(|row| row.get(column).is_some())
        };
        let columns: Vec<&str> = COLUMNS.iter().copied().filter(filled).collect();
        let mut text = columns.join(",") + "\n";
        for run in &self.runs {
            for row in &run.rows {
                let cells: Vec<String> = columns
                    .iter()
                    .map(|column| match *column {
                        "run" => quoted(&run.name),
                        other => row.get(other).map_or_else(String::new, |value| value.to_string()),
                    })
                    .collect();
                text += &(cells.join(",") + "\n");
            }
        }
        text
    }
}

/// A note on one run of several, which it names.
pub(super) fn note_of_run(run: &str, note: &str) -> String {
    format!("run {run}: {note}")
}

/// "generation 3", "generations 0 to 5".
fn range(what: &str, values: impl Iterator<Item = u64> + Clone) -> String {
    let (low, high) = (values.clone().min().unwrap_or(0), values.max().unwrap_or(0));
    let plural = if what.is_empty() || low == high { "" } else { "s" };
    if low == high { format!("{what} {low}") } else { format!("{what}{plural} {low} to {high}") }
}

/// A CSV cell, in quotes where the text needs them.
pub(super) fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
