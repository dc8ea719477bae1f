//! The chain of counts, generation by generation (docs/model.md, sections 1 and 6).

use std::collections::HashMap;

use super::super::precise::Precise;
use super::law::left_by;
use super::{Generation, Reference, one, zero};

/// Probabilities of the next pair of counts.
pub type PairRow = Vec<((u64, u64), Precise)>;

/// The chain of one generation over all its counts.
pub struct Chain {
    pub states: Vec<State>,
    /// Beliefs, or examples in the pool.
    pool: u64,
    /// Multiplications that its laws cost.
    price: u64,
}

pub struct State {
    pub counts: (u64, u64),
    pub generation: Generation,
    pub fails: bool,
}

/// The law of T and of the composition by generation.
#[derive(Default)]
pub struct Course {
    pub survival: Vec<Precise>,
    pub failed: Vec<Precise>,
    pub error: Vec<Precise>,
    pub accepted: Vec<Precise>,
    /// Expected (x_U, x_W).
    pub composition: Vec<[Precise; 2]>,
    /// Whether some generation has an error rate that doubles cannot tell from the threshold.
    pub undecided: bool,
}

/// Probabilities of the present states: of all runs, and of those that have not failed.
struct Masses {
    free: Vec<Precise>,
    alive: Vec<Precise>,
    failed: Precise,
}

impl Reference<'_> {
    pub fn chain(&self, generation: u64) -> Chain {
        let pool = if self.accumulates { self.examples * (generation + 1) } else { self.examples };
        let most = |wrong: u64| if self.unsound { pool - wrong } else { 0 };
        let counts = (0..=pool).flat_map(|wrong| (0..=most(wrong)).map(move |unsound| (unsound, wrong)));
        let law = self.law(generation);
        let states: Vec<State> = counts
            .map(|counts| {
                let generation = law.at(self.composition(counts, pool));
                let fails = generation.next.is_none() || !(self.threshold - generation.error).is_positive();
                State { counts, generation, fails }
            })
            .collect();
        Chain { price: law.price() * states.len() as u64, states, pool }
    }

    /// Whether some error rate is so near the threshold that doubles cannot tell whether it fails.
    pub fn is_undecided(&self, chain: &Chain) -> bool {
        chain.states.iter().any(|state| {
            let distance = (state.generation.error - self.threshold).abs();
            !distance.is_zero() && (distance - self.threshold * Precise::of(1e-11)).negated().is_positive()
        })
    }

    /// Probabilities of the N draws of every state of the chain's grid, by (unsound, wrong) drawn, rising as the states do.
    pub fn draws(&self, next: [Precise; 2]) -> PairRow {
        let n = self.examples;
        let powers =
            |p: Precise| (0..=n).scan(one(), |power, _| Some(std::mem::replace(power, *power * p))).collect::<Vec<_>>();
        let parts = [powers(next[0]), powers(next[1]), powers(left_by(next))];
        let mut result = Vec::new();
        let mut first = one();
        for wrong in 0..=n {
            let mut choose = first;
            for unsound in 0..=if self.unsound { n - wrong } else { 0 } {
                let sound = n - wrong - unsound;
                let p = choose * parts[0][unsound as usize] * parts[1][wrong as usize] * parts[2][sound as usize];
                result.push(((unsound, wrong), p));
                choose = choose * Precise::count(sound) / Precise::count(unsound + 1);
            }
            first = first * Precise::count(n - wrong) / Precise::count(wrong + 1);
        }
        result
    }

    /// Section 1: the law of generation 0, by the states of its chain.
    pub fn begin(&self, chain: &Chain) -> Vec<Precise> {
        if self.draws_start {
            return self.draws(self.start()).into_iter().map(|(_, p)| p).collect();
        }
        let is_start = |state: &State| if state.counts == self.start { one() } else { zero() };
        chain.states.iter().map(is_start).collect()
    }

    /// Forward over `generations`, up to `work` multiplications.
    pub fn course(&self, generations: u64, work: u64) -> Course {
        let mut chain = self.chain(0);
        let free = self.begin(&chain);
        let mut masses = Masses { alive: free.clone(), free, failed: zero() };
        let mut course = Course { undecided: self.is_undecided(&chain), ..Course::default() };
        let mut rows: Vec<Option<PairRow>> = vec![None; chain.states.len()];
        let mut done = chain.price;
        for generation in 0..=generations {
            course.record(&chain, &mut masses);
            if generation == generations || done > work {
                break;
            }
            let next_chain = (!self.stays()).then(|| self.chain(generation + 1));
            let target = next_chain.as_ref().unwrap_or(&chain);
            done += self.step(generation, &chain, target, &mut rows, &mut masses);
            if let Some(next) = next_chain {
                course.undecided |= self.is_undecided(&next);
                done += next.price;
                rows = vec![None; next.states.len()];
                chain = next;
            }
        }
        course
    }

    /// One generation on; the multiplications that it took.
    fn step(
        &self,
        generation: u64,
        chain: &Chain,
        target: &Chain,
        rows: &mut [Option<PairRow>],
        masses: &mut Masses,
    ) -> u64 {
        let index: HashMap<(u64, u64), usize> =
            target.states.iter().enumerate().map(|(i, state)| (state.counts, i)).collect();
        let mut next = [vec![zero(); target.states.len()], vec![zero(); target.states.len()]];
        let mut done = 0;
        for (i, state) in chain.states.iter().enumerate() {
            if masses.free[i].is_zero() {
                continue;
            }
            let held = if self.accumulates { state.counts } else { (0, 0) };
            let Some(q) = state.generation.next else {
                let to = index[&self.starved(state.counts, generation)];
                next[0][to] = next[0][to] + masses.free[i];
                continue;
            };
            let row = rows[i].take().unwrap_or_else(|| self.draws(q));
            // A quotient costs some ten products.
            done += 15 * row.len() as u64;
            for &((unsound, wrong), p) in row.iter().filter(|(_, p)| !p.is_zero()) {
                let to = index[&(held.0 + unsound, held.1 + wrong)];
                next[0][to] = next[0][to] + masses.free[i] * p;
                next[1][to] = next[1][to] + masses.alive[i] * p;
            }
            rows[i] = Some(row);
        }
        [masses.free, masses.alive] = next;
        done
    }

    /// A starved loop has failed, and stays at its composition.
    fn starved(&self, counts: (u64, u64), generation: u64) -> (u64, u64) {
        let scaled = |count: u64| {
            let grown = if self.accumulates { (count as f64 / (generation + 1) as f64).round() as u64 } else { 0 };
            count + grown
        };
        (scaled(counts.0), scaled(counts.1))
    }
}

impl Course {
    /// What is known of one generation; those that fail in it leave the living.
    fn record(&mut self, chain: &Chain, masses: &mut Masses) {
        for (mass, state) in masses.alive.iter_mut().zip(&chain.states) {
            if state.fails {
                masses.failed = masses.failed + std::mem::replace(mass, zero());
            }
        }
        let mean = |value: &dyn Fn(&State) -> Precise| {
            masses.free.iter().zip(&chain.states).map(|(mass, state)| *mass * value(state)).sum::<Precise>()
        };
        self.survival.push(masses.alive.iter().copied().sum());
        self.failed.push(masses.failed);
        self.error.push(mean(&|state| state.generation.error));
        self.accepted.push(mean(&|state| state.generation.accepted));
        let pool = Precise::count(chain.pool);
        let counts = [mean(&|state| Precise::count(state.counts.0)), mean(&|state| Precise::count(state.counts.1))];
        self.composition.push(counts.map(|count| count / pool));
    }
}
