//! The vote among candidates (model.md, section 4): an answer is accepted when enough, and not too many, of them give it.

use std::sync::Arc;

use crate::scenario;
use crate::stats::binomial;

use super::candidate::{Answers, Belief, Problem};
use super::plurality::{Electorate, Limits, Weights, weights};
use super::scalar::Scalar;

/// The vote on problems of one difficulty.
#[derive(Debug, Clone)]
pub(super) enum Vote {
    /// A single candidate.
    None,
    /// More than half must agree, so that at most one answer can have enough votes.
    Majority {
        /// k.
        candidates: u64,
        /// m.
        agree: u64,
        /// D; `None` when random wrong answers never coincide.
        wrong_answers: Option<f64>,
    },
    /// The answer with most votes wins.
    Plurality(Tables),
}

/// What is summed over the votes, for each share of candidates that show a systematic answer.
#[derive(Debug, Clone)]
pub(super) struct Tables {
    plain: Arc<Weights>,
    shown: Arc<Weights>,
    unsound: Arc<Weights>,
}

/// What candidates for problems of one difficulty have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Common {
    pub wrong_answers: Option<u64>,
    pub consistency: f64,
    pub luck: f64,
}

impl Vote {
    /// The vote of a scenario.
    pub fn new(vote: &scenario::Vote, common: Common) -> Self {
        let candidates = vote.candidates.get();
        if candidates == 1 {
            return Self::None;
        }
        if vote.is_majority() {
            let wrong_answers = common.wrong_answers.map(|answers| answers as f64);
            return Self::Majority { candidates, agree: vote.agree.get(), wrong_answers };
        }
        Self::plurality(candidates, common, Limits { least: vote.agree.get(), most: vote.most() })
    }

    /// Whoever has most votes, however few or many.
    pub fn winner(candidates: u64, common: Common) -> Self {
        if candidates == 1 {
            Self::None
        } else {
            Self::plurality(candidates, common, Limits { least: 1, most: candidates })
        }
    }

    fn plurality(candidates: u64, common: Common, limits: Limits) -> Self {
        let vote = Electorate { candidates, wrong_answers: common.wrong_answers, limits };
        let shown = weights(vote, common.consistency);
        let unsound = match common.luck {
            0.0 => shown.clone(),
            luck => weights(vote, common.consistency * (1.0 - luck)),
        };
        Self::Plurality(Tables { plain: weights(vote, 0.0), shown, unsound })
    }

    /// Probabilities that the vote accepts an answer of each kind; what is left of 1 is no decision.
    pub fn accepted<S: Scalar>(&self, problem: &Problem<S>) -> Answers<S> {
        let candidate = &problem.candidate;
        let [right, systematic, random] = match self {
            Self::None => return *candidate,
            Self::Majority { candidates, agree, wrong_answers } => {
                let agreed = |p: S| agreed(*candidates, *agree, p);
                let random = |answers: f64| agreed(candidate.random / answers) * answers;
                [agreed(candidate.right()), agreed(candidate.systematic), wrong_answers.map_or_else(S::default, random)]
            }
            Self::Plurality(tables) => tables.of(problem.belief).accepted_of(candidate),
        };
        let all = candidate.right();
        // Enough must agree, so that where more than half must this vanishes faster than `all` does.
        let per_right = if all.value() > 0.0 { right / all } else { S::default() };
        Answers { sound: candidate.sound * per_right, unsound: candidate.unsound * per_right, systematic, random }
    }
}

impl Tables {
    fn of(&self, belief: Belief) -> &Weights {
        match belief {
            Belief::Plain => &self.plain,
            Belief::FreshSystematic | Belief::Wrong => &self.shown,
            Belief::Unsound => &self.unsound,
        }
    }
}

impl Weights {
    fn accepted_of<S: Scalar>(&self, candidate: &Answers<S>) -> [S; 3] {
        let other = candidate.right() + candidate.random;
        if other.value() > 0.0 {
            self.accepted(candidate.right() / other, candidate.random / other)
        } else {
            // Every candidate shows the systematic answer, whatever it would have answered else.
            self.accepted(1.0.into(), S::default())
        }
    }
}

/// Probability that at least m of k candidates give an answer that each gives with probability `p`.
fn agreed<S: Scalar>(k: u64, m: u64, p: S) -> S {
    // The first to agree as number m is one of k, and m − 1 of the others are with it.
    let density = |p: f64| k as f64 * binomial::pmf(m - 1, k - 1, p);
    // Those of the saddle-point form grow with the logarithm that it takes, and the sum adds some for each term.
    let roundings = |tail: f64| 32.0 + 6.0 * (k as f64 - tail.max(f64::MIN_POSITIVE).ln());
    p.rounded_into(0.0, 1.0).map(|p| binomial::upper_tail(m, k, p), density).after(roundings)
}
