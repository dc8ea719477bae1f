//! Monte Carlo: the loop played out, by agents from the scenario alone or by counts from the law.

mod agents;
mod binomial;
mod counts;
mod error;
mod replicate;
mod result;
mod run;
mod stream;
mod tally;

pub use error::SimulationError;
pub use replicate::{Settings, run};
pub use result::{Engine, RestrictedRunway, Simulated};
