//! The vote among candidates (model.md, section 4): an answer is accepted when enough, and not too many, of them give it.

use std::cell::OnceCell;
use std::sync::Arc;

use crate::scenario;
use crate::stats::binomial;

use super::candidate::{Answers, Belief, Problem};
use super::plurality::{DrawnWeights, Electorate, VoteLimits, VoteWeights, weight_slopes, weights};
use super::scalar::{Over, Scalar};

/// The vote on problems of one difficulty.
#[derive(Debug, Clone)]
pub(super) enum VoteLaw<P = f64> {
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
    Plurality(Tables<P>),
}

/// What is summed over the votes, for each share of candidates that show a systematic answer.
#[derive(Debug, Clone)]
pub(super) struct Tables<P> {
    /// k.
    candidates: u64,
    plain: ShownWeights<P>,
    shown: ShownWeights<P>,
    unsound: ShownWeights<P>,
}

/// What is summed over the votes of candidates that show a systematic answer with one probability.
#[derive(Debug, Clone)]
struct ShownWeights<P> {
    weights: Arc<VoteWeights>,
    /// Where that probability moves with a parameter: its change, whose value is 0, and how the weights follow it.
    moved: Option<(P, Arc<VoteWeights>)>,
}

impl<P: Scalar> ShownWeights<P> {
    fn new(vote: Electorate, shown: P) -> Self {
        let change = shown - shown.value();
        let moved = (!change.vanishes()).then(|| (change, Arc::new(weight_slopes(vote, shown.value()))));
        Self { weights: weights(vote, shown.value()), moved }
    }

    /// Probabilities (right, systematic, random) of acceptance.
    fn accepted<S: Over<P>>(&self, drawn: &DrawnWeights<S>) -> [S; 3] {
        let mut accepted = drawn.accepted(&self.weights);
        if let Some((change, slopes)) = &self.moved {
            let moved = drawn.accepted(slopes);
            accepted.iter_mut().zip(moved).for_each(|(part, slope)| *part = *part + slope * *change);
        }
        accepted
    }
}

/// What candidates for problems of one difficulty have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Common<P> {
    pub wrong_answers: Option<u64>,
    pub consistency: P,
    pub luck: P,
}

impl<P: Scalar> VoteLaw<P> {
    /// The vote of a scenario.
    pub fn new(vote: &scenario::Vote, common: Common<P>) -> Self {
        let candidates = vote.candidates.get();
        if candidates == 1 {
            return Self::None;
        }
        if vote.is_majority() {
            let wrong_answers = common.wrong_answers.map(|answers| answers as f64);
            return Self::Majority { candidates, agree: vote.agree.get(), wrong_answers };
        }
        Self::plurality(candidates, common, VoteLimits { least: vote.agree.get(), most: vote.most() })
    }

    /// Whoever has most votes, however few or many.
    pub fn winner(candidates: u64, common: Common<P>) -> Self {
        if candidates == 1 {
            Self::None
        } else {
            Self::plurality(candidates, common, VoteLimits { least: 1, most: candidates })
        }
    }

    fn plurality(candidates: u64, common: Common<P>, limits: VoteLimits) -> Self {
        let vote = Electorate { candidates, wrong_answers: common.wrong_answers, limits };
        let shown = ShownWeights::new(vote, common.consistency);
        let unsound = if common.luck.vanishes() {
            shown.clone()
        } else {
            ShownWeights::new(vote, common.consistency * common.luck.complement())
        };
        Self::Plurality(Tables { candidates, plain: ShownWeights::new(vote, P::default()), shown, unsound })
    }

    /// The vote where a candidate that shows no systematic mistake answers as `base` does.
    pub fn ballot<'a, S>(&'a self, base: &'a Answers<S>) -> BallotLaw<'a, P, S> {
        BallotLaw { vote: self, base, drawn: OnceCell::new(), shown: OnceCell::new() }
    }
}

