//! How the samples of a problem are best divided between votes, attempts behind a check and revisions, at generation 0 of a loop.
//!
//! `situation` says what a sample answers and what a check costs, `division` works one division out, `adaptive` stops votes early,
//! `loop_of_division` follows the loop that trains on what is accepted, and `search` goes through all divisions.

mod adaptive;
mod division;
mod inferred;
mod loop_of_division;
mod search;
mod situation;

pub use inferred::{
    AdaptiveVote, CheckPlace, DifficultyRow, DivisionRunway, InferencePlan, ResamplingRow, RevisionRates,
    RevisionVerdict, SampleDivision, VotesPoint,
};
pub use search::{InferenceError, InferenceRequest, MOST_SAMPLES, divide};
