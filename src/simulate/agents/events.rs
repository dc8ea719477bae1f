//! The agents' loop at the cost of its mistakes.
//!
//! The same problems, candidates, votes, filters and acts of learning as [`super::Agents`] plays, with the same law, but
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
use crate::simulate::beliefs::{Beliefs, Chain};
use crate::simulate::binomial::{self, Binomial};
use crate::simulate::error::SimulationError;
use crate::simulate::run::Run;
use crate::simulate::stream::Stream;

use super::era::Era;
use super::filter::Check;
use super::learn::Learner;
use super::model::Model;
use super::vote::Ballot;
use super::{Answer, Examples, MAX_FRUITLESS, Stall, accepted_share, affordable};

/// Plays runs of one scenario.
#[derive(Debug)]
pub(in crate::simulate) struct Events<'a> {
    scenario: &'a Scenario,
    /// Generation 0, 1, … up to the one from which nothing changes any more.
    eras: Vec<Era>,
    checks: Vec<Check>,
    learner: Learner,
    /// Candidates that show the systematic mistake of their problem.
    shown: Binomial,
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
        let last = scenario.horizon.get().min(scenario.settles_at().unwrap_or(u64::MAX));
        Ok(Self {
            scenario,
            eras: (0..=last).map(|generation| Era::new(scenario, generation)).collect(),
            checks: scenario.filters.iter().map(Check::new).collect(),
            learner: Learner::new(&scenario.learning),
            shown: Binomial::new(votes, scenario.errors.consistency.get()),
        })
    }

    /// Plays one run into `run`.
    ///
    /// # Errors
    /// Where the loop comes to a generation that accepts next to nothing.
    pub fn play(&self, stream: &mut Stream, run: &mut Run) -> Result<(), SimulationError> {
        let mut beliefs = Beliefs::start(self.scenario);
        let mut ballot = Ballot::new(self.scenario);
        let (examples, horizon) = (self.scenario.examples.get(), self.scenario.horizon.get());
        for generation in 0..=horizon {
            let model = self.model(generation, beliefs);
            run.note(model.error_rate(), beliefs.unsound, beliefs.wrong, beliefs.all);
            if model.error_rate() >= self.scenario.failure.error_rate.get() {
                run.fail(generation);
            }
            if generation == horizon {
                break;
            }
            let (learned, problems) =
                self.train(examples, &model, beliefs, &mut ballot, stream).map_err(|stall| stall.at(generation))?;
            run.accepted.push(accepted_share(learned.all, problems));
            beliefs = beliefs.trained(learned, self.scenario.learning.policy);
        }
        Ok(())
    }

    /// A model of `generation` with these beliefs.
    fn model(&self, generation: u64, beliefs: Beliefs) -> Model<'_> {
        // `new` builds at least generation 0, and every one up to the horizon or the last change.
        let era = &self.eras[(generation as usize).min(self.eras.len() - 1)];
        Model::of_counts(era, self.scenario, [beliefs.sound(), beliefs.unsound, beliefs.wrong])
    }

    /// So many of the beliefs that the next generation learns from this one, and the problems they took. As many problems as examples are still
    /// wanted must be attempted in any case, since none ends in more than one: that is a round.
    fn train(
        &self,
        examples: u64,
        model: &Model<'_>,
        beliefs: Beliefs,
        ballot: &mut Ballot,
        stream: &mut Stream,
    ) -> Result<(Beliefs, u64), Stall> {
        let (mut accepted, mut problems, mut fruitless) = (Examples::default(), 0_u64, 0_u64);
        while accepted.all() < examples {
            let round = examples - accepted.all();
            let mut passed = self.attempt(round, model, beliefs, ballot, stream)?;
            for check in &self.checks {
                passed = check.pass_all(passed, model, stream)?;
            }
            problems = problems.saturating_add(round);
            accepted = accepted.plus(passed);
            let candidates = round.saturating_mul(ballot.candidates());
            fruitless = if passed.all() > 0 { 0 } else { fruitless.saturating_add(candidates) };
            if fruitless >= MAX_FRUITLESS {
                return Err(Stall::Candidates(fruitless));
            }
        }
        let (unsound, wrong) = self.learner.learn_all(accepted, stream);
        Ok((Beliefs { unsound, wrong, all: examples }, problems))
    }

    /// The answers that so many problems end in before the filters.
    fn attempt(
        &self,
        problems: u64,
        model: &Model<'_>,
        beliefs: Beliefs,
        ballot: &mut Ballot,
        stream: &mut Stream,
    ) -> Result<Examples, Stall> {
        let wrong = binomial::draw(problems, beliefs.wrong as f64 / beliefs.all as f64, stream);
        let others = (beliefs.all - beliefs.wrong) as f64;
        let unsound = binomial::draw(problems - wrong, beliefs.unsound as f64 / others, stream);
        let sound = problems - wrong - unsound;
        let provoked = binomial::draw(sound, model.provoked, stream);
        if ballot.candidates() == 1 {
            return alone([sound - provoked, provoked + wrong, unsound], model, stream);
        }
        let plain = plain(sound - provoked, model, ballot, stream)?;
        let systematic = self.systematic(provoked + wrong, model, ballot, stream)?;
        let wrong_step = self.wrong_step(unsound, model, ballot, stream)?;
        Ok(plain.plus(systematic).plus(wrong_step))
    }

    /// Votes on problems with a systematic mistake.
    fn systematic(
        &self,
        problems: u64,
        model: &Model<'_>,
        ballot: &mut Ballot,
        stream: &mut Stream,
    ) -> Result<Examples, Stall> {
        if model.consistency >= 1.0 {
            return Ok(Examples { systematic: problems, ..Examples::default() });
        }
        let mut accepted = Examples::default();
        for _ in 0..problems {
            let shown = self.shown.draw(stream);
            if shown >= ballot.agree() {
                // Whatever the others answer, they are too few.
                accepted.systematic += 1;
                continue;
            }
            ballot.open();
            ballot.cast(Answer::Systematic, shown, stream);
            model.contest(ballot.candidates() - shown, false, ballot, stream)?;
            count(ballot.close(stream), &mut accepted);
        }
        Ok(accepted)
    }

    /// Votes on problems that meet an unsound belief.
    fn wrong_step(
        &self,
        problems: u64,
        model: &Model<'_>,
        ballot: &mut Ballot,
        stream: &mut Stream,
    ) -> Result<Examples, Stall> {
        let mut accepted = Examples::default();
        for _ in 0..problems {
            let shown = self.shown.draw(stream);
            let lucky = (0..shown).filter(|_| model.lucky(stream)).count() as u64;
            ballot.open();
            ballot.cast(Answer::Unsound, lucky, stream);
            ballot.cast(Answer::Systematic, shown - lucky, stream);
            model.contest(ballot.candidates() - shown, false, ballot, stream)?;
            count(ballot.close(stream), &mut accepted);
        }
        Ok(accepted)
    }
}

