//! Why a simulation was refused or given up.

use thiserror::Error;

/// A simulation that cannot be done, with the reason and the way out.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SimulationError {
    /// Fewer than two runs.
    #[error("{replicates} replicates: a standard error needs at least 2")]
    TooFewReplicates {
        /// Runs asked for.
        replicates: u64,
    },
    /// More beliefs than fit into memory.
    #[error(
        "agents hold every belief in memory, but this loop comes to {beliefs} of them (the limit is {limit}); use the `events` engine, which counts them, or `counts`, which draws the same law"
    )]
    TooManyBeliefs {
        /// Beliefs of the largest training set.
        beliefs: u64,
        /// The most that agents hold.
        limit: u64,
    },
    /// More work than anyone waits for.
    #[error(
        "this engine may have to work through more than {limit:e} candidates, draws and steps; use the `counts` engine, or fewer replicates"
    )]
    TooMuchWork {
        /// Candidates that may have to be played and steps of the recursion, over all runs and generations, if every problem
        /// is accepted.
        work: u128,
        /// The most that agents accept.
        limit: u128,
    },
    /// Checks that let nothing pass.
    #[error(
        "generation {generation}: of the last {candidates} candidates none ended in an accepted example; the checks let almost nothing pass. Use the `counts` engine, which recognises a starved loop at once"
    )]
    NothingAccepted {
        /// Generation that attempts the problems.
        generation: u64,
        /// Candidates since the last accepted example.
        candidates: u64,
    },
    /// Candidates all of which show a systematic mistake.
    #[error(
        "generation {generation}: {redraws} candidates in a row made a systematic mistake, so that none without one can be drawn. Use the `counts` engine, which needs no rejection"
    )]
    NoBaseCandidate {
        /// Generation that attempts the problem.
        generation: u64,
        /// Candidates drawn in vain.
        redraws: u64,
    },
    /// A hazard gain with a fraction where next to everything that is learned is a mistake.
    #[error(
        "generation {generation}: {draws} mistaken draws for one belief do not decide whether it becomes mistaken; a `hazard_gain` that is not a whole number needs a sound draw here, and almost none is. Use the `counts` engine, which needs none"
    )]
    UndecidedGain {
        /// Generation that teaches.
        generation: u64,
        /// Mistaken draws in a row.
        draws: u64,
    },
    /// A splitting without levels to set.
    #[error("no levels towards failure can be set for this loop: {reason}; estimate it by plain runs")]
    NoForecast {
        /// What stands in the way.
        reason: &'static str,
    },
    /// A splitting whose pilot run got stuck.
    #[error("the pilot of the splitting set {levels} levels towards failure and ended there: {reason}")]
    NoWayToFailure {
        /// Levels passed.
        levels: usize,
        /// Why there is no further level.
        reason: &'static str,
    },
    /// Tallies to go on from that are none of this simulation.
    #[error("cannot resume from this checkpoint: {reason}")]
    UnfitProgress {
        /// What does not fit.
        reason: &'static str,
    },
    /// Stopped by whoever keeps the tallies.
    #[error("stopped after {replicates} runs")]
    Stopped {
        /// Runs finished.
        replicates: u64,
    },
}
