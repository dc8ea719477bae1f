//! The law on problems of one difficulty (model.md, sections 2 to 4).

use crate::scenario::{self, Scenario};

use super::Composition;
use super::candidate::{self, Answers, Problem};
use super::filter::{CheckCircumstances, FilterChain};
use super::parameter::{LawParameter, Lift};
use super::scalar::{Over, Scalar};
use super::solution::{SolutionWalk, luck, solve};
use super::vote::{Common, VoteLaw};

/// One situation followed through the checks, for explanation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CheckPassage<S = f64> {
    /// The situation, how often it arises among the problems of its difficulty, and one candidate's answer.
    pub problem: Problem<S>,
    /// What the vote accepts.
    pub voted: Answers<S>,
    /// What the filters let pass.
    pub passed: Answers<S>,
}

/// What one generation does with problems of one difficulty, per such problem.
pub(super) struct AttemptedAnswers<S> {
    pub error_rate: S,
    pub accepted: Answers<S>,
}

/// The law on problems of one difficulty.
#[derive(Debug, Clone)]
pub struct BinLaw<P = f64> {
    /// The problems.
    pub bin: scenario::DifficultyClass<P>,
    /// φ, probability that a solution that repeats a wrong step still reaches the right answer.
    pub luck: P,
    recovery: P,
    amplification: P,
    vote: VoteLaw<P>,
    filters: FilterChain<P>,
}

impl<P: Scalar> BinLaw<P> {
    pub(super) fn new(scenario: &Scenario, bin: scenario::DifficultyClass<P>, lift: Lift<'_, P>) -> Self {
        let recovery = lift(LawParameter::of("errors", "recovery"), scenario.errors.recovery.get());
        let luck = luck(bin.steps, recovery);
        Self {
            luck,
            recovery,
            amplification: lift(LawParameter::of("errors", "amplification"), scenario.errors.amplification.get()),
            vote: VoteLaw::new(&scenario.vote, common(&bin, luck)),
            filters: FilterChain::new(&scenario.filters, &bin, lift),
            bin,
        }
    }

    /// e(x), probability of a slip at one step.
    #[must_use]
    pub fn step_error<S: Over<P>>(&self, x: Composition<S>) -> S {
        let amplified = (x.unsound + x.wrong) * self.amplification + 1.0;
        (amplified * self.bin.step_error).after(|_| self.bin.step_error_roundings).min(1.0)
    }

    /// Outcome probabilities of one solution that no belief misleads.
    #[must_use]
    pub fn solution<S: Over<P>>(&self, x: Composition<S>) -> SolutionWalk<S> {
        solve(self.bin.steps, self.step_error(x), self.recovery)
    }

    /// A candidate that shows no systematic mistake.
    #[must_use]
    pub fn base<S: Over<P>>(&self, x: Composition<S>) -> Answers<S> {
        candidate::base(&self.solution(x), self.bin.systematic_share)
    }

    /// What the filters of these problems depend on.
    #[must_use]
    pub fn circumstances<S: Over<P>>(&self, x: Composition<S>) -> CheckCircumstances<S> {
        self.meeting(x, &self.base(x))
    }

    fn meeting<S: Over<P>>(&self, x: Composition<S>, base: &Answers<S>) -> CheckCircumstances<S> {
        CheckCircumstances {
            steps: self.bin.steps,
            consistency: self.bin.consistency.value(),
            right: base.right(),
            mistaken: x.unsound + x.wrong,
        }
    }

    /// One candidate's error rate.
    pub(super) fn error_rate<S: Over<P>>(&self, x: Composition<S>) -> S {
        let wrong = |problem: &Problem<S>| problem.weight * problem.candidate.wrong();
        self.problems(x).0.iter().map(wrong).fold(S::default(), |sum, wrong| sum + wrong)
    }

    pub(super) fn at<S: Over<P>>(&self, x: Composition<S>) -> AttemptedAnswers<S> {
        let (problems, base) = self.problems(x);
        let passing = self.filters.passing(&self.meeting(x, &base));
        let ballot = self.vote.ballot(&base);
        let mut accepted = Answers::default();
        let mut error_rate = S::default();
        for problem in problems.iter().filter(|problem| !problem.weight.vanishes()) {
            error_rate = error_rate + problem.weight * problem.candidate.wrong();
            accepted = accepted.plus(&ballot.accepted(problem).scaled(problem.weight));
        }
        AttemptedAnswers { error_rate, accepted: accepted.times(&passing) }
    }

    /// Each situation followed through vote and filters.
    #[must_use]
    pub fn passages<S: Over<P>>(&self, x: Composition<S>) -> [CheckPassage<S>; 4] {
        let (problems, base) = self.problems(x);
        let passing = self.filters.passing(&self.meeting(x, &base));
        let ballot = self.vote.ballot(&base);
        problems.map(|problem| {
            let voted = ballot.accepted(&problem);
            CheckPassage { problem, voted, passed: voted.times(&passing) }
        })
    }

    /// The situations in which problems are attempted, and the base candidate.
    fn problems<S: Over<P>>(&self, x: Composition<S>) -> ([Problem<S>; 4], Answers<S>) {
        let (share, consistency) = (self.bin.systematic_share, self.bin.consistency);
        let solution = self.solution(x);
        let base = candidate::base(&solution, share);
        let fresh = candidate::fresh_systematic(&solution, share, consistency);
        (candidate::problems(x, &base, fresh, consistency, self.luck), base)
    }
}

impl BinLaw {
    /// What the vote accepts, over all situations, per problem of this difficulty.
    #[must_use]
    pub fn voted(&self, x: Composition) -> Answers {
        let voted = |one: &CheckPassage| one.voted.scaled(one.problem.weight);
        self.passages(x).iter().map(voted).fold(Answers::default(), |sum, voted| sum.plus(&voted))
    }

    /// The winner of each problem's vote, whatever its number of votes, per problem of this difficulty.
    pub(super) fn winners(&self, candidates: u64, x: Composition) -> Answers {
        let vote = VoteLaw::winner(candidates, common(&self.bin, self.luck));
        let (problems, base) = self.problems(x);
        let ballot = vote.ballot(&base);
        let won = |problem: &Problem| ballot.accepted(problem).scaled(problem.weight);
        problems.iter().map(won).fold(Answers::default(), |sum, won| sum.plus(&won))
    }

    /// The situations in which problems are attempted.
    pub(super) fn situations(&self, x: Composition) -> [Problem; 4] {
        self.problems(x).0
    }
}

/// What candidates for the problems of `bin` have in common.
const fn common<P: Copy>(bin: &scenario::DifficultyClass<P>, luck: P) -> Common<P> {
    Common { wrong_answers: bin.wrong_answers, consistency: bin.consistency, luck }
}
