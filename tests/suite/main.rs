//! The integration tests of `runaway`, in one binary.

// Helpers of tests may unwrap like tests themselves; clippy.toml allows it inside test functions only.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod agreement;
mod architecture;
mod cases;
mod laws;
mod plane;
mod reference;
mod strategy;
