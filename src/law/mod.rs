//! The law of one generation: from what a model believes to what the next one will (model.md, sections 2 to 5).
//!
//! `solution` walks the steps, `candidate` answers a problem, `vote` and `filter` check, `learn` turns accepted examples
//! into beliefs; [`Law::at`] chains them.

mod candidate;
mod filter;
mod learn;
mod solution;
mod vote;

use serde::Serialize;

use crate::scenario::Scenario;

pub use candidate::{Answers, Belief, Problem};
pub use filter::passing;
pub use solution::{Solution, luck, solve};

/// Shares of a model's beliefs that are not sound.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Composition {
    /// x_U, share of unsound beliefs.
    pub unsound: f64,
    /// x_W, share of wrong beliefs.
    pub wrong: f64,
}

impl Composition {
    /// A model without a mistake.
    pub const SOUND: Self = Self { unsound: 0.0, wrong: 0.0 };

    /// x_C, share of sound beliefs.
    #[must_use]
    pub fn sound(self) -> f64 {
        (1.0 - self.unsound - self.wrong).max(0.0)
    }

    /// Generation 0 of a scenario, in whole beliefs.
    #[must_use]
    pub fn start(scenario: &Scenario) -> Self {
        let n = scenario.examples.as_f64();
        let (unsound, wrong) = scenario.start_counts();
        Self { unsound: unsound as f64 / n, wrong: wrong as f64 / n }
    }
}

/// What one generation does at a composition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// err(x), error rate of one candidate before any check.
    pub error_rate: f64,
    /// Accepted answers per generated problem, by kind.
    pub accepted: Answers,
    /// q(x), composition that the next generation draws from; `None` if nothing is accepted (starved).
    pub next: Option<Composition>,
}

impl Outcome {
    /// Y(x), accepted examples per generated problem.
    #[must_use]
    pub fn accepted_share(&self) -> f64 {
        self.accepted.total()
    }
}

/// One situation followed through the checks, for explanation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Passage {
    /// The situation, how often it arises, and one candidate's answer.
    pub problem: Problem,
    /// What the vote accepts.
    pub voted: Answers,
    /// What the filters let pass.
    pub passed: Answers,
}

/// The law of one generation of a scenario.
#[derive(Debug, Clone)]
pub struct Law {
    steps: u64,
    slip: f64,
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
            slip: scenario.step_error_at(generation),
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
    pub fn step_error(&self, x: Composition) -> f64 {
        (self.slip * (1.0 + self.amplification * (x.unsound + x.wrong))).min(1.0)
    }

    /// Outcome probabilities of one solution that no belief misleads.
    #[must_use]
    pub fn solution(&self, x: Composition) -> Solution {
        solve(self.steps, self.step_error(x), self.recovery)
    }

    /// A candidate that shows no systematic mistake.
    #[must_use]
    pub fn base(&self, x: Composition) -> Answers {
        candidate::base(&self.solution(x), self.systematic_share)
    }

    /// err(x), the error rate of one candidate before any check.
    #[must_use]
    pub fn error_rate(&self, x: Composition) -> f64 {
        self.problems(x).0.iter().map(|problem| problem.weight * problem.candidate.wrong()).sum::<f64>().min(1.0)
    }

    /// The generation at composition `x`: error rate, accepted answers, and the composition that its successor draws from.
    #[must_use]
    pub fn at(&self, x: Composition) -> Outcome {
        let (problems, base) = self.problems(x);
        let passing = self.filters.passing(base.right());
        let mut accepted = Answers::default();
        let mut error_rate = 0.0;
        // Not `> 0.0`: derivatives at an all-sound model are taken from both sides, and there a weight is negative.
        for problem in problems.iter().filter(|problem| problem.weight != 0.0) {
            error_rate += problem.weight * problem.candidate.wrong();
            accepted = accepted.plus(&self.vote.accepted(&problem.candidate).scaled(problem.weight));
        }
        let accepted = accepted.times(&passing);
        let total = accepted.total();
        let next = (total > 0.0).then(|| self.learning.learned(&accepted, total));
        Outcome { error_rate: error_rate.min(1.0), accepted, next }
    }

    /// Each situation followed through vote and filters.
    #[must_use]
    pub fn passages(&self, x: Composition) -> [Passage; 4] {
        let (problems, base) = self.problems(x);
        let passing = self.filters.passing(base.right());
        problems.map(|problem| {
            let voted = self.vote.accepted(&problem.candidate);
            Passage { problem, voted, passed: voted.times(&passing) }
        })
    }

    /// The situations in which problems are attempted, and the base candidate.
    fn problems(&self, x: Composition) -> ([Problem; 4], Answers) {
        let solution = self.solution(x);
        let base = candidate::base(&solution, self.systematic_share);
        let fresh = candidate::fresh_systematic(&solution, self.systematic_share, self.consistency);
        (candidate::problems(x, &base, fresh, self.consistency, self.luck), base)
    }
}
