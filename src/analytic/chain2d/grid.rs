//! The states, pairs of counts, and what one generation does at each.

use rayon::prelude::*;

use crate::law::{Composition, Law, Outcome, Rounded, Scalar};
use crate::scenario::Scenario;
use crate::stats::binomial;

use super::limits::{Chain2dRefusal, within_reach};

/// Grids of at most this many states are summed whole, all states of 100 examples: nothing is truncated, and failures as rare
/// as 1e-290 keep their digits.
const WHOLE: usize = 5_151;

/// All counts (n_U, n_W) with n_U + n_W ≤ N, numbered by n_W and then n_U, so that the states of one n_W are neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CountGrid {
    /// N.
    pub examples: usize,
}

impl CountGrid {
    /// The grid of a scenario.
    ///
    /// # Errors
    /// [`Chain2dRefusal`] where it is beyond the reach of the method.
    pub fn of(scenario: &Scenario) -> Result<Self, Chain2dRefusal> {
        within_reach(scenario)?;
        let examples = scenario.examples.get();
        match usize::try_from(examples) {
            Ok(examples) => Ok(Self { examples }),
            Err(_) => Err(Chain2dRefusal::TooManyExamples { examples }),
        }
    }

    /// Whether sums over states are taken whole, so that nothing is truncated.
    pub fn is_summed_whole(self) -> bool {
        self.len() <= WHOLE
    }

    pub fn len(self) -> usize {
        (self.examples + 1) * (self.examples + 2) / 2
    }

    /// Where the states of n_W = `wrong` begin; `wrong` = N + 1 gives the end of the grid.
    pub fn row(self, wrong: usize) -> usize {
        // The sum of N + 1 − i over i < wrong.
        wrong * (self.examples + 1) - wrong * wrong.saturating_sub(1) / 2
    }

    pub fn index(self, unsound: usize, wrong: usize) -> usize {
        self.row(wrong) + unsound
    }

    /// Every (n_U, n_W), in the order of the numbering.
    pub fn counts(self) -> impl Iterator<Item = (usize, usize)> {
        (0..=self.examples).flat_map(move |wrong| (0..=self.examples - wrong).map(move |unsound| (unsound, wrong)))
    }

    pub fn composition(self, (unsound, wrong): (usize, usize)) -> Composition {
        let n = self.examples as f64;
        Composition { unsound: unsound as f64 / n, wrong: wrong as f64 / n }
    }
}

/// The law of one generation at every state of the grid.
#[derive(Debug, Clone)]
pub(super) struct LawField {
    /// err(x).
    pub error: Vec<f64>,
    /// Y(x).
    pub accepted: Vec<f64>,
    /// Where the next state is drawn; `None` where nothing is accepted.
    pub next: Vec<Option<BinomialDraw>>,
    /// Bounds on the relative errors of its shares that rounding of the law causes.
    pub doubt: Vec<BinomialDraw>,
    /// err(x) ≥ θ, or nothing is accepted.
    pub failing: Vec<bool>,
    /// States by rising error rate.
    pub by_error: Vec<usize>,
}

/// Next ~ Multinomial(N, q) as n_W ~ Binomial(N, `wrong`) and then n_U ~ Binomial(N − n_W, `unsound`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct BinomialDraw {
    pub wrong: f64,
    pub unsound: f64,
}

impl BinomialDraw {
    const CERTAIN: Self = Self { wrong: 0.0, unsound: 0.0 };

    /// Shares of draws from `q`.
    pub fn new(q: Composition) -> Self {
        Self { wrong: q.wrong, unsound: share_of_rest(q) }
    }

    /// Relative errors of the shares drawn from `q`.
    pub fn doubt(q: Composition<Rounded>) -> Self {
        Self { wrong: q.wrong.relative(), unsound: share_of_rest(q).relative() }
    }

    /// Writes the probability of every state of the grid into `out`.
    pub fn fill(self, grid: CountGrid, out: &mut [f64]) {
        let n = grid.examples as u64;
        let mut marginal = vec![0.0; grid.examples + 1];
        binomial::fill(0, n, self.wrong, &mut marginal);
        for (wrong, &weight) in marginal.iter().enumerate() {
            let row = &mut out[grid.row(wrong)..grid.row(wrong + 1)];
            if weight == 0.0 {
                row.fill(0.0);
                continue;
            }
            binomial::fill(0, n - wrong as u64, self.unsound, row);
            row.iter_mut().for_each(|p| *p *= weight);
        }
    }

    /// Which of sound, unsound and wrong can be drawn at all, as bits.
    fn support(self) -> usize {
        let left = self.wrong < 1.0;
        usize::from(left && self.unsound < 1.0)
            | usize::from(left && self.unsound > 0.0) << 1
            | usize::from(self.wrong > 0.0) << 2
    }
}

/// q_U / (q_U + q_C): of the parts that are left, not of 1 − q_W, so that the two shares sum to 1.
fn share_of_rest<S: Scalar>(q: Composition<S>) -> S {
    let left = q.unsound + q.sound();
    if left.value() > 0.0 { (q.unsound / left).rounded_into(0.0, 1.0) } else { S::default() }
}

