//! The integration tests, one binary.

mod agreement;
