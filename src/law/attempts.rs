//! Many attempts at one problem: coverage, and what agreement with the vote tells of each candidate.

use crate::scenario::{self, MAX_PLURALITY};

use super::bin::BinLaw;
use super::candidate::Problem;
use super::plurality::{Electorate, Limits, Rewarded, rewarded};
use super::{Composition, Law};

impl Law {
    /// Coverage at `attempts` (pass@k): probability that at least one of so many candidates for a problem is right.
    #[must_use]
    pub fn coverage(&self, attempts: u64, x: Composition) -> f64 {
        self.over_problems(x, |_, problem| -(attempts as f64 * (-problem.candidate.right().min(1.0)).ln_1p()).exp_m1())
    }

    /// Probability that a candidate shows the systematic mistake of its problem.
    #[must_use]
    pub fn systematic_error(&self, x: Composition) -> f64 {
        self.over_problems(x, |_, problem| problem.candidate.systematic)
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
        let limits = Limits { least: vote.agree.get(), most: vote.most() };
        let rewarded = |bin: &BinLaw, problem: &Problem| -> Rewarded {
            let wrong_answers = bin.bin.wrong_answers;
            rewarded(Electorate { candidates: vote.candidates.get(), wrong_answers, limits }, &problem.candidate)
        };
        let accepted = self.over_problems(x, |bin, problem| rewarded(bin, problem).accepted);
        let misled = self.over_problems(x, |bin, problem| rewarded(bin, problem).misled);
        if accepted > 0.0 { Ok(1.0 - misled / accepted) } else { Err("no vote accepts an answer") }
    }

    /// Mean over the problems of every difficulty and situation.
    fn over_problems(&self, x: Composition, part: impl Fn(&BinLaw, &Problem) -> f64) -> f64 {
        let of = |bin: &BinLaw| {
            let met = bin.situations(x).into_iter().filter(|problem| problem.weight > 0.0);
            bin.bin.share * met.map(|problem| problem.weight * part(bin, &problem)).sum::<f64>()
        };
        self.bins().iter().map(of).sum::<f64>().clamp(0.0, 1.0)
    }
}
