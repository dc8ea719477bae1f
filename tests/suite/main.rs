//! The integration tests of `runaway`, in one binary.

mod plane;
mod reference;
