//! The loop played by counts: each generation is one multinomial draw from the law of its predecessor.

use std::sync::OnceLock;

use crate::law::{Composition, Law, Outcome};
use crate::scenario::{Policy, Scenario};

use super::binomial;
use super::run::Run;
use super::stream::Stream;

/// The most outcomes remembered, a few dozen bytes each.
const MAX_REMEMBERED: u64 = 100_000;

/// Plays runs of one scenario.
#[derive(Debug)]
pub(super) struct Counts<'a> {
    scenario: &'a Scenario,
    /// The law of generation 0, 1, … up to the one from which it no longer changes.
    laws: Vec<Law>,
    /// Outcomes by the number of wrong beliefs, where that alone decides them; empty elsewhere.
    remembered: Vec<OnceLock<Outcome>>,
}

/// The beliefs of one generation, in whole numbers.
#[derive(Debug, Clone, Copy)]
struct Beliefs {
    unsound: u64,
    wrong: u64,
    all: u64,
}

impl<'a> Counts<'a> {
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
    pub fn play(&self, stream: &mut Stream, run: &mut Run) {
        let (unsound, wrong) = self.scenario.start_counts();
        let mut beliefs = Beliefs { unsound, wrong, all: self.scenario.examples.get() };
        let horizon = self.scenario.horizon.get();
        for generation in 0..=horizon {
            let outcome = self.outcome(generation, beliefs);
            run.note(outcome.error_rate, beliefs.unsound, beliefs.wrong, beliefs.all);
            if outcome.error_rate >= self.scenario.failure.error_rate.get() {
                run.fail(generation);
            }
            let next = outcome.next.filter(|_| !run.starved);
            if next.is_none() {
                run.starved = true;
                run.fail(generation);
            }
            if generation < horizon {
                run.accepted.push(if next.is_some() { outcome.accepted_share() } else { 0.0 });
                beliefs = next.map_or(beliefs, |next| self.train(beliefs, next, stream));
            }
        }
    }

    /// The beliefs of the next generation, drawn from the composition of its training set.
    fn train(&self, beliefs: Beliefs, next: Composition, stream: &mut Stream) -> Beliefs {
        let examples = self.scenario.examples.get();
        let wrong = binomial::draw(examples, next.wrong, stream);
        let unsound = if next.unsound > 0.0 {
            binomial::draw(examples - wrong, (next.unsound / (1.0 - next.wrong)).min(1.0), stream)
        } else {
            0
        };
        match self.scenario.learning.policy {
            Policy::Replace => Beliefs { unsound, wrong, all: examples },
            Policy::Accumulate => Beliefs {
                unsound: beliefs.unsound + unsound,
                wrong: beliefs.wrong + wrong,
                all: beliefs.all + examples,
            },
        }
    }

    fn outcome(&self, generation: u64, beliefs: Beliefs) -> Outcome {
        let all = beliefs.all as f64;
        let x = Composition { unsound: beliefs.unsound as f64 / all, wrong: beliefs.wrong as f64 / all };
        // `new` builds at least generation 0, and every one up to the horizon or the last change.
        let law = &self.laws[(generation as usize).min(self.laws.len() - 1)];
        match self.remembered.get(beliefs.wrong as usize) {
            Some(remembered) => *remembered.get_or_init(|| law.at(x)),
            None => law.at(x),
        }
    }
}
