//! One cell: its values and its numbers, as a line of CSV and back.

use serde::{Deserialize, Serialize};

use crate::analytic::SweepPoint;
use crate::scenario::KeyNumber;

use super::axis::SweepAxis;

/// The numbers of a cell that are always there, as CSV and Parquet call them.
const NUMBERS: [&str; 4] = ["reproduction_number", "runway_mean", "survival", "failed"];
/// Those that are there on request.
const QUANTILES: [&str; 3] = ["runway_q05", "runway_q50", "runway_q95"];
/// The column of reasons.
const UNKNOWN: &str = "unknown";
/// Between two reasons in that column.
const BETWEEN: &str = " | ";

/// One cell of a sweep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SweepCell {
    /// The value of each axis.
    pub values: Vec<KeyNumber>,
    /// Its numbers at the cell's horizon.
    #[serde(flatten)]
    pub point: SweepPoint,
}

/// The columns of a sweep's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellColumns {
    keys: Vec<String>,
    quantiles: bool,
}

impl CellColumns {
    /// Those of a grid over these axes.
    #[must_use]
    pub fn new(axes: &[SweepAxis], quantiles: bool) -> Self {
        Self { keys: axes.iter().map(|axis| axis.key.clone()).collect(), quantiles }
    }

    /// Names of the columns of numbers, behind those of the keys.
    #[must_use]
    pub fn numbers(&self) -> Vec<&'static str> {
        let quantiles = if self.quantiles { &QUANTILES[..] } else { &[] };
        NUMBERS.iter().chain(quantiles).copied().collect()
    }

    /// The numbers of a cell, column by column.
    #[must_use]
    pub fn numbers_of(&self, point: &SweepPoint) -> Vec<Option<f64>> {
        let mut numbers = vec![point.reproduction_number, point.mean, point.survival, point.failed];
        numbers.extend(self.quantiles.then_some(point.quantiles).into_iter().flatten());
        numbers
    }

    /// The reasons of absent numbers in one text; empty where none is absent.
    #[must_use]
    pub fn reasons(&self, point: &SweepPoint) -> String {
        let told = point.undefined.iter().map(|(key, reason)| format!("{key}: {}", reason.replace(BETWEEN, "; ")));
        told.collect::<Vec<_>>().join(BETWEEN)
    }

    /// The head line, with its line end.
    #[must_use]
    pub fn head(&self) -> String {
        let keys = self.keys.iter().map(String::as_str);
        let heads: Vec<&str> = keys.chain(self.numbers()).chain([UNKNOWN]).collect();
        heads.join(",") + "\n"
    }

    /// A cell as a line, with its line end. Numbers have every digit: they read back as they are.
    #[must_use]
    pub fn line(&self, cell: &SweepCell) -> String {
        let mut fields: Vec<String> = cell.values.iter().map(ToString::to_string).collect();
        fields.extend(self.numbers_of(&cell.point).into_iter().map(|number| number.map_or_else(String::new, in_full)));
        let reasons = self.reasons(&cell.point);
        fields.push(match reasons.contains([',', '"']) {
            true => format!("\"{}\"", reasons.replace('"', "\"\"")),
            false => reasons,
        });
        fields.join(",") + "\n"
    }

    /// The cell of a line; `None` where it is not one.
    #[must_use]
    pub fn read(&self, line: &str) -> Option<SweepCell> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
        let record = reader.records().next()?.ok()?;
        let mut fields = record.iter();
        let values = self.keys.iter().map(|_| read_value(fields.next()?)).collect::<Option<Vec<_>>>()?;
        let mut number = || match fields.next()? {
            "" => Some(None),
            text => Some(Some(text.parse::<f64>().ok()?)),
        };
        let [reproduction_number, mean, survival, failed] = [number()?, number()?, number()?, number()?];
        let quantiles = if self.quantiles { [number()?, number()?, number()?] } else { [None; 3] };
        let reasons = fields.next()?;
        let told = reasons.split(BETWEEN).filter(|told| !told.is_empty());
        let undefined = told
            .map(|told| told.split_once(": ").map(|(key, reason)| (key.to_owned(), reason.to_owned())))
            .collect::<Option<_>>()?;
        let point = SweepPoint { reproduction_number, mean, survival, failed, quantiles, undefined };
        fields.next().is_none().then_some(SweepCell { values, point })
    }
}

/// A number with every digit.
fn in_full(number: f64) -> String {
    KeyNumber::Real(number).to_string()
}

fn read_value(field: &str) -> Option<KeyNumber> {
    match field.parse::<i64>() {
        Ok(whole) => Some(KeyNumber::Whole(whole)),
        Err(_) => field.parse().ok().map(KeyNumber::Real),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use proptest::prelude::*;

    proptest! {
        /// Every number reads back to the last bit, and every reason as it was.
        #[test]
        fn lines_read_back(
            numbers in proptest::array::uniform4(proptest::option::of(proptest::num::f64::NORMAL | proptest::num::f64::ZERO)),
            quantiles in proptest::array::uniform3(proptest::option::of(0.0..1e300)),
            value in proptest::num::f64::NORMAL,
            whole in any::<i64>(),
            reasons in proptest::collection::btree_map("[a-z.]{1,8}", "[ -{]{1,30}", 0..3),
        ) {
            let axes = ["learning.anchor=0,1", "examples=1,2"].map(|typed| SweepAxis::parse(typed, &Scenario::default()).unwrap());
            let columns = CellColumns::new(&axes, true);
            let [reproduction_number, mean, survival, failed] = numbers;
            let point = SweepPoint { reproduction_number, mean, survival, failed, quantiles, undefined: reasons };
            let cell = SweepCell { values: vec![KeyNumber::Real(value), KeyNumber::Whole(whole)], point };
            let line = columns.line(&cell);
            prop_assert_eq!(columns.read(&line), Some(cell), "{}", line);
            prop_assert_eq!(line.matches('\n').count(), 1);
        }
    }
}
