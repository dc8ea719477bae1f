//! The loop played out by agents: beliefs, problems, candidates, slips, votes, filters and acts of learning, one by one.
//!
//! Nothing here knows the law of one generation: agreement with it is evidence for both. Of the formulas of model.md only
//! h, the share of problems that provoke a systematic mistake, is used, with the wrong share of solutions from a recursion
//! of its own; error rates of a composition, which an evaluation would measure, are computed from the same recursion.

mod era;
mod events;
mod filter;
mod learn;
mod model;
mod vote;

use crate::scenario::{Policy, Scenario};

use super::error::SimulationError;
use super::run::Run;
use super::stream::Stream;
use era::Era;
use filter::Check;
use learn::Learner;
use model::Model;
use vote::Ballot;

pub(super) use events::Events;

/// The most beliefs that one run holds, one byte each.
const MAX_BELIEFS: u64 = 100_000_000;
/// The most candidates and recursion steps of a whole simulation: weeks of work.
const MAX_WORK: u128 = 100_000_000_000_000;
/// The most candidates without an accepted example, and the most redraws of one candidate.
const MAX_FRUITLESS: u64 = 10_000_000;

/// What one independent example left in the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Belief {
    /// Right answer by right steps.
    Sound,
    /// Right answer by a wrong step.
    Unsound,
    /// A mistake made systematically.
    Wrong,
}

/// What a candidate answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// Right, by right steps.
    Sound,
    /// Right, by a wrong step.
    Unsound,
    /// The wrong answer that candidates for this problem share.
    Systematic,
    /// A wrong answer of the candidate's own.
    Random,
}

/// Examples, candidates or votes by the kind of their answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Examples {
    sound: u64,
    unsound: u64,
    systematic: u64,
    random: u64,
}

impl Examples {
    fn right(self) -> u64 {
        self.sound + self.unsound
    }

    fn all(self) -> u64 {
        self.right() + self.systematic + self.random
    }

    fn add(&mut self, answer: Answer, examples: u64) {
        match answer {
            Answer::Sound => self.sound += examples,
            Answer::Unsound => self.unsound += examples,
            Answer::Systematic => self.systematic += examples,
            Answer::Random => self.random += examples,
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            sound: self.sound + other.sound,
            unsound: self.unsound + other.unsound,
            systematic: self.systematic + other.systematic,
            random: self.random + other.random,
        }
    }
}

/// Why a candidate or an example could not be had; becomes a [`SimulationError`] once the generation is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stall {
    Redraws(u64),
    Candidates(u64),
}

impl Stall {
    fn at(self, generation: u64) -> SimulationError {
        match self {
            Self::Redraws(redraws) => SimulationError::NoBaseCandidate { generation, redraws },
            Self::Candidates(candidates) => SimulationError::NothingAccepted { generation, candidates },
        }
    }
}

/// Plays runs of one scenario.
#[derive(Debug)]
pub(super) struct Agents<'a> {
    scenario: &'a Scenario,
    /// Generation 0, 1, … up to the one from which nothing changes any more.
    eras: Vec<Era>,
    checks: Vec<Check>,
    learner: Learner,
}

impl<'a> Agents<'a> {
    /// Prepares `replicates` runs of `scenario`.
    ///
    /// # Errors
    /// Where the beliefs do not fit into memory or the work has no end in sight.
    pub fn new(scenario: &'a Scenario, replicates: u64) -> Result<Self, SimulationError> {
        refuse_the_absurd(scenario, replicates)?;
        let last = scenario.horizon.get().min(scenario.settles_at().unwrap_or(u64::MAX));
        Ok(Self {
            scenario,
            eras: (0..=last).map(|generation| Era::new(scenario, generation)).collect(),
            checks: scenario.filters.iter().map(Check::new).collect(),
            learner: Learner::new(&scenario.learning),
        })
    }

    /// Plays one run into `run`.
    ///
    /// # Errors
    /// Where the loop comes to a generation that accepts next to nothing.
    pub fn play(&self, stream: &mut Stream, run: &mut Run) -> Result<(), SimulationError> {
        let mut beliefs = self.first();
        let mut ballot = Ballot::new(self.scenario);
        for generation in 0..=self.scenario.horizon.get() {
            let model = Model::new(self.era(generation), self.scenario, &beliefs);
            run.note(model.error_rate(), model.unsound, model.wrong, beliefs.len() as u64);
            if model.error_rate() >= self.scenario.failure.error_rate.get() {
                run.fail(generation);
            }
            if generation == self.scenario.horizon.get() {
                break;
            }
            let (learned, problems) =
                self.train(&model, &beliefs, &mut ballot, stream).map_err(|stall| stall.at(generation))?;
            run.accepted.push(accepted_share(learned.len() as u64, problems));
            match self.scenario.learning.policy {
                Policy::Replace => beliefs = learned,
                Policy::Accumulate => beliefs.extend(learned),
            }
        }
        Ok(())
    }

