//! The law of one generation: from what a model believes to what the next one will (model.md, sections 2 to 5).
//!
//! `solution` walks the steps, `candidate` answers a problem, `vote` and `filter` check, `learn` turns accepted examples
//! into beliefs; [`Law::at`] chains them.
//! All of it is generic over its numbers: plain, with a derivative (`scalar`), or with a bound on their rounding
//! (`rounded`).

mod candidate;
mod filter;
mod learn;
mod rounded;
mod scalar;
mod solution;
mod vote;

use serde::Serialize;

use crate::scenario::Scenario;

pub use candidate::{Answers, Belief, Problem};
pub use filter::passing;
pub use rounded::Rounded;
pub use scalar::{Dual, Scalar};
pub use solution::{Solution, luck, solve};

/// Shares of a model's beliefs that are not sound.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Composition<S = f64> {
    /// x_U, share of unsound beliefs.
    pub unsound: S,
    /// x_W, share of wrong beliefs.
    pub wrong: S,
}

impl Composition {
    /// A model without a mistake.
    pub const SOUND: Self = Self { unsound: 0.0, wrong: 0.0 };

    /// Generation 0 of a scenario, in whole beliefs.
    #[must_use]
    pub fn start(scenario: &Scenario) -> Self {
        let n = scenario.examples.as_f64();
        let (unsound, wrong) = scenario.start_counts();
        Self { unsound: unsound as f64 / n, wrong: wrong as f64 / n }
    }

    /// This composition as it sets out along `direction`, in numbers whose derivatives are along it.
    #[must_use]
    pub fn towards(self, direction: Direction) -> Composition<Dual> {
        let [unsound, wrong] = direction.components();
        Composition {
            unsound: Dual { value: self.unsound, slope: unsound },
            wrong: Dual { value: self.wrong, slope: wrong },
        }
    }
}

impl Composition {
    /// This composition, each share of it rounded once.
    #[must_use]
    pub fn rounded(self) -> Composition<Rounded> {
        Composition { unsound: self.unsound.into(), wrong: self.wrong.into() }
    }
}

impl<S: Scalar> Composition<S> {
    /// The plain shares.
    #[must_use]
    pub fn value(self) -> Composition {
        Composition { unsound: self.unsound.value(), wrong: self.wrong.value() }
    }

    /// x_C, share of sound beliefs.
    #[must_use]
    pub fn sound(self) -> S {
        (self.unsound.complement() - self.wrong).rounded_into(0.0, f64::INFINITY)
    }
}

/// A change of a composition, at the cost of sound beliefs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// More unsound beliefs.
    Unsound,
    /// More wrong beliefs.
    Wrong,
}

impl Direction {
    /// Both, in the order of rows and columns of matrices.
    pub const ALL: [Self; 2] = [Self::Unsound, Self::Wrong];

    const fn components(self) -> [f64; 2] {
        match self {
            Self::Unsound => [1.0, 0.0],
            Self::Wrong => [0.0, 1.0],
        }
    }
}

/// What one generation does at a composition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome<S = f64> {
    /// err(x), error rate of one candidate before any check.
    pub error_rate: S,
    /// Accepted answers per generated problem, by kind.
    pub accepted: Answers<S>,
    /// q(x), composition that the next generation draws from; `None` if nothing is accepted (starved), or less than 1e-308
    /// of what is generated.
    pub next: Option<Composition<S>>,
}

impl<S: Scalar> Outcome<S> {
    /// Y(x), accepted examples per generated problem.
    #[must_use]
    pub fn accepted_share(&self) -> S {
        self.accepted.total()
    }
}

/// One situation followed through the checks, for explanation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Passage<S = f64> {
    /// The situation, how often it arises, and one candidate's answer.
    pub problem: Problem<S>,
    /// What the vote accepts.
    pub voted: Answers<S>,
    /// What the filters let pass.
    pub passed: Answers<S>,
}

/// The law of one generation of a scenario.
#[derive(Debug, Clone)]
pub struct Law {
    steps: u64,
    slip: f64,
    /// Roundings in `slip`.
    slip_roundings: f64,
    recovery: f64,
    systematic_share: f64,
    consistency: f64,
    amplification: f64,
    luck: f64,
    vote: vote::Vote,
    filters: filter::Filters,
    learning: learn::Learning,
}

