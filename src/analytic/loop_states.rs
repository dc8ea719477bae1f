//! A loop state by state: what both chains hand over to be written out.

/// The states of a loop that may still go either way, with their transitions.
#[derive(Debug, Clone, PartialEq)]
pub struct LoopStates {
    /// (unsound, wrong) beliefs of each state.
    pub counts: Vec<(u64, u64)>,
    /// (state, probability) pairs of each, rising, without those below the smallest normal double.
    pub rows: Vec<Vec<(usize, f64)>>,
    /// Probabilities of failing, and of ending where failure cannot be reached, from each: sums over those states.
    pub ends: Vec<[f64; 2]>,
    /// Where the loop starts.
    pub start: LoopStart,
}

/// What generation 0 is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoopStart {
    /// One of the states.
    Open(usize),
    /// Failed already.
    Failed,
    /// Where failure cannot be reached.
    Safe,
}

/// Why a loop is not written out: (states, transitions) that it has, at least.
pub type LoopSize = (usize, usize);
