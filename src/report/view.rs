//! The flat model behind the page: everything already in words, nothing left to compute.

mod account;
mod curves;
mod finding;
mod model;
mod played;
mod tables;

use crate::table::Table;

use super::ReportInputs;
use model::{absent, reason};

pub(super) use account::drivers;
pub use account::tables as account_tables;
pub use curves::of_runs as curves_of_runs;
pub use finding::ways_to_safety;
pub use model::ReportView;
pub use played::{played, played_numbers, rare, rare_numbers};
pub(super) use tables::{keys, provenance};

impl ReportView {
    /// Puts finished results into words.
    #[must_use]
    pub fn new(inputs: &ReportInputs<'_>) -> Self {
        Self {
            name: inputs.scenario.name.clone(),
            source: inputs.scenario.source.clone(),
            alarms: finding::alarms(inputs),
            headline: headline(inputs),
            finding: sentences(inputs),
            warnings: inputs.solution.warnings.clone(),
            numbers: tables::numbers(inputs),
            method: tables::method(inputs),
            thresholds: tables::thresholds(inputs),
            verdict: inputs.verdict.map(tables::verdict),
            accounts: accounts(inputs),
            parameters: tables::parameters(inputs.scenario),
            curves: curves::of_loop(inputs),
            provenance: tables::provenance(inputs.provenance),
        }
    }
}

/// Of a fitted loop what its log says, of any other what its numbers do.
fn headline(inputs: &ReportInputs<'_>) -> String {
    inputs.posterior.map_or_else(|| finding::headline(inputs), super::designs::posterior::finding)
}

fn sentences(inputs: &ReportInputs<'_>) -> Vec<String> {
    let plugged = || {
        let headline = finding::headline(inputs);
        format!("With every parameter at its median: {headline}")
    };
    inputs.posterior.map(|_| plugged()).into_iter().chain(finding::sentences(inputs)).collect()
}

/// What a log leaves open, then the mistakes, then what the fate of the loop depends on.
fn accounts(inputs: &ReportInputs<'_>) -> Vec<Table> {
    let given = inputs.posterior.map(super::designs::posterior::table);
    let mistakes = inputs.account.map(account::tables).unwrap_or_default();
    let keys = inputs.sensitivity.map(|found| super::sensitivity::in_report(inputs.scenario, found));
    given.into_iter().chain(mistakes).chain(keys.unwrap_or_default()).collect()
}
