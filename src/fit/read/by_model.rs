//! Evaluations without a step, in the order of the numbers in their models' names.

use std::collections::HashSet;

use super::listed;
use super::paths::by_number;
use super::record::{Found, When};

/// Puts the evaluations in the order of their models, one each, where the names of these differ in numbers alone: the times in
/// the names of files say when an evaluation ran, not of what.
pub(super) fn by_model(models: &[Option<String>], found: &mut Found) {
    let Some(names) = models.iter().map(Option::as_deref).collect::<Option<Vec<&str>>>() else { return };
    let letters = |name: &str| name.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    let numbers: Vec<String> = names.iter().map(|name| by_number(name)).collect();
    let alike = names.windows(2).all(|pair| letters(pair[0]) == letters(pair[1]));
    let distinct = numbers.iter().collect::<HashSet<_>>().len() == numbers.len();
    if names.len() < 2 || names.len() != found.records.len() || !alike || !distinct {
        return;
    }
    for (record, number) in found.records.iter_mut().zip(&numbers) {
        record.when = When::Generation(numbers.iter().filter(|other| *other < number).count() as u64);
    }
    let mut ordered: Vec<(&String, &str)> = numbers.iter().zip(names).collect();
    ordered.sort_unstable();
    let ordered = listed(ordered.into_iter().map(|(_, name)| name));
    found.notes.push(format!("generations follow the numbers in the models' names: {ordered}"));
}
