//! A loop of one count as the quadrature sees it.

use crate::analytic::chain1d::count_chain::ChainState;

/// A loop whose state is one count.
pub trait CountLoop {
    /// N.
    fn draws(&self) -> u64;
    /// Count of generation 0.
    fn start(&self) -> u64;
    /// Whether that count is the mean of a drawn one.
    fn drawn(&self) -> bool {
        false
    }
    /// Whether a pool holds its predecessor.
    fn accumulates(&self) -> bool;
    /// Generation from which the law of one generation stays as it is.
    fn settles_at(&self) -> Option<u64>;
    /// Whether a loop without wrong beliefs stays without them from `generation` on: such a loop never fails.
    fn stays_sound(&self, generation: u64) -> bool {
        let stays = self.settles_at().is_some_and(|settled| settled <= generation);
        stays && (self.stage(generation).at)(0.0).next == Some(0.0)
    }
    /// Pool at `generation`, the smallest count that is a failure, and what happens at a share.
    fn stage(&self, generation: u64) -> LoopEra<'_>;
}

/// The law of one generation over its pool.
pub struct LoopEra<'a> {
    /// Beliefs in the pool.
    pub pool: u64,
    /// The smallest failed count; above `pool` if none is.
    pub failing: u64,
    /// What happens at a share of wrong beliefs.
    pub at: Box<dyn Fn(f64) -> ChainState + 'a>,
}
