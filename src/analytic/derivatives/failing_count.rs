//! From how many wrong beliefs on a loop has failed, and where that number changes: there `E[T]` jumps.

use serde::{Deserialize, Serialize};

use crate::analytic::chain1d::{MOST_COUNTED, expected_runway};
use crate::analytic::settled::settled;
use crate::law::{Composition, Dual, Law, LawParameter};
use crate::scenario::Scenario;

use super::law_slopes::parameters;

/// Steps of the search for the value at which the count changes.
const STEPS: usize = 6;
/// The search has found it where the error rate is this near to the threshold, relatively.
const FOUND: f64 = 1e-9;

/// The count of wrong beliefs from which on a loop has failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct FailingCount {
    /// The count.
    pub count: u64,
    /// Of this number of examples.
    pub examples: u64,
    /// `E[T]` in generations if it were one less.
    pub runway_if_one_less: Option<f64>,
    /// `E[T]` in generations if it were one more.
    pub runway_if_one_more: Option<f64>,
    /// Where it changes, along each parameter that moves the error rate there.
    pub jumps: Vec<NextJump>,
}

/// The values of a parameter at which the failing count changes next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct NextJump {
    /// Dotted key of the parameter.
    pub key: String,
    /// Value at which the loop fails at one wrong belief less; absent where no legal value near does it.
    pub one_less: Option<f64>,
    /// Value at which it fails at one more.
    pub one_more: Option<f64>,
}

/// The failing count of a loop without unsound beliefs whose law stays; `None` of others, and where no count fails.
pub fn of(scenario: &Scenario) -> Option<FailingCount> {
    let examples = scenario.examples.get();
    if scenario.has_unsound() || !settled(scenario, 0) || examples > MOST_COUNTED {
        return None;
    }
    let (law, threshold) = (Law::new(scenario, 0), scenario.failure.error_rate.get());
    let error = |count: u64| law.error_rate(at(count, examples));
    let count = (0..=examples).find(|count| error(*count) >= threshold)?;
    let runway =
        |threshold: f64| scenario.with("failure.error_rate", threshold).ok().and_then(|one| expected_runway(&one));
    let along = |(parameter, value): (LawParameter, f64)| {
        let search = |count: u64| crossing(scenario, parameter, value, at(count, examples));
        let (one_less, one_more) = (count.checked_sub(1).and_then(search), search(count));
        (one_less.is_some() || one_more.is_some()).then(|| NextJump { key: parameter.to_string(), one_less, one_more })
    };
    Some(FailingCount {
        count,
        examples,
        // The loop fails at the next count too where that is the threshold itself.
        runway_if_one_less: count.checked_sub(1).and_then(|less| runway(error(less))),
        runway_if_one_more: (count < examples).then(|| runway(error(count + 1))).flatten(),
        jumps: parameters(scenario).into_iter().filter_map(along).collect(),
    })
}

fn at(count: u64, examples: u64) -> Composition {
    Composition { unsound: 0.0, wrong: count as f64 / examples as f64 }
}

/// The value of a parameter at which the error rate of a composition meets the threshold, by Newton's method.
fn crossing(scenario: &Scenario, parameter: LawParameter, value: f64, at: Composition) -> Option<f64> {
    let (threshold, key) = (scenario.failure.error_rate.get(), parameter.to_string());
    let (mut moved, mut now) = (scenario.clone(), value);
    for _ in 0..STEPS {
        let error = Law::along(&moved, 0, parameter).error_rate(at.fixed::<Dual>());
        let missing = threshold - error.value;
        if missing.abs() <= FOUND * threshold {
            return Some(now);
        }
        let next = now + missing / error.slope;
        if error.slope == 0.0 || !next.is_finite() {
            return None;
        }
        moved = scenario.with(&key, next).ok()?;
        now = next;
    }
    None
}
