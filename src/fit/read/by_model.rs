//! Evaluations without a step, in the order of the numbers in their models' names.

use std::collections::{HashMap, HashSet};

use super::found::FoundRecords;
use super::listed;
use super::names::ranks;
use super::paths::by_number;
use super::record::EvaluationTime;

/// Puts the evaluations in the order of their models, one each, where the names of these give an order: the times in the names
/// of files say when an evaluation ran, not of what.
pub(super) fn by_model(models: &[Option<String>], found: &mut FoundRecords) {
    let Some(names) = models.iter().cloned().collect::<Option<Vec<String>>>() else { return };
    if names.len() < 2 || names.len() != found.records.len() {
        return;
    }
    let names = newest(names, found);
    found.notes.extend(same_model(&names));
    // The base may be of another organisation than what was made of it.
    let short: Vec<String> = names.iter().map(|name| name.rsplit('/').next().unwrap_or(name).to_owned()).collect();
    let Some((ranks, _)) = ranks(&names).or_else(|| ranks(&short)) else { return };
    for (record, rank) in found.records.iter_mut().zip(&ranks) {
        record.when = EvaluationTime::Generation(*rank);
    }
    let mut ordered: Vec<(&u64, &str)> = ranks.iter().zip(names.iter().map(String::as_str)).collect();
    ordered.sort_unstable();
    let ordered = listed(ordered.into_iter().map(|(_, name)| name));
    found.notes.push(format!("generations follow the numbers in the models' names: {ordered}"));
}

/// Of several evaluations of one model among others, which lie in one folder, the newest by the time in the files' names; the
/// names of the models that are left.
fn newest(names: Vec<String>, found: &mut FoundRecords) -> Vec<String> {
    if names.windows(2).all(|pair| pair[0] == pair[1]) {
        return names;
    }
    let mut last: HashMap<(&String, String), usize> = HashMap::new();
    for (place, (name, record)) in names.iter().zip(&found.records).enumerate() {
        let folder = record.file.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let newest = last.entry((name, folder)).or_insert(place);
        let number = |place: usize| found.records.get(place).map(|record| by_number(&record.file));
        if number(place) > number(*newest) {
            *newest = place;
        }
    }
    let kept: HashSet<usize> = last.into_values().collect();
    let mut place = 0..;
    let (records, old) = std::mem::take(&mut found.records)
        .into_iter()
        .partition::<Vec<_>, _>(|_| place.next().is_some_and(|place| kept.contains(&place)));
    found.records = records;
    if !old.is_empty() {
        let old = listed(old.iter().map(|record| record.file.as_str()));
        found
            .notes
            .push(format!("of several evaluations of one model in one folder the newest is taken, without {old}"));
    }
    let kept = (0..).zip(names).filter(|(place, _)| kept.contains(place));
    kept.map(|(_, name)| name).collect()
}

/// What to say of a model that was evaluated several times.
fn same_model(names: &[String]) -> Option<String> {
    let twice = (1..).zip(names).find(|(after, name)| names.iter().skip(*after).any(|other| other == *name))?.1;
    let all = names.iter().all(|name| name == twice);
    let which = if all { "all files name" } else { "several files name" };
    (names.len() > 1).then(|| {
        format!(
            "{which} one model, {}: they are taken for successive generations in the order of the files; if they are one model \
             evaluated again, give one of them",
            listed([twice.as_str()])
        )
    })
}
