//! Why an exact solution, or one of its numbers, is not available.

use std::collections::BTreeMap;

use thiserror::Error;

use super::chain2d::Chain2dRefusal;

/// Why the exact solver does not apply, or why a number of its solution is unknown.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum SolveError {
    /// The chain over unsound and wrong beliefs is out of reach.
    #[error(transparent)]
    Chain2d(#[from] Chain2dRefusal),
    /// The loop is beyond the exact methods, but not beyond sampling its counts.
    #[error("{0}; `simulate --engine counts` has no such limit")]
    CountsOnly(Box<SolveError>),
    /// Nothing has a price.
    #[error("the loop has no prices; give its file a `[cost]` table")]
    Unpriced,
    /// The chain is too large for elimination.
    #[error("{draws} draws are more than the {most} whose chain is eliminated")]
    TooManyDraws {
        /// N.
        draws: u64,
        /// The largest number that is eliminated.
        most: u64,
    },
    /// The eliminated rows do not fit into memory.
    #[error("the rows of the chain need more than 256 MB")]
    ChainTooLarge,
    /// The rows of the forward sums do not fit into memory.
    #[error("the rows need more than 256 MB")]
    RowsTooLarge,
    /// Too many counts for a node each.
    #[error("{counts} counts are more than the {most} that are visited one by one")]
    TooManyCounts {
        /// Counts below the failure threshold.
        counts: usize,
        /// The largest number that is visited.
        most: usize,
    },
    /// Too many Gauss nodes.
    #[error("{draws} draws need more than {most} nodes")]
    TooManyNodes {
        /// N.
        draws: u64,
        /// The largest number of nodes.
        most: usize,
    },
    /// The density of the count needs too many panels.
    #[error("the law of the count is too rough: more than {most} pieces")]
    TooRough {
        /// The largest number of panels.
        most: usize,
    },
    /// The density of the count needs too many quadrature intervals.
    #[error("the law of the count is too wide: more than {most} intervals")]
    TooWide {
        /// The largest number of intervals.
        most: usize,
    },
    /// Nothing is accepted at a count, so that the law has no value there.
    #[error("the loop starves at {count} of {draws} wrong beliefs")]
    Starves {
        /// Wrong beliefs.
        count: f64,
        /// N.
        draws: u64,
    },
    /// Nothing is accepted at a count that the loop may reach.
    #[error("the loop may starve ({count} of {pool} beliefs wrong), which the quadrature does not follow")]
    MayStarve {
        /// Wrong beliefs.
        count: f64,
        /// Beliefs of which they are counted.
        pool: u64,
    },
    /// Generation 0 is drawn, and quadrature needs one count to begin with.
    #[error("quadrature sets out from one count, and this loop's start is drawn")]
    DrawnStart,
    /// Failure has probability 0.
    #[error("infinite: failure cannot be reached")]
    NeverFails,
    /// The loop lasts for ever with positive probability.
    #[error("infinite: with probability {} the loop never fails", in_digits(.never))]
    MayNeverFail {
        /// P(T = ∞).
        never: f64,
    },
    /// The hazard of loops that last falls to 0.
    #[error("surviving loops end where failure cannot be reached: their hazard falls to 0")]
    HazardVanishes,
    /// Generation 0 fails.
    #[error("generation 0 has failed already: no loop survives")]
    FailedAtStart,
    /// Every state fails in the next generation.
    #[error("failure is certain in the next generation: no loop survives")]
    FailsNext,
    /// Survival died out.
    #[error("no loop survives")]
    NoneLasts,
    /// Survival died out before the law given survival was stationary.
    #[error("the loop fails before the law given survival becomes stationary")]
    FailsBeforeRest,
    /// The law given survival is periodic or too slow.
    #[error("the law given survival does not become stationary")]
    NoRest,
    /// The law given survival was still moving when it was given up.
    #[error("the law given survival had not become stationary")]
    NotAtRest,
    /// The same, with the generations followed.
    #[error("the law given survival had not become stationary after {generations} generations")]
    NotAtRestAfter {
        /// Generations followed.
        generations: u64,
    },
    /// The same over unsound and wrong beliefs.
    #[error("the law given survival is not stationary after {generations} generations")]
    NotStationaryAfter {
        /// Generations followed.
        generations: u64,
    },
    /// Loops are left, and their law is not stationary.
    #[error(
        "after {generations} generations {survival:.3e} of the loops survive and their law is not stationary yet; \
         {ALTERNATIVES}"
    )]
    StillMoving {
        /// Generations followed.
        generations: u64,
        /// S of the last one.
        survival: f64,
    },
    /// Loops are left, and the law of one generation still changes.
    #[error("survival is still {survival:.3e} after {generations} generations and the law keeps changing")]
    StillChanging {
        /// Generations followed.
        generations: u64,
        /// S of the last one.
        survival: f64,
    },
    /// The law of one generation never settles.
    #[error("the law of one generation keeps changing")]
    Changing,
    /// The law of one generation never settles, over unsound and wrong beliefs.
    #[error("the law of one generation never stops changing")]
    ChangesForEver,
    /// The hazard underflows.
    #[error("the hazard is below what a double can hold (1e-308)")]
    HazardUnderflows,
    /// The hazard is below what the quadrature resolves.
    #[error("once stationary, the loop fails in fewer than {least:.0e} of its generations")]
    TooRare {
        /// The smallest hazard that is resolved.
        least: f64,
    },
    /// The hazard is below what forward propagation resolves.
    #[error(
        "the hazard of {hazard:.3e} per generation is below the {least:e} that forward propagation over {states} states \
         resolves; {ALTERNATIVES}"
    )]
    HazardUnresolved {
        /// Per generation.
        hazard: f64,
        /// The smallest hazard that is resolved.
        least: f64,
        /// States of the chain.
        states: usize,
    },
    /// Too many states for the quasi-stationary law.
    #[error("more than {most} states at which the loop runs on")]
    TooManyStates {
        /// The largest number of states.
        most: usize,
    },
}

const ALTERNATIVES: &str = "simulate the loop, or use the mean field";

/// Three significant digits.
pub(super) fn in_digits(probability: &f64) -> String {
    match *probability {
        0.0 => "0".to_owned(),
        1.0 => "1 to within rounding".to_owned(),
        p if p > 0.9995 && p < 1.0 => format!("1 − {:.2e}", 1.0 - p),
        p if p >= 1e-3 => format!("{p:.3}"),
        p => format!("{p:.2e}"),
    }
}

/// Why a number is absent, by the dotted path of its key in the JSON form.
pub type Undefined = BTreeMap<String, String>;

/// A value, or its reason recorded under its key.
pub(super) fn given<T>(found: Result<T, SolveError>, key: &str, undefined: &mut Undefined) -> Option<T> {
    found.map_err(|reason| undefined.insert(key.to_owned(), reason.to_string())).ok()
}
