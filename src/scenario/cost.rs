//! What a loop costs: prices of steps, checks and training, in a unit of the user's own.

use serde::Serialize;

use crate::quantity::Rate;

use super::error::RuleBreach;
use super::wording::one_line;
use super::written;

/// The longest name of a unit, in characters: it stands in table headers and on axes.
const MAX_UNIT: usize = 24;

/// Prices, in one unit. A loop without `[cost]` has none.
#[derive(Debug, Clone, PartialEq, Serialize)]
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

/// What one check of one example costs, in the unit of the loop's [`Cost`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CheckPrice {
    /// Price of a check, however long the solution.
    pub per_check: Rate,
    /// Price of a check for each step of the solution.
    pub per_check_step: Rate,
}

impl Cost {
    /// Price of the `index`-th filter.
    #[must_use]
    pub fn check(&self, index: usize) -> CheckPrice {
        self.checks.get(index).copied().unwrap_or(CheckPrice { per_check: Rate::ZERO, per_check_step: Rate::ZERO })
    }

    /// Prices as written, or none; a price without a unit is refused.
    pub(super) fn resolve(
        written: Option<&written::WrittenCost>,
        filters: &[written::WrittenFilter],
    ) -> Result<Option<Self>, RuleBreach> {
        let Some(written) = written else {
            return match filters.iter().enumerate().find_map(|(index, filter)| Some((index, filter.priced()?))) {
                Some((index, key)) => Err(RuleBreach::new(
                    format!("filter.{index}.{key}"),
                    "a price needs a unit",
                    "add a `[cost]` table, as in `unit = \"USD\"`",
                )),
                None => Ok(None),
            };
        };
        let or_zero = |rate: Option<Rate>| rate.unwrap_or(Rate::ZERO);
        let price = |filter: &written::WrittenFilter| CheckPrice {
            per_check: or_zero(filter.per_check),
            per_check_step: or_zero(filter.per_check_step),
        };
        Ok(Some(Self {
            per_step: or_zero(written.per_step),
            per_training_example: or_zero(written.per_training_example),
            per_true_example: or_zero(written.per_true_example),
            unit: unit(written.unit.as_deref())?,
            checks: filters.iter().map(price).collect(),
        }))
    }
}

fn unit(written: Option<&str>) -> Result<String, RuleBreach> {
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
