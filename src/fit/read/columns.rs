//! Which column of a table is which: canonical names, the usual other ones, and those that `--columns` names.

use super::meaning::{Meaning, meaning, of_training, words};
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
const EVALUATED: [&str; 14] = [
    "evaluated",
    "n_evaluated",
    "n",
    "total",
    "num_samples",
    "num_examples",
    "n_scored",
    "num_entries",
    "num_problems",
    "n_samples",
    "n_problems",
    "n_total",
    "samples",
    "n_rollouts",
];
const RIGHT: [&str; 8] = [
    "right",
    "correct",
    "n_correct",
    "num_correct",
    "correct_count",
    "final_answer_correct",
    "exact_correct",
    "n_right",
];
const WRONG: [&str; 6] = ["wrong", "incorrect", "n_wrong", "num_wrong", "wrong_count", "errors"];

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
    /// What a column of this name says, where its name leaves no doubt.
    fn of(name: &str) -> Option<Self> {
        let plain = plain(name);
        if of_training(name) {
            return None;
        }
        if RIGHT.contains(&plain.as_str()) {
            return Some(Self::Right);
        }
        if WRONG.contains(&plain.as_str()) {
            return Some(Self::Wrong);
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
        if !roles.contains(&Role::Wrong) {
            synonyms(names, &RIGHT, Role::Right, "right", &mut roles, &mut notes);
        }
        if !roles.contains(&Role::Right) && !roles.contains(&Role::Wrong) {
            synonyms(names, &WRONG, Role::Wrong, "wrong", &mut roles, &mut notes);
        }
        let counted = roles.contains(&Role::Wrong) || roles.contains(&Role::Right);
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
