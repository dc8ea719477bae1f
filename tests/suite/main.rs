//! Integration tests, in one binary.

// Helpers of tests may fail loudly too, which the lint allows inside #[test] functions only.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod report;
