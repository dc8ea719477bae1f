//! The law of a count chain from generation to generation, along rows that are formed once.

use crate::analytic::elimination::simd::{SimdTask, run_simd};
use crate::analytic::elimination::skyline::Skyline;
use crate::analytic::tolerances::{HAZARD_OVER_TRUNCATED, ROWS_AT_REST, ROWS_TRANSITION, SEEN_TO_FAIL, UNSEEN};

/// The law of the surviving count, along the rows.
#[derive(Debug, Clone)]
pub struct NodePropagation<'a> {
    rows: &'a Skyline,
    exits: &'a [f64],
    law: Vec<f64>,
    next: Vec<f64>,
    /// Nodes with mass, first to one past the last.
    window: (usize, usize),
    /// Part of each row, first column to one past the last, that still shows; whole rows as long as it is empty.
    shown: Vec<(usize, usize)>,
    /// Share of the whole below which mass is left out as long as failure is not seen.
    rare: f64,
    /// P(T > g).
    pub survival: f64,
    /// P(T ≤ g), a sum of positive terms.
    pub failed: f64,
    /// Probability that this generation was the first failed one, given survival before.
    pub hazard: f64,
    /// What survival and failure together have gained or lost so far.
    pub truncated: f64,
    /// Whether the law given survival has stopped changing.
    pub at_rest: bool,
}

impl<'a> NodePropagation<'a> {
    /// From the law of one generation, and the probability of having failed by then.
    #[must_use]
    pub fn new(rows: &'a Skyline, exits: &'a [f64], law: Vec<f64>, failed: f64) -> Self {
        let next = vec![0.0; law.len()];
        let first = law.iter().position(|&p| p > 0.0).unwrap_or(law.len());
        let end = law.iter().rposition(|&p| p > 0.0).map_or(first, |last| last + 1);
        let survival = if failed < 0.5 { 1.0 - failed } else { law.iter().sum::<f64>() + 0.0 };
        let window = (first, end);
        let truncated = (law.iter().sum::<f64>() + failed - 1.0).abs();
        Self {
            rows,
            exits,
            law,
            next,
            window,
            shown: Vec::new(),
            rare: ROWS_TRANSITION,
            survival,
            failed,
            hazard: 0.0,
            truncated,
            at_rest: false,
        }
    }

    /// The same, leaving out less mass than `rare` of the whole.
    #[must_use]
    pub fn leaving_out(self, rare: f64) -> Self {
        Self { rare, ..self }
    }

    /// The hazard, once the law given survival is at rest and if what is left out does not show in it.
    #[must_use]
    pub fn resting_hazard(&self) -> Option<f64> {
        let cut = if self.is_failing() { UNSEEN } else { self.rare };
        (self.at_rest && self.hazard > HAZARD_OVER_TRUNCATED * cut).then_some(self.hazard)
    }

    fn is_failing(&self) -> bool {
        self.failed > SEEN_TO_FAIL
    }

    /// Goes on by one generation.
    pub fn advance(&mut self) {
        run_simd(NodeStep(self));
    }

    #[inline(always)]
    fn step(&mut self) {
        let (begin, end) = self.window;
        let (failing, rare) = (self.is_failing(), self.rare * self.survival);
        let least = if failing { rare.max(UNSEEN) } else { rare };
        if self.shown.is_empty() && failing {
            self.shown = (0..self.rows.size()).map(|i| shown(self.rows.row(i))).collect();
        }
        let (mut low, mut high) = (self.law.len(), 0);
        let mut fails = 0.0;
        for i in begin..end {
            let weight = self.law[i];
            if weight <= least {
                continue;
            }
            let (mut first, mut row) = self.rows.row(i);
            if let Some(&(from, to)) = self.shown.get(i) {
                row = &row[from - first..to - first];
                first = from;
            }
            for (sum, p) in self.next[first..].iter_mut().zip(row) {
                *sum += weight * p;
            }
            (low, high) = (low.min(first), high.max(first + row.len()));
            fails += weight * self.exits[i];
        }
        let window = (low.min(high), high);
        let total: f64 = self.next[window.0..window.1].iter().sum();
        let before: f64 = self.law[begin..end].iter().sum();
        self.truncated += (total + fails - before).abs();
        let hazard = fails / self.survival;
        let drift = (hazard / self.hazard - 1.0).abs();
        self.hazard = hazard;
        self.failed += fails;
        let scale = self.survival / total;
        let (from, to) = (begin.min(window.0), end.max(window.1));
        let change: f64 = (from..to).map(|i| (self.next[i] * scale - self.law[i]).abs()).sum();
        self.at_rest = change < ROWS_AT_REST * self.survival && drift < ROWS_AT_REST;
        std::mem::swap(&mut self.law, &mut self.next);
        self.next[begin..end].fill(0.0);
        self.window = window;
        // Of the two forms the one with the smaller rounding error.
        self.survival = if self.failed < 0.5 { 1.0 - self.failed } else { total }.clamp(0.0, self.survival);
    }
}

/// Columns of a row, first to one past the last, outside of which no transition shows.
fn shown((first, row): (usize, &[f64])) -> (usize, usize) {
    let begin = row.iter().position(|p| *p >= UNSEEN).unwrap_or(0);
    let end = row.iter().rposition(|p| *p >= UNSEEN).map_or(begin, |last| last + 1);
    (first + begin, first + end)
}

struct NodeStep<'a, 'b>(&'a mut NodePropagation<'b>);

impl SimdTask for NodeStep<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.0.step();
    }
}
