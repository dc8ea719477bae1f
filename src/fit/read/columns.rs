//! Which column of a table is which: canonical names, the usual other ones, and those that `--columns` names.

use super::meaning::{Meaning, is_negated, meaning, of_training, words};
use super::{ReadOptions, listed};
use crate::fit::log::COLUMNS;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
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

impl Role {
    /// Whether its cells hold counts or rates.
    pub fn is_number(self) -> bool {
        !matches!(self, Self::Run | Self::Step | Self::Label | Self::Task | Self::Ignored)
    }
}

/// Other names of columns, the first that a table has being the one; `eval_`, `eval/` and the like in front do not count.
const AXES: [(Role, &[&str]); 7] = [
    (Role::Generation, &["generation", "gen"]),
    (Role::Generation, &["iteration", "iter"]),
    (Role::Generation, &["round"]),
    (
        Role::Step,
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
    (Role::Step, &["epoch"]),
    (Role::Label, &["checkpoint", "ckpt"]),
    (Role::Label, &["revision", "model_revision", "model"]),
];
const RUNS: [&str; 4] = ["run", "run_id", "run_name", "seed"];
const TASKS: [&str; 6] = ["task", "dataset", "benchmark", "data_source", "datasource", "split"];
const EVALUATED: [&str; 20] = [
    "evaluated",
    "n_evaluated",
    "n_test",
    "num_test",
    "n_eval",
    "num_eval",
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
];
const RIGHT: [&str; 4] = ["right", "correct", "final_answer_correct", "exact_correct"];
const WRONG: [&str; 8] = ["wrong", "incorrect", "errors", "not_correct", "not_right", "mistakes", "misses", "unsolved"];
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
pub(super) fn counted_by_name(name: &str) -> Option<Role> {
    let words = words(&plain(name).replace('_', " "));
    let of = |set: &'static [&str]| words.iter().filter(|word| set.contains(&word.as_str())).count();
    let (right, wrong) = (of(&SOLVED), of(&MISSED));
    let all = of(&COUNTED) + of(&BESIDE) + right + wrong == words.len();
    match (all && of(&COUNTED) > 0 && !is_negated(name), right, wrong) {
        (true, 1, 0) => Some(Role::Right),
        (true, 0, 1) => Some(Role::Wrong),
        _ => None,
    }
}

/// Right or wrong answers that a column counts, where another column or --evaluated says of how many.
fn counted_beside(name: &str) -> Option<Role> {
    let plain = plain(name);
    let is = |set: &[&str]| set.contains(&plain.as_str());
    match counted_by_name(name) {
        None if is(&RIGHT) || is(&PASSED) => Some(Role::Right),
        None if is(&WRONG) || is(&FAILED) => Some(Role::Wrong),
        role => role,
    }
}

/// A column's name without case, and without what says that it is of an evaluation.
pub(super) fn plain(name: &str) -> String {
    let lower = name.trim().trim_start_matches('_').to_lowercase().replace([' ', '-', '.', '/'], "_");
    ["eval_", "evaluation_", "val_", "valid_", "test_"]
        .iter()
        .find_map(|front| lower.strip_prefix(front))
        .map_or_else(|| lower.clone(), str::to_owned)
}

/// The roles of a table's columns.
#[derive(Debug)]
pub(super) struct Columns {
    pub roles: Vec<Role>,
    /// Columns that were taken under another name than theirs.
    pub notes: Vec<String>,
    /// Columns beside those that count, by their places, which must say the same.
    pub beside: Vec<(usize, Beside)>,
}

/// What a column says beside the counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beside {
    Right,
    Wrong,
    /// The share of right answers.
    Accuracy,
    /// The share of wrong ones.
    ErrorRate,
}

