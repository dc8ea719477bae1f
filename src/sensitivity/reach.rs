//! How far the fate of a loop moves while one key goes through its range: what a tornado is drawn from.

use serde::{Deserialize, Serialize};

use crate::scenario::Scenario;

use super::fate::{LoopFate, fates};
use super::ranges::PlausibleRange;

/// One key at both ends of its range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct KeyReach {
    /// The key and its range.
    pub range: PlausibleRange,
    /// At the lower end.
    pub low: RangeEnd,
    /// At the upper end.
    pub high: RangeEnd,
}

/// The loop at one end of the range of a key.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RangeEnd {
    /// The value of the key.
    pub value: f64,
    /// The fate of the loop.
    pub fate: LoopFate,
}

impl KeyReach {
    /// ln of the ratio of the runways at the two ends, at most 1,000 horizons each; one that is infinite or unknown counts as the
    /// inverse hazard up to the horizon.
    #[must_use]
    pub fn span(&self, horizon: u64) -> f64 {
        let ends = [self.low, self.high].map(|end| end.fate.lasting(horizon));
        match ends {
            [Some(low), Some(high)] if low == high => 0.0,
            [Some(low), Some(high)] => (low / high).ln().abs(),
            _ => 0.0,
        }
    }
}

/// The reach of each key, the widest first.
pub fn of(scenario: &Scenario, fate: &LoopFate, ranges: &[PlausibleRange]) -> Vec<KeyReach> {
    let ends = ranges.iter().flat_map(|range| [(range, range.low), (range, range.high)]);
    // The ranges were checked against this loop; where an end were illegal after all, the loop itself stands for it.
    let moved: Vec<Scenario> =
        ends.map(|(range, end)| scenario.with_number(&range.key, end).unwrap_or_else(|_| scenario.clone())).collect();
    let found = fates(&moved);
    let end =
        |value: f64, found: &LoopFate, own: f64| RangeEnd { value, fate: if value == own { *fate } else { *found } };
    let mut reach: Vec<KeyReach> = ranges
        .iter()
        .zip(found.chunks(2))
        .filter_map(|(range, ends)| {
            let [low, high] = ends else { return None };
            let (low, high) = (end(range.low, low, range.value), end(range.high, high, range.value));
            Some(KeyReach { range: range.clone(), low, high })
        })
        .collect();
    // The order of equal ones is that of the keys.
    let horizon = scenario.horizon.get();
    reach.sort_by(|one, other| other.span(horizon).total_cmp(&one.span(horizon)));
    reach
}
