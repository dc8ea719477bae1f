//! The law of one generation in numbers: where mistakes enter, what each check catches, what is learned.

mod drivers;
mod flows;
mod votes;

use serde::Serialize;

use crate::analytic::{Undefined, mean_field};
use crate::law::{Answers, Belief, Composition, Law, passing};
use crate::scenario::Scenario;

pub use drivers::{Contribution, Drivers, drivers};
pub use flows::{Class, Flow, Flows};
pub use votes::{VoteRow, Votes, votes};

/// One generation taken apart, at one composition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The generation whose law this is.
    pub generation: u64,
    /// The composition that it is taken apart at.
    pub composition: Composition,
    /// e(x), probability of a slip at one step.
    pub step_error: f64,
    /// L, steps of a solution.
    pub steps: u64,
    /// Outcome probabilities of one solution that no belief misleads.
    pub solution: Outcomes,
    /// err(x), error rate of one candidate before any check.
    pub error_rate: f64,
    /// The four situations in which a problem is attempted.
    pub situations: Vec<Situation>,
    /// Candidate answers per problem, over all situations.
    pub answered: Answers,
    /// What the vote accepts, per problem.
    pub voted: Answers,
    /// What passes the filters too, per problem.
    pub accepted: Answers,
    /// Passing probabilities of each filter.
    pub filters: Vec<FilterPass>,
    /// Accepted examples per problem.
    #[serde(rename = "yield")]
    pub yield_: f64,
    /// Composition that the next generation draws from; absent if nothing is accepted.
    pub learned: Option<Composition>,
    /// The mistakes by their origin, at this composition and later in the loop.
    pub account: Account,
}

/// Outcome probabilities of one solution.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Outcomes {
    /// Right answer by right steps.
    pub sound: f64,
    /// Right answer by a wrong step.
    pub unsound: f64,
    /// Wrong answer.
    pub wrong: f64,
}

/// One situation, followed through the checks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Situation {
    /// What the problem meets in the model.
    pub belief: Belief,
    /// How often, per problem.
    pub share: f64,
    /// One candidate's answer.
    pub candidate: Answers,
    /// Accepted by the vote.
    pub voted: Answers,
    /// Passed by the filters as well.
    pub passed: Answers,
}

/// What one filter lets pass.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FilterPass {
    /// Kind, as in the scenario file.
    pub kind: String,
    /// Probability of passing, by kind of example.
    pub passing: Answers,
}

/// Takes the law of `generation` apart at composition `x`.
#[must_use]
pub fn explain(scenario: &Scenario, generation: u64, x: Composition) -> Explanation {
    let law = Law::new(scenario, generation);
    let outcome = law.at(x);
    let solution = law.solution(x);
    let situations: Vec<Situation> = law
        .passages(x)
        .into_iter()
        .map(|passage| Situation {
            belief: passage.problem.belief,
            share: passage.problem.weight,
            candidate: passage.problem.candidate,
            voted: passage.voted,
            passed: passage.passed,
        })
        .collect();
    let over = |part: fn(&Situation) -> Answers| {
        situations.iter().fold(Answers::default(), |sum, one| sum.plus(&part(one).scaled(one.share)))
    };
    let steps = scenario.steps_at(generation);
    let right = law.base(x).right();
    Explanation {
        generation,
        composition: x,
        step_error: law.step_error(x),
        steps,
        solution: Outcomes { sound: solution.sound, unsound: solution.unsound, wrong: solution.wrong },
        error_rate: outcome.error_rate,
        answered: over(|one| one.candidate),
        voted: over(|one| one.voted),
        accepted: outcome.accepted,
        filters: scenario
            .filters
            .iter()
            .map(|filter| FilterPass { kind: filter.kind().to_owned(), passing: passing(filter, steps, right) })
            .collect(),
        yield_: outcome.accepted_share(),
        learned: outcome.next,
        account: Account::new(scenario, Flows::at(scenario, generation, x)),
        situations,
    }
}

/// Where mistakes enter, pass and heal; what drives R; what votes catch.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Account {
    /// At the composition that is asked about.
    pub now: Flows,
    /// Half-way to the horizon, at the composition of the mean field; or where it starves, if that comes first.
    pub later: Flows,
    /// Whether the mean field has come to rest there, so that `later` is the account of the error floor.
    pub at_rest: bool,
    /// Whether nothing is accepted there.
    pub starved: bool,
    /// What R is made of.
    pub drivers: Option<Drivers>,
    /// What more candidates would catch.
    pub votes: Votes,
    /// Why numbers are absent, by their keys.
    pub undefined: Undefined,
}

/// Relative change of the error rate per generation below which the mean field is at rest.
const AT_REST: f64 = 1e-3;

impl Account {
    /// The account of a loop, with that of one generation already made.
    #[must_use]
    pub fn new(scenario: &Scenario, now: Flows) -> Self {
        let half = (scenario.horizon.get() / 2).max(1);
        let field = mean_field::follow(scenario, half);
        let middle = field.starved.unwrap_or(half);
        let x = field.composition.last().copied().unwrap_or_default();
        let law = Law::new(scenario, middle);
        let (here, next) = (law.error_rate(x), law.at(x).next.map(|next| law.error_rate(next)));
        let settled = scenario.settles_at().is_some_and(|settled| settled <= middle);
        let mut undefined = Undefined::new();
        let drivers =
            drivers(scenario, now.generation).map_err(|reason| undefined.insert("drivers".to_owned(), reason)).ok();
        Self {
            later: Flows::at(scenario, middle, x),
            at_rest: settled && next.is_some_and(|next| (next - here).abs() <= AT_REST * here),
            starved: field.starved.is_some(),
            drivers,
            votes: votes(scenario),
            now,
            undefined,
        }
    }

    /// Where in the loop `later` is, in words; the mean field is called `field`.
    #[must_use]
    pub fn place(&self, field: &str) -> String {
        if self.starved {
            format!("where nothing that {field} generates is accepted")
        } else if self.at_rest {
            format!("where {field} comes to rest")
        } else {
            "half-way to the horizon".to_owned()
        }
    }

    /// The account of a loop from generation 0 on.
    #[must_use]
    pub fn of(scenario: &Scenario) -> Self {
        Self::new(scenario, Flows::at(scenario, 0, Composition::start(scenario)))
    }
}