/// Words of names that are a rate of all answers and nothing else.
const RATE: [&str; 14] = [
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

impl Beside {
    /// The options that make such a column the one that is read.
    pub(super) fn remedy(self, name: &str) -> String {
        match self {
            Self::Right => format!("--columns right={name}"),
            Self::Wrong => format!("--columns wrong={name}"),
            Self::Accuracy => format!("--columns accuracy={name}"),
            Self::ErrorRate => format!("--columns accuracy={name} --lower-is-better"),
        }
    }

    /// What a column of this name says, where its name leaves no doubt.
    fn of(name: &str) -> Option<Self> {
        let plain = plain(name);
        if of_training(name) {
            return None;
        }
        match counted_beside(name) {
            Some(Role::Right) => return Some(Self::Right),
            Some(_) => return Some(Self::Wrong),
            None => {}
        }
        let rate = words(&plain.replace('_', " ")).iter().all(|word| RATE.contains(&word.as_str()));
        match meaning(&plain.replace('_', " ")) {
            Meaning::Right if rate => Some(Self::Accuracy),
            Meaning::Error if rate => Some(Self::ErrorRate),
            _ => None,
        }
    }
}

impl Columns {
    pub fn of(names: &[&str], options: &ReadOptions) -> Result<Self, String> {
        let mut roles = vec![Role::Ignored; names.len()];
        let mut notes = Vec::new();
        named_by_option(names, options, &mut roles)?;
        canonical(names, &mut roles);
        axis(names, &mut roles, &mut notes);
        let others = [(&RUNS[..], Role::Run, "run"), (&EVALUATED[..], Role::Evaluated, "evaluated")];
        for (known, role, canonical) in others {
            synonyms(names, known, role, canonical, &mut roles, &mut notes);
        }
        synonyms(names, &TASKS, Role::Task, "task", &mut roles, &mut Vec::new());
        // One of the two is enough, and wrong answers counted as such are the log's own.
        let beside = options.evaluated.is_some() || roles.contains(&Role::Evaluated);
        let asked = options.metric.as_ref().is_some_and(|metric| names.contains(&metric.as_str()));
        for (known, role, canonical) in [(&RIGHT[..], Role::Right, "right"), (&WRONG[..], Role::Wrong, "wrong")] {
            // Whoever names the share has decided against counts under other names.
            let settled =
                [Role::Right, Role::Wrong, Role::Metric].into_iter().filter(|role| roles.contains(role)).count();
            // Without a column of all answers both are needed.
            let open = settled == 0 || !beside && role == Role::Wrong && settled == 1 && roles.contains(&Role::Right);
            if open && !synonyms(names, known, role, canonical, &mut roles, &mut notes) && !asked {
                counts(names, (role, canonical), beside, &mut roles, &mut notes);
            }
        }
        let counted = roles.contains(&Role::Wrong) || roles.contains(&Role::Right);
        if !beside && roles.contains(&Role::Wrong) && roles.contains(&Role::Right) {
            notes.push("`evaluated` is taken as right plus wrong answers, which no column counts together".to_owned());
        }
        for (role, name) in roles.iter_mut().zip(names) {
            let metric = options.metric.as_deref() == Some(*name) || !counted && may_be_metric(name);
            if *role == Role::Ignored && metric {
                *role = Role::Metric;
            }
        }
        // Whoever names the column that counts has decided.
        let decided = ["right", "correct", "wrong"].iter().any(|name| options.column(name).is_some());
        let others = (0..).zip(&roles).zip(names).filter(|((_, role), _)| counted && **role == Role::Ignored);
        let beside = others.filter_map(|((place, _), name)| Some((place, Beside::of(name).filter(|_| !decided)?)));
        let beside = beside.collect();
        Ok(Self { roles, notes, beside })
    }

    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether answers are counted, or a metric says by its name that it is a share of them.
    pub fn measure(&self, names: &[&str]) -> bool {
        let is_rate = |name: &str| matches!(meaning(name), Meaning::Right | Meaning::Error);
        self.counted() || self.roles.iter().zip(names).any(|(role, name)| *role == Role::Metric && is_rate(name))
    }

    /// What the rows are numbered by.
    pub fn axis(&self, names: &[&str]) -> &'static str {
        let of = |(role, name): (&Role, &&str)| match role {
            Role::Generation => Some("generation"),
            Role::Step if plain(name) == "epoch" => Some("epoch"),
            Role::Step => Some("step"),
            Role::Label => Some("checkpoint"),
            _ => None,
        };
        self.roles.iter().zip(names).find_map(of).unwrap_or("their order")
    }

    /// Whether something says of how many answers, or right and wrong ones together do.
    pub fn has_all(&self) -> bool {
        self.has(Role::Evaluated) || self.has(Role::Right) && self.has(Role::Wrong)
    }

    /// Whether right or wrong answers are counted, and not only a rate given.
    pub fn counted(&self) -> bool {
        self.has(Role::Wrong) || self.has(Role::Right)
    }
}

