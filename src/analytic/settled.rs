//! Whether neither law nor pool changes any more.

use crate::scenario::{Policy, Scenario};

/// The generation from which the law of one generation, over one pool, stays as it is.
pub fn settled_from(scenario: &Scenario) -> Option<u64> {
    scenario.settles_at().filter(|_| scenario.learning.policy == Policy::Replace)
}

/// Whether the law of one generation, over one pool, stays as it is from `generation` on.
pub fn settled(scenario: &Scenario, generation: u64) -> bool {
    settled_from(scenario).is_some_and(|settled| generation >= settled)
}
