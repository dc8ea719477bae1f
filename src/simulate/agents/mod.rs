//! The loop played out by agents: beliefs, problems, candidates, slips, votes, filters and acts of learning, one by one.
//!
//! Nothing here knows the law of one generation: agreement with it is evidence for both. Of the formulas of model.md only
//! h, the share of problems that provoke a systematic mistake, is used, with the wrong share of solutions from a recursion
//! of its own; error rates of a composition, which an evaluation would measure, are computed from the same recursion.

mod era;
mod events;
mod examples;
mod filter;
mod gain;
mod learn;
mod model;
mod solver;
mod vote;

use crate::scenario::{Policy, Scenario};

use super::beliefs::{BeliefCounts, start_shares};
use super::error::SimulationError;
use super::run::PlayedRun;
use super::stream::RandomStream;
use era::AgentEra;
use examples::{AgentBelief, AnswerKind, Examples, MAX_FRUITLESS, Stall};
use filter::AgentCheck;
use learn::AgentLearner;
use model::AgentModel;
use vote::CandidateBallot;

pub(super) use events::Events;

/// The most beliefs that one run holds, one byte each.
const MAX_BELIEFS: u64 = 100_000_000;
/// The most candidates and recursion steps of a whole simulation: weeks of work.
const MAX_WORK: u128 = 100_000_000_000_000;

/// Plays runs of one scenario.
#[derive(Debug)]
pub(super) struct AgentEngine<'a> {
    scenario: &'a Scenario,
    /// The classes of problems at generation 0, 1, … up to the one from which nothing changes any more.
    eras: Vec<Vec<AgentEra>>,
    checks: Vec<AgentCheck>,
    learner: AgentLearner,
}

impl<'a> AgentEngine<'a> {
    /// Prepares `replicates` runs of `scenario`.
    ///
    /// # Errors
    /// Where the beliefs do not fit into memory or the work has no end in sight.
    pub fn new(scenario: &'a Scenario, replicates: u64) -> Result<Self, SimulationError> {
        refuse_the_absurd(scenario, replicates)?;
        Ok(Self {
            scenario,
            eras: AgentEra::all(scenario),
            checks: scenario.filters.iter().map(AgentCheck::new).collect(),
            learner: AgentLearner::new(&scenario.learning),
        })
    }

    /// Plays one run into `run`.
    ///
    /// # Errors
    /// Where the loop comes to a generation that accepts next to nothing.
    pub fn play(&self, stream: &mut RandomStream, run: &mut PlayedRun) -> Result<(), SimulationError> {
        let mut beliefs = self.first(stream);
        let mut ballot = CandidateBallot::new(self.scenario);
        for generation in 0..=self.scenario.horizon.get() {
            let model = AgentModel::new(self.classes(generation), counted(&beliefs));
            run.note(model.error_rate, model.beliefs.unsound, model.beliefs.wrong, model.beliefs.all);
            if model.error_rate >= self.scenario.failure.error_rate.get() {
                run.fail(generation);
            }
            if generation == self.scenario.horizon.get() {
                break;
            }
            let (learned, accepted) =
                self.train(&model, &beliefs, &mut ballot, stream).map_err(|stall| stall.at(generation))?;
            run.accepted.push(accepted);
            match self.scenario.learning.policy {
                Policy::Replace => beliefs = learned,
                Policy::Accumulate => beliefs.extend(learned),
            }
        }
        Ok(())
    }

    /// What the next generation learns from this one: N beliefs, and an estimate of Y.
    fn train(
        &self,
        model: &AgentModel<'_>,
        beliefs: &[AgentBelief],
        ballot: &mut CandidateBallot,
        stream: &mut RandomStream,
    ) -> Result<(Vec<AgentBelief>, f64), Stall> {
        let examples = self.scenario.examples.get();
        let mut learned = Vec::with_capacity(beliefs.len().min(examples as usize));
        let mut attempts = Attempts::default();
        for _ in 0..examples {
            learned.push(if !stream.happens(self.learner.renewal) {
                met(beliefs, stream)
            } else if self.learner.gain.is_one_draw() {
                // A call of its own, which is inlined: ordinary loops spare a seventh of their instructions.
                self.draw(model, beliefs, ballot, &mut attempts, stream)?
            } else {
                let draw = |stream: &mut RandomStream| self.draw(model, beliefs, ballot, &mut attempts, stream);
                self.learner.gain.belief(stream, draw)?
            });
        }
        if attempts.accepted == 0 {
            // Nothing was learned; Y at that point is reported all the same.
            self.draw(model, beliefs, ballot, &mut attempts, stream)?;
        }
        Ok((learned, attempts.accepted_share()))
    }