impl Chain for Events<'_> {
    fn failed(&self, generation: u64, beliefs: Beliefs) -> bool {
        self.model(generation, beliefs).error_rate() >= self.scenario.failure.error_rate.get()
    }

    fn learned(
        &self,
        generation: u64,
        beliefs: Beliefs,
        examples: u64,
        stream: &mut Stream,
    ) -> Result<Beliefs, SimulationError> {
        let mut ballot = Ballot::new(self.scenario);
        let model = self.model(generation, beliefs);
        let taught = self.train(examples, &model, beliefs, &mut ballot, stream);
        taught.map(|(learned, _)| learned).map_err(|stall| stall.at(generation))
    }
}

/// Votes on problems without a systematic mistake: a unanimous vote for the sound answer unless a candidate slips.
fn plain(problems: u64, model: &Model<'_>, ballot: &mut Ballot, stream: &mut Stream) -> Result<Examples, Stall> {
    let candidates = ballot.candidates();
    let eventful = binomial::draw(problems, model.slips(candidates), stream);
    let mut accepted = Examples { sound: problems - eventful, ..Examples::default() };
    for _ in 0..eventful {
        ballot.open();
        model.contest(candidates, true, ballot, stream)?;
        count(ballot.close(stream), &mut accepted);
    }
    Ok(accepted)
}

/// Problems that one candidate answers, without a vote: plain ones, systematic ones, and those with a wrong step.
fn alone([plain, systematic, wrong_step]: [u64; 3], model: &Model<'_>, stream: &mut Stream) -> Result<Examples, Stall> {
    let shown = binomial::draw(systematic, model.consistency, stream);
    let repeated = binomial::draw(wrong_step, model.consistency, stream);
    let lucky = (0..repeated).filter(|_| model.lucky(stream)).count() as u64;
    let bases = model.bases(plain + (systematic - shown) + (wrong_step - repeated), stream)?;
    Ok(bases.plus(Examples { unsound: lucky, systematic: shown + repeated - lucky, ..Examples::default() }))
}

fn count(accepted: Option<Answer>, examples: &mut Examples) {
    if let Some(answer) = accepted {
        examples.add(answer, 1);
    }
}
