//! Runs of several designs with common random numbers: the same draws for each.
//!
//! Counts are drawn by inversion from uniform numbers that depend on seed, replicate and generation alone, so that a lucky
//! generation of one design is a lucky one of every other, and differences vary less than the designs themselves.
//! Source: P. Glasserman and D. D. Yao, Some guidelines and guarantees for common random numbers (1992).

use std::sync::OnceLock;

use rayon::prelude::*;

use crate::cost::Pricing;
use crate::law::{Composition, Law, Outcome};
use crate::scenario::{Policy, Scenario};
use crate::stats::binomial;

use super::error::SimulationError;
use super::result::SimulationSettings;
use super::result::{Engine, Simulated};
use super::run::PlayedRun;
use super::stream::{RandomStream, StreamPurpose};
use super::tally::RunTally;

/// Runs summed together before they meet the rest; fixed, as in `replicate`.
const BLOCK: u64 = 8;
/// The most states remembered.
const MAX_REMEMBERED: u64 = 100_000;

/// What is kept of one run, for comparison with the same run of another design.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RunSummary {
    /// min(T, horizon), in generations.
    pub lasted: u64,
    /// Error rate at the horizon, whether or not the loop has failed.
    pub last_error: f64,
    /// Cost of the generations before min(T, horizon), in the unit of the scenario; 0 without prices.
    pub cost: f64,
}

/// Simulates `scenario` by counts, drawn so that the runs of equal number and seed of any two scenarios share their draws.
/// The tallies are distributed as those of [`super::run`] with [`Engine::Counts`].
///
/// # Errors
/// [`SimulationError::TooFewReplicates`] for fewer than two.
pub fn coupled(
    scenario: &Scenario,
    replicates: u64,
    seed: u64,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<(Simulated, Vec<RunSummary>), SimulationError> {
    if replicates < 2 {
        return Err(SimulationError::TooFewReplicates { replicates });
    }
    let horizon = scenario.horizon.get() as usize;
    let player = CountPlayer::new(scenario);
    let starts: Vec<u64> = (0..replicates).step_by(BLOCK as usize).collect();
    let block = |first: u64| {
        let (mut tally, mut played, mut run) = (RunTally::new(horizon), Vec::new(), PlayedRun::default());
        for replicate in first..first.saturating_add(BLOCK).min(replicates) {
            run.clear();
            played.push(player.play(seed, replicate, &mut run));
            tally.add(&run, false);
            progress(1);
        }
        (tally, played)
    };
    let blocks: Vec<(RunTally, Vec<RunSummary>)> = starts.into_par_iter().map(block).collect();
    let (mut total, mut all) = (RunTally::new(horizon), Vec::with_capacity(replicates as usize));
    for (tally, played) in blocks {
        total.merge(tally);
        all.extend(played);
    }
    let settings = SimulationSettings { replicates, seed, engine: Engine::Counts, sample_runs: 0 };
    Ok((total.finish(&settings), all))
}

/// One generation at one composition.
#[derive(Debug, Clone, Copy)]
struct CoupledState {
    outcome: Outcome,
    cost: f64,
}

/// Law and prices of one generation.
struct CountEra<'a> {
    law: Law,
    pricing: Option<Pricing<'a>>,
}

struct CountPlayer<'a> {
    scenario: &'a Scenario,
    /// Generation 0, 1, … up to the one from which nothing changes.
    eras: Vec<CountEra<'a>>,
    /// States by the number of wrong beliefs, where that alone decides them; empty elsewhere.
    remembered: Vec<OnceLock<CoupledState>>,
}

