//! Which column of a table is which: canonical names, the usual other ones, and those that `--columns` names.

use super::answer_fields::IDS;
use super::column_names::ColumnRole;
use super::column_names::{
    AXES, AXIS_WORDS, EVALUATED, RATE, RIGHT, RUNS, TASKS, WRONG, counted_beside, counted_by_name, is_called,
    is_neither, is_numbered_by, plain,
};
use super::meaning::{MetricMeaning, MetricScope, meaning, of_training, scope, words};
use super::read_error::ReadError;
use super::{ReadOptions, listed};
use crate::fit::log::COLUMNS;

/// The roles of a table's columns.
#[derive(Debug)]
pub(super) struct TableColumns {
    pub roles: Vec<ColumnRole>,
    /// Columns that were taken under another name than theirs.
    pub notes: Vec<String>,
    /// Columns beside those that count, by their places, which must say the same.
    pub beside: Vec<(usize, CrossCheck)>,
}

/// What a column says beside the counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CrossCheck {
    Right,
    Wrong,
    /// The share of right answers.
    Accuracy,
    /// The share of wrong ones.
    ErrorRate,
}

impl CrossCheck {
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
            Some(ColumnRole::Right) => return Some(Self::Right),
            Some(_) => return Some(Self::Wrong),
            None => {}
        }
        let rate = words(&plain.replace('_', " ")).iter().all(|word| RATE.contains(&word.as_str()));
        match meaning(&plain.replace('_', " ")) {
            MetricMeaning::Right if rate => Some(Self::Accuracy),
            MetricMeaning::Error if rate => Some(Self::ErrorRate),
            _ => None,
        }
    }
}

impl TableColumns {
    pub fn of(names: &[&str], options: &ReadOptions) -> Result<Self, ReadError> {
        let mut roles = vec![ColumnRole::Ignored; names.len()];
        let mut notes = Vec::new();
        named_by_option(names, options, &mut roles)?;
        canonical(names, &mut roles);
        axis(names, &mut roles, &mut notes);
        let others = [(&RUNS[..], ColumnRole::Run, "run"), (&EVALUATED[..], ColumnRole::Evaluated, "evaluated")];
        for (known, role, canonical) in others {
            synonyms(names, known, role, canonical, &mut roles, &mut notes);
        }
        synonyms(names, &TASKS, ColumnRole::Task, "task", &mut roles, &mut Vec::new());
        // One of the two is enough, and wrong answers counted as such are the log's own.
        let beside = options.evaluated.is_some() || roles.contains(&ColumnRole::Evaluated);
        let asked = options.metric.as_ref().is_some_and(|metric| names.contains(&metric.as_str()));
        for (known, role, canonical) in
            [(&RIGHT[..], ColumnRole::Right, "right"), (&WRONG[..], ColumnRole::Wrong, "wrong")]
        {
            // Whoever names the share has decided against counts under other names.
            let settled = [ColumnRole::Right, ColumnRole::Wrong, ColumnRole::Metric]
                .into_iter()
                .filter(|role| roles.contains(role))
                .count();
            // Without a column of all answers both are needed.
            let open = settled == 0 || !beside && settled == 1 && !roles.contains(&ColumnRole::Metric);
            if open && !synonyms(names, known, role, canonical, &mut roles, &mut notes) && !asked {
                counts(names, (role, canonical), beside, &mut roles, &mut notes);
            }
        }
        let neither = roles.iter().zip(names).any(|(role, name)| *role == ColumnRole::Ignored && is_neither(name));
        if !beside && neither && roles.contains(&ColumnRole::Right) {
            // Right and wrong answers are not all then.
            roles.iter_mut().filter(|role| **role == ColumnRole::Wrong).for_each(|role| *role = ColumnRole::Ignored);
        }
        let counted = roles.contains(&ColumnRole::Wrong) || roles.contains(&ColumnRole::Right);
        if !beside && roles.contains(&ColumnRole::Wrong) && roles.contains(&ColumnRole::Right) {
            notes.push("`evaluated` is taken as right plus wrong answers, which no column counts together".to_owned());
        }
        for (role, name) in roles.iter_mut().zip(names) {
            let metric = options.metric.as_deref() == Some(*name) || !counted && may_be_metric(name);
            if *role == ColumnRole::Ignored && metric {
                *role = ColumnRole::Metric;
            }
        }
        // Whoever names the column that counts has decided.
        let decided = ["right", "correct", "wrong"].iter().any(|name| options.column(name).is_some());
        let others = (0..).zip(&roles).zip(names).filter(|((_, role), _)| counted && **role == ColumnRole::Ignored);
        let beside = others.filter_map(|((place, _), name)| Some((place, CrossCheck::of(name).filter(|_| !decided)?)));
        let beside = beside.collect();
        Ok(Self { roles, notes, beside })
    }

