//! Whether neither law nor pool changes any more.

use crate::scenario::{Policy, Scenario};

/// Whether the law of one generation, over one pool, stays as it is from `generation` on.
pub fn settled(scenario: &Scenario, generation: u64) -> bool {
    scenario.learning.policy == Policy::Replace && scenario.settles_at().is_some_and(|settled| generation >= settled)
}
