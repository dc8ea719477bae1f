//! Between which values each key of a loop may plausibly lie: as the file says, as a fit's draws say, or near the value it has.

use serde::{Deserialize, Serialize};

use crate::analytic::smooth_parameters;
use crate::scenario::{KeyNumber, KeyRange, Scenario, ScenarioFile};

/// Keys of whole numbers, of the start and of failure that a loop's fate follows too.
const FURTHER: [&str; 6] =
    ["examples", "task.steps", "errors.wrong_answers", "vote.candidates", "start.wrong", "failure.error_rate"];
/// Probability of a share whose key says nothing else to be moved from 0, or from 1.
const NEAR_END: f64 = 0.1;

/// Where a range comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RangeSource {
    /// `[ranges]` of the file.
    Stated,
    /// 5 to 95 % of the draws of a fit.
    Posterior,
    /// From half to twice the value it has: of a share its odds.
    Around,
    /// From or to the end of the range on which the value stands.
    End,
}

/// The plausible range of a key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PlausibleRange {
    /// Its dotted key.
    pub key: String,
    /// Its value in the loop.
    pub value: f64,
    /// Whether that is its default: nobody may have thought about it.
    pub is_default: bool,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Where the ends come from.
    pub source: RangeSource,
}

/// The ranges of every key that the fate of a loop follows; keys whose ends the loop cannot have are left out.
pub fn plausible(file: &ScenarioFile, scenario: &Scenario) -> Vec<PlausibleRange> {
    let drawn = file.drawn_ranges();
    let mut ranges: Vec<PlausibleRange> = Vec::new();
    for (stated, source) in [(&file.ranges, RangeSource::Stated), (&drawn, RangeSource::Posterior)] {
        for KeyRange { key, low, high, .. } in stated {
            if ranges.iter().all(|one| one.key != *key) {
                ranges.extend(of(scenario, key, Some((*low, *high, source))));
            }
        }
    }
    for key in smooth_keys(scenario).chain(FURTHER.map(str::to_owned)) {
        if ranges.iter().all(|one| one.key != key) && moves_alone(scenario, &key) {
            ranges.extend(of(scenario, &key, None));
        }
    }
    ranges
}

/// Whether a key is varied where nobody has said between which values. The shares of all difficulties sum to 1, so that none moves
/// alone. In a loop whose law stays, those keys stay that would make it change from generation to generation.
fn moves_alone(scenario: &Scenario, key: &str) -> bool {
    let is_share = key.starts_with("difficulty.") && key.ends_with(".share");
    let schedule = ["errors.step_error_gain", "errors.step_error_floor", "errors.erosion"];
    !(is_share || scenario.settles_at() == Some(0) && schedule.contains(&key))
}

fn smooth_keys(scenario: &Scenario) -> impl Iterator<Item = String> {
    smooth_parameters(scenario).into_iter().map(|(key, _)| key)
}

/// The value of a key. Some are not written where they stand at their defaults.
fn value(scenario: &Scenario, key: &str) -> Option<KeyNumber> {
    let smooth = smooth_parameters(scenario).into_iter().find(|(known, _)| known == key);
    smooth.map(|(_, value)| KeyNumber::Real(value)).or_else(|| scenario.number(key))
}

fn of(scenario: &Scenario, key: &str, known: Option<(f64, f64, RangeSource)>) -> Option<PlausibleRange> {
    let middle = known.map(|(low, high, _)| KeyNumber::Real(0.5 * (low + high)));
    let value = self::value(scenario, key).or(middle)?;
    let (value, whole) = (value.get(), matches!(value, KeyNumber::Whole(_)));
    let (low, high, source) = match known {
        Some(known) => known,
        None => around(scenario, key, value, whole)?,
    };
    let legal = |end: f64| scenario.with_number(key, end).is_ok();
    let is_default = self::value(&Scenario::default(), key).is_some_and(|default| default.get() == value);
    (low < high && legal(low) && legal(high)).then(|| PlausibleRange {
        key: key.to_owned(),
        value,
        is_default,
        low,
        high,
        source,
    })
}

/// From half to twice a value, by its odds where it is a share; from or to an end on which it stands.
fn around(scenario: &Scenario, key: &str, value: f64, whole: bool) -> Option<(f64, f64, RangeSource)> {
    if whole {
        let low = (value / 2.0).ceil().max(1.0);
        return (value >= 1.0).then_some((low, 2.0 * value, RangeSource::Around));
    }
    if let Some([low, high]) = scenario.key_info(key).and_then(|info| info.range) {
        // A value elsewhere in its range widens it.
        return Some((low.min(value), high.max(value), RangeSource::End));
    }
    // A rate may be above 1, a share may not.
    let is_rate = scenario.with_number(key, 1.5).is_ok();
    match value {
        _ if is_rate => (value > 0.0).then_some((value / 2.0, 2.0 * value, RangeSource::Around)),
        0.0 => Some((0.0, NEAR_END, RangeSource::End)),
        1.0 => Some((1.0 - NEAR_END, 1.0, RangeSource::End)),
        _ => {
            let (halved, doubled) = (0.5 * value, 2.0 * value);
            let share = |weight: f64| weight / (1.0 - value + weight);
            Some((share(halved), share(doubled), RangeSource::Around))
        }
    }
}
