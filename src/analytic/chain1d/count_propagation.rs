//! The law of the count chain by generation, forward from the start; also where the law changes as the loop runs.

use crate::analytic::elimination::simd::{SimdTask, run_simd};
use crate::analytic::generation_point::{GenerationPoint, quantile_above};
use crate::analytic::rounding::{RoundingDrift, RowErrors};
use crate::analytic::runway_sum::LEVELS;
use crate::analytic::settled::settled;
use crate::analytic::tolerances::{BEYOND_REACH, COUNTS_TRUNCATED, MANY_COUNTS_TRUNCATED};
use crate::law::Law;
use crate::scenario::{Policy, Scenario};
use crate::stats::binomial;

use super::count_chain::{CountChain, landing};

/// Rows of the transition matrix are kept for reuse up to this many beliefs (less than 100 MB at 4,000).
const KEPT_ROWS: u64 = 4_000;

/// Mass below this share of the whole is truncated and accounted for. Failures rarer than it have no digits, so it is as
/// small as the number of draws lets one afford.
const fn truncated(draws: u64) -> f64 {
    if draws <= KEPT_ROWS { COUNTS_TRUNCATED } else { MANY_COUNTS_TRUNCATED }
}

/// Probability mass over neighbouring counts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CountMass {
    first: usize,
    weight: Vec<f64>,
}

impl CountMass {
    /// Counts and their weights, rising.
    pub fn iter(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        (self.first..).zip(self.weight.iter().copied())
    }

    /// Sum of the weights.
    #[must_use]
    pub fn total(&self) -> f64 {
        // A sum over nothing would be −0.0.
        self.weight.iter().fold(0.0, |sum, weight| sum + weight)
    }

    /// The weight of one count.
    #[must_use]
    pub fn of(&self, count: usize) -> f64 {
        count.checked_sub(self.first).and_then(|at| self.weight.get(at)).copied().unwrap_or(0.0)
    }

    /// Σ |self/total − other/total|, the distance between the two laws.
    #[must_use]
    pub fn distance(&self, other: &Self) -> f64 {
        let (mine, theirs) = (self.total(), other.total());
        let last = (self.first + self.weight.len()).max(other.first + other.weight.len());
        (self.first.min(other.first)..last).map(|i| (self.of(i) / mine - other.of(i) / theirs).abs()).sum()
    }

    fn add(&mut self, first: usize, weights: &[f64], factor: f64) {
        if self.weight.is_empty() {
            self.first = first;
        }
        if first < self.first {
            let missing = self.first - first;
            self.weight.splice(0..0, std::iter::repeat_n(0.0, missing));
            self.first = first;
        }
        let offset = first - self.first;
        if self.weight.len() < offset + weights.len() {
            self.weight.resize(offset + weights.len(), 0.0);
        }
        run_simd(Adding { sums: &mut self.weight[offset..], weights, factor });
    }
}

/// Adds `factor` times each weight to its sum.
struct Adding<'a> {
    sums: &'a mut [f64],
    weights: &'a [f64],
    factor: f64,
}

impl SimdTask for Adding<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (sum, weight) in self.sums.iter_mut().zip(self.weights) {
            *sum += self.factor * weight;
        }
    }
}

/// Where a count goes next: weights of the counts from `first` on, and the probability that it is a failed one.
#[derive(Debug, Clone)]
struct Successors {
    first: usize,
    weight: Vec<f64>,
    exit: f64,
}

/// The count chain of a loop without unsound beliefs, from generation to generation.
///
/// Two laws go side by side: of the loop that has not failed yet, and of the loop imagined to run on after failure.
#[derive(Debug, Clone)]
pub struct CountPropagation<'a> {
    scenario: &'a Scenario,
    generation: u64,
    chain: CountChain,
    kept: Vec<Option<Successors>>,
    surviving: CountMass,
    /// Empty once it is left.
    unconditional: CountMass,
    runs_on: bool,
    survival: f64,
    failed: f64,
    truncated: f64,
    drift: RoundingDrift,
}