    pub fn has(&self, role: ColumnRole) -> bool {
        self.roles.contains(&role)
    }

    /// Whether answers are counted, or a metric says by its name that it is a share of them.
    pub fn measure(&self, names: &[&str]) -> bool {
        let is_rate = |name: &str| matches!(meaning(name), MetricMeaning::Right | MetricMeaning::Error);
        self.counted() || self.roles.iter().zip(names).any(|(role, name)| *role == ColumnRole::Metric && is_rate(name))
    }

    /// The column that names a problem, where none orders generations.
    pub fn problem<'a>(&self, names: &[&'a str]) -> Option<&'a str> {
        let ordered =
            [ColumnRole::Generation, ColumnRole::Step, ColumnRole::Label].into_iter().any(|role| self.has(role));
        let is_id = |name: &&&str| IDS.iter().any(|id| name.eq_ignore_ascii_case(id) && *id != "index" && *id != "idx");
        names.iter().find(is_id).copied().filter(|_| !ordered)
    }

    /// What to say of a rate that stands beside a loss, as trainers log that of their batches.
    pub fn of_training(&self, names: &[&str]) -> Option<String> {
        names.iter().find(|name| name.eq_ignore_ascii_case("loss")).filter(|_| !self.has_all())?;
        let is_open = |name: &str| meaning(name) == MetricMeaning::Right && scope(name) == MetricScope::Unstated;
        let (_, name) =
            self.roles.iter().zip(names).find(|(role, name)| **role == ColumnRole::Metric && is_open(name))?;
        Some(format!(
            "`{name}` stands beside `loss`: where it is of training batches, it says nothing of held-out problems"
        ))
    }

    /// What the rows are numbered by.
    pub fn axis(&self, names: &[&str]) -> &'static str {
        let of = |(role, name): (&ColumnRole, &&str)| match role {
            ColumnRole::Generation => Some("generation"),
            ColumnRole::Step if plain(name) == "epoch" => Some("epoch"),
            ColumnRole::Step => Some("step"),
            ColumnRole::Label => Some("checkpoint"),
            _ => None,
        };
        self.roles.iter().zip(names).find_map(of).unwrap_or("their order")
    }

    /// Whether something says of how many answers, or right and wrong ones together do.
    pub fn has_all(&self) -> bool {
        self.has(ColumnRole::Evaluated) || self.has(ColumnRole::Right) && self.has(ColumnRole::Wrong)
    }

    /// Whether right or wrong answers are counted, and not only a rate given.
    pub fn counted(&self) -> bool {
        self.has(ColumnRole::Wrong) || self.has(ColumnRole::Right)
    }
}

fn may_be_metric(name: &str) -> bool {
    !matches!(meaning(name), MetricMeaning::Other(_))
        && !matches!(plain(name).as_str(), "timestamp" | "date" | "seed" | "id")
}