impl<'a> CountPlayer<'a> {
    fn new(scenario: &'a Scenario) -> Self {
        let accumulates = scenario.learning.policy == Policy::Accumulate;
        // The pool that is trained on, and with it the price, grows without end where examples accumulate.
        let settled = if accumulates { None } else { scenario.settles_at() };
        let last = scenario.horizon.get().min(settled.unwrap_or(u64::MAX));
        let states = scenario.examples.get() + 1;
        let alone = settled == Some(0) && !scenario.has_unsound() && states <= MAX_REMEMBERED;
        Self {
            scenario,
            eras: (0..=last)
                .map(|g| CountEra { law: Law::new(scenario, g), pricing: Pricing::new(scenario, g) })
                .collect(),
            remembered: (0..if alone { states } else { 0 }).map(|_| OnceLock::new()).collect(),
        }
    }

    fn play(&self, seed: u64, replicate: u64, run: &mut PlayedRun) -> RunSummary {
        let mut stream = RandomStream::new(seed, Engine::Counts, replicate);
        let (mut unsound, mut wrong) = self.start(seed, replicate);
        let (examples, horizon) = (self.scenario.examples.get(), self.scenario.horizon.get());
        let mut all = examples;
        let mut played = RunSummary { lasted: horizon, last_error: f64::NAN, cost: 0.0 };
        for generation in 0..=horizon {
            // Two numbers for each generation, needed or not, so that designs stay in step.
            let luck = (stream.uniform(), stream.uniform());
            let state = self.state(generation, unsound, wrong, all);
            run.note(state.outcome.error_rate, unsound, wrong, all);
            if state.outcome.error_rate >= self.scenario.failure.error_rate.get() {
                run.fail(generation);
            }
            let next = state.outcome.next.filter(|_| !run.starved);
            if next.is_none() {
                run.starved = true;
                run.fail(generation);
            }
            played.last_error = state.outcome.error_rate;
            if generation == horizon {
                break;
            }
            if run.failed_at.is_none() {
                played.cost += state.cost;
            }
            run.accepted.push(if next.is_some() { state.outcome.accepted_share() } else { 0.0 });
            if let Some(next) = next {
                let drawn = draw(examples, next, luck);
                let pooled = self.scenario.learning.policy == Policy::Accumulate;
                (unsound, wrong, all) = if pooled {
                    (unsound + drawn.0, wrong + drawn.1, all + examples)
                } else {
                    (drawn.0, drawn.1, examples)
                };
            }
        }
        played.lasted = run.failed_at.unwrap_or(horizon);
        played
    }

    /// Unsound and wrong beliefs of generation 0. Drawn ones take their numbers from a stream of their own, so that designs with and
    /// without them stay in step.
    fn start(&self, seed: u64, replicate: u64) -> (u64, u64) {
        if !self.scenario.start.draw {
            return self.scenario.start_counts();
        }
        let mut stream = RandomStream::for_purpose(seed, Engine::Counts, StreamPurpose::Start, replicate);
        let shares = Composition { unsound: self.scenario.start.unsound.get(), wrong: self.scenario.start.wrong.get() };
        draw(self.scenario.examples.get(), shares, (stream.uniform(), stream.uniform()))
    }

    fn state(&self, generation: u64, unsound: u64, wrong: u64, all: u64) -> CoupledState {
        // `new` builds at least generation 0.
        let era = &self.eras[(generation as usize).min(self.eras.len() - 1)];
        let x = Composition { unsound: unsound as f64 / all as f64, wrong: wrong as f64 / all as f64 };
        let compute = || CoupledState {
            outcome: era.law.at(x),
            cost: era.pricing.as_ref().map_or(0.0, |pricing| pricing.total(x)),
        };
        match self.remembered.get(wrong as usize) {
            Some(remembered) => *remembered.get_or_init(compute),
            None => compute(),
        }
    }
}

/// Unsound and wrong beliefs of a training set of `examples`: both rise with the two uniform numbers.
fn draw(examples: u64, next: Composition, luck: (f64, f64)) -> (u64, u64) {
    let wrong = binomial::quantile(luck.0, examples, next.wrong);
    let left = 1.0 - next.wrong;
    let share = if next.unsound > 0.0 && left > 0.0 { (next.unsound / left).min(1.0) } else { 0.0 };
    (binomial::quantile(luck.1, examples - wrong, share), wrong)
}
