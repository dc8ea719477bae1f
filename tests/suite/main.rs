//! One binary for all integration tests.

mod noise;
mod plane;
