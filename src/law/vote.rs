//! The vote among candidates (model.md, section 4): an answer is accepted when at least `agree` of them give it.

use crate::stats::binomial;

use super::candidate::Answers;
use super::scalar::Scalar;

/// k candidates of which m must agree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Vote {
    pub candidates: u64,
    pub agree: u64,
    /// D; `None` when random wrong answers never coincide.
    pub wrong_answers: Option<f64>,
}

impl Vote {
    /// Probabilities that the vote accepts an answer of each kind; what is left of 1 is no decision.
    pub fn accepted<S: Scalar>(&self, candidate: &Answers<S>) -> Answers<S> {
        if self.candidates == 1 {
            return *candidate;
        }
        let right = candidate.right();
        // More than half must agree, so that this vanishes faster than `right` does.
        let per_right = if right.value() > 0.0 { self.agreed(right) / right } else { S::default() };
        let random = |answers: f64| self.agreed(candidate.random / answers) * answers;
        Answers {
            sound: candidate.sound * per_right,
            unsound: candidate.unsound * per_right,
            systematic: self.agreed(candidate.systematic),
            random: self.wrong_answers.map_or_else(S::default, random),
        }
    }

    /// Probability that enough candidates give an answer that each gives with probability `p`.
    fn agreed<S: Scalar>(&self, p: S) -> S {
        let (k, m) = (self.candidates, self.agree);
        // The first to agree as number m is one of k, and m − 1 of the others are with it.
        let density = |p: f64| k as f64 * binomial::pmf(m - 1, k - 1, p);
        // Those of the saddle-point form grow with the logarithm that it takes, and the sum adds some for each term.
        let roundings = |tail: f64| 32.0 + 6.0 * (k as f64 - tail.max(f64::MIN_POSITIVE).ln());
        p.rounded_into(0.0, 1.0).map(|p| binomial::upper_tail(m, k, p), density).after(roundings)
    }
}
