//! The loop played by counts: each generation is one multinomial draw from the law of its predecessor.

use std::sync::OnceLock;

use crate::law::{Composition, Law};
use crate::scenario::{Policy, Scenario};

use super::beliefs::{BeliefChain, BeliefCounts};
use super::binomial::{self, Binomial};
use super::error::SimulationError;
use super::run::PlayedRun;
use super::stream::RandomStream;

/// The most states remembered, some hundred bytes each.
const MAX_REMEMBERED: u64 = 100_000;

/// Plays runs of one scenario.
#[derive(Debug)]
pub(super) struct CountEngine<'a> {
    scenario: &'a Scenario,
    /// The law of generation 0, 1, … up to the one from which it no longer changes.
    laws: Vec<Law>,
    /// States by the number of wrong beliefs, where that alone decides them; empty elsewhere.
    remembered: Vec<OnceLock<CountState>>,
}

/// What a loop does at one composition.
#[derive(Debug, Clone, Copy)]
struct CountState {
    error: f64,
    /// Accepted examples per generated problem.
    accepted: f64,
    /// The draw of the next generation; `None` where nothing is accepted.
    next: Option<NextCounts>,
}

/// The beliefs of the next training set.
#[derive(Debug, Clone, Copy)]
struct NextCounts {
    wrong: Binomial,
    /// Probability that a belief is unsound, given that it is not wrong.
    unsound: f64,
}

impl NextCounts {
    /// A number of beliefs of the training set.
    fn learned(&self, examples: u64, stream: &mut RandomStream) -> BeliefCounts {
        let wrong = self.wrong.draw_of(examples, stream);
        let unsound = binomial::draw(examples - wrong, self.unsound, stream);
        BeliefCounts { unsound, wrong, all: examples }
    }
}

impl<'a> CountEngine<'a> {
    /// Prepares runs of `scenario`.
    pub fn new(scenario: &'a Scenario) -> Self {
        let last = scenario.horizon.get().min(scenario.settles_at().unwrap_or(u64::MAX));
        let one_dimensional = last == 0 && !scenario.has_unsound() && scenario.learning.policy == Policy::Replace;
        let states = if one_dimensional { scenario.examples.get() + 1 } else { 0 };
        Self {
            scenario,
            laws: (0..=last).map(|generation| Law::new(scenario, generation)).collect(),
            remembered: (0..if states > MAX_REMEMBERED { 0 } else { states }).map(|_| OnceLock::new()).collect(),
        }
    }

    /// Plays one run into `run`. A loop that can accept nothing has failed, and stays as it is.
    pub fn play(&self, stream: &mut RandomStream, run: &mut PlayedRun) {
        let mut beliefs = BeliefCounts::start(self.scenario, stream);
        let horizon = self.scenario.horizon.get();
        for generation in 0..=horizon {
            let state = self.state(generation, beliefs);
            run.note(state.error, beliefs.unsound, beliefs.wrong, beliefs.all);
            if state.error >= self.scenario.failure.error_rate.get() {
                run.fail(generation);
            }
            let next = state.next.filter(|_| !run.starved);
            if next.is_none() {
                run.starved = true;
                run.fail(generation);
            }
            if generation < horizon {
                run.accepted.push(if next.is_some() { state.accepted } else { 0.0 });
                beliefs = next.map_or(beliefs, |next| self.train(beliefs, next, stream));
            }
        }
    }

    /// The beliefs of the next generation, drawn from the composition of its training set.
    fn train(&self, beliefs: BeliefCounts, next: NextCounts, stream: &mut RandomStream) -> BeliefCounts {
        beliefs.trained(next.learned(self.scenario.examples.get(), stream), self.scenario.learning.policy)
    }

    fn state(&self, generation: u64, beliefs: BeliefCounts) -> CountState {
        // `new` builds at least generation 0, and every one up to the horizon or the last change.
        let law = &self.laws[(generation as usize).min(self.laws.len() - 1)];
        match self.remembered.get(beliefs.wrong as usize) {
            Some(remembered) => *remembered.get_or_init(|| self.compute(law, beliefs)),
            None => self.compute(law, beliefs),
        }
    }

    fn compute(&self, law: &Law, beliefs: BeliefCounts) -> CountState {
        let all = beliefs.all as f64;
        let outcome = law.at(Composition { unsound: beliefs.unsound as f64 / all, wrong: beliefs.wrong as f64 / all });
        let next = outcome.next.map(|next| NextCounts {
            wrong: Binomial::new(self.scenario.examples.get(), next.wrong),
            unsound: if next.unsound > 0.0 { (next.unsound / (1.0 - next.wrong)).min(1.0) } else { 0.0 },
        });
        CountState { error: outcome.error_rate, accepted: outcome.accepted_share(), next }
    }
}

impl BeliefChain for CountEngine<'_> {
    fn failed(&self, generation: u64, beliefs: BeliefCounts) -> bool {
        let state = self.state(generation, beliefs);
        state.error >= self.scenario.failure.error_rate.get() || state.next.is_none()
    }

    fn learned(
        &self,
        generation: u64,
        beliefs: BeliefCounts,
        examples: u64,
        stream: &mut RandomStream,
    ) -> Result<BeliefCounts, SimulationError> {
        // A starved generation has failed, and nobody asks what it teaches.
        let next = self.state(generation, beliefs).next;
        next.map(|next| next.learned(examples, stream))
            .ok_or(SimulationError::NothingAccepted { generation, candidates: 0 })
    }
}
