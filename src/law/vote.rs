//! The vote among candidates (model.md, section 4): an answer is accepted when at least `agree` of them give it.

use crate::stats::binomial;

use super::candidate::Answers;

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
    pub fn accepted(&self, candidate: &Answers) -> Answers {
        if self.candidates == 1 {
            return *candidate;
        }
        let right = candidate.right();
        let agreed = |p: f64| binomial::upper_tail(self.agree, self.candidates, p.min(1.0));
        let per_right = if right > 0.0 { agreed(right) / right } else { 0.0 };
        Answers {
            sound: candidate.sound * per_right,
            unsound: candidate.unsound * per_right,
            systematic: agreed(candidate.systematic),
            random: self.wrong_answers.map_or(0.0, |answers| answers * agreed(candidate.random / answers)),
        }
    }
}
