//! Monte Carlo: the loop played out, by agents from the scenario alone or by counts from the law.

mod result;

pub use result::{Engine, RestrictedRunway, Simulated};
