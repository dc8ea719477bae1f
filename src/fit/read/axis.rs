//! From steps, epochs and names of checkpoints to generations.

use std::collections::HashSet;

use super::names::{is_grid, ranks};
use super::read_error::ReadError;
use super::record::EvaluationTime;
use super::{listed, shortened};
use crate::fit::log::LogRun;

/// A typical distance between two rows from which on a `generation` can only be a training step: nobody trains ten
/// generations between two evaluations.
const STEPS_APART: u64 = 10;

/// The steps of the run that has those of all others too, so that an evaluation that one of them lacks leaves a gap; none where
/// there is no such run.
pub(super) fn common_steps<'a>(runs: impl Iterator<Item = Vec<&'a EvaluationTime>>) -> Vec<f64> {
    let steps =
        |run: Vec<&EvaluationTime>| run.into_iter().map(step).collect::<Option<Vec<f64>>>().map(|steps| sorted(&steps));
    let Some(runs) = runs.map(steps).collect::<Option<Vec<Vec<f64>>>>() else { return Vec::new() };
    let longest = runs.iter().max_by_key(|steps| steps.len()).cloned().unwrap_or_default();
    let has = |step: &f64| longest.binary_search_by(|other| other.total_cmp(step)).is_ok();
    if runs.iter().flatten().all(has) { longest } else { Vec::new() }
}

/// A generation for each evaluation, and what was done to get there where that is more than reading it.
pub(super) type OrderedGenerations = (Vec<u64>, Option<String>);

/// A generation for each evaluation of one run, and what was done to get there where that is more than reading it; steps rank
/// among the `common` ones, where there are any.
pub(super) fn generations(whens: &[EvaluationTime], common: &[f64]) -> Result<OrderedGenerations, ReadError> {
    let steps: Option<Vec<f64>> = whens.iter().map(step).collect();
    if let Some(steps) = steps {
        let own = sorted(&steps);
        return Ok(among(&steps, if common.is_empty() { &own } else { common }));
    }
    let given: Option<Vec<u64>> =
        whens.iter().map(|when| if let EvaluationTime::Generation(g) = when { Some(*g) } else { None }).collect();
    if let Some(given) = given {
        return Ok((given, None));
    }
    if let Some(ranked) = numbered_labels(whens)? {
        return Ok(ranked);
    }
    let in_order = (0..whens.len() as u64).collect();
    let names: Vec<String> = whens
        .iter()
        .filter_map(|when| if let EvaluationTime::Label(name) = when { Some(name.clone()) } else { None })
        .collect();
    if whens.len() == 1 {
        return Ok((in_order, None));
    }
    let what = if names.is_empty() {
        "no step is given: generations are numbered in the order of the rows or files".to_owned()
    } else {
        let names = names.iter().map(|name| shortened(name)).collect::<Vec<_>>();
        format!("generations are numbered in the order of the rows: {}", listed(names.iter().map(String::as_str)))
    };
    Ok((in_order, Some(what)))
}

/// Named generations in the order that their names give.
fn numbered_labels(whens: &[EvaluationTime]) -> Result<Option<OrderedGenerations>, ReadError> {
    let Some(names) = whens.iter().map(name).collect::<Option<Vec<String>>>() else { return Ok(None) };
    let labels: Vec<&String> = whens
        .iter()
        .filter_map(|when| if let EvaluationTime::Label(name) = when { Some(name) } else { None })
        .collect();
    let mut seen = HashSet::new();
    let twice = labels.iter().find(|name| !seen.insert(**name));
    if let Some(twice) = twice.filter(|_| labels.windows(2).any(|pair| pair[0] != pair[1])) {
        return Err(ReadError::new(format!(
            "`{}` stands for several rows; leave one of them in, or name the column of the run: --columns run=NAME",
            shortened(twice)
        )));
    }
    if is_grid(&names) {
        return Err(ReadError::new(format!(
            "{} differ in two numbers, and every pair of these occurs, as in several runs side by side; write the run in a column \
             of its own, --columns run=NAME, or leave the rows of one",
            listed(names.iter().map(String::as_str))
        )));
    }
    let Some((ranks, by_number)) = ranks(&names) else { return Ok(None) };
    // The rows are in order, which is said in the names' own words where one has no number.
    if ranks.is_sorted() && !by_number {
        return Ok(None);
    }
    let mut named: Vec<(u64, &str)> = ranks.iter().copied().zip(names.iter().map(String::as_str)).collect();
    named.sort_unstable();
    let said = listed(named.into_iter().map(|(_, name)| name));
    Ok(Some((ranks, Some(format!("generations follow the numbers in the names: {said}")))))
}

fn name(when: &EvaluationTime) -> Option<String> {
    match when {
        EvaluationTime::Generation(number) => Some(number.to_string()),
        EvaluationTime::Step(step) => Some(step.to_string()),
        EvaluationTime::Label(name) => Some(name.clone()),
        EvaluationTime::Unknown => None,
    }
}

fn step(when: &EvaluationTime) -> Option<f64> {
    if let EvaluationTime::Step(step) = when { Some(*step) } else { None }
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    sorted
}

/// Ranks among the steps of all runs.
fn among(steps: &[f64], common: &[f64]) -> OrderedGenerations {
    let ranked = steps.iter().map(|step| common.partition_point(|other| other < step) as u64).collect();
    let what = if common.iter().any(|step| step.fract() != 0.0) { "epochs" } else { "steps" };
    (ranked, note(what, &common.iter().map(f64::to_string).collect::<Vec<_>>()))
}

/// "steps 10, 20, 100 are generations 0 to 2".
fn note(what: &str, written: &[String]) -> Option<String> {
    let plain = written.iter().enumerate().all(|(rank, text)| *text == rank.to_string());
    if plain || written.len() < 2 {
        return None;
    }
    let last = written.len() - 1;
    Some(format!("{what} {} are generations 0 to {last}", listed(written.iter().map(String::as_str)).replace('`', "")))
}

/// Generations that are training steps become ranks; what was done, if anything.
pub(super) fn rank_steps(run: &mut LogRun) -> Option<String> {
    let mut gaps: Vec<u64> = run.rows.windows(2).map(|pair| pair[1].generation - pair[0].generation).collect();
    gaps.sort_unstable();
    if *gaps.get(gaps.len() / 2)? < STEPS_APART {
        return None;
    }
    let written: Vec<String> = run.rows.iter().map(|row| row.generation.to_string()).collect();
    for (rank, row) in (0..).zip(&mut run.rows) {
        row.generation = rank;
    }
    note("`generation` holds training steps:", &written)
}

/// A step that stands in a name such as "checkpoint-500" or "global_step_20"; the last number of it, but no size (7B).
pub(super) fn step_in(name: &str) -> Option<f64> {
    let end = name.rfind(|c: char| c.is_ascii_digit())? + 1;
    if name[end..].starts_with(['b', 'B', 'm', 'M', 'k', 'K']) {
        return None;
    }
    let head = &name[..end];
    let start = head
        .rfind(|c: char| !c.is_ascii_digit())
        .map_or(0, |at| at + head[at..].chars().next().map_or(1, char::len_utf8));
    head[start..].parse().ok()
}
