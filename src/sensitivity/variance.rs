//! How much of the spread of a loop's fate each key brings, where all vary through their ranges at once.

use std::cell::RefCell;
use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::scenario::{KeyNumber, Scenario};

use super::fate::{LoopFate, fates};
use super::ranges::PlausibleRange;
use super::sobol::{SobolIndices, SobolSettings, sobol_indices};

/// Ratio of the ends of a range from which its values are spread evenly by their logarithms.
const WIDE: f64 = 10.0;

/// A key that varies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct VaryingKey {
    /// Its dotted key.
    pub key: String,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Whether values are spread evenly by their logarithms.
    pub logarithmic: bool,
}

/// Shares of the variance of P(T ≤ horizon) and of log₁₀ `E[T]`, key by key in the order of `keys`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct VarianceShares {
    /// The keys, each varying by itself, uniformly between its ends.
    pub keys: Vec<VaryingKey>,
    /// Keys with a range that stay as they are: those of whole numbers.
    pub held: Vec<String>,
    /// Of P(T ≤ horizon); absent where it is unknown for some of the loops, or the same for all.
    pub failed: Option<SobolIndices>,
    /// Of log₁₀ `E[T]`; absent where some of the loops have none, or all the same.
    pub log_runway: Option<SobolIndices>,
}

/// The shares of a loop. Keys of whole numbers stay as they are: half of a step is none.
pub fn of(
    scenario: &Scenario,
    ranges: &[PlausibleRange],
    settings: &SobolSettings,
    watch: &dyn Fn(u64),
) -> VarianceShares {
    let smooth = |range: &&PlausibleRange| {
        let middle = 0.5 * (range.low + range.high);
        let between = if middle.fract() == 0.0 { 0.25 * range.low + 0.75 * range.high } else { middle };
        scenario.with_number(&range.key, between).is_ok() && between.fract() != 0.0
    };
    let keys: Vec<VaryingKey> = ranges
        .iter()
        .filter(smooth)
        .map(|range| VaryingKey {
            key: range.key.clone(),
            low: range.low,
            high: range.high,
            logarithmic: range.low > 0.0 && range.high > WIDE * range.low,
        })
        .collect();
    let held = ranges.iter().filter(|range| !smooth(range)).map(|range| range.key.clone()).collect();
    let at = |point: &[f64]| {
        let numbers = keys.iter().zip(point).map(|(key, share)| (&*key.key, KeyNumber::Real(key.value(*share))));
        scenario.with_each(&numbers.collect::<Vec<_>>()).ok()
    };
    // Both numbers ask for the same points.
    let known = RefCell::new(HashMap::<Vec<u64>, LoopFate>::new());
    let solved = |points: &[Vec<f64>]| -> Option<Vec<LoopFate>> {
        let name = |point: &Vec<f64>| point.iter().map(|share| share.to_bits()).collect::<Vec<u64>>();
        let mut known = known.borrow_mut();
        let new: Vec<&Vec<f64>> = points.iter().filter(|point| !known.contains_key(&name(point))).collect();
        let loops: Vec<Scenario> = new.iter().map(|point| at(point)).collect::<Option<_>>()?;
        known.extend(new.into_iter().map(name).zip(fates(&loops)));
        watch(loops.len() as u64);
        points.iter().map(|point| known.get(&name(point)).copied()).collect()
    };
    let along = |part: &dyn Fn(&LoopFate) -> Option<f64>| {
        sobol_indices(keys.len(), settings, |points| match solved(points) {
            Some(fates) => fates.iter().map(part).collect(),
            None => vec![None; points.len()],
        })
    };
    if keys.is_empty() {
        return VarianceShares { keys, held, failed: None, log_runway: None };
    }
    let failed = along(&|fate| fate.failed);
    let log_runway = along(&|fate| fate.runway.filter(|runway| *runway > 0.0).map(f64::log10));
    VarianceShares { failed, log_runway, keys, held }
}

impl VaryingKey {
    fn value(&self, share: f64) -> f64 {
        if self.logarithmic {
            return self.low * (self.high / self.low).powf(share);
        }
        self.low + (self.high - self.low) * share
    }
}