impl<'a> CountPropagation<'a> {
    /// Generation 0.
    #[must_use]
    pub fn new(scenario: &'a Scenario) -> Self {
        let chain = CountChain::of(scenario, &Law::new(scenario, 0), scenario.examples.get());
        let unconditional = CountMass::start(scenario);
        let runs = chain.failed_runs();
        let failed = if scenario.start.draw {
            landing(&runs, 0, chain.draws, scenario.start.wrong.get()).min(1.0)
        } else {
            f64::from(u8::from(chain.states[unconditional.first].failed))
        };
        let mut surviving = unconditional.clone();
        for (from, to) in runs {
            surviving.clear(from as usize, to as usize);
        }
        // Of the two forms the one with the smaller rounding error.
        let survival = if failed < 0.5 { 1.0 - failed } else { surviving.total() };
        let mut drift = RoundingDrift::default();
        if scenario.start.draw {
            let errors = RowErrors::new(chain.draws, scenario.start.wrong.get(), 0.0);
            drift.add(errors.at_most(), errors.on_average(), chain.states.len(), survival);
        }
        Self {
            scenario,
            generation: 0,
            chain,
            kept: Vec::new(),
            survival,
            surviving: if failed == 1.0 { CountMass::default() } else { surviving },
            unconditional,
            runs_on: true,
            failed,
            truncated: 0.0,
            drift,
        }
    }

    /// g.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// The chain of this generation.
    #[must_use]
    pub const fn chain(&self) -> &CountChain {
        &self.chain
    }

    /// P(T > g and the count), a law of total P(T > g).
    #[must_use]
    pub const fn surviving(&self) -> &CountMass {
        &self.surviving
    }

    /// P(T > g).
    #[must_use]
    pub const fn survival(&self) -> f64 {
        self.survival
    }

    /// P(T ≤ g).
    #[must_use]
    pub const fn failed(&self) -> f64 {
        self.failed
    }

    /// Mass truncated so far: a bound on the absolute error of the survival function.
    #[must_use]
    pub const fn truncated(&self) -> f64 {
        self.truncated
    }

    /// What rounding has done to P(T > g) and P(T ≤ g).
    #[must_use]
    pub const fn drift(&self) -> RoundingDrift {
        self.drift
    }

    /// Whether the law of one generation stays as it is from here on.
    #[must_use]
    pub fn settled(&self) -> bool {
        settled(self.scenario, self.generation)
    }

    /// From here on only the loop that has not failed yet is followed; no [`Self::point`] can be asked for any more.
    pub fn leave_unconditional(&mut self) {
        self.runs_on = false;
        self.unconditional = CountMass::default();
    }

    /// Goes on by one generation.
    pub fn advance(&mut self) {
        let settled = self.settled();
        let next = if settled { None } else { Some(self.next_chain()) };
        let runs = next.as_ref().unwrap_or(&self.chain).failed_runs();
        let keep = settled && self.chain.draws <= KEPT_ROWS;
        self.kept.resize(if keep { self.chain.states.len() } else { 0 }, None);
        let (surviving, unconditional) = (std::mem::take(&mut self.surviving), std::mem::take(&mut self.unconditional));
        let share = truncated(self.chain.draws);
        let least = (share * surviving.total(), share * unconditional.total());
        self.truncated += least.0;
        let (mut most, mut mean) = (0.0_f64, 0.0);
        let leading = if self.runs_on { &unconditional } else { &surviving };
        for (count, weight) in leading.iter() {
            let mut lasting = surviving.of(count);
            if lasting <= least.0 {
                self.truncated += lasting;
                lasting = 0.0;
            }
            if lasting == 0.0 && (!self.runs_on || weight <= least.1) {
                continue;
            }
            let kept = self.kept.get_mut(count).and_then(Option::take);
            let row = kept.unwrap_or_else(|| self.row(count, &runs));
            if self.runs_on {
                self.unconditional.add(row.first, &row.weight, weight);
            }
            if lasting > 0.0 {
                let state = &self.chain.states[count];
                let errors = RowErrors::new(self.chain.draws, state.next.unwrap_or(0.0), state.doubt);
                (most, mean) = (most.max(errors.at_most()), mean + lasting * errors.on_average());
                self.failed += lasting * row.exit;
                self.surviving.add(row.first, &row.weight, lasting);
            }
            if let Some(slot) = self.kept.get_mut(count) {
                *slot = Some(row);
            }
        }
        for (from, to) in runs {
            self.surviving.clear(from as usize, to as usize);
        }
        self.chain =
            next.unwrap_or_else(|| std::mem::replace(&mut self.chain, CountChain { draws: 0, states: Vec::new() }));
        // Of the two forms the one with the smaller rounding error; S never rises, not even by rounding.
        let survival = if self.failed < 0.5 { 1.0 - self.failed } else { self.surviving.total() };
        self.survival = survival.min(self.survival);
        self.drift.add(most, mean, self.chain.states.len(), self.survival);
        self.generation += 1;
    }

