//! The integration tests of `runaway`, in one binary.

mod agreement;
mod architecture;
mod cases;
mod laws;
mod plane;
mod reference;
mod strategy;
