//! Evaluations that stand in the files twice: those of a run that was resumed, and rows that were written twice.

use std::collections::{HashMap, HashSet};

use super::record::{EvaluationRecord, EvaluationTime, ScoreValue};
use super::{fault, shortened, some};
use crate::fit::log::LogRow;
use crate::fit::log_error::LogError;

/// Of several evaluations at one step of one file the last: its run was resumed from before that step. Of other files only
/// those with the same result are left out: states of later checkpoints repeat the earlier ones.
pub(super) fn keep_last(records: &mut Vec<EvaluationRecord>, name: &str, notes: &mut Vec<String>) {
    let mut seen: HashMap<(String, u64), (usize, ScoreValue)> = HashMap::new();
    let (mut left, mut repeated) = (HashSet::new(), 0);
    for (place, record) in records.iter().enumerate() {
        let score = record.scores.iter().find(|score| score.name == name);
        let (EvaluationTime::Step(step), Some(score)) = (&record.when, score) else { continue };
        let Some((earlier, value)) = seen.insert((record.run.clone(), step.to_bits()), (place, score.value)) else {
            continue;
        };
        let same_file = records.get(earlier).is_some_and(|earlier| earlier.file == record.file);
        if same_file || value == score.value {
            left.insert(earlier);
            repeated += usize::from(value != score.value);
        }
    }
    let mut place = 0;
    records.retain(|_| {
        place += 1;
        !left.contains(&(place - 1))
    });
    if repeated > 0 {
        notes.push(format!(
            "{} evaluated again with another result, as in a run that was resumed: the last evaluation is taken",
            some(repeated, "step was", "steps were")
        ));
    }
}

/// Takes rows of one generation of one run that say the same once, and refuses those that do not; `in_time` as in
/// [`super::record::Found`].
pub(super) fn once(
    own: &mut Vec<(&EvaluationRecord, LogRow)>,
    in_time: bool,
    notes: &mut Vec<String>,
) -> Result<(), LogError> {
    let mut seen: HashMap<u64, (&EvaluationRecord, LogRow)> = HashMap::new();
    let mut once = Vec::with_capacity(own.len());
    let all = own.len();
    for (record, row) in own.drain(..) {
        match seen.get(&row.generation) {
            Some((_, known)) if *known == row => {}
            Some((first, _)) => return Err(differing(first, record, in_time)),
            None => {
                seen.insert(row.generation, (record, row));
                once.push((record, row));
            }
        }
    }
    notes.extend(stand_twice(all - once.len()));
    *own = once;
    Ok(())
}

/// What to say of rows that were left out because they stand twice.
pub(super) fn stand_twice(twice: usize) -> Option<String> {
    let stand = some(twice, "row stands", "rows stand");
    (twice > 0).then(|| format!("{stand} twice with the same counts: taken once"))
}

/// The refusal of two results of one evaluation.
fn differing(first: &EvaluationRecord, second: &EvaluationRecord, in_time: bool) -> LogError {
    let when = match &second.when {
        EvaluationTime::Generation(generation) => format!("generation {generation}"),
        EvaluationTime::Step(step) => format!("step {step}"),
        EvaluationTime::Label(label) => format!("`{}`", shortened(label)),
        EvaluationTime::Unknown => "this evaluation".to_owned(),
    };
    let of_run = if second.run.is_empty() { String::new() } else { format!(" of run {}", shortened(&second.run)) };
    let line = first.line.map_or_else(String::new, |line| format!(" on line {line}"));
    let one_file = first.file == second.file;
    let place = if one_file { line } else { format!(" in {}{line}", first.file) };
    let remedy = match (one_file, in_time && second.line.is_some()) {
        (true, _) => {
            "if these are several runs, name their column with --columns run=NAME; else leave one out".to_owned()
        }
        (false, true) => format!(
            "if this run goes on where that was interrupted, join them, and the last result counts: cat {} {} > ALL; if these \
             are two runs, give the files of one",
            first.file, second.file
        ),
        (false, false) => "give the files of one run, without those that were evaluated again".to_owned(),
    };
    fault(
        &second.file,
        second.line,
        None,
        format!("{when}{of_run} stands{place} already with another result; {remedy}"),
    )
}
