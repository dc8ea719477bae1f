//! One generation's mistakes by their origin: where they enter, what each check catches, what is learned and what heals.
//!
//! Every amount follows from the law of one generation alone. Up to acceptance amounts are per generated problem, after it
//! per accepted example, so that: enters = caught by the vote + caught by each filter + accepted, and
//! accepted / yield = replaced + healed + learned. What is learned as wrong sums to q_W, as unsound to q_U.

use serde::Serialize;

use crate::law::{Answers, Belief, Composition, Law, Scalar, luck, passing};
use crate::scenario::Scenario;

/// The origin of a mistake in an accepted example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// A wrong answer of one candidate's own.
    FreshRandom,
    /// A wrong answer that candidates share, from a sound belief.
    FreshSystematic,
    /// A right answer by a fresh wrong step.
    FreshUnsound,
    /// The wrong answer of a wrong belief.
    InheritedWrong,
    /// The wrong step of an unsound belief, which comes out right again.
    InheritedUnsound,
    /// The wrong step of an unsound belief, which this time comes out wrong.
    TurnedWrong,
}

impl Class {
    /// All classes, in the order of tables and figures.
    pub const ALL: [Self; 6] = [
        Self::FreshRandom,
        Self::FreshSystematic,
        Self::FreshUnsound,
        Self::InheritedWrong,
        Self::InheritedUnsound,
        Self::TurnedWrong,
    ];

    /// In words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FreshRandom => "fresh random",
            Self::FreshSystematic => "fresh systematic",
            Self::FreshUnsound => "fresh unsound",
            Self::InheritedWrong => "inherited wrong",
            Self::InheritedUnsound => "inherited unsound",
            Self::TurnedWrong => "unsound turned wrong",
        }
    }

    /// Whether it leaves an unsound belief, and not a wrong one.
    #[must_use]
    pub const fn is_unsound(self) -> bool {
        matches!(self, Self::FreshUnsound | Self::InheritedUnsound)
    }

    /// Its part of amounts by kind of answer.
    fn of<S: Scalar>(self, answers: &Answers<S>) -> S {
        match self {
            Self::FreshRandom => answers.random,
            Self::FreshUnsound | Self::InheritedUnsound => answers.unsound,
            Self::FreshSystematic | Self::InheritedWrong | Self::TurnedWrong => answers.systematic,
        }
    }
}

/// One class of mistakes, followed through a generation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flow {
    /// Where the mistakes come from.
    pub class: Class,
    /// Beliefs of this origin that the candidate did not repeat, per problem; 0 for fresh mistakes.
    pub unrepeated: f64,
    /// Candidates that make the mistake, per problem.
    pub enters: f64,
    /// Caught by the vote, per problem; negative where the vote rather picks the shared mistake than catches it.
    pub caught_by_vote: f64,
    /// Caught by each filter in turn, per problem.
    pub caught_by_filters: Vec<f64>,
    /// Accepted, per problem.
    pub accepted: f64,
    /// Replaced by ground truth, per accepted example.
    pub replaced: f64,
    /// Accepted but not learned, per accepted example.
    pub healed: f64,
    /// Learned, per accepted example: share of the next generation's beliefs.
    pub learned: f64,
}

/// Every class of mistakes at one composition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flows {
    /// The generation whose law this is.
    pub generation: u64,
    /// The composition it is taken at.
    pub composition: Composition,
    /// Kinds of the filters, in their order.
    pub filters: Vec<String>,
    /// Accepted examples per problem.
    #[serde(rename = "yield")]
    pub yield_: f64,
    /// One entry for each class, in the order of [`Class::ALL`].
    pub flows: Vec<Flow>,
}