impl Law {
    /// The law by which `generation` produces its successor.
    #[must_use]
    pub fn new(scenario: &Scenario, generation: u64) -> Self {
        let errors = &scenario.errors;
        let steps = scenario.steps_at(generation);
        Self {
            steps,
            slip: scenario.bins(generation)[0].step_error,
            slip_roundings: scenario.bins(generation)[0].step_error_roundings,
            recovery: errors.recovery.get(),
            systematic_share: errors.systematic_share.get(),
            consistency: errors.consistency.get(),
            amplification: errors.amplification.get(),
            luck: luck(steps, errors.recovery.get()),
            vote: vote::Vote {
                candidates: scenario.vote.candidates.get(),
                agree: scenario.vote.agree.get(),
                wrong_answers: errors.wrong_answers.map(crate::quantity::Count::as_f64),
            },
            filters: filter::Filters::new(&scenario.filters, steps),
            learning: learn::Learning {
                imprint: scenario.learning.imprint.get(),
                persistence: scenario.learning.persistence.get(),
                anchor: scenario.learning.anchor.get(),
            },
        }
    }

    /// e(x), probability of a slip at one step.
    #[must_use]
    pub fn step_error<S: Scalar>(&self, x: Composition<S>) -> S {
        let amplified = (x.unsound + x.wrong) * self.amplification + 1.0;
        (amplified * self.slip).after(|_| self.slip_roundings).min(1.0)
    }

    /// Outcome probabilities of one solution that no belief misleads.
    #[must_use]
    pub fn solution<S: Scalar>(&self, x: Composition<S>) -> Solution<S> {
        solve(self.steps, self.step_error(x), self.recovery)
    }

    /// A candidate that shows no systematic mistake.
    #[must_use]
    pub fn base<S: Scalar>(&self, x: Composition<S>) -> Answers<S> {
        candidate::base(&self.solution(x), self.systematic_share)
    }

    /// err(x), the error rate of one candidate before any check.
    #[must_use]
    pub fn error_rate<S: Scalar>(&self, x: Composition<S>) -> S {
        let wrong = |problem: &Problem<S>| problem.weight * problem.candidate.wrong();
        let all = self.problems(x).0.iter().map(wrong).fold(S::default(), |sum, wrong| sum + wrong);
        all.rounded_into(0.0, 1.0)
    }

    /// The generation at composition `x`: error rate, accepted answers, and the composition that its successor draws from.
    #[must_use]
    pub fn at<S: Scalar>(&self, x: Composition<S>) -> Outcome<S> {
        let (problems, base) = self.problems(x);
        let passing = self.filters.passing(base.right());
        let mut accepted = Answers::default();
        let mut error_rate = S::default();
        for problem in problems.iter().filter(|problem| !problem.weight.vanishes()) {
            error_rate = error_rate + problem.weight * problem.candidate.wrong();
            accepted = accepted.plus(&self.vote.accepted(&problem.candidate).scaled(problem.weight));
        }
        let accepted = accepted.times(&passing);
        let total = accepted.total();
        // Below the normal doubles the shares have no digits.
        let next = (total.value() >= f64::MIN_POSITIVE).then(|| self.learning.learned(&accepted, total));
        Outcome { error_rate: error_rate.rounded_into(0.0, 1.0), accepted, next }
    }

    /// Each situation followed through vote and filters.
    #[must_use]
    pub fn passages<S: Scalar>(&self, x: Composition<S>) -> [Passage<S>; 4] {
        let (problems, base) = self.problems(x);
        let passing = self.filters.passing(base.right());
        problems.map(|problem| {
            let voted = self.vote.accepted(&problem.candidate);
            Passage { problem, voted, passed: voted.times(&passing) }
        })
    }

    /// The situations in which problems are attempted, and the base candidate.
    fn problems<S: Scalar>(&self, x: Composition<S>) -> ([Problem<S>; 4], Answers<S>) {
        let solution = self.solution(x);
        let base = candidate::base(&solution, self.systematic_share);
        let fresh = candidate::fresh_systematic(&solution, self.systematic_share, self.consistency);
        (candidate::problems(x, &base, fresh, self.consistency, self.luck), base)
    }
}