    /// What the next generation learns from this one: N beliefs, and the problems it took.
    fn train(
        &self,
        model: &Model<'_>,
        beliefs: &[Belief],
        ballot: &mut Ballot,
        stream: &mut Stream,
    ) -> Result<(Vec<Belief>, u64), Stall> {
        let examples = self.scenario.examples.get();
        let mut learned = Vec::with_capacity(beliefs.len().min(examples as usize));
        let (mut problems, mut fruitless) = (0_u64, 0_u64);
        while (learned.len() as u64) < examples {
            problems += 1;
            match self.attempt(model, beliefs, ballot, stream)? {
                Some(example) => {
                    learned.push(self.learner.learn(example, stream));
                    fruitless = 0;
                }
                None => fruitless += ballot.candidates(),
            }
            if fruitless >= MAX_FRUITLESS {
                return Err(Stall::Candidates(fruitless));
            }
        }
        Ok((learned, problems))
    }

    /// One problem, from the belief that it meets to the example that passed every check, if one did.
    fn attempt(
        &self,
        model: &Model<'_>,
        beliefs: &[Belief],
        ballot: &mut Ballot,
        stream: &mut Stream,
    ) -> Result<Option<Answer>, Stall> {
        let met = stream.below(beliefs.len() as u64) as usize;
        // There is at least one belief, since N is at least 1.
        let problem = model.problem(beliefs.get(met).copied().unwrap_or(Belief::Sound), stream);
        let Some(example) = ballot.vote(model, problem, stream)? else { return Ok(None) };
        for check in &self.checks {
            if !check.passes(example, model, stream)? {
                return Ok(None);
            }
        }
        Ok(Some(example))
    }

    /// Generation 0.
    fn first(&self) -> Vec<Belief> {
        let (unsound, wrong) = self.scenario.start_counts();
        let count = |n: u64| n as usize;
        let mut beliefs = vec![Belief::Sound; count(self.scenario.examples.get() - unsound - wrong)];
        beliefs.resize(beliefs.len() + count(unsound), Belief::Unsound);
        beliefs.resize(beliefs.len() + count(wrong), Belief::Wrong);
        beliefs
    }

    fn era(&self, generation: u64) -> &Era {
        // `new` builds at least generation 0, and every one up to the horizon or the last change.
        &self.eras[(generation as usize).min(self.eras.len() - 1)]
    }
}

/// Y, estimated without bias from the `problems` it took to have `examples` accepted: the last problem is an accepted one by
/// design, so it counts for nothing. With one example it is all there is: whether the first problem was accepted.
fn accepted_share(examples: u64, problems: u64) -> f64 {
    if examples == 1 { f64::from(u8::from(problems == 1)) } else { (examples - 1) as f64 / (problems - 1) as f64 }
}

fn refuse_the_absurd(scenario: &Scenario, replicates: u64) -> Result<(), SimulationError> {
    let (examples, horizon) = (scenario.examples.get(), scenario.horizon.get());
    let beliefs = match scenario.learning.policy {
        Policy::Replace => examples,
        Policy::Accumulate => examples.saturating_mul(horizon + 1),
    };
    if beliefs > MAX_BELIEFS {
        return Err(SimulationError::TooManyBeliefs { beliefs, limit: MAX_BELIEFS });
    }
    let candidates = u128::from(examples) * u128::from(scenario.vote.candidates.get());
    affordable(candidates, scenario, replicates)
}

/// Refuses work without an end in sight: so many candidates in each generation, and the recursion over the steps.
fn affordable(candidates: u128, scenario: &Scenario, replicates: u64) -> Result<(), SimulationError> {
    let horizon = scenario.horizon.get();
    let generation = candidates + u128::from(scenario.steps_at(horizon));
    let work = generation.saturating_mul(u128::from(horizon)).saturating_mul(u128::from(replicates));
    if work > MAX_WORK { Err(SimulationError::TooMuchWork { work, limit: MAX_WORK }) } else { Ok(()) }
}