impl Flows {
    /// The mistakes of `generation` at composition `x`.
    #[must_use]
    pub fn at(scenario: &Scenario, generation: u64, x: Composition) -> Self {
        let law = Law::new(scenario, generation);
        let (steps, right) = (scenario.steps_at(generation), law.base(x).right());
        let passing: Vec<Answers> = scenario.filters.iter().map(|filter| passing(filter, steps, right)).collect();
        let entered = Entered::at(scenario, &law, generation, x);
        let yield_ = law.at(x).accepted_share();
        let flow = |(class, stages): (Class, Stages<f64>)| {
            let (enters, voted) = (stages.candidate, stages.voted);
            let mut left = voted;
            let mut catch = |row: &Answers| {
                let passed = left * class.of(row);
                let caught = left - passed;
                left = passed;
                caught
            };
            let caught_by_filters: Vec<f64> = passing.iter().map(&mut catch).collect();
            let share = if yield_ > 0.0 { left / yield_ } else { 0.0 };
            let (anchor, kept) = (scenario.learning.anchor.get(), retained(scenario, class));
            Flow {
                class,
                unrepeated: unrepeated(scenario, class, x),
                enters,
                caught_by_vote: enters - voted,
                caught_by_filters,
                accepted: left,
                replaced: anchor * share,
                healed: (1.0 - anchor) * (1.0 - kept) * share,
                learned: (1.0 - anchor) * kept * share,
            }
        };
        Self {
            generation,
            composition: x,
            filters: scenario.filters.iter().map(|filter| filter.kind().to_owned()).collect(),
            yield_,
            flows: Class::ALL.into_iter().zip(entered.0).map(flow).collect(),
        }
    }

    /// Mistakes of every class that one stage leaves, per problem: the candidate's, those behind the vote, behind each filter.
    #[must_use]
    pub fn remaining(&self, flow: &Flow) -> Vec<f64> {
        let mut left = flow.enters - flow.caught_by_vote;
        let mut stages = vec![flow.enters, left];
        for caught in &flow.caught_by_filters {
            left -= caught;
            stages.push(left.max(0.0));
        }
        stages
    }
}

/// Probability that an accepted mistake is learned.
fn retained(scenario: &Scenario, class: Class) -> f64 {
    match class {
        Class::FreshRandom => scenario.learning.imprint.get(),
        _ => scenario.learning.persistence.get(),
    }
}

/// Mistakes of one candidate, behind the vote, and behind the filters, by class.
struct Entered<S>([Stages<S>; 6]);

#[derive(Clone, Copy, Default)]
struct Stages<S> {
    candidate: S,
    voted: S,
    passed: S,
}

impl<S: Scalar> Entered<S> {
    fn at(scenario: &Scenario, law: &Law, generation: u64, x: Composition<S>) -> Self {
        let repeated =
            scenario.errors.consistency.get() * luck(scenario.steps_at(generation), scenario.errors.recovery.get());
        let mut sums = [Stages::default(); 6];
        for passage in law.passages(x) {
            let (problem, never) = (&passage.problem, S::default());
            let mut add = |class: Class, part: S| {
                let (sum, part) = (&mut sums[class as usize], problem.weight * part);
                sum.candidate = sum.candidate + part * class.of(&problem.candidate);
                sum.voted = sum.voted + part * class.of(&passage.voted);
                sum.passed = sum.passed + part * class.of(&passage.passed);
            };
            let every = S::from(1.0);
            add(Class::FreshRandom, every);
            match problem.belief {
                Belief::Unsound => {
                    // Of the right answers by a wrong step those that repeat the believed one.
                    let unsound = problem.candidate.unsound;
                    let old = if unsound.value() > 0.0 { S::from(repeated) / unsound } else { never };
                    let old = old.rounded_into(0.0, 1.0);
                    add(Class::InheritedUnsound, old);
                    add(Class::FreshUnsound, old.complement());
                    add(Class::TurnedWrong, every);
                }
                belief => {
                    let shared = if belief == Belief::Wrong { Class::InheritedWrong } else { Class::FreshSystematic };
                    add(shared, every);
                    add(Class::FreshUnsound, every);
                }
            }
        }
        Self(sums)
    }
}

/// Beliefs of a class that the candidate did not repeat, per problem.
fn unrepeated(scenario: &Scenario, class: Class, x: Composition) -> f64 {
    let forgotten = 1.0 - scenario.errors.consistency.get();
    match class {
        Class::InheritedWrong => x.wrong * forgotten,
        Class::InheritedUnsound => x.unsound * forgotten,
        _ => 0.0,
    }
}

/// Learned mistakes of each class, as shares of the next generation's beliefs; `None` where nothing is accepted.
pub(super) fn learned<S: Scalar>(scenario: &Scenario, generation: u64, x: Composition<S>) -> Option<[S; 6]> {
    let law = Law::new(scenario, generation);
    let outcome = law.at(x);
    outcome.next?;
    let Entered(stages) = Entered::at(scenario, &law, generation, x);
    let kept = 1.0 - scenario.learning.anchor.get();
    Some(
        Class::ALL
            .map(|class| stages[class as usize].passed * (kept * retained(scenario, class)) / outcome.accepted_share()),
    )
}
