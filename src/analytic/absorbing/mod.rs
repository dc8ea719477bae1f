//! Markov chains given state by state, whatever they model: their law of absorption.
//!
//! `chain` holds the rows and labels, `ends` says which states end it, `row_sums` what sums that miss 1 leave in doubt, `order`
//! numbers the states for elimination, `follow` steps forward, and `law` puts them together in a `result`; `of_loop` writes a scenario's
//! loop as such a chain.

mod chain;
mod ends;
mod error;
mod follow;
mod law;
mod of_loop;
mod order;
mod result;
mod row_sums;

pub use chain::{ExplicitChain, StateLabel};
pub use error::ChainError;
pub use law::absorption;
pub use of_loop::{LoopRefusal, MOST_TRANSITIONS, explicit_chain};
pub use result::{AbsorbingEnd, AbsorptionLaw, StateLaw};
pub use row_sums::RowSums;
