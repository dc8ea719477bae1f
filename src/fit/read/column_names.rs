//! What columns are called: the names and words by which a table is known.

use super::meaning::{is_negated, words};

/// Other names of columns, the first that a table has being the one; `eval_`, `eval/` and the like in front do not count.
pub(super) const AXES: [(ColumnRole, &[&str]); 7] = [
    (ColumnRole::Generation, &["generation", "gen"]),
    (ColumnRole::Generation, &["iteration", "iter"]),
    (ColumnRole::Generation, &["round"]),
    (
        ColumnRole::Step,
        &[
            "step",
            "global_step",
            "current_steps",
            "train_step",
            "training_step",
            "train_global_step",
            "trainer_global_step",
        ],
    ),
    (ColumnRole::Step, &["epoch"]),
    (ColumnRole::Label, &["checkpoint", "ckpt"]),
    (ColumnRole::Label, &["revision", "model_revision", "model", "name"]),
];
/// Words of columns that order generations, where no column has one of those names.
pub(super) const AXIS_WORDS: [(ColumnRole, &[&str]); 3] = [
    (
        ColumnRole::Generation,
        &[
            "generation",
            "generations",
            "gen",
            "iteration",
            "iterations",
            "iter",
            "iters",
            "it",
            "round",
            "rounds",
            "cycle",
        ],
    ),
    (ColumnRole::Step, &["step", "steps", "epoch", "epochs"]),
    (ColumnRole::Label, &["checkpoint", "ckpt", "version", "stage"]),
];
/// Words that may stand beside such a word.
const WHOSE: [&str; 22] = [
    "id",
    "idx",
    "index",
    "number",
    "no",
    "self",
    "play",
    "policy",
    "model",
    "train",
    "training",
    "trainer",
    "global",
    "outer",
    "em",
    "rl",
    "loop",
    "current",
    "optimizer",
    "update",
    "checkpoint",
    "ckpt",
];
/// Words of columns that count answers which are neither right nor wrong.
const NEITHER: [&str; 12] = [
    "unparsed",
    "unparseable",
    "invalid",
    "unanswered",
    "timeout",
    "timeouts",
    "skipped",
    "missing",
    "empty",
    "refused",
    "unknown",
    "failed",
];

/// Names of columns for runs, sets of problems and their number.
pub(super) const RUNS: [&str; 4] = ["run", "run_id", "run_name", "seed"];
pub(super) const TASKS: [&str; 6] = ["task", "dataset", "benchmark", "data_source", "datasource", "split"];
pub(super) const EVALUATED: [&str; 29] = [
    "evaluated",
    "n_evaluated",
    "n_test",
    "num_test",
    "n_eval",
    "num_eval",
    "n_val",
    "num_val",
    "test_size",
    "eval_size",
    "val_size",
    "test_set_size",
    "n",
    "total",
    "num_samples",
    "num_examples",
    "n_scored",
    "num_entries",
    "num_problems",
    "n_samples",
    "n_problems",
    "num_questions",
    "n_questions",
    "n_total",
    "samples",
    "n_rollouts",
    "attempted",
    "questions",
    "problems",
];
pub(super) const RIGHT: [&str; 8] = [
    "right",
    "correct",
    "final_answer_correct",
    "exact_correct",
    "solved",
    "correct_answers",
    "right_answers",
    "answers_correct",
];
pub(super) const WRONG: [&str; 8] =
    ["wrong", "incorrect", "errors", "not_correct", "not_right", "mistakes", "misses", "unsolved"];
/// Names that are counts beside a column that says of how many.
const PASSED: [&str; 2] = ["passed", "passes"];
const FAILED: [&str; 4] = ["failed", "fails", "failures", "failure"];
/// Words that say of the words beside them that they are counted.
const COUNTED: [&str; 6] = ["num", "n", "number", "nr", "count", "counts"];
/// What is counted in this way.
const SOLVED: [&str; 8] = ["right", "correct", "passed", "passes", "pass", "solved", "success", "successes"];
const MISSED: [&str; 9] = ["wrong", "incorrect", "failed", "failures", "failure", "fails", "fail", "error", "errors"];
/// Words that may stand beside it.
const BESIDE: [&str; 9] = ["answer", "answers", "problem", "problems", "question", "questions", "of", "final", "exact"];

