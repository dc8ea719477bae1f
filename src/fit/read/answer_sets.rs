//! Sets of problems and seeds that lines of answers name: answers of several sets are no repeats of one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::answer_fields::{known, text};
use super::column_names::TASKS;
use super::json::JsonObject;
use super::pairs::hash;
use super::{ReadOptions, fault, listed, shortened};
use crate::fit::log_error::LogError;

/// The most values of a key that names sets; a key of more, or of one for every few lines, is a text of its own.
const MOST: usize = 50;
/// Lines that each set has at the least, on the average.
const LINES_EACH: u64 = 4;

/// Keys that may name what the answers are of, or only a kind of problem: they part answers where the same ids come under several
/// of their values.
const PARTS: [&str; 15] = [
    "model",
    "checkpoint",
    "subject",
    "subset",
    "dataset_name",
    "config",
    "category",
    "source",
    "domain",
    "suite",
    "eval_name",
    "language",
    "lang",
    "level",
    "temperature",
];
/// Share of the problems whose ids come under several values of such a key from which on it parts them.
const PARTED: f64 = 0.5;

/// What the lines of a file call their problem, its sets and its generation.
pub(super) struct LineKeys {
    sets: Vec<String>,
    parts: Vec<&'static str>,
    id: String,
    generation: Option<String>,
}

impl LineKeys {
    /// The keys of a file whose answers are like this one; `taken` are keys that stand for something else.
    pub fn of(first: &JsonObject, id: &str, generation: Option<&String>, taken: &[&str]) -> Self {
        let sets = TASKS.iter().filter_map(|task| known(first, &[task]));
        Self {
            sets: sets.filter(|key| !taken.contains(&key.as_str())).collect(),
            parts: PARTS.into_iter().filter(|key| first.contains_key(*key) && !taken.contains(key)).collect(),
            id: id.to_owned(),
            generation: generation.cloned(),
        }
    }
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
    /// For each of [`PARTS`] what it says of each problem, and its values.
    parts: BTreeMap<&'static str, PartsOfAnswers>,
}

/// What a key says of the problems.
#[derive(Default)]
struct PartsOfAnswers {
    /// The value under which a problem came first, and whether it came under another since.
    of_problem: HashMap<u64, (u64, bool)>,
    values: BTreeSet<String>,
}

impl AnswerSets {
    /// Whether a line is of the set that is read, under these keys.
    pub fn wants(&mut self, object: &JsonObject, keys: &LineKeys, options: &ReadOptions) -> bool {
        let value = |key: &String| Some((key.clone(), object.get(key).and_then(text)?));
        let values: Vec<(String, String)> = keys.sets.iter().filter_map(value).collect();
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
        self.part(object, keys);
        if let Some(seed) = object.get("seed").and_then(text) {
            add(&mut self.seeds, &seed);
        }
        true
    }

    /// Takes what the line says beside of a problem.
    fn part(&mut self, object: &JsonObject, keys: &LineKeys) {
        if keys.parts.is_empty() {
            return;
        }
        let of = |key: &String| object.get(key).and_then(text).unwrap_or_default();
        let id = hash(&format!("{} {}", keys.generation.as_ref().map(of).unwrap_or_default(), of(&keys.id)));
        for key in &keys.parts {
            let Some(value) = object.get(*key).and_then(text) else { continue };
            let parts = self.parts.entry(key).or_default();
            add(&mut parts.values, &value);
            let value = hash(&value);
            let own = parts.of_problem.entry(id).or_insert((value, false));
            own.1 |= own.0 != value;
        }
    }

    /// Ends a file: refuses one that answers the same problems under several values of a key that is not read.
    pub fn end_file(&mut self, file: &str) -> Result<(), LogError> {
        let parted = self.parted(file);
        self.parts.clear();
        parted
    }

    fn parted(&self, file: &str) -> Result<(), LogError> {
        let is_parted = |parts: &PartsOfAnswers| {
            let crossed = parts.of_problem.values().filter(|(_, crossed)| *crossed).count();
            crossed as f64 >= PARTED * parts.of_problem.len() as f64 && crossed > 1 && parts.values.len() <= MOST
        };
        let Some((key, parts)) = self.parts.iter().find(|(_, parts)| is_parted(parts)) else { return Ok(()) };
        let values = listed(parts.values.iter().map(String::as_str));
        let remedy = format!(
            "if they are successive generations, say --columns generation={key}; else leave the lines of one in the file"
        );
        Err(fault(
            file,
            None,
            Some(key),
            format!("the same problems are answered under several values: {values}; {remedy}"),
        ))
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