fn may_be_metric(name: &str) -> bool {
    !matches!(meaning(name), Meaning::Other(_)) && !matches!(plain(name).as_str(), "timestamp" | "date" | "seed" | "id")
}

fn named_by_option(names: &[&str], options: &ReadOptions, roles: &mut [Role]) -> Result<(), String> {
    for (canonical, own) in &options.columns {
        let place = names
            .iter()
            .position(|name| name == own)
            .or_else(|| names.iter().position(|name| name.eq_ignore_ascii_case(own)));
        let place = place.ok_or_else(|| {
            format!(
                "--columns {canonical}={own}: there is no column `{own}`; there is {}",
                listed(names.iter().copied())
            )
        })?;
        let role = match canonical.as_str() {
            "right" | "correct" => Role::Right,
            "accuracy" | "metric" => Role::Metric,
            "task" => Role::Task,
            other => role_of(other).ok_or_else(|| {
                format!(
                    "--columns {canonical}={own}: there is no `{canonical}` to name; there is right, {}",
                    COLUMNS.join(", ")
                )
            })?,
        };
        if let Some(slot) = roles.get_mut(place) {
            *slot = role;
        }
    }
    Ok(())
}

fn role_of(canonical: &str) -> Option<Role> {
    match canonical {
        "run" => Some(Role::Run),
        "generation" => Some(Role::Generation),
        "evaluated" => Some(Role::Evaluated),
        "wrong" => Some(Role::Wrong),
        other => COLUMNS.iter().position(|name| *name == other).map(Role::Canonical),
    }
}

/// Columns under their own names, in any case; a canonical name is never anything else.
fn canonical(names: &[&str], roles: &mut [Role]) {
    let named: Vec<Role> = roles.to_vec();
    for (slot, name) in roles.iter_mut().zip(names) {
        let role = role_of(&name.trim().to_lowercase());
        if let Some(role) = role.filter(|role| *slot == Role::Ignored && !named.contains(role)) {
            *slot = role;
        }
    }
}

fn axis(names: &[&str], roles: &mut [Role], notes: &mut Vec<String>) {
    if roles.iter().any(|role| matches!(role, Role::Generation | Role::Step | Role::Label)) {
        return;
    }
    for (role, known) in AXES {
        if synonyms(names, known, role, "generation", roles, notes) {
            return;
        }
    }
}

/// Gives a role to the columns that count right or wrong answers by their names; `beside` as in [`counted_beside`].
fn counts(names: &[&str], (role, canonical): (Role, &str), beside: bool, roles: &mut [Role], notes: &mut Vec<String>) {
    let fits = |name: &str| if beside { counted_beside(name) } else { counted_by_name(name) } == Some(role);
    for (slot, name) in roles.iter_mut().zip(names) {
        if *slot == Role::Ignored && fits(name) && !of_training(name) {
            *slot = role;
            notes.push(format!("`{name}` is taken for `{canonical}`"));
        }
    }
}

/// Gives a role to the columns of the first known name that the table has, unless another has it; whether there is one.
fn synonyms(
    names: &[&str],
    known: &[&str],
    role: Role,
    canonical: &str,
    roles: &mut [Role],
    notes: &mut Vec<String>,
) -> bool {
    if roles.contains(&role) {
        return false;
    }
    let mut found = false;
    for name in known {
        for (slot, own) in roles.iter_mut().zip(names) {
            let axis = matches!(role, Role::Generation | Role::Step | Role::Label);
            if *slot == Role::Ignored && plain(own) == *name && (axis || !of_training(own)) {
                *slot = role;
                found = true;
                if own.trim().to_lowercase() != canonical {
                    notes.push(format!("`{own}` is taken for `{canonical}`"));
                }
            }
        }
        // Rows of one file may spell the count in two ways; a step may not.
        if found {
            return true;
        }
    }
    found
}
