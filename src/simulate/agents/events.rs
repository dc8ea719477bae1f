//! The agents' loop at the cost of its mistakes.
//!
//! The same problems, candidates, votes, filters and acts of learning as [`super::AgentEngine`] plays, with the same law, but
//! nothing is done for a problem in which nothing happens. What is drawn together, and what is played:
//!
//! - Beliefs of a kind are exchangeable, so they are counted; how many of a round's problems meet each kind is one draw.
//! - Every coin that all problems of a kind toss alike (systematic or not, shown or not without a vote, caught or not by a
//!   filter, learned or not) is one binomial draw for all of them, with the probability that the scenario states.
//! - How many solutions, or votes, have no slip in any step is one binomial draw. Those that slip are played one by one,
//!   from the first slip (a truncated geometric draw) on, whenever a later step or vote can still change their answer.
//! - A vote on a problem with a systematic mistake is played for each problem that all its candidates do not decide alike.
//!
//! Like the agents it knows the scenario only: no composite probability (an error rate after checks, a yield, q(x)) is
//! formed, and the number of problems that N accepted examples take is played out in rounds.

use crate::scenario::Scenario;
use crate::simulate::beliefs::{BeliefChain, BeliefCounts};
use crate::simulate::binomial;
use crate::simulate::error::SimulationError;
use crate::simulate::run::PlayedRun;
use crate::simulate::stream::RandomStream;

use super::era::AgentEra;
use super::filter::AgentCheck;
use super::learn::AgentLearner;
use super::model::AgentModel;
use super::solver::Solver;
use super::vote::CandidateBallot;
use super::{AnswerKind, Attempts, Examples, MAX_FRUITLESS, Stall, affordable};

/// Plays runs of one scenario.
#[derive(Debug)]
pub(in crate::simulate) struct Events<'a> {
    scenario: &'a Scenario,
    /// The classes of problems at generation 0, 1, … up to the one from which nothing changes any more.
    eras: Vec<Vec<AgentEra>>,
    checks: Vec<AgentCheck>,
    learner: AgentLearner,
}

impl<'a> Events<'a> {
    /// Prepares `replicates` runs of `scenario`.
    ///
    /// # Errors
    /// Where the work has no end in sight.
    pub fn new(scenario: &'a Scenario, replicates: u64) -> Result<Self, SimulationError> {
        let votes = scenario.vote.candidates.get();
        // Without a vote the work does not grow with the examples; with one, a mistake may take a ballot of its own.
        let candidates = if votes == 1 { 1 } else { u128::from(scenario.examples.get()) * u128::from(votes) };
        affordable(candidates, scenario, replicates)?;
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
        let mut beliefs = BeliefCounts::start(self.scenario, stream);
        let mut ballot = CandidateBallot::new(self.scenario);
        let (examples, horizon) = (self.scenario.examples.get(), self.scenario.horizon.get());
        for generation in 0..=horizon {
            let model = self.model(generation, beliefs);
            run.note(model.error_rate, beliefs.unsound, beliefs.wrong, beliefs.all);
            if model.error_rate >= self.scenario.failure.error_rate.get() {
                run.fail(generation);
            }
            if generation == horizon {
                break;
            }
            let mut attempts = Attempts::default();
            let mut taught = self.train(examples, &model, &mut ballot, &mut attempts, stream);
            if attempts.accepted == 0 && taught.is_ok() {
                // Nothing was learned; Y at that point is reported all the same.
                let told = self.gather(1, &model, &mut ballot, &mut attempts, stream);
                taught = told.and(taught);
            }
            let learned = taught.map_err(|stall| stall.at(generation))?;
            run.accepted.push(attempts.accepted_share());
            beliefs = beliefs.trained(learned, self.scenario.learning.policy);
        }
        Ok(())
    }

