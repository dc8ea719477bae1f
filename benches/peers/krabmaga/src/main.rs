//! The reference loop of `benches/simulate.rs` as krABMaga agents: one agent for each example, which learns from a random
//! example of the generation before, unless a check rejects it.
//!
//! Usage: krabmaga-loop STEP_ERROR. Prints the seconds of a run and the mean share of wrong examples.

use std::any::Any;
use std::time::Instant;

use krabmaga::engine::agent::Agent;
use krabmaga::engine::schedule::Schedule;
use krabmaga::engine::state::State;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

const EXAMPLES: usize = 10_000;
const GENERATIONS: u64 = 200;
const STEPS: i32 = 20;
/// Share of fresh mistakes that are systematic.
const SYSTEMATIC: f64 = 0.1;
/// Growth of the step error per unit share of wrong examples.
const AMPLIFICATION: f64 = 5.0;
/// Probability that a random and a systematic mistake is learned.
const LEARNED: [f64; 2] = [0.6, 0.95];
/// Probability that the check catches a random and a systematic mistake, and that it rejects a right answer.
const CAUGHT: [f64; 2] = [0.8, 0.3];
const REJECTED: f64 = 0.02;

struct Generation {
    now: Vec<bool>,
    next: Vec<bool>,
    wrong: f64,
    step_error: f64,
    slip: f64,
    rng: Xoshiro256PlusPlus,
}

impl Generation {
    /// Draws candidates until one passes the check; whether a mistake was learned from it.
    fn learned(&mut self) -> bool {
        loop {
            let believed = self.now[self.rng.random_range(0..EXAMPLES)];
            let off = believed || (0..STEPS).any(|_| self.rng.random::<f64>() < self.slip);
            let systematic = usize::from(believed || (off && self.rng.random::<f64>() < SYSTEMATIC));
            let rejected = if off { CAUGHT[systematic] } else { REJECTED };
            if self.rng.random::<f64>() >= rejected {
                return off && self.rng.random::<f64>() < LEARNED[systematic];
            }
        }
    }
}

impl State for Generation {
    fn init(&mut self, schedule: &mut Schedule) {
        for id in 0..EXAMPLES {
            schedule.schedule_repeating(Box::new(Example { id }), 0.0, 0);
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn as_state(&self) -> &dyn State {
        self
    }

    fn as_state_mut(&mut self) -> &mut dyn State {
        self
    }

    fn reset(&mut self) {}

    fn update(&mut self, _: u64) {}

    fn after_step(&mut self, _: &mut Schedule) {
        std::mem::swap(&mut self.now, &mut self.next);
        let share = self.now.iter().filter(|wrong| **wrong).count() as f64 / EXAMPLES as f64;
        self.wrong += share;
        self.slip = (self.step_error * (1.0 + AMPLIFICATION * share)).min(1.0);
    }
}

#[derive(Clone, Copy)]
struct Example {
    id: usize,
}

impl Agent for Example {
    fn step(&mut self, state: &mut dyn State) {
        if let Some(generation) = state.as_any_mut().downcast_mut::<Generation>() {
            generation.next[self.id] = generation.learned();
        }
    }
}

fn main() {
    let slip = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(0.001);
    let rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let (now, next) = (vec![false; EXAMPLES], vec![false; EXAMPLES]);
    let mut state = Generation { now, next, wrong: 0.0, step_error: slip, slip, rng };
    let mut schedule = Schedule::new();
    state.init(&mut schedule);
    let begin = Instant::now();
    for _ in 0..GENERATIONS {
        schedule.step(&mut state);
    }
    println!("{} {}", begin.elapsed().as_secs_f64(), state.wrong / GENERATIONS as f64);
}
