//! What a loop costs: prices of steps, checks and training, in a unit of the user's own.

use serde::Serialize;

use crate::quantity::Rate;

use super::error::RuleBreach;
use super::key_table::key_table;
use super::wording::one_line;

/// The longest name of a unit, in characters: it stands in table headers and on axes.
const MAX_UNIT: usize = 24;

key_table! {
    /// What the loop costs.
    #[derive(Debug)]
    pub(super) struct WrittenCost {
        /// Price of one step of one candidate.
        per_step: Rate = Rate::ZERO;
        /// Price of training on one example.
        per_training_example: Rate = Rate::ZERO;
        /// Price of one example of verified ground truth.
        per_true_example: Rate = Rate::ZERO;
        /// What prices are counted in.
        unit: Option<String> = None, example "\"GPU h\"";
    }
}

/// Prices, in one unit. A loop without `[cost]` has none.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Cost {
    /// Price of one step of one candidate, in `unit`.
    pub per_step: Rate,
    /// Price of training on one example, in `unit`.
    pub per_training_example: Rate,
    /// Price of one example of verified ground truth (`anchor`), in `unit`.
    pub per_true_example: Rate,
    /// What prices are counted in: "GPU h", "USD", "tokens".
    pub unit: String,
    /// Price of each filter, in the order of the filters; a filter beyond the last one is free. Written in the tables
    /// of the filters.
    #[serde(skip)]
    pub checks: Vec<CheckPrice>,
}

key_table! {
    /// What one check of one example costs, in the unit of the loop's [`Cost`].
    #[derive(Debug, Clone, Copy, PartialEq, Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub struct CheckPrice {
        /// Price of one check.
        ///
        /// However long the solution.
        per_check: Rate = Rate::ZERO;
        /// Price of one check for each step of the solution.
        per_check_step: Rate = Rate::ZERO;
    }
}

impl Cost {
    /// Price of the `index`-th filter.
    #[must_use]
    pub fn check(&self, index: usize) -> CheckPrice {
        self.checks.get(index).copied().unwrap_or_default()
    }

    /// Prices as written, or none; `checks` are those of the filters, each with the first key that gives it.
    pub(super) fn resolve(
        written: Option<WrittenCost>,
        checks: &[(CheckPrice, Option<&'static str>)],
    ) -> Result<Option<Self>, RuleBreach> {
        let Some(written) = written else {
            return match checks.iter().enumerate().find_map(|(index, (_, priced))| Some((index, (*priced)?))) {
                Some((index, key)) => Err(RuleBreach::new(
                    format!("filter.{index}.{key}"),
                    "the price of a check needs a `[cost]` table",
                    "add one: `[cost]`, and below it `unit = \"USD\"`",
                )),
                None => Ok(None),
            };
        };
        let WrittenCost { per_step, per_training_example, per_true_example, unit } = written;
        let unit = legal_unit(unit.as_deref())?;
        let checks = checks.iter().map(|(price, _)| *price).collect();
        Ok(Some(Self { per_step, per_training_example, per_true_example, unit, checks }))
    }
}

fn legal_unit(written: Option<&str>) -> Result<String, RuleBreach> {
    let unit = written.unwrap_or("units");
    let plain = !unit.trim().is_empty() && unit.trim() == unit && !unit.chars().any(char::is_control);
    if plain && unit.chars().count() <= MAX_UNIT {
        return Ok(unit.to_owned());
    }
    Err(RuleBreach::new(
        "cost.unit",
        format!("\"{}\" is no unit", one_line(unit)),
        format!("use a word of at most {MAX_UNIT} characters, as in \"GPU h\""),
    ))
}
