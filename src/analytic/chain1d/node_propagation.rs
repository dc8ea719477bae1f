//! The law of a count chain from generation to generation, along rows that are formed once.

use crate::analytic::elimination::simd::{SimdTask, run_simd};
use crate::analytic::elimination::skyline::Skyline;
use crate::analytic::tolerances::{HAZARD_OVER_TRUNCATED, ROWS_AT_REST, ROWS_TRANSITION, SEEN_TO_FAIL, UNSEEN};

/// Rows that are added together, so that a sum is read and written once for all of them.
const TOGETHER: usize = 4;

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
    /// Whether the law given survival has stopped changing; not looked at where whoever follows it watches the hazard alone.
    pub at_rest: bool,
    watches_law: bool,
    /// Sum of the law.
    total: f64,
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
        let total: f64 = law[window.0..window.1].iter().sum();
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
            watches_law: true,
            total,
        }
    }

    /// The same, leaving out less mass than `rare` of the whole, for one who watches the hazard alone.
    #[must_use]
    pub fn leaving_out(self, rare: f64) -> Self {
        Self { rare, watches_law: false, ..self }
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
        let mut i = begin;
        while i < end {
            let mut part = [WeighedRow::default(); TOGETHER];
            let mut filled = 0;
            while filled < TOGETHER && i < end {
                let weight = self.law[i];
                if weight > least {
                    let (mut first, mut row) = self.rows.row(i);
                    if let Some(&(from, to)) = self.shown.get(i) {
                        row = &row[from - first..to - first];
                        first = from;
                    }
                    (low, high) = (low.min(first), high.max(first + row.len()));
                    fails += weight * self.exits[i];
                    part[filled] = WeighedRow { weight, first, row };
                    filled += 1;
                }
                i += 1;
            }
            if filled == TOGETHER {
                add_together(&mut self.next, &part);
            } else {
                part[..filled].iter().for_each(|row| row.add(&mut self.next, row.first, row.end()));
            }
        }
        let window = (low.min(high), high);
        let total: f64 = self.next[window.0..window.1].iter().sum();
        self.truncated += (total + fails - self.total).abs();
        self.total = total;
        let hazard = fails / self.survival;
        let drift = (hazard / self.hazard - 1.0).abs();
        self.hazard = hazard;
        self.failed += fails;
        if self.watches_law {
            let scale = self.survival / total;
            let (from, to) = (begin.min(window.0), end.max(window.1));
            let change: f64 = (from..to).map(|i| (self.next[i] * scale - self.law[i]).abs()).sum();
            self.at_rest = change < ROWS_AT_REST * self.survival && drift < ROWS_AT_REST;
        }
        std::mem::swap(&mut self.law, &mut self.next);
        self.next[begin..end].fill(0.0);
        self.window = window;
        // Of the two forms the one with the smaller rounding error.
        self.survival = if self.failed < 0.5 { 1.0 - self.failed } else { total }.clamp(0.0, self.survival);
    }
}

/// A row and the mass that goes along it.
#[derive(Debug, Clone, Copy, Default)]
struct WeighedRow<'a> {
    weight: f64,
    first: usize,
    row: &'a [f64],
}

impl WeighedRow<'_> {
    const fn end(&self) -> usize {
        self.first + self.row.len()
    }

    /// Adds the columns `from`..`to`, as far as the row has them.
    #[inline(always)]
    fn add(&self, sums: &mut [f64], from: usize, to: usize) {
        let (from, to) = (from.max(self.first), to.min(self.end()));
        if from < to {
            for (sum, p) in sums[from..to].iter_mut().zip(&self.row[from - self.first..]) {
                *sum += self.weight * p;
            }
        }
    }
}

/// Adds all rows of a part; every sum takes them in their order, as if they were added one by one.
#[inline(always)]
fn add_together(sums: &mut [f64], part: &[WeighedRow<'_>; TOGETHER]) {
    let from = part.iter().fold(0, |from, row| from.max(row.first));
    let to = part.iter().fold(usize::MAX, |to, row| to.min(row.end())).max(from);
    part.iter().for_each(|row| row.add(sums, row.first, from));
    if from < to {
        let length = to - from;
        let [r0, r1, r2, r3] = part.map(|row| &row.row[from - row.first..][..length]);
        let [w0, w1, w2, w3] = part.map(|row| row.weight);
        let sums = &mut sums[from..to];
        for j in 0..length {
            sums[j] = (((sums[j] + w0 * r0[j]) + w1 * r1[j]) + w2 * r2[j]) + w3 * r3[j];
        }
    }
    part.iter().for_each(|row| row.add(sums, to, row.end()));
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
