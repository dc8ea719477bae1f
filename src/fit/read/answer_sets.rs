//! Sets of problems and seeds that lines of answers name: answers of several sets are no repeats of one.

use std::collections::{BTreeMap, BTreeSet};

use super::answer_fields::{known, text};
use super::column_names::TASKS;
use super::json::Object;
use super::{ReadOptions, fault, listed, shortened};
use crate::fit::log::LogError;

/// The most values of a key that names sets; a key of more, or of one for every few lines, is a text of its own.
const MOST: usize = 50;
/// Lines that each set has at the least, on the average.
const LINES_EACH: u64 = 4;

/// The keys that name sets in a file whose answers are like this one; `taken` are keys that stand for something else.
pub(super) fn set_keys(first: &Object, taken: &[&str]) -> Vec<String> {
    let keys = TASKS.iter().filter_map(|task| known(first, &[task]));
    keys.filter(|key| !taken.contains(&key.as_str())).collect()
}

/// The sets that the lines so far name.
#[derive(Default)]
pub(super) struct AnswerSets {
    lines: u64,
    wanted: u64,
    /// Values by key, of the lines that are wanted.
    named: BTreeMap<String, BTreeSet<String>>,
    /// Values of any key, of the others.
    others: BTreeSet<String>,
    seeds: BTreeSet<String>,
}

impl AnswerSets {
    /// Whether a line is of the set that is read, under these keys.
    pub fn wants(&mut self, object: &Object, keys: &[String], options: &ReadOptions) -> bool {
        let value = |key: &String| Some((key.clone(), object.get(key).and_then(text)?));
        let values: Vec<(String, String)> = keys.iter().filter_map(value).collect();
        let is_wanted = |wanted: &String| values.is_empty() || values.iter().any(|(_, value)| value == wanted);
        self.lines += 1;
        if !options.task.as_ref().is_none_or(is_wanted) {
            values.iter().for_each(|(_, value)| add(&mut self.others, value));
            return false;
        }
        self.wanted += 1;
        for (key, value) in &values {
            add(self.named.entry(key.clone()).or_default(), value);
        }
        if let Some(seed) = object.get("seed").and_then(text) {
            add(&mut self.seeds, &seed);
        }
        true
    }

    /// Refuses answers of several sets, and a set that is not there.
    pub fn check(&self, file: &str, options: &ReadOptions) -> Result<(), LogError> {
        let names = |names: &BTreeSet<String>| listed(names.iter().map(String::as_str));
        if let Some(task) = options.task.as_ref().filter(|_| self.wanted == 0 && self.lines > 0) {
            let reason = format!("no answer is of the task `{task}`; there is {}", names(&self.others));
            return Err(fault(file, None, None, reason));
        }
        let several =
            |set: &&BTreeSet<String>| (2..=MOST).contains(&set.len()) && self.wanted >= LINES_EACH * set.len() as u64;
        let Some((key, sets)) = self.named.iter().find(|(_, sets)| several(sets)) else { return Ok(()) };
        let remedy = match &options.task {
            None => "choose one with --task NAME",
            Some(_) => "leave the lines of one in the file",
        };
        let reason = format!("the answers are of several sets of problems: {}; {remedy}", names(sets));
        Err(fault(file, None, Some(key), reason))
    }

    /// What to say of answers under several seeds.
    pub fn note(&self) -> Option<String> {
        let seeds = listed(self.seeds.iter().map(String::as_str));
        (self.seeds.len() > 1).then(|| {
            format!(
                "`seed` is {seeds}: answers to one problem under several seeds are taken as repeats in one generation; if each \
                 is a run of its own, give the answers of one"
            )
        })
    }
}

fn add(set: &mut BTreeSet<String>, value: &str) {
    if set.len() <= MOST && !set.contains(value) {
        set.insert(shortened(value));
    }
}
