//! From steps, epochs and names of checkpoints to generations.

use super::record::When;
use super::{listed, shortened};
use crate::fit::log::Run;

/// A typical distance between two rows from which on a `generation` can only be a training step: nobody trains ten
/// generations between two evaluations.
const STEPS_APART: u64 = 10;

/// A generation for each evaluation of one run, and what was done to get there where that is more than reading it.
pub(super) fn generations(whens: &[When]) -> (Vec<u64>, Option<String>) {
    let steps: Option<Vec<f64>> = whens.iter().map(step).collect();
    if let Some(steps) = steps {
        let ranked = rank(&steps);
        let written: Vec<String> = sorted(&steps).iter().map(f64::to_string).collect();
        let what = if steps.iter().any(|step| step.fract() != 0.0) { "epochs" } else { "steps" };
        return (ranked, note(what, &written));
    }
    let given: Option<Vec<u64>> =
        whens.iter().map(|when| if let When::Generation(g) = when { Some(*g) } else { None }).collect();
    if let Some(given) = given {
        return (given, None);
    }
    if let Some(ranked) = numbered_labels(whens) {
        return ranked;
    }
    let in_order = (0..whens.len() as u64).collect();
    let names: Vec<String> =
        whens.iter().filter_map(|when| if let When::Label(name) = when { Some(name.clone()) } else { None }).collect();
    if whens.len() == 1 {
        return (in_order, None);
    }
    let what = if names.is_empty() {
        "no step is given: generations are numbered in the order of the rows or files".to_owned()
    } else {
        let names = names.iter().map(|name| shortened(name)).collect::<Vec<_>>();
        format!("generations are numbered in the order of the rows: {}", listed(names.iter().map(String::as_str)))
    };
    (in_order, Some(what))
}

/// Names of what came before the first generation, and after the last.
const FIRST: [&str; 8] = ["base", "baseline", "init", "initial", "start", "original", "sft", "pretrained"];
const LAST: [&str; 3] = ["final", "last", "main"];

/// Names of checkpoints that hold a number each, all of them different and behind the same letters, in the order of the
/// numbers; one name may say that it is the first or the last.
fn numbered_labels(whens: &[When]) -> Option<(Vec<u64>, Option<String>)> {
    let places: Vec<(f64, Option<&str>, String)> = whens.iter().map(place).collect::<Option<_>>()?;
    let mut letters = places.iter().filter_map(|(_, letters, _)| *letters);
    let first = letters.next();
    let numbers: Vec<f64> = places.iter().map(|(number, ..)| *number).collect();
    if numbers.len() < 2 || sorted(&numbers).len() != numbers.len() || letters.any(|own| Some(own) != first) {
        return None;
    }
    let ranks = rank(&numbers);
    // The rows are in order, which is said in the names' own words where one has no number.
    if ranks.is_sorted() && places.iter().any(|(_, letters, _)| letters.is_none()) {
        return None;
    }
    let mut named: Vec<(f64, &str)> = places.iter().map(|(number, _, name)| (*number, name.as_str())).collect();
    named.sort_by(|one, other| one.0.total_cmp(&other.0));
    let said = listed(named.into_iter().map(|(_, name)| name)).replace('`', "");
    Some((ranks, Some(format!("generations follow the number in each name: {said}"))))
}

/// Where a generation stands among the others, the letters before its number, and what it is called in a note.
fn place(when: &When) -> Option<(f64, Option<&str>, String)> {
    match when {
        When::Generation(number) => Some((*number as f64, Some(""), number.to_string())),
        When::Step(step) => Some((*step, Some(""), step.to_string())),
        When::Label(name) => {
            if let Some(place) = place_of_word(name) {
                return Some((place, None, shortened(name)));
            }
            let number = step_in(name)?;
            let digits = |c: char| c.is_ascii_digit();
            let before = name.trim_end_matches(|c: char| !digits(c)).trim_end_matches(digits);
            let letters = before.rsplit(|c: char| digits(c) || c == '/').next().unwrap_or("");
            Some((number, Some(letters), number.to_string()))
        }
        When::Unknown => None,
    }
}

/// The place of a name that says that it is the first or the last.
fn place_of_word(name: &str) -> Option<f64> {
    let lower = name.trim().to_lowercase();
    let plain = lower.strip_suffix("_model").or_else(|| lower.strip_suffix(" model")).unwrap_or(&lower);
    match plain {
        plain if FIRST.contains(&plain) => Some(f64::NEG_INFINITY),
        plain if LAST.contains(&plain) => Some(f64::INFINITY),
        _ => None,
    }
}

/// Whether a text names a generation, in words or with a number at its end, such as `iter_3`.
pub(super) fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    let numbered = text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.ends_with(|c: char| c.is_ascii_digit());
    place_of_word(text).is_some() || numbered && text.len() <= 40 && text.chars().all(plain)
}

/// Whether a name says that it is the first.
pub(super) fn is_first(name: &str) -> bool {
    place_of_word(name) == Some(f64::NEG_INFINITY)
}

fn step(when: &When) -> Option<f64> {
    if let When::Step(step) = when { Some(*step) } else { None }
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    sorted
}

fn rank(values: &[f64]) -> Vec<u64> {
    let sorted = sorted(values);
    values.iter().map(|value| sorted.partition_point(|other| other < value) as u64).collect()
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
pub(super) fn rank_steps(run: &mut Run) -> Option<String> {
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
