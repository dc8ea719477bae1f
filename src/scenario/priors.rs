//! `[fit.priors.<parameter>]`: what a person thinks of a running loop's parameters before its log is read.
//!
//! A scenario is solved without them; `runaway fit --scenario` uses them. Keys and ranges are checked here, whatever the
//! command, so that a slip is found where it was typed.

use std::fmt;

use toml::de::DeValue;

use super::diagnostic::Diagnostic;
use super::error::RuleBreach;
use super::fit_parameter::{FitParameter, MedianRange};
use super::toml_table::{TomlTable, TomlValue, number};

/// The widest spread. A prior that wide says next to nothing: 90 % of it spans 14 powers of ten, and a share's comes within
/// 10⁻⁷ of 0 and of 1. Much wider ones round shares to exactly 0 and 1 and lead the sampler astray.
pub const MOST_SPREAD: f64 = 10.0;

/// One `[fit.priors.<parameter>]`.
#[derive(Debug, Clone, PartialEq)]
pub struct StatedPrior {
    /// The parameter.
    pub key: String,
    /// Median, in the parameter's own units.
    pub median: f64,
    /// Standard deviation on the scale of the prior (logit for shares, ln for positive numbers, else their own), at most [`MOST_SPREAD`]; 0
    /// holds the median fixed.
    pub spread: f64,
}

/// A median or spread, of whatever range.
struct PriorNumber(f64);

impl TomlValue for PriorNumber {
    const RULE: &'static str = "this must be a finite number";

    fn read(value: &DeValue<'_>) -> Option<Self> {
        number(value).filter(|number| number.is_finite()).map(Self)
    }
}

impl fmt::Display for PriorNumber {
    /// As short as it would be typed: 200, 1e300.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(format!("{:?}", self.0).trim_end_matches(".0"))
    }
}

/// Reads the table `fit`.
pub(super) fn read(keys: &TomlTable<'_>) -> Result<Vec<StatedPrior>, Diagnostic> {
    keys.table_as("priors", "fit.priors", |priors| {
        let mut stated = Vec::new();
        for parameter in FitParameter::ALL {
            let (key, range) = (parameter.key(), parameter.median_range());
            if priors.has(key) {
                stated.extend(priors.table_as(key, "fit.priors.*", |keys| prior(keys, key, range).map(Some))?);
            }
        }
        Ok(stated)
    })
}

fn prior(keys: &TomlTable<'_>, key: &str, range: MedianRange) -> Result<StatedPrior, Diagnostic> {
    let median: PriorNumber = keys.required("median", "every prior has a median", "add for example `median = 0.2`")?;
    let spread: PriorNumber = keys.required("spread", "every prior has a spread", "add for example `spread = 1`")?;
    if !range.holds(median.0) {
        let rule = format!("{}, not at {median}", range.rule());
        let breach = RuleBreach::new(format!("fit.priors.{key}.median"), rule, "");
        return Err(breach.into());
    }
    let outside = |rule: &str, help: &str| {
        Err(RuleBreach::new(format!("fit.priors.{key}.spread"), format!("{rule}, not {spread}"), help).into())
    };
    if spread.0 < 0.0 {
        return outside("a spread is at least 0", "0 holds the parameter at its median");
    }
    if spread.0 > MOST_SPREAD {
        let scale = "it is a standard deviation on the logit scale for shares and on the ln scale for positive numbers";
        let help = format!("{scale}, where {MOST_SPREAD} leaves the parameter open");
        return outside(&format!("a spread is at most {MOST_SPREAD}"), &help);
    }
    Ok(StatedPrior { key: key.to_owned(), median: median.0, spread: spread.0 })
}
