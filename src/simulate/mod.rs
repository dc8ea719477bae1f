//! Monte Carlo: the loop played out, by agents from the scenario alone (one by one, or at the cost of their mistakes) or by
//! counts from the law; and rare failures by splitting.

mod agents;
mod beliefs;
mod binomial;
mod common_random_numbers;
mod counts;
mod error;
mod rare;
mod replicate;
mod result;
mod run;
mod stream;
mod tally;

pub use common_random_numbers::{RunSummary, coupled};
pub use error::SimulationError;
pub use rare::{RareFailure, RareSettings, rare};
pub use replicate::{SimulationProgress, resume, run, simulate};
pub use result::{Engine, RestrictedRunway, Simulated, SimulationSettings};
