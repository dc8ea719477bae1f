//! The integration tests of `runaway`, in one binary.

mod agreement;
mod cases;
mod plane;
mod reference;
