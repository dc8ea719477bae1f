//! Tables that were made once and are asked for by every law of a loop, and of the next one with the same vote.

use std::sync::{Arc, Mutex, PoisonError};

use super::occupancy::Occupancy;
use super::weights::VoteWeights;
use super::winner::VoteLimits;

/// Tables kept, the last used last: laws of one loop ask for a few, a search over loops for a few dozen.
const OCCUPANCIES: usize = 4;
const WEIGHTS: usize = 512;

/// A vote, without what its candidates know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Electorate {
    /// k.
    pub candidates: u64,
    /// D; `None` when random wrong answers never coincide.
    pub wrong_answers: Option<u64>,
    /// Votes with which the winner is accepted.
    pub limits: VoteLimits,
}

type MemoTable<K, V> = Mutex<Vec<(K, Arc<V>)>>;

static TABLES: MemoTable<(u64, Option<u64>), Occupancy> = Mutex::new(Vec::new());
static SUMS: MemoTable<(Electorate, u64), VoteWeights> = Mutex::new(Vec::new());

/// The weights of a vote among candidates that show the systematic answer with probability `shown`.
pub fn weights(vote: Electorate, shown: f64) -> Arc<VoteWeights> {
    kept(&SUMS, WEIGHTS, (vote, shown.to_bits()), || {
        VoteWeights::new(&occupancy(vote), vote.candidates, vote.limits, shown)
    })
}

/// By how much those weights change with `shown`. Not kept: derivatives are asked for once.
pub fn weight_slopes(vote: Electorate, shown: f64) -> VoteWeights {
    VoteWeights::slopes(&occupancy(vote), vote.candidates, vote.limits, shown)
}

/// How random wrong answers of the candidates fall on their values.
pub(super) fn occupancy(vote: Electorate) -> Arc<Occupancy> {
    let key = (vote.candidates, vote.wrong_answers);
    kept(&TABLES, OCCUPANCIES, key, || Occupancy::new(vote.candidates, vote.wrong_answers))
}

/// What is kept under `key`, made if need be. Not made under the lock: a table of 1,000 candidates takes a while, and its making
/// may lend this thread to a colleague who asks for another.
fn kept<K: PartialEq, V>(place: &MemoTable<K, V>, most: usize, key: K, make: impl FnOnce() -> V) -> Arc<V> {
    let find = |all: &mut Vec<(K, Arc<V>)>| {
        let at = all.iter().position(|(known, _)| *known == key)?;
        let found = all.remove(at);
        let value = found.1.clone();
        all.push(found);
        Some(value)
    };
    // A table is complete before it is kept, whatever happened to a thread that held the lock.
    if let Some(value) = find(&mut place.lock().unwrap_or_else(PoisonError::into_inner)) {
        return value;
    }
    let value = Arc::new(make());
    let mut all = place.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(other) = find(&mut all) {
        return other;
    }
    if all.len() >= most {
        all.remove(0);
    }
    all.push((key, value.clone()));
    value
}
