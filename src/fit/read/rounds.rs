//! Logs of trainers that are rounds of a self-training loop: each round is a training of its own, whose steps begin anew.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::names::says_round;
use super::paths::{by_number, told_apart};
use super::record::{EvaluationRecord, EvaluationTime, ScoreValue};
use super::{listed, some};

/// Turns the last evaluation of each round into its generation, where the files are rounds: they all begin at the same step or
/// their names say that they are rounds, none goes on where another ends, and their names differ in numbers alone.
/// Files that are not `in_time`, as tables, hold one evaluation each.
pub(super) fn last_of_each(
    records: &mut Vec<EvaluationRecord>,
    (name, in_time): (&str, bool),
    notes: &mut Vec<String>,
) {
    if !in_time && !are_single(records) {
        return;
    }
    let Some(order) = rounds(records, name) else { return };
    let step =
        |record: &EvaluationRecord| if let EvaluationTime::Step(step) = record.when { step } else { f64::NEG_INFINITY };
    let mut last: HashMap<&str, f64> = HashMap::new();
    for record in records.iter() {
        let Some(round) = order.of_file.get(&record.file) else { return };
        let last = last.entry(round).or_insert(f64::NEG_INFINITY);
        *last = last.max(step(record));
    }
    let all = records.len();
    let place = |round: &String| order.rounds.iter().position(|own| own == round).map(|place| place as u64);
    let mut files = HashSet::new();
    let mut kept: Vec<EvaluationRecord> = records
        .iter()
        .rev()
        .filter_map(|record| {
            let round = order.of_file.get(&record.file)?;
            let when = EvaluationTime::Generation(place(round)?);
            // What was written last in a file counts, as in a run that was resumed.
            (last.get(round.as_str()) == Some(&step(record)) && files.insert(&record.file))
                .then(|| EvaluationRecord { when, ..record.clone() })
        })
        .collect();
    kept.reverse();
    let earlier = match all - kept.len() {
        0 => String::new(),
        left => format!("; {} left out", some(left, "earlier evaluation is", "earlier evaluations are")),
    };
    let (names, _) = told_apart(&order.rounds.iter().map(String::as_str).collect::<Vec<_>>());
    notes.push(format!(
        "the steps begin anew in each of {}: these are rounds, and the last evaluation of each is its generation{earlier}",
        listed(names.iter().map(String::as_str))
    ));
    *records = kept;
}

/// Whether each file holds one evaluation, as a trainer leaves one at the end of its run.
fn are_single(records: &[EvaluationRecord]) -> bool {
    let files: HashSet<&str> = records.iter().map(|record| record.file.as_str()).collect();
    files.len() == records.len()
}

/// Rounds in order, and the round of each file.
struct Rounds {
    rounds: Vec<String>,
    of_file: HashMap<String, String>,
}

fn rounds(records: &[EvaluationRecord], name: &str) -> Option<Rounds> {
    let files: Vec<&str> = records.iter().map(|record| record.file.as_str()).collect();
    let folders = |file: &&str| folder(file) != folder(files.first().copied().unwrap_or(""));
    let several = files.iter().any(folders);
    let round = |file: &str| if several { folder(file).to_owned() } else { file.to_owned() };
    let mut values: BTreeMap<String, BTreeMap<u64, ScoreValue>> = BTreeMap::new();
    let mut first: BTreeMap<String, f64> = BTreeMap::new();
    for record in records {
        let (EvaluationTime::Step(step), true) = (&record.when, record.run.is_empty()) else { return None };
        let score = record.scores.iter().find(|score| score.name == name)?;
        let own = round(&record.file);
        let least = first.entry(own.clone()).or_insert(f64::INFINITY);
        *least = least.min(*step);
        values.entry(own).or_default().insert(step.to_bits(), score.value);
    }
    let mut firsts = first.values();
    let begin = firsts.next()?;
    let other = |pair: (&BTreeMap<u64, ScoreValue>, &BTreeMap<u64, ScoreValue>)| {
        pair.0.iter().any(|(step, value)| pair.1.get(step).is_some_and(|own| own != value))
    };
    let pairs = || values.values().zip(values.values().skip(1));
    // A later state of one run has more steps than an earlier one.
    let differ = pairs().any(other) || pairs().all(|(one, other)| one.keys().eq(other.keys()));
    let mut order: Vec<String> = values.keys().cloned().collect();
    order.sort_by_cached_key(|round| by_number(round));
    let last =
        |round: &String| values.get(round).and_then(|own| own.keys().map(|step| f64::from_bits(*step)).next_back());
    let goes_back = |pair: &[String]| first.get(&pair[1]).copied() <= last(&pair[0]);
    let named = order.windows(2).any(goes_back) && order.iter().all(|name| says_round(name));
    let anew = firsts.all(|own| own == begin) && differ;
    if !(anew || named) || !are_numbered(&order) {
        return None;
    }
    Some(Rounds { rounds: order, of_file: files.iter().map(|file| ((*file).to_owned(), round(file))).collect() })
}

/// Whether names differ in numbers alone, and not in those of seeds or of checkpoints of one run.
fn are_numbered(names: &[String]) -> bool {
    let (apart, _) = told_apart(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let letters = |name: &String| name.chars().filter(|c| !c.is_ascii_digit()).collect::<String>().to_lowercase();
    let first = apart.first().map(letters);
    let others = ["seed", "checkpoint", "global_step"];
    let is_round = |name: &String| !others.iter().any(|other| letters(name).contains(other));
    names.len() > 1 && apart.iter().all(|name| Some(letters(name)) == first && is_round(name))
}

/// The folder of a run, without that of the checkpoint within it.
fn folder(file: &str) -> &str {
    let within = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    match within.rsplit_once('/') {
        Some((run, last)) if last.starts_with("checkpoint") || last.starts_with("global_step") => run,
        _ => within,
    }
}
