//! The integration tests of `runaway`, in one binary.

mod agreement;
mod plane;
mod reference;
