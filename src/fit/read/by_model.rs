//! Evaluations without a step, in the order of the numbers in their models' names.

use super::listed;
use super::names::ranks;
use super::record::{Found, When};

/// Puts the evaluations in the order of their models, one each, where the names of these tell an order: the times in the names
/// of files say when an evaluation ran, not of what.
pub(super) fn by_model(models: &[Option<String>], found: &mut Found) {
    let Some(names) = models.iter().cloned().collect::<Option<Vec<String>>>() else { return };
    let Some((ranks, _)) = ranks(&names).filter(|_| names.len() == found.records.len()) else { return };
    for (record, rank) in found.records.iter_mut().zip(&ranks) {
        record.when = When::Generation(*rank);
    }
    let mut ordered: Vec<(&u64, &str)> = ranks.iter().zip(names.iter().map(String::as_str)).collect();
    ordered.sort_unstable();
    let ordered = listed(ordered.into_iter().map(|(_, name)| name));
    found.notes.push(format!("generations follow the numbers in the models' names: {ordered}"));
}