fn named_by_option(names: &[&str], options: &ReadOptions, roles: &mut [ColumnRole]) -> Result<(), ReadError> {
    for (canonical, own) in &options.columns {
        let place = names
            .iter()
            .position(|name| name == own)
            .or_else(|| names.iter().position(|name| name.eq_ignore_ascii_case(own)));
        let place = place.ok_or_else(|| {
            ReadError::new(format!(
                "--columns {canonical}={own}: there is no column `{own}`; there is {}",
                listed(names.iter().copied())
            ))
        })?;
        let role = match canonical.as_str() {
            "right" | "correct" => ColumnRole::Right,
            "accuracy" | "metric" => ColumnRole::Metric,
            "task" => ColumnRole::Task,
            other => role_of(other).ok_or_else(|| {
                ReadError::new(format!(
                    "--columns {canonical}={own}: there is no `{canonical}` to name; there is right, {}",
                    COLUMNS.join(", ")
                ))
            })?,
        };
        if let Some(slot) = roles.get_mut(place) {
            *slot = role;
        }
    }
    Ok(())
}

fn role_of(canonical: &str) -> Option<ColumnRole> {
    match canonical {
        "run" => Some(ColumnRole::Run),
        "generation" => Some(ColumnRole::Generation),
        "evaluated" => Some(ColumnRole::Evaluated),
        "wrong" => Some(ColumnRole::Wrong),
        other => COLUMNS.iter().position(|name| *name == other).map(ColumnRole::Canonical),
    }
}

/// Columns under their own names, in any case; a canonical name is never anything else.
fn canonical(names: &[&str], roles: &mut [ColumnRole]) {
    let named: Vec<ColumnRole> = roles.to_vec();
    for (slot, name) in roles.iter_mut().zip(names) {
        let role = role_of(&name.trim().to_lowercase());
        if let Some(role) = role.filter(|role| *slot == ColumnRole::Ignored && !named.contains(role)) {
            *slot = role;
        }
    }
}

fn axis(names: &[&str], roles: &mut [ColumnRole], notes: &mut Vec<String>) {
    if roles.iter().any(|role| matches!(role, ColumnRole::Generation | ColumnRole::Step | ColumnRole::Label)) {
        return;
    }
    for (role, known) in AXES {
        if synonyms(names, known, role, "generation", roles, notes) {
            return;
        }
    }
    for (role, known) in AXIS_WORDS {
        let fits =
            |(slot, name): &(&mut ColumnRole, &&str)| **slot == ColumnRole::Ignored && is_numbered_by(name, known);
        let mut like: Vec<(&mut ColumnRole, &&str)> = roles.iter_mut().zip(names).filter(fits).collect();
        if let [(slot, name)] = like.as_mut_slice() {
            **slot = role;
            notes.push(format!("`{name}` is taken for `generation`"));
            return;
        }
    }
}

/// Gives a role to the columns that count right or wrong answers by their names; `beside` as in [`counted_beside`].
fn counts(
    names: &[&str],
    (role, canonical): (ColumnRole, &str),
    beside: bool,
    roles: &mut [ColumnRole],
    notes: &mut Vec<String>,
) {
    let fits = |name: &str| if beside { counted_beside(name) } else { counted_by_name(name) } == Some(role);
    for (slot, name) in roles.iter_mut().zip(names) {
        if *slot == ColumnRole::Ignored && fits(name) && !of_training(name) {
            *slot = role;
            notes.push(format!("`{name}` is taken for `{canonical}`"));
        }
    }
}

/// Gives a role to the columns of the first known name that the table has, unless another has it; whether there is one.
fn synonyms(
    names: &[&str],
    known: &[&str],
    role: ColumnRole,
    canonical: &str,
    roles: &mut [ColumnRole],
    notes: &mut Vec<String>,
) -> bool {
    if roles.contains(&role) {
        return false;
    }
    let mut found = false;
    for name in known {
        for (slot, own) in roles.iter_mut().zip(names) {
            let axis = matches!(role, ColumnRole::Generation | ColumnRole::Step | ColumnRole::Label);
            if *slot == ColumnRole::Ignored && is_called(own, name) && (axis || !of_training(own)) {
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