/// Right or wrong answers that a column counts by its name, such as `num_failed` or `correct_count`.
pub(super) fn counted_by_name(name: &str) -> Option<ColumnRole> {
    let words = words(&plain(name).replace('_', " "));
    let of = |set: &'static [&str]| words.iter().filter(|word| set.contains(&word.as_str())).count();
    let (right, wrong) = (of(&SOLVED), of(&MISSED));
    let all = of(&COUNTED) + of(&BESIDE) + right + wrong == words.len();
    match (all && of(&COUNTED) > 0 && !is_negated(name), right, wrong) {
        (true, 1, 0) => Some(ColumnRole::Right),
        (true, 0, 1) => Some(ColumnRole::Wrong),
        _ => None,
    }
}

/// Right or wrong answers that a column counts, where another column or --evaluated says of how many.
pub(super) fn counted_beside(name: &str) -> Option<ColumnRole> {
    let plain = plain(name);
    let is = |set: &[&str]| set.contains(&plain.as_str());
    match counted_by_name(name) {
        None if is(&RIGHT) || is(&PASSED) => Some(ColumnRole::Right),
        None if is(&WRONG) || is(&FAILED) => Some(ColumnRole::Wrong),
        role => role,
    }
}

/// A column's name without case, and without what says that it is of an evaluation.
pub(super) fn plain(name: &str) -> String {
    let lower = bare(name);
    ["eval_", "evaluation_", "val_", "valid_", "test_"]
        .iter()
        .find_map(|front| lower.strip_prefix(front))
        .map_or_else(|| lower.clone(), str::to_owned)
}

/// A column's name without case.
fn bare(name: &str) -> String {
    name.trim().trim_start_matches('_').to_lowercase().replace([' ', '-', '.', '/'], "_")
}

/// Whether a column has this name, `eval_` or the like before it aside.
pub(super) fn is_called(name: &str, known: &str) -> bool {
    bare(name) == known || plain(name) == known
}

/// Whether a name is one of these words, alone or with others that only say whose they are: `steps_per_epoch` is a setting.
pub(super) fn is_numbered_by(name: &str, known: &[&str]) -> bool {
    let words = words(&plain(name).replace('_', " "));
    let is_known = |word: &String| known.contains(&word.as_str());
    let mut others = words.iter().filter(|word| !is_known(word));
    words.iter().any(is_known) && others.all(|word| WHOSE.contains(&word.as_str()))
}

/// Whether a column counts answers that are neither right nor wrong.
pub(super) fn is_neither(name: &str) -> bool {
    words(&plain(name).replace('_', " ")).iter().any(|word| NEITHER.contains(&word.as_str()))
}

/// Words of names that are a rate of all answers and nothing else.
pub(super) const RATE: [&str; 14] = [
    "accuracy",
    "acc",
    "error",
    "err",
    "rate",
    "pct",
    "percent",
    "share",
    "right",
    "wrong",
    "correct",
    "incorrect",
    "success",
    "failure",
];

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnRole {
    Run,
    /// Generations as they are.
    Generation,
    /// Training steps or epochs, whose ranks are generations.
    Step,
    /// Names of checkpoints.
    Label,
    /// The set of problems of a row.
    Task,
    Evaluated,
    Right,
    Wrong,
    /// A metric that may be the share of right answers.
    Metric,
    /// Another canonical column, by its place in [`COLUMNS`].
    Canonical(usize),
    /// None that is read.
    Ignored,
}

impl ColumnRole {
    /// Whether its cells hold counts or rates.
    pub fn is_number(self) -> bool {
        !matches!(self, Self::Run | Self::Step | Self::Label | Self::Task | Self::Ignored)
    }
}
