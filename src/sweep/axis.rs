//! One key and the values that it takes.

use serde::{Deserialize, Serialize};

use crate::scenario::{KeyNumber, Scenario};

use super::error::SweepError;

/// The most values of an axis.
const MOST_VALUES: u64 = 1_000_000;

/// How the values of an axis were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum AxisSpacing {
    /// Evenly from the first to the last.
    Linear,
    /// With the same ratio from each to the next.
    Log,
    /// One by one.
    Listed,
}

/// A key of a scenario and the values that it takes, in their order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SweepAxis {
    /// The dotted key.
    pub key: String,
    /// How the values were written.
    pub spacing: AxisSpacing,
    /// The values, all whole or all real.
    pub values: Vec<KeyNumber>,
}

impl SweepAxis {
    /// Reads `KEY=FROM:TO:POINTS`, `KEY=FROM:TO:POINTS:log` or `KEY=1,2,3` for a loop. A key that holds a whole number takes
    /// whole ones: points between are rounded.
    ///
    /// ```
    /// use runaway::Scenario;
    /// use runaway::sweep::SweepAxis;
    ///
    /// let axis = SweepAxis::parse("examples=10:1000:3:log", &Scenario::default())?;
    /// assert_eq!(axis.values.iter().map(|value| value.get()).collect::<Vec<_>>(), [10.0, 100.0, 1000.0]);
    /// # Ok::<(), runaway::sweep::SweepError>(())
    /// ```
    ///
    /// # Errors
    /// [`SweepError::Axis`] for what is written otherwise, and for values that coincide. Whether the loop has such a key, and
    /// whether it may take these values, is for [`SweepPlan::check`](super::SweepPlan::check).
    pub fn parse(typed: &str, scenario: &Scenario) -> Result<Self, SweepError> {
        let refuse = |rule: String| SweepError::Axis { typed: typed.to_owned(), rule };
        let (key, values) = typed.split_once('=').ok_or_else(|| refuse("there is no `=`".to_owned()))?;
        let (key, values) = (key.trim(), values.trim());
        if key.is_empty() || key.split('.').any(str::is_empty) {
            return Err(refuse("it names no key".to_owned()));
        }
        let (spacing, numbers) = if values.contains(':') { spaced(values) } else { listed(values) }.map_err(refuse)?;
        let whole = match scenario.number(key) {
            Some(present) => matches!(present, KeyNumber::Whole(_)),
            None => numbers.iter().all(|number| number.fract() == 0.0 && number.abs() < 1e15),
        };
        let number = |value: f64| match whole {
            true => whole_number(value, spacing),
            false => Ok(KeyNumber::Real(value)),
        };
        let values = numbers.into_iter().map(number).collect::<Result<Vec<_>, _>>().map_err(refuse)?;
        if let Some(pair) = values.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(refuse(format!("two points in a row are {}: ask for fewer", pair[0])));
        }
        let mut sorted: Vec<f64> = values.iter().map(|value| value.get()).collect();
        sorted.sort_by(f64::total_cmp);
        if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(refuse(format!("the value {} stands there twice", pair[0])));
        }
        Ok(Self { key: key.to_owned(), spacing, values })
    }
}

/// A whole number of a key that holds one: points of a range are rounded, values of a list must be whole.
fn whole_number(value: f64, spacing: AxisSpacing) -> Result<KeyNumber, String> {
    if spacing == AxisSpacing::Listed && value.fract() != 0.0 {
        return Err(format!("this key holds whole numbers, not {value}"));
    }
    let rounded = value.round();
    if rounded.abs() > 9e15 {
        return Err(format!("{value} is more than a whole number may be"));
    }
    // Below 2^53, so that nothing is lost.
    Ok(KeyNumber::Whole(rounded as i64))
}

fn number(text: &str) -> Result<f64, String> {
    let number: f64 = text.trim().parse().map_err(|_| format!("`{}` is not a number", text.trim()))?;
    if number.is_finite() { Ok(number) } else { Err(format!("`{}` is not a finite number", text.trim())) }
}

fn listed(values: &str) -> Result<(AxisSpacing, Vec<f64>), String> {
    let values = values.split(',').map(number).collect::<Result<Vec<_>, _>>()?;
    Ok((AxisSpacing::Listed, values))
}

