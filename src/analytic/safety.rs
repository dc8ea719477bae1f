//! What would bring the probability of failing within the horizon below 5 %: one parameter at a time, on the exact solution.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::quantity::Probability;
use crate::scenario::{Filter, Policy, Scenario, Stronger};

use super::chain1d::count_propagation::CountPropagation;
use super::chain2d;
use super::method::largest_pool;

/// The probability of failing within the horizon that counts as safe.
pub const SAFE: f64 = 0.05;
/// Values of a parameter that are told apart: steps of 0.001.
const STEPS: u32 = 1_000;
/// Examples times generations of one trial at most, so that all of them take seconds.
const WORK: u64 = 1_000_000;
/// The most examples of a loop with unsound beliefs.
const PAIRS_EXAMPLES: u64 = 40;

/// The weakest value of one parameter at which the loop is safe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Remedy {
    /// Dotted key of the parameter, as in the scenario file; or words where the file has none.
    pub parameter: String,
    /// Its present value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub present: Option<f64>,
    /// The value, to within 0.001 on the safe side.
    pub value: f64,
    /// P(T ≤ horizon) there.
    pub failing: f64,
}

/// What was found, and what it was sought for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SafetyReport {
    /// P(T ≤ horizon) of the loop as it is.
    pub failing: f64,
    /// Each parameter that by itself brings it below [`SAFE`].
    pub remedies: Vec<Remedy>,
    /// Parameters that were tried.
    pub tried: usize,
}

/// Gives a key of a scenario another value.
type Setter = dyn Fn(&mut Scenario, Probability) + Sync + Send;

/// A parameter between its present value and its strongest one.
struct Lever {
    parameter: String,
    present: Option<f64>,
    strongest: f64,
    set: Box<Setter>,
}

impl SafetyReport {
    /// What would make a loop safe; `None` where it is safe already, fails at generation 0, or is too large for trials that take
    /// seconds (more than 10⁶ examples times generations; more than 40 examples with unsound beliefs).
    #[must_use]
    pub fn of(scenario: &Scenario, failing: f64) -> Option<Self> {
        if failing < SAFE || !affordable(scenario) {
            return None;
        }
        let levers = levers(scenario);
        let remedies = levers.par_iter().filter_map(|lever| lever.weakest(scenario)).collect();
        Some(Self { failing, remedies, tried: levers.len() })
    }
}

fn affordable(scenario: &Scenario) -> bool {
    if scenario.has_unsound() {
        return scenario.learning.policy == Policy::Replace && scenario.examples.get() <= PAIRS_EXAMPLES;
    }
    largest_pool(scenario).saturating_mul(scenario.horizon.get()) <= WORK
}

/// P(T ≤ horizon), where that takes a fraction of a second: up to 10⁶ examples times generations, 40 examples with unsound beliefs.
#[must_use]
pub fn failing_within_horizon(scenario: &Scenario) -> Option<f64> {
    if affordable(scenario) { failing(scenario, 1.0) } else { None }
}

/// P(T ≤ horizon), or the first P(T ≤ g) that reaches `enough`.
fn failing(scenario: &Scenario, enough: f64) -> Option<f64> {
    if scenario.has_unsound() {
        return chain2d::failed_within(scenario);
    }
    let mut propagation = CountPropagation::new(scenario);
    propagation.leave_unconditional();
    while propagation.generation() < scenario.horizon.get() && propagation.failed() < enough {
        propagation.advance();
    }
    Some(propagation.failed().min(1.0))
}

fn levers(scenario: &Scenario) -> Vec<Lever> {
    let further = |scenario: &mut Scenario, value: Probability| {
        let (random, systematic, unsound) = (value, value, value);
        scenario.filters.push(Filter::Catch { random, systematic, unsound, false_reject: Probability::ZERO });
    };
    let mut levers = vec![Lever {
        parameter: "a further `catch` filter".to_owned(),
        present: None,
        strongest: 1.0,
        set: Box::new(further),
    }];
    for (index, filter) in scenario.filters.iter().enumerate() {
        levers.extend(filter.strengths().into_iter().map(|knob| Lever {
            parameter: format!("filter.{index}.{}", knob.key),
            present: Some(knob.present.get()),
            strongest: if knob.stronger == Stronger::Lower { 0.0 } else { 1.0 },
            set: Box::new(move |scenario: &mut Scenario, value| (knob.set)(&mut scenario.filters[index], value)),
        }));
    }
    let learning = &scenario.learning;
    levers.push(Lever {
        parameter: "learning.persistence".to_owned(),
        present: Some(learning.persistence.get()),
        strongest: 0.0,
        set: Box::new(|scenario, value| scenario.learning.persistence = value),
    });
    levers.push(Lever {
        parameter: "learning.anchor".to_owned(),
        present: Some(learning.anchor.get()),
        strongest: 1.0,
        set: Box::new(|scenario, value| scenario.learning.anchor = value),
    });
    levers
}

impl Lever {
    /// P(T ≤ horizon) with the parameter at `step` / [`STEPS`].
    fn at(&self, scenario: &Scenario, step: u32) -> Option<f64> {
        let mut changed = scenario.clone();
        (self.set)(&mut changed, Probability::new(f64::from(step) / f64::from(STEPS)).ok()?);
        failing(&changed, SAFE)
    }

    /// The value nearest to the present one at which the loop is safe, by bisection; both neighbours of the border are tried.
    fn weakest(&self, scenario: &Scenario) -> Option<Remedy> {
        let rising = self.strongest > 0.5;
        let present = self.present.unwrap_or(0.0) * f64::from(STEPS);
        let (mut fails, mut safe) = if rising { (present.floor() as u32, STEPS) } else { (present.ceil() as u32, 0) };
        let mut found = self.at(scenario, safe).filter(|failing| *failing < SAFE)?;
        while fails.abs_diff(safe) > 1 {
            let middle = fails.midpoint(safe);
            match self.at(scenario, middle)? {
                failing if failing < SAFE => (safe, found) = (middle, failing),
                _ => fails = middle,
            }
        }
        let value = f64::from(safe) / f64::from(STEPS);
        Some(Remedy { parameter: self.parameter.clone(), present: self.present, value, failing: found })
    }
}
