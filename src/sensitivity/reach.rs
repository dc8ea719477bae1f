//! How far the fate of a loop moves while one key goes through its range: what a tornado is drawn from.

use serde::{Deserialize, Serialize};

use crate::scenario::Scenario;

use super::ranges::PlausibleRange;
use super::{LoopFate, fates};

/// One key at both ends of its range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[non_exhaustive]
pub struct RangeEnd {
    /// The value of the key.
    pub value: f64,
    /// The fate of the loop.
    pub fate: LoopFate,
}

impl KeyReach {
    /// ln of the ratio of the expected runways at the two ends: 0 where nothing moves, infinite where one of them is unknown.
    #[must_use]
    pub fn span(&self) -> f64 {
        match (self.low.fate.runway, self.high.fate.runway) {
            (Some(low), Some(high)) if low == high => 0.0,
            (Some(low), Some(high)) => (low / high).ln().abs(),
            (None, None) => 0.0,
            _ => f64::INFINITY,
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
    reach.sort_by(|one, other| other.span().total_cmp(&one.span()));
    reach
}
