//! One generation of the count chain for its adjoint: every count a state.

use rayon::prelude::*;

use crate::analytic::adjoint_stage::{AdjointStage, NextMean, RestingTimes, StartLaw};
use crate::analytic::tolerances::COUNTS_TRUNCATED;
use crate::law::{Composition, Law};
use crate::scenario::{Policy, Scenario};
use crate::stats::binomial;

use super::count_chain::CountChain;
use super::node_factors::NodeFactors;
use super::open_counts::MOST_ELIMINATED;

/// The largest number of examples whose counts are followed one by one.
pub const MOST_COUNTED: u64 = 4_000;

/// One generation of the count chain.
pub struct CountStage {
    chain: CountChain,
    states: Vec<Option<Composition>>,
    /// Draws of all examples but one, from each count that has not failed.
    rows: Vec<OtherDraws>,
    /// States of the next generation.
    next: usize,
}

/// Probabilities of how many of all draws but one are wrong, and what is held already.
#[derive(Default)]
struct OtherDraws {
    share: f64,
    first: usize,
    weight: Vec<f64>,
}

impl OtherDraws {
    fn new(held: usize, draws: u64, share: f64) -> Self {
        let others = draws - 1;
        let (low, high) = binomial::window(others, share, COUNTS_TRUNCATED);
        let mut weight = vec![0.0; (high - low + 1) as usize];
        binomial::fill(low, others, share, &mut weight);
        Self { share, first: held + low as usize, weight }
    }

    fn mean(&self, draws: f64, next: &[f64]) -> NextMean {
        let from = &next[self.first.min(next.len())..];
        let sum = |values: &[f64]| self.weight.iter().zip(values).map(|(weight, value)| weight * value).sum::<f64>();
        let above = from.get(1..).unwrap_or_default();
        // The difference of each pair before the sum, which is as smooth as the function.
        let steps = self.weight.iter().zip(from.iter().zip(above));
        let rise: f64 = steps.map(|(weight, (value, above))| weight * (above - value)).sum();
        let value = sum(from) * (1.0 - self.share) + sum(above) * self.share;
        NextMean { value, unsound: 0.0, wrong: draws * rise }
    }
}

impl CountStage {
    /// Of `generation` of a scenario.
    ///
    /// # Errors
    /// Why its counts are not followed.
    pub fn new(scenario: &Scenario, generation: u64) -> Result<Self, String> {
        let draws = scenario.examples.get();
        let grows = scenario.learning.policy == Policy::Accumulate;
        let pool = |generation: u64| if grows { draws.saturating_mul(generation.saturating_add(1)) } else { draws };
        if pool(generation + 1) > 10 * MOST_COUNTED {
            return Err(format!("the pool of generation {generation} has more than {} beliefs", 10 * MOST_COUNTED));
        }
        let chain = CountChain::of(scenario, &Law::new(scenario, generation), pool(generation));
        let share = |count: usize| Composition { unsound: 0.0, wrong: count as f64 / pool(generation) as f64 };
        let states = chain.states.iter().enumerate();
        let states = states.map(|(count, state)| (!state.failed).then(|| share(count))).collect();
        let row = |(count, state): (usize, &super::count_chain::ChainState)| match state.next {
            Some(share) if !state.failed => OtherDraws::new(if grows { count } else { 0 }, draws, share),
            _ => OtherDraws::default(),
        };
        let rows = chain.states.par_iter().enumerate().map(row).collect();
        Ok(Self { rows, states, next: pool(generation + 1) as usize + 1, chain })
    }
}

/// Law of generation 0 over the counts.
pub fn start_law(scenario: &Scenario) -> StartLaw {
    let draws = scenario.examples.get();
    if !scenario.start.draw {
        return StartLaw::at(scenario.start_counts().1 as usize, draws as usize + 1);
    }
    let share = scenario.start.wrong.get();
    let others = OtherDraws::new(0, draws, share);
    let slopes = move |value: &[f64]| [0.0, others.mean(draws as f64, value).wrong];
    StartLaw { law: binomial::law(draws, share), slopes: Box::new(slopes) }
}

impl AdjointStage for CountStage {
    fn states(&self) -> &[Option<Composition>] {
        &self.states
    }

    fn expect(&self, next: &[f64]) -> Vec<NextMean> {
        let draws = self.chain.draws as f64;
        self.rows.par_iter().map(|row| row.mean(draws, next)).collect()
    }

    fn push(&self, present: &[f64]) -> Vec<f64> {
        let mut law = vec![0.0; self.next];
        for (row, &mass) in self.rows.iter().zip(present).filter(|(_, mass)| **mass > 0.0) {
            for (at, weight) in (row.first..).zip(&row.weight) {
                law[at] += mass * weight * (1.0 - row.share);
                law[at + 1] += mass * weight * row.share;
            }
        }
        law
    }

    fn at_rest(&self, present: &[f64]) -> Result<RestingTimes, String> {
        let counts = self.chain.open();
        if !self.chain.safe_runs().is_empty() {
            return Err("E[T] is infinite: the loop may never fail".to_owned());
        }
        if counts.len() > MOST_ELIMINATED {
            return Err(format!("{} counts are more than the {MOST_ELIMINATED} that are eliminated", counts.len()));
        }
        let factors = NodeFactors::of(&self.chain, &counts).ok_or("the rows of the chain need more than 256 MB")?;
        let start: Vec<f64> = counts.iter().map(|&count| present.get(count).copied().unwrap_or(0.0)).collect();
        let spread = |of: &[f64], elsewhere: f64| {
            let mut all = vec![elsewhere; self.states.len()];
            counts.iter().zip(of).for_each(|(&count, value)| all[count] = *value);
            all
        };
        factors.resting(&start, spread)
    }
}
