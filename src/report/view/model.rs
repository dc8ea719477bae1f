//! Everything on the page, as text.

use serde::Serialize;

use crate::report::ReportInputs;

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
    pub numbers: Vec<QuantityRow>,
    /// What brings R to 1.
    pub thresholds: Vec<ThresholdRow>,
    /// The comparison of analytic and simulated results.
    pub verdict: Option<VerdictView>,
    /// Where mistakes enter, pass and heal, at one composition each.
    pub accounts: Vec<AccountView>,
    /// All keys of the resolved scenario.
    pub parameters: Vec<ParameterRow>,
    /// Results by generation.
    pub curves: CurveTable,
    /// Where the results came from: what, which.
    pub provenance: Vec<(String, String)>,
}

/// A number from both sides, as text. A missing number says why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuantityRow {
    /// What it is.
    pub label: String,
    /// From the analytic side.
    pub exact: String,
    /// From the simulation; empty where it has no say.
    pub simulated: String,
}

/// What brings R to 1, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ThresholdRow {
    /// Key of the parameter.
    pub parameter: String,
    /// What the number means.
    pub meaning: String,
    /// Its present value.
    pub present: String,
    /// Its value at R = 1, or why there is none.
    pub value: String,
}

/// The comparison, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerdictView {
    /// Whether every test passed.
    pub agree: bool,
    /// The verdict in one line.
    pub sentence: String,
    /// What was compared with what.
    pub setting: String,
    /// Each test.
    pub tests: Vec<TestRow>,
}

/// One test of the comparison, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TestRow {
    /// What is compared.
    pub quantity: String,
    /// Largest deviation seen.
    pub deviation: String,
    /// Deviation at which the test fails.
    pub critical: String,
    /// Generation of the largest deviation.
    pub generation: String,
    /// Level of this test.
    pub level: String,
    /// Whether it passed.
    pub passed: bool,
}

/// A key of the scenario, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ParameterRow {
    /// Dotted key.
    pub key: String,
    /// Its value.
    pub value: String,
    /// What it means.
    pub meaning: String,
}

/// The mistakes of one generation by their origin, or what votes catch, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountView {
    /// What is accounted for, and where.
    pub title: String,
    /// Column titles.
    pub columns: Vec<String>,
    /// One row for each class of mistakes.
    pub rows: Vec<Vec<String>>,
    /// What follows below the table.
    pub notes: Vec<String>,
}

/// Results by generation, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CurveTable {
    /// Every how many generations there is a row.
    pub every: usize,
    /// Column titles.
    pub columns: Vec<String>,
    /// One row per generation shown.
    pub rows: Vec<Vec<String>>,
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