    fn next_chain(&self) -> CountChain {
        let g = self.generation + 1;
        let pool = match self.scenario.learning.policy {
            Policy::Replace => self.chain.draws,
            Policy::Accumulate => self.chain.draws * (g + 1),
        };
        CountChain::of(self.scenario, &Law::new(self.scenario, g), pool)
    }

    /// The row of one count. A starved loop stays at its share of wrong beliefs, to the nearest count of a grown pool.
    fn row(&self, count: usize, runs: &[(u64, u64)]) -> Successors {
        let accumulates = self.scenario.learning.policy == Policy::Accumulate;
        let held = if accumulates { count as u64 } else { 0 };
        let draws = self.chain.draws;
        let Some(q) = self.chain.states[count].next else {
            let grown = if accumulates { (count as f64 / (self.generation as f64 + 1.0)).round() as usize } else { 0 };
            return Successors { first: count + grown, weight: vec![1.0], exit: 1.0 };
        };
        let (low, high) = binomial::window(draws, q, truncated(draws));
        let mut weight = vec![0.0; (high - low + 1) as usize];
        binomial::fill(low, draws, q, &mut weight);
        Successors { first: (held + low) as usize, weight, exit: landing(runs, held, draws, q) }
    }

    /// What is asked about this generation.
    #[must_use]
    pub fn point(&self) -> GenerationPoint {
        let total = self.unconditional.total();
        let states =
            || self.unconditional.iter().map(|(count, weight)| (&self.chain.states[count], weight / total, count));
        let mean_error: f64 = states().map(|(state, weight, _)| weight * state.error).sum();
        let variance: f64 = states().map(|(state, weight, _)| weight * (state.error - mean_error).powi(2)).sum();
        let pool = (self.chain.states.len() - 1) as f64;
        GenerationPoint {
            survival: self.survival,
            failed: self.failed,
            mean_error,
            sd_error: variance.sqrt(),
            reach: self.reach(mean_error),
            quantiles: LEVELS.map(|level| self.quantile(level)),
            mean_wrong: states().map(|(_, weight, count)| weight * count as f64 / pool).sum(),
            mean_yield: states().map(|(state, weight, _)| weight * state.accepted).sum(),
        }
    }

    fn reach(&self, mean: f64) -> f64 {
        let least = 0.5 * BEYOND_REACH * self.unconditional.total();
        let law = self.unconditional.iter().map(|(count, weight)| (weight, count)).collect::<Vec<_>>();
        let ends = [quantile_above(law.iter().copied(), least), quantile_above(law.into_iter().rev(), least)];
        ends.into_iter().flatten().map(|count| (self.chain.states[count].error - mean).abs()).fold(0.0, f64::max)
    }

    /// Smallest error rate that the running-on loop stays at or below with probability `level`.
    fn quantile(&self, level: f64) -> f64 {
        let mut left = level * self.unconditional.total();
        for (count, weight) in self.unconditional.iter() {
            left -= weight;
            if left <= 0.0 {
                return self.chain.states[count].error;
            }
        }
        self.chain.states.last().map_or(f64::NAN, |state| state.error)
    }

    /// Probability that the next generation is the first failed one, given survival so far; a sum of positive terms.
    #[must_use]
    pub fn hazard(&self) -> f64 {
        let runs = self.chain.failed_runs();
        let leaving: f64 = self
            .surviving
            .iter()
            .filter(|(_, weight)| *weight > 0.0)
            .map(|(count, weight)| match self.kept.get(count).and_then(Option::as_ref) {
                Some(row) => weight * row.exit,
                None => weight * self.row(count, &runs).exit,
            })
            .sum();
        leaving / self.surviving.total()
    }
}

impl CountMass {
    /// Law of generation 0: one count, or where the start is drawn a binomial one, every count with the digits that it has.
    #[must_use]
    pub fn start(scenario: &Scenario) -> Self {
        if !scenario.start.draw {
            return Self { first: scenario.start_counts().1 as usize, weight: vec![1.0] };
        }
        Self { first: 0, weight: binomial::law(scenario.examples.get(), scenario.start.wrong.get()) }
    }

    /// What is left without the marked counts.
    #[must_use]
    pub fn without(&self, marked: &[bool]) -> Self {
        let kept = |(count, weight)| if marked.get(count).is_some_and(|marked| *marked) { 0.0 } else { weight };
        Self { first: self.first, weight: self.iter().map(kept).collect() }
    }

    fn clear(&mut self, from: usize, to: usize) {
        let begin = from.saturating_sub(self.first).min(self.weight.len());
        let end = (to + 1).saturating_sub(self.first).min(self.weight.len());
        self.weight[begin..end].fill(0.0);
    }
}