    /// A model of `generation` with these beliefs.
    fn model(&self, generation: u64, beliefs: BeliefCounts) -> AgentModel<'_> {
        // `new` builds at least generation 0, and every one up to the horizon or the last change.
        AgentModel::new(&self.eras[(generation as usize).min(self.eras.len() - 1)], beliefs)
    }

    /// A number of the beliefs of the next generation: those that it learns, and those that it copies from this one.
    fn train(
        &self,
        beliefs: u64,
        model: &AgentModel<'_>,
        ballot: &mut CandidateBallot,
        attempts: &mut Attempts,
        stream: &mut RandomStream,
    ) -> Result<BeliefCounts, Stall> {
        let renewed = binomial::draw(beliefs, self.learner.renewal, stream);
        let mistaken = self.learner.gain.beliefs(renewed, stream, |draws, stream| {
            let accepted = self.gather(draws, model, ballot, attempts, stream)?;
            Ok(self.learner.learn_all(accepted, stream))
        })?;
        let learned = BeliefCounts { unsound: mistaken.unsound, wrong: mistaken.wrong, all: renewed };
        Ok(learned.plus(model.beliefs.met(beliefs - renewed, stream)))
    }

    /// A number of accepted examples. As many problems as examples are still wanted must be attempted in any case, since none
    /// ends in more than one: that is a round.
    fn gather(
        &self,
        examples: u64,
        model: &AgentModel<'_>,
        ballot: &mut CandidateBallot,
        attempts: &mut Attempts,
        stream: &mut RandomStream,
    ) -> Result<Examples, Stall> {
        let (mut accepted, mut fruitless) = (Examples::default(), 0_u64);
        while accepted.all() < examples {
            let round = examples - accepted.all();
            let passed = self.attempt(round, model, ballot, stream)?;
            attempts.problems = attempts.problems.saturating_add(round);
            accepted = accepted.plus(passed);
            let candidates = round.saturating_mul(ballot.candidates());
            fruitless = if passed.all() > 0 { 0 } else { fruitless.saturating_add(candidates) };
            if fruitless >= MAX_FRUITLESS {
                return Err(Stall::Candidates(fruitless));
            }
        }
        attempts.accepted = attempts.accepted.saturating_add(examples);
        Ok(accepted)
    }

    /// The examples that this number of problems end in. The last class has what rounding leaves of the shares.
    fn attempt(
        &self,
        problems: u64,
        model: &AgentModel<'_>,
        ballot: &mut CandidateBallot,
        stream: &mut RandomStream,
    ) -> Result<Examples, Stall> {
        let (mut accepted, mut left, mut share) = (Examples::default(), problems, 1.0);
        for (nth, solver) in model.solvers.iter().enumerate() {
            let last = nth + 1 == model.solvers.len();
            let own = if last { left } else { binomial::draw(left, solver.era.share / share, stream) };
            left -= own;
            share -= solver.era.share;
            let mut passed = answers(model.beliefs.met(own, stream), solver, ballot, stream)?;
            for check in &self.checks {
                passed = check.pass_all(passed, solver, stream)?;
            }
            accepted = accepted.plus(passed);
        }
        Ok(accepted)
    }
}

impl BeliefChain for Events<'_> {
    fn failed(&self, generation: u64, beliefs: BeliefCounts) -> bool {
        self.model(generation, beliefs).error_rate >= self.scenario.failure.error_rate.get()
    }

    fn learned(
        &self,
        generation: u64,
        beliefs: BeliefCounts,
        examples: u64,
        stream: &mut RandomStream,
    ) -> Result<BeliefCounts, SimulationError> {
        let mut ballot = CandidateBallot::new(self.scenario);
        let model = self.model(generation, beliefs);
        let taught = self.train(examples, &model, &mut ballot, &mut Attempts::default(), stream);
        taught.map_err(|stall| stall.at(generation))
    }
}

