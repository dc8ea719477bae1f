//! What a run of a given length has come to, generation by generation.

/// How likely a run has failed, and what it has cost, at the beginning of each generation 0, 1, …
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct PricedRun {
    /// P(T ≤ g), a sum of positive terms.
    pub failed: Vec<f64>,
    /// Bound on the absolute error of each from truncated mass: what is missing of them at most.
    pub doubt: Vec<f64>,
    /// Expected cost of the generations before min(T, g), in the unit of the loop's prices: nothing is paid after failure.
    pub cost: Vec<f64>,
}

/// Whether a run need not be followed further.
pub type IsEnough<'a> = &'a (dyn Fn(&PricedRun) -> bool + Sync);

impl PricedRun {
    /// Adds the next generation; the costs of those before it sum to `cost`.
    pub(super) fn add(&mut self, failed: f64, doubt: f64, cost: f64) {
        self.failed.push(failed.min(1.0));
        self.doubt.push(doubt);
        self.cost.push(cost);
    }
}
