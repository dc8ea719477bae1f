//! `[ranges]`: between which values keys are thought to lie, for an analysis of sensitivity.

use toml::de::{DeTable, DeValue};

use super::Scenario;
use super::diagnostic::Diagnostic;
use super::error::{RuleBreach, ScenarioError};
use super::toml_table::{TomlTable, number};

/// The range of one key.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct KeyRange {
    /// Its dotted key.
    pub key: String,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// Reads the table `ranges`: keys as `errors.step_error = [0.001, 0.004]` or in quotes.
pub(super) fn read(keys: &TomlTable<'_>) -> Result<Vec<KeyRange>, Diagnostic> {
    let mut ranges = Vec::new();
    if let Some(table) = keys.plain_table("ranges")? {
        collect("", table, &mut ranges)?;
    }
    Ok(ranges)
}

/// The ranges of a table and of those within it.
fn collect(path: &str, table: &DeTable<'_>, ranges: &mut Vec<KeyRange>) -> Result<(), Diagnostic> {
    for (name, value) in table {
        let key = format!("{path}{}", name.get_ref());
        let fault = |rule: &str| {
            let help = "write the lower and the upper end, as in `errors.step_error = [0.001, 0.004]`";
            Diagnostic::at(value.span(), RuleBreach::new(format!("ranges.{key}"), rule, help))
        };
        match value.get_ref() {
            DeValue::Table(inner) => collect(&format!("{key}."), inner, ranges)?,
            DeValue::Array(ends) => {
                let ends: Option<Vec<f64>> = ends.iter().map(|end| number(end.get_ref())).collect();
                match ends.as_deref() {
                    Some(&[low, high]) if low.is_finite() && high.is_finite() && low < high => {
                        ranges.push(KeyRange { key, low, high });
                    }
                    Some(&[low, high]) if low >= high => {
                        return Err(fault("the lower end of a range comes first, and the two differ"));
                    }
                    _ => return Err(fault("a range is a list of two finite numbers")),
                }
            }
            _ => return Err(fault("a range is a list of two finite numbers")),
        }
    }
    Ok(())
}

/// Refuses a range whose ends the loop cannot have.
pub(super) fn check(scenario: &Scenario, ranges: &[KeyRange]) -> Result<(), RuleBreach> {
    for range in ranges {
        if range.key == "horizon" {
            let rule = "the horizon says how far a loop is looked at, and is no part of it";
            return Err(RuleBreach::new("ranges.horizon", rule, "give it as `horizon`, or by `--horizon`"));
        }
        for end in [range.low, range.high] {
            if let Err(ScenarioError::Rule { rule, help, .. }) = scenario.with_number(&range.key, end) {
                return Err(RuleBreach::new(format!("ranges.{}", range.key), rule, help));
            }
        }
    }
    Ok(())
}

impl Scenario {
    /// This scenario with another number for one key, whole where the key asks for whole numbers (see [`Scenario::with`]).
    ///
    /// # Errors
    /// [`ScenarioError::Rule`] for a key that there is not, and for the first rule that is broken.
    pub fn with_number(&self, key: &str, value: f64) -> Result<Self, ScenarioError> {
        // Whole numbers are legal for every key, in their range; this cast is exact.
        let whole = value.fract() == 0.0 && (0.0..=9e15).contains(&value);
        if whole { self.with(key, value as u64) } else { self.with(key, value) }
    }
}
