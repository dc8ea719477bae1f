//! Why a chain has no law of absorption that can be given.

use thiserror::Error;

/// A chain that is refused, with what helps.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ChainError {
    /// A state that the chain does not have.
    #[error("there is no state {state}: the chain has {states}, numbered from 0")]
    NoState {
        /// The number given.
        state: usize,
        /// Number of states.
        states: usize,
    },
    /// No probability.
    #[error("the transition from state {from} to {to} has {probability}, and a probability lies in [0, 1]")]
    Probability {
        /// Where it begins.
        from: usize,
        /// Where it leads.
        to: usize,
        /// The number given.
        probability: f64,
    },
    /// One transition, twice.
    #[error("the transition from state {from} to {to} is given twice; add the two up, or delete one")]
    Twice {
        /// Where it begins.
        from: usize,
        /// Where it leads.
        to: usize,
    },
    /// A name of an end that is neither a label nor a state.
    #[error("no label or state is called {name:?}; the labels are {labels}, the states are numbered from 0")]
    NoLabel {
        /// The name asked for.
        name: String,
        /// The labels, or "none".
        labels: String,
    },
    /// Nothing ends the chain.
    #[error(
        "no absorbing state can be reached from state {start}; give every state that ends the chain a transition to itself \
         of probability 1, or name the ends by their label or number with `--end`"
    )]
    NoEnd {
        /// Where the chain starts.
        start: usize,
    },
    /// Some absorbing states have a label, another has none.
    #[error(
        "state {state} is never left and has no label, while other ends are labelled ({labels}): a way out below 1e-16 is \
         lost where probabilities are written with few digits; write it as an entry of its own, or, if the state is an end, \
         say so with `--end {state}` beside `--end` for each other"
    )]
    Unlabelled {
        /// The state.
        state: usize,
        /// The labels of other ends.
        labels: String,
    },
    /// States that lead to each other alone.
    #[error(
        "states {states} lead to each other alone, and to no end: their way out is missing, or was lost where probabilities \
         were written with few digits; write it as an entry of its own, or name the ends with `--end`, which allows for \
         loops that never end"
    )]
    Closed {
        /// Some of them.
        states: String,
    },
    /// Rows whose sums leave the answer open.
    #[error(
        "the row of state {state} sums to {sum}, and {visits} visits are expected there: {missing} of doubt at each leaves \
         the expected time open ({bound}); write every probability with 17 significant digits, and each way out as an entry \
         of its own, not as 1 minus the others"
    )]
    Doubtful {
        /// The row that matters most.
        state: usize,
        /// Its sum, in words.
        sum: String,
        /// Expected visits.
        visits: String,
        /// The doubt, in digits.
        missing: String,
        /// The bound that follows, in words.
        bound: String,
    },
    /// Elimination needs too much room.
    #[error(
        "elimination of {transient} states needs {cells} cells, and {most} fit into the memory that is used: the states do not \
         fall into a narrow band; merge states, or leave those out that cannot be reached"
    )]
    TooLarge {
        /// States that do not end the chain.
        transient: usize,
        /// Cells of the band.
        cells: usize,
        /// The most cells.
        most: usize,
    },
}
