//! Many attempts at one problem: coverage, and what agreement with the vote says of each candidate.

use crate::scenario::{self, MAX_PLURALITY};

use super::bin::BinLaw;
use super::candidate::Answers;
use super::plurality::{Electorate, Rewarded, VoteLimits, elected, rewarded};
use super::{Composition, Law};

/// What the answer with most votes is, of this number of `candidates` that each answer as `candidate` does, where it is accepted with
/// `agree` votes or more (ties broken at random). `wrong_answers` are those that random mistakes scatter over.
///
/// # Errors
/// Where there are more than 1,000 candidates.
pub fn elect(
    candidates: u64,
    agree: u64,
    wrong_answers: Option<u64>,
    candidate: &Answers,
) -> Result<Answers, &'static str> {
    if candidates > MAX_PLURALITY {
        return Err("a vote is worked out for at most 1,000 candidates");
    }
    let limits = VoteLimits { least: agree, most: candidates };
    Ok(elected(Electorate { candidates, wrong_answers, limits }, candidate))
}

impl Law {
    /// The composition that the next generation's beliefs are drawn from, where `accepted` are what a generation at composition `x`
    /// accepts, per problem; `None` where that is nothing.
    #[must_use]
    pub fn learned(&self, x: Composition, accepted: &Answers) -> Option<Composition> {
        let total = accepted.total();
        (total >= f64::MIN_POSITIVE).then(|| self.learning.learned(x, accepted, total))
    }

    /// Coverage at `attempts` (pass@k): probability that at least one of this number of candidates for a problem is right.
    #[must_use]
    pub fn coverage(&self, attempts: u64, x: Composition) -> f64 {
        self.over_candidates(x, |candidate| -(attempts as f64 * (-candidate.right().min(1.0)).ln_1p()).exp_m1())
    }

    /// Probability that a candidate shows the systematic mistake of its problem.
    #[must_use]
    pub fn systematic_error(&self, x: Composition) -> f64 {
        self.over_candidates(x, |candidate| candidate.systematic)
    }

    /// Reward accuracy: where candidates are rewarded for agreeing with the vote, the share of them whose reward tells whether they
    /// are right, over the problems whose vote accepts an answer. A wrong label misleads those that gave it and those that are
    /// right; all others are wrong and get no reward.
    ///
    /// Source: Zuo et al. 2025 (arXiv 2504.16084), where rewards are far more accurate than labels.
    ///
    /// # Errors
    /// Why there is none: no answer is accepted, or the vote is too large.
    pub fn reward_accuracy(&self, vote: &scenario::Vote, x: Composition) -> Result<f64, &'static str> {
        if vote.candidates.get() > MAX_PLURALITY {
            return Err("agreement with the vote is worked out for at most 1,000 candidates");
        }
        let limits = VoteLimits { least: vote.agree.get(), most: vote.most() };
        let mut all = Rewarded::default();
        for (weight, bin, candidate) in self.candidates(x) {
            let wrong_answers = bin.bin.wrong_answers;
            let one = rewarded(Electorate { candidates: vote.candidates.get(), wrong_answers, limits }, &candidate);
            all.accepted += weight * one.accepted;
            all.misled += weight * one.misled;
        }
        if all.accepted > 0.0 { Ok(1.0 - all.misled / all.accepted) } else { Err("no vote accepts an answer") }
    }

    /// Mean over the candidates of every difficulty and situation.
    fn over_candidates(&self, x: Composition, part: impl Fn(&Answers) -> f64) -> f64 {
        let sum: f64 = self.candidates(x).map(|(weight, _, candidate)| weight * part(&candidate)).sum();
        sum.clamp(0.0, 1.0)
    }

    /// How a candidate answers in every situation that problems of each difficulty meet, and how often they do.
    fn candidates(&self, x: Composition) -> impl Iterator<Item = (f64, &BinLaw, Answers)> {
        self.bins().iter().flat_map(move |bin| {
            let met = bin.situations(x).into_iter().filter(|problem| problem.weight > 0.0);
            met.map(move |problem| (bin.bin.share * problem.weight, bin, problem.candidate))
        })
    }
}