fn spaced(values: &str) -> Result<(AxisSpacing, Vec<f64>), String> {
    let parts: Vec<&str> = values.split(':').collect();
    let (ends, points, spacing) = match parts[..] {
        [from, to, points] => ([from, to], points, AxisSpacing::Linear),
        [from, to, points, word] if word.trim() == "log" => ([from, to], points, AxisSpacing::Log),
        [_, _, _, word] => return Err(format!("`{}` is no spacing; the only one with a name is log", word.trim())),
        _ => return Err("a range has two ends and a number of points".to_owned()),
    };
    let [from, to] = [number(ends[0])?, number(ends[1])?];
    let all: u64 = points.trim().parse().map_err(|_| format!("`{}` is not a number of points", points.trim()))?;
    if !(2..=MOST_VALUES).contains(&all) {
        return Err(format!("a range has from 2 to {MOST_VALUES} points, not {all}"));
    }
    if from == to {
        return Err(format!("both ends are {from}; a single value goes with `--set`"));
    }
    if spacing == AxisSpacing::Log && !(from > 0.0 && to > 0.0) {
        return Err("both ends of a logarithmic range are above 0".to_owned());
    }
    let last = (all - 1) as f64;
    let point = |index: u64| match index {
        0 => from,
        _ if index == all - 1 => to,
        _ => {
            let at = index as f64;
            match spacing {
                AxisSpacing::Log => round((from.ln() * ((last - at) / last) + to.ln() * (at / last)).exp()),
                // Weighted, so that round ends and a round step give round points.
                _ => (from * (last - at) + to * at) / last,
            }
        }
    };
    let values: Vec<f64> = (0..all).map(point).collect();
    match values.iter().all(|value| value.is_finite()) {
        true => Ok((spacing, values)),
        false => Err("its points are beyond what a number can hold".to_owned()),
    }
}

/// To fifteen digits, so that round ends and a round ratio give round points.
fn round(value: f64) -> f64 {
    format!("{value:.14e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(typed: &str) -> Result<Vec<String>, String> {
        let axis = SweepAxis::parse(typed, &Scenario::default()).map_err(|error| error.to_string())?;
        Ok(axis.values.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn ranges_lists_and_logarithmic_ranges() {
        assert_eq!(values("learning.anchor=0:0.5:6").unwrap(), ["0.0", "0.1", "0.2", "0.3", "0.4", "0.5"]);
        assert_eq!(values("vote.candidates=1:9:5").unwrap(), ["1", "3", "5", "7", "9"]);
        assert_eq!(values("examples=10,1000,20").unwrap(), ["10", "1000", "20"]);
        assert_eq!(values("errors.step_error=0.1:0.001:3:log").unwrap(), ["0.1", "0.01", "0.001"]);
        // Between whole numbers the nearest is taken.
        assert_eq!(values("examples=1:100:3").unwrap(), ["1", "51", "100"]);
    }

    #[test]
    fn everything_else_is_refused_with_the_reason() {
        for (typed, said) in [
            ("learning.anchor", "there is no `=`"),
            ("=0:1:3", "names no key"),
            ("a..b=1,2", "names no key"),
            ("learning.anchor=0:1", "two ends and a number of points"),
            ("learning.anchor=0:1:1", "from 2 to 1000000 points, not 1"),
            ("learning.anchor=0:1:3:lin", "no spacing"),
            ("learning.anchor=0:1:3:log", "above 0"),
            ("learning.anchor=0:1:-3", "not a number of points"),
            ("learning.anchor=x:1:3", "`x` is not a number"),
            ("learning.anchor=nan,1", "not a finite number"),
            ("learning.anchor=0:inf:3", "not a finite number"),
            ("learning.anchor=", "`` is not a number"),
            ("learning.anchor=0.2,0.1,0.2", "0.2 stands there twice"),
            ("learning.anchor=1:1:3", "`--set`"),
            ("learning.anchor=-1e308:1e308:9", "beyond"),
            ("examples=1.5,2", "whole numbers, not 1.5"),
            ("examples=1:3:9", "two points in a row are 1"),
            ("examples=1e300,2", "more than a whole number may be"),
        ] {
            let message = values(typed).unwrap_err();
            assert!(message.contains(said) && message.contains(typed), "{message}");
        }
    }
}