/// The answers, before the filters, to problems of one class that `met` these beliefs.
fn answers(
    met: BeliefCounts,
    solver: &Solver<'_>,
    ballot: &mut CandidateBallot,
    stream: &mut RandomStream,
) -> Result<Examples, Stall> {
    let provoked = binomial::draw(met.sound(), solver.provoked, stream);
    if ballot.candidates() == 1 {
        return alone([met.sound() - provoked, provoked + met.wrong, met.unsound], solver, stream);
    }
    let plain = plain(met.sound() - provoked, solver, ballot, stream)?;
    let systematic = systematic(provoked + met.wrong, solver, ballot, stream)?;
    let wrong_step = wrong_step(met.unsound, solver, ballot, stream)?;
    Ok(plain.plus(systematic).plus(wrong_step))
}

/// Votes on problems without a systematic mistake: a unanimous vote for the sound answer unless a candidate slips.
fn plain(
    problems: u64,
    solver: &Solver<'_>,
    ballot: &mut CandidateBallot,
    stream: &mut RandomStream,
) -> Result<Examples, Stall> {
    let candidates = ballot.candidates();
    let eventful = binomial::draw(problems, solver.slips(candidates), stream);
    let mut accepted = Examples::default();
    if ballot.decided(candidates) == Some(true) {
        accepted.sound = problems - eventful;
    }
    for _ in 0..eventful {
        ballot.open(solver.era.wrong_answers);
        solver.contest(candidates, true, ballot, stream)?;
        count(ballot.close(stream), &mut accepted);
    }
    Ok(accepted)
}

/// Votes on problems with a systematic mistake.
fn systematic(
    problems: u64,
    solver: &Solver<'_>,
    ballot: &mut CandidateBallot,
    stream: &mut RandomStream,
) -> Result<Examples, Stall> {
    let mut accepted = Examples::default();
    if solver.era.consistency >= 1.0 {
        if ballot.decided(ballot.candidates()) == Some(true) {
            accepted.systematic = problems;
        }
        return Ok(accepted);
    }
    for _ in 0..problems {
        let shown = solver.era.shown.draw(stream);
        if let Some(enough) = ballot.decided(shown) {
            // Whatever the others answer, none of them shows the mistake, and they are too few to outvote it.
            accepted.systematic += u64::from(enough);
            continue;
        }
        ballot.open(solver.era.wrong_answers);
        ballot.cast(AnswerKind::Systematic, shown, stream);
        solver.contest(ballot.candidates() - shown, false, ballot, stream)?;
        count(ballot.close(stream), &mut accepted);
    }
    Ok(accepted)
}

/// Votes on problems that meet an unsound belief.
fn wrong_step(
    problems: u64,
    solver: &Solver<'_>,
    ballot: &mut CandidateBallot,
    stream: &mut RandomStream,
) -> Result<Examples, Stall> {
    let mut accepted = Examples::default();
    for _ in 0..problems {
        let shown = solver.era.shown.draw(stream);
        let lucky = (0..shown).filter(|_| solver.lucky(stream)).count() as u64;
        ballot.open(solver.era.wrong_answers);
        ballot.cast(AnswerKind::Unsound, lucky, stream);
        ballot.cast(AnswerKind::Systematic, shown - lucky, stream);
        solver.contest(ballot.candidates() - shown, false, ballot, stream)?;
        count(ballot.close(stream), &mut accepted);
    }
    Ok(accepted)
}

/// Problems that one candidate answers, without a vote: plain ones, systematic ones, and those with a wrong step.
fn alone(
    [plain, systematic, wrong_step]: [u64; 3],
    solver: &Solver<'_>,
    stream: &mut RandomStream,
) -> Result<Examples, Stall> {
    let shown = binomial::draw(systematic, solver.era.consistency, stream);
    let repeated = binomial::draw(wrong_step, solver.era.consistency, stream);
    let lucky = (0..repeated).filter(|_| solver.lucky(stream)).count() as u64;
    let bases = solver.bases(plain + (systematic - shown) + (wrong_step - repeated), stream)?;
    Ok(bases.plus(Examples { unsound: lucky, systematic: shown + repeated - lucky, ..Examples::default() }))
}

fn count(accepted: Option<AnswerKind>, examples: &mut Examples) {
    if let Some(answer) = accepted {
        examples.add(answer, 1);
    }
}
