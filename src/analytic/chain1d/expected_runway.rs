//! `E[T]` alone, of loops that are small enough for it to take milliseconds.

use crate::analytic::settled::settled;
use crate::law::Law;
use crate::scenario::Scenario;

use super::count_chain::CountChain;
use super::count_propagation::CountMass;
use super::node_factors::NodeFactors;

/// The most examples for which `E[T]` takes milliseconds.
const QUICK: u64 = 400;

/// `E[T]` of a loop without unsound beliefs whose law never changes, with nothing else worked out; `None` for other loops, for more
/// than 400 examples, and where it is infinite.
///
/// ```
/// use runaway::Scenario;
/// use runaway::analytic::expected_runway;
/// use runaway::scenario::Origin;
///
/// let text = "name = \"small\"\nexamples = 20\n[errors]\namplification = 20";
/// let scenario = Scenario::parse(text, Origin::Text, &[])?;
/// assert!((expected_runway(&scenario).unwrap() - 8.27258081145).abs() < 1e-9);
/// # Ok::<(), runaway::scenario::ScenarioError>(())
/// ```
#[must_use]
pub fn expected_runway(scenario: &Scenario) -> Option<f64> {
    if !settled(scenario, 0) || scenario.has_unsound() || scenario.examples.get() > QUICK {
        return None;
    }
    let chain = CountChain::of(scenario, &Law::new(scenario, 0), scenario.examples.get());
    let start = CountMass::start(scenario);
    if start.iter().all(|(count, weight)| weight == 0.0 || chain.states[count].failed) {
        return Some(0.0);
    }
    if !chain.safe_runs().is_empty() {
        return None;
    }
    let counts = chain.open();
    let factors = NodeFactors::of(&chain, &counts)?;
    let times = counts.iter().zip(&factors.times).map(|(&count, time)| (start.of(count), time));
    let mean: f64 = times.filter(|(weight, _)| *weight > 0.0).map(|(weight, time)| weight * time).sum();
    Some(mean).filter(|mean| mean.is_finite())
}
