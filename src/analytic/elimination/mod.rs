//! Absorbing Markov chains solved without a subtraction, whatever their states mean.
//!
//! Elimination by W. K. Grassmann, M. I. Taksar and D. P. Heyman (GTH): over rows of a `skyline` ([`skyline_gth`]), over a square
//! matrix in blocks for the cache (`dense_gth`, its inner loops in `dense_kernel`), and on the stack for a handful of states
//! (`small_gth`). [`quasi_stationary`] iterates to the law of what has lasted; `simd` picks the machine's vectors.

pub(super) mod dense_gth;
pub(super) mod dense_kernel;
pub mod quasi_stationary;
pub(super) mod simd;
pub mod skyline;
pub mod skyline_gth;
mod small_gth;

pub use small_gth::expected_times;