    /// Problems up to one that ends in an accepted example, and the belief that it leaves.
    #[inline(always)]
    fn draw(
        &self,
        model: &AgentModel<'_>,
        beliefs: &[AgentBelief],
        ballot: &mut CandidateBallot,
        attempts: &mut Attempts,
        stream: &mut RandomStream,
    ) -> Result<AgentBelief, Stall> {
        let (mut problems, mut fruitless) = (0, 0);
        loop {
            problems += 1;
            if let Some(example) = self.attempt(model, met(beliefs, stream), ballot, stream)? {
                attempts.problems += problems;
                attempts.accepted += 1;
                return Ok(self.learner.learn(example, stream));
            }
            fruitless += ballot.candidates();
            if fruitless >= MAX_FRUITLESS {
                return Err(Stall::Candidates(fruitless));
            }
        }
    }

    /// One problem that meets a belief, up to the example that passed every check, if one did.
    #[inline(always)]
    fn attempt(
        &self,
        model: &AgentModel<'_>,
        belief: AgentBelief,
        ballot: &mut CandidateBallot,
        stream: &mut RandomStream,
    ) -> Result<Option<AnswerKind>, Stall> {
        let solver = model.class(stream);
        let problem = solver.problem(belief, stream);
        let Some(example) = ballot.vote(solver, problem, stream)? else { return Ok(None) };
        for check in &self.checks {
            if !check.passes(example, solver, stream)? {
                return Ok(None);
            }
        }
        Ok(Some(example))
    }

    /// Generation 0.
    fn first(&self, stream: &mut RandomStream) -> Vec<AgentBelief> {
        let examples = self.scenario.examples.get() as usize;
        if self.scenario.start.draw {
            let (wrong, unsound) = start_shares(self.scenario);
            let draw = |stream: &mut RandomStream| match () {
                () if stream.happens(wrong) => AgentBelief::Wrong,
                () if stream.happens(unsound) => AgentBelief::Unsound,
                () => AgentBelief::Sound,
            };
            return (0..examples).map(|_| draw(stream)).collect();
        }
        let (unsound, wrong) = self.scenario.start_counts();
        let mut beliefs = vec![AgentBelief::Sound; examples - (unsound + wrong) as usize];
        beliefs.resize(examples - wrong as usize, AgentBelief::Unsound);
        beliefs.resize(examples, AgentBelief::Wrong);
        beliefs
    }

    fn classes(&self, generation: u64) -> &[AgentEra] {
        // `new` builds at least generation 0, and every one up to the horizon or the last change.
        &self.eras[(generation as usize).min(self.eras.len() - 1)]
    }
}

/// A belief met at random.
fn met(beliefs: &[AgentBelief], stream: &mut RandomStream) -> AgentBelief {
    let nth = stream.below(beliefs.len() as u64) as usize;
    // There is at least one belief, since N is at least 1.
    beliefs.get(nth).copied().unwrap_or(AgentBelief::Sound)
}

fn counted(beliefs: &[AgentBelief]) -> BeliefCounts {
    let count = |kind: AgentBelief| beliefs.iter().filter(|&&belief| belief == kind).count() as u64;
    BeliefCounts { unsound: count(AgentBelief::Unsound), wrong: count(AgentBelief::Wrong), all: beliefs.len() as u64 }
}

/// Problems that were played, and those of them that ended in an accepted example.
#[derive(Debug, Clone, Copy, Default)]
struct Attempts {
    problems: u64,
    accepted: u64,
}

impl Attempts {
    /// Y, estimated without bias from the number of problems that it took to have this number of examples accepted, at least one: the last
    /// problem is an accepted one by design, so it counts for nothing. With one example it is all there is: whether the
    /// first problem was accepted. How many examples a gain or a renewal asks for depends on what the accepted ones hold, and not on
    /// how long they were waited for, so that they leave the estimate without bias.
    fn accepted_share(self) -> f64 {
        if self.accepted == 1 {
            f64::from(u8::from(self.problems == 1))
        } else {
            (self.accepted - 1) as f64 / (self.problems - 1) as f64
        }
    }
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
    affordable(u128::from(examples) * u128::from(scenario.vote.candidates.get()), scenario, replicates)
}

/// Refuses work without an end in sight: too many candidates for each draw of a generation's beliefs, and the recursion
/// over the steps.
fn affordable(candidates: u128, scenario: &Scenario, replicates: u64) -> Result<(), SimulationError> {
    let horizon = scenario.horizon.get();
    // A gain takes up to this number of draws for a belief; the cast takes what exceeds every count to the largest one.
    let draws = scenario.learning.hazard_gain.get().ceil().max(1.0) as u128;
    let generation = candidates.saturating_mul(draws).saturating_add(u128::from(scenario.steps_at(horizon)));
    let work = generation.saturating_mul(u128::from(horizon)).saturating_mul(u128::from(replicates));
    if work > MAX_WORK { Err(SimulationError::TooMuchWork { work, limit: MAX_WORK }) } else { Ok(()) }
}
