//! What to back-test.

use crate::fit::FitOptions;

/// What to test.
#[derive(Debug, Clone, PartialEq)]
pub struct BacktestOptions {
    /// Generations that a fit may see, each in turn.
    pub cuts: Vec<usize>,
    /// How to fit; the horizon is that of each log.
    pub fit: FitOptions,
    /// Whether a case sees the other runs of its log, to their ends; else it sees the first generations of its own run and
    /// nothing else.
    pub others: bool,
    /// A warning says: fails within this many generations with probability above one half.
    pub warning: usize,
}

impl Default for BacktestOptions {
    fn default() -> Self {
        let fit = FitOptions { effort: crate::fit::SamplerConfig::BRISK, paths: 1000, ..FitOptions::default() };
        Self { cuts: vec![4, 6, 8, 10], fit, others: false, warning: 5 }
    }
}