impl LawField {
    pub fn new(scenario: &Scenario, generation: u64, grid: CountGrid) -> Self {
        let law = Law::new(scenario, generation);
        let threshold = scenario.failure.error_rate.get();
        let counts: Vec<_> = grid.counts().collect();
        let at = |&state: &(usize, usize)| law.at(grid.composition(state).rounded());
        let outcomes: Vec<Outcome<Rounded>> = counts.par_iter().map(at).collect();
        let error: Vec<f64> = outcomes.iter().map(|outcome| outcome.error_rate.value).collect();
        let mut by_error: Vec<usize> = (0..error.len()).collect();
        by_error.sort_by(|&a, &b| error[a].total_cmp(&error[b]));
        Self {
            accepted: outcomes.iter().map(|outcome| outcome.accepted_share().value).collect(),
            failing: outcomes.iter().map(|o| o.error_rate.value >= threshold || o.next.is_none()).collect(),
            next: outcomes.iter().map(|outcome| outcome.next.map(|q| BinomialDraw::new(q.value()))).collect(),
            doubt: outcomes
                .iter()
                .map(|outcome| outcome.next.map_or(BinomialDraw::CERTAIN, BinomialDraw::doubt))
                .collect(),
            error,
            by_error,
        }
    }

    /// Transition probabilities among `states`, row by row, and the probabilities of failing and of ending in a `safe` state
    /// from each: sums over those states.
    pub fn chain(&self, grid: CountGrid, states: &[usize], safe: &[bool]) -> (Vec<f64>, Vec<[f64; 2]>) {
        let mut chain = vec![0.0; states.len() * states.len()];
        let mut exit = vec![[0.0; 2]; states.len()];
        chain.par_chunks_mut(states.len().max(1)).zip(&mut exit).zip(states).for_each_init(
            || vec![0.0; grid.len()],
            |row, ((out, exit), &state)| {
                let Some(draw) = self.next[state] else { return };
                draw.fill(grid, row);
                out.iter_mut().zip(states).for_each(|(to, &state)| *to = row[state]);
                let sum =
                    |ends: &[bool]| row.iter().zip(ends).filter(|(_, ends)| **ends).fold(0.0, |sum, (p, _)| sum + p);
                *exit = [sum(&self.failing), sum(safe)];
            },
        );
        (chain, exit)
    }

    /// Which states are safe: not failed, and failure cannot be reached from there. What a state can reach depends only on
    /// which kinds its law can draw, and only true zeros of the law keep it from drawing one.
    pub fn safe(&self, grid: CountGrid) -> Vec<bool> {
        let support: Vec<Option<usize>> = self.next.iter().map(|next| next.map(BinomialDraw::support)).collect();
        let mut fails = [false; 8];
        loop {
            let before = fails;
            for (at, counts) in grid.counts().enumerate() {
                let held = kinds(grid, counts);
                if self.failing[at] || support[at].is_none_or(|support| before[support]) {
                    (0..8).filter(|pattern| held & !pattern == 0).for_each(|pattern| fails[pattern] = true);
                }
            }
            if fails == before {
                break;
            }
        }
        let safe = |(at, failing): (usize, &bool)| !failing && support[at].is_some_and(|support| !fails[support]);
        self.failing.iter().enumerate().map(safe).collect()
    }

    /// The states that do not fail and can be reached from `start` without failing, `start` first.
    ///
    /// What a state can reach depends only on which kinds its law can draw: at most eight patterns are followed.
    pub fn transient(&self, grid: CountGrid, start: usize) -> Vec<usize> {
        if self.failing[start] {
            return Vec::new();
        }
        let (mut known, mut seen) = (vec![false; grid.len()], [false; 8]);
        known[start] = true;
        let mut states = vec![start];
        let mut next = 0;
        while let Some(&state) = states.get(next) {
            next += 1;
            let Some(support) = self.next[state].map(BinomialDraw::support) else { continue };
            if std::mem::replace(&mut seen[support], true) {
                continue;
            }
            for (index, counts) in grid.counts().enumerate() {
                if kinds(grid, counts) & !support == 0
                    && !self.failing[index]
                    && !std::mem::replace(&mut known[index], true)
                {
                    states.push(index);
                }
            }
        }
        states
    }
}

/// Which of sound, unsound and wrong beliefs there are among N, as bits.
fn kinds(grid: CountGrid, (unsound, wrong): (usize, usize)) -> usize {
    usize::from(unsound + wrong < grid.examples) | usize::from(unsound > 0) << 1 | usize::from(wrong > 0) << 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn numbering_is_gapless() {
        for examples in [1, 2, 7, 40] {
            let grid = CountGrid { examples };
            for (index, (unsound, wrong)) in grid.counts().enumerate() {
                assert_eq!(grid.index(unsound, wrong), index);
            }
            assert_eq!(grid.counts().count(), grid.len());
            assert_eq!(grid.row(examples + 1), grid.len());
        }
    }

    #[test]
    fn rows_are_multinomial() {
        let grid = CountGrid { examples: 5 };
        let q = Composition { unsound: 0.3, wrong: 0.2 };
        let mut row = vec![0.0; grid.len()];
        BinomialDraw::new(q).fill(grid, &mut row);
        let factorial = |k: usize| (1..=k).product::<usize>() as f64;
        for (p, (u, w)) in row.iter().zip(grid.counts()) {
            let c = 5 - u - w;
            let direct = factorial(5) / (factorial(u) * factorial(w) * factorial(c))
                * 0.3_f64.powi(u as i32)
                * 0.2_f64.powi(w as i32)
                * 0.5_f64.powi(c as i32);
            assert_relative_eq!(*p, direct, max_relative = 1e-13);
        }
        assert_relative_eq!(row.iter().sum::<f64>(), 1.0, max_relative = 1e-14);
    }
}
