//! How far the exact solution over unsound and wrong beliefs reaches.

use thiserror::Error;

use crate::scenario::{Policy, Scenario};

/// The most examples: 60 generations then take about 16 s on two processors (up to a minute where the law spreads wide), and
/// 1000 examples would take minutes.
pub const MAX_EXAMPLES: u64 = 500;

/// The most transient states that are eliminated: all 5,151 of 100 examples. Time grows with the cube (17 s here on two processors),
/// memory with the square (212 MB here).
pub const MAX_ELIMINATED: usize = 5_151;

/// Multiplications spent on the curves at most: a few minutes of one processor.
pub(super) const CURVES_WORK: u64 = 400_000_000_000;

/// Why pairs of counts cannot be solved.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Chain2dRefusal {
    /// More than [`MAX_EXAMPLES`].
    #[error(
        "the exact solution over unsound and wrong beliefs reaches {MAX_EXAMPLES} examples, and this loop has {examples}; \
         simulate it, or use the mean field"
    )]
    TooManyExamples {
        /// N.
        examples: u64,
    },
    /// The state of an accumulating loop is not a pair of counts out of N.
    #[error(
        "with `policy = \"accumulate\"` the state over unsound and wrong beliefs grows with every generation, beyond exact \
         solution; simulate it, or use the mean field"
    )]
    Accumulates,
    /// The horizon is too long for the number of examples.
    #[error(
        "the exact solution over unsound and wrong beliefs was stopped at generation {generation} of {horizon} after \
         {CURVES_WORK} multiplications; lower `horizon` or `examples`, simulate, or use the mean field"
    )]
    TooLong {
        /// Generation reached.
        generation: u64,
        /// Horizon asked for.
        horizon: u64,
    },
}

/// Whether the method reaches a scenario, as far as that is known beforehand.
///
/// # Errors
/// [`Chain2dRefusal`] where it does not.
pub fn within_reach(scenario: &Scenario) -> Result<(), Chain2dRefusal> {
    let examples = scenario.examples.get();
    match scenario.learning.policy {
        Policy::Accumulate => Err(Chain2dRefusal::Accumulates),
        Policy::Replace if examples > MAX_EXAMPLES => Err(Chain2dRefusal::TooManyExamples { examples }),
        Policy::Replace => Ok(()),
    }
}