/// The vote on the problems that one composition meets, with what their situations have in common worked out once.
pub(super) struct BallotLaw<'a, P, S> {
    vote: &'a VoteLaw<P>,
    base: &'a Answers<S>,
    drawn: OnceCell<DrawnWeights<S>>,
    /// What is accepted where candidates show a wrong systematic answer, believed before or not.
    shown: OnceCell<Answers<S>>,
}

impl<P: Scalar, S: Over<P>> BallotLaw<'_, P, S> {
    /// Probabilities that the vote accepts an answer of each kind; what is left of 1 is no decision.
    pub fn accepted(&self, problem: &Problem<S>) -> Answers<S> {
        match problem.belief {
            Belief::FreshSystematic | Belief::Wrong => *self.shown.get_or_init(|| self.counted(problem)),
            Belief::Plain | Belief::Unsound => self.counted(problem),
        }
    }

    fn counted(&self, problem: &Problem<S>) -> Answers<S> {
        let candidate = &problem.candidate;
        let [right, systematic, random] = match self.vote {
            VoteLaw::None => return *candidate,
            VoteLaw::Majority { candidates, agree, wrong_answers } => {
                let agreed = |p: S| agreed(*candidates, *agree, p);
                let random = |answers: f64| agreed(candidate.random / answers) * answers;
                [agreed(candidate.right()), agreed(candidate.systematic), wrong_answers.map_or_else(S::default, random)]
            }
            VoteLaw::Plurality(tables) => {
                let drawn = |one: &Answers<S>| drawn(tables.candidates, one);
                match problem.belief {
                    Belief::Plain => tables.plain.accepted(self.drawn.get_or_init(|| drawn(self.base))),
                    // Its candidates repeat a right answer too.
                    Belief::Unsound => tables.unsound.accepted(&drawn(candidate)),
                    Belief::FreshSystematic | Belief::Wrong => {
                        tables.shown.accepted(self.drawn.get_or_init(|| drawn(self.base)))
                    }
                }
            }
        };
        // Candidates that all repeat a mistake are right with no probability, but that may move with a parameter: the few that
        // would not repeat it answer as `base` does.
        let split = if candidate.right().value() > 0.0 { candidate } else { self.base };
        let all = split.right();
        let per_right = if all.value() > 0.0 { right / all } else { S::default() };
        Answers { sound: split.sound * per_right, unsound: split.unsound * per_right, systematic, random }
    }
}

/// The answers of candidates that do not show the systematic one.
fn drawn<S: Scalar>(candidates: u64, candidate: &Answers<S>) -> DrawnWeights<S> {
    let other = candidate.right() + candidate.random;
    if other.value() > 0.0 {
        DrawnWeights::new(candidates, candidate.right() / other, candidate.random / other)
    } else {
        // Every candidate shows the systematic answer, whatever it would have answered else.
        DrawnWeights::new(candidates, 1.0.into(), S::default())
    }
}

/// Probability that at least m of k candidates give an answer that each gives with probability `p`.
fn agreed<S: Scalar>(k: u64, m: u64, p: S) -> S {
    // The first to agree as number m is one of k, and m − 1 of the others are with it.
    let density = |p: f64| k as f64 * binomial::pmf(m - 1, k - 1, p);
    // The density of k − 1 candidates, again by who is the first.
    let curvature = |p: f64| {
        let two_less = |agree: Option<u64>| match (agree, k.checked_sub(2)) {
            (Some(agree), Some(others)) if agree <= others => binomial::pmf(agree, others, p),
            _ => 0.0,
        };
        k as f64 * (k as f64 - 1.0) * (two_less(m.checked_sub(2)) - two_less(m.checked_sub(1)))
    };
    // Those of the saddle-point form grow with the logarithm that it takes, and the sum adds some for each term.
    let roundings = |tail: f64| 32.0 + 6.0 * (k as f64 - tail.max(f64::MIN_POSITIVE).ln());
    p.rounded_into(0.0, 1.0).map(|p| binomial::upper_tail(m, k, p), density, curvature).after(roundings)
}
