//! Everything on the page, as text.

use serde::Serialize;

use crate::report::ReportInputs;
use crate::table::Table;

/// What the page says, in the order in which it says it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReportView {
    /// Name of the loop.
    pub name: String,
    /// Where its numbers come from.
    pub source: Option<String>,
    /// What must be read before everything else: results that contradict each other, runs that starved.
    pub alarms: Vec<String>,
    /// The finding in one sentence.
    pub headline: String,
    /// The finding's other sentences.
    pub finding: Vec<String>,
    /// What to know before using the numbers.
    pub warnings: Vec<String>,
    /// The numbers that matter.
    pub numbers: Table,
    /// Which loop was solved, and how.
    pub method: Table,
    /// What brings R to 1.
    pub thresholds: Option<Table>,
    /// The comparison of analytic and simulated results.
    pub verdict: Option<Table>,
    /// What a log leaves open; where mistakes enter, pass and heal, at one composition each; what votes would catch.
    pub accounts: Vec<Table>,
    /// All keys of the resolved scenario.
    pub parameters: Table,
    /// Results by generation.
    pub curves: Table,
    /// Where the results came from.
    pub provenance: Table,
}

impl ReportView {
    /// The finding as it is said first: the headline, what must be known with it, and the other sentences.
    #[must_use]
    pub fn said(&self) -> Vec<String> {
        [&self.headline].into_iter().chain(&self.alarms).chain(&self.finding).cloned().collect()
    }
}

/// Why a number is absent: the reason recorded under its key, or under the key of the group it belongs to.
pub(super) fn reason<'a>(inputs: &ReportInputs<'a>, key: &str) -> Option<&'a str> {
    let undefined = &inputs.solution.undefined;
    let group = key.split('.').next().unwrap_or(key);
    undefined.get(key).or_else(|| undefined.get(group)).map(String::as_str)
}

/// "not available: …".
pub(super) fn absent(inputs: &ReportInputs<'_>, key: &str) -> String {
    reason(inputs, key).map_or_else(|| "not available".to_owned(), |reason| format!("not available: {reason}"))
}
