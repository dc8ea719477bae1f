//! Monte Carlo: the loop played out, by agents from the scenario alone (one by one, or at the cost of their mistakes) or by
//! counts from the law; and rare failures by splitting.

mod agents;
mod beliefs;
mod binomial;
mod counts;
mod coupled;
mod error;
mod rare;
mod replicate;
mod result;
mod run;
mod stream;
mod tally;

pub use coupled::{RunSummary, coupled};
pub use error::SimulationError;
pub use rare::{RareFailure, RareSettings, rare};
pub use replicate::{SimulationProgress, resume, run};
pub use result::{Engine, RestrictedRunway, Simulated, SimulationSettings};
