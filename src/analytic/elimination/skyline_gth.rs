//! Absorbing chains solved by elimination without subtractions, so that every number keeps its relative accuracy however
//! rare absorption is.
//!
//! Source: W. K. Grassmann, M. I. Taksar and D. P. Heyman, Regenerative analysis and steady state distributions for Markov
//! chains (1985), with the exit probabilities as a column of their own: a state's way out is the sum of what it
//! can do, never 1 − what it cannot. A plain LU of I − Q answers −8.7e15 where the truth is +7.2e28 (model.md, section 6b).
//!
//! Rows are finished from the last to the first, a few at a time, so that each finished row is read once for all of them; two
//! finished rows are passed on together, so that an open row is read and written once for both.

use super::simd::{SimdTask, run_simd};
use super::skyline::{Below, Skyline};

/// Rows that are finished together.
const TOGETHER: usize = 4;
/// Marks on a finished row: left of mark l every entry is below 2^(−STEP·l).
const MARKS: usize = 32;
/// Binary orders of magnitude between marks.
const STEP: i32 = 8;

/// The factors of I − Q, from which times and visits follow by substitution.
#[derive(Debug, Clone)]
pub struct EliminatedChain {
    /// Row i of the censored chains: left of the diagonal p_ij at the time i was eliminated, right of it p_ij at the time j
    /// was.
    rows: Skyline,
    /// Probability of leaving each state, in the chain censored to it and those before.
    pivot: Vec<f64>,
    /// Largest probability that was truncated from a row.
    truncated: f64,
}

/// What a row carries besides its transitions.
#[derive(Debug, Clone, Copy, Default)]
struct Aside {
    exit: f64,
    /// Probability of ending in a state without a way out; kept apart, since it is neither exit nor return.
    trapped: f64,
    truncated: f64,
}

/// Where the entries of a finished row rise above each order of magnitude, and the sum of those before.
#[derive(Debug, Clone, Copy)]
struct Marks {
    at: [usize; MARKS],
    before: [f64; MARKS],
}

impl Marks {
    fn of(first: usize, left: &[f64]) -> Self {
        let mut marks = Self { at: [first; MARKS], before: [0.0; MARKS] };
        let (mut level, mut sum, mut limit) = (MARKS - 1, 0.0, 2.0_f64.powi(-STEP * (MARKS as i32 - 1)));
        for (column, &p) in (first..).zip(left) {
            while p >= limit {
                (marks.at[level], marks.before[level]) = (column, sum);
                if level == 0 {
                    return marks;
                }
                level -= 1;
                limit *= 2.0_f64.powi(STEP);
            }
            sum += p;
        }
        for level in 0..=level {
            (marks.at[level], marks.before[level]) = (first + left.len(), sum);
        }
        marks
    }

    /// First column whose entry may reach `least`, and the sum of those before.
    fn from(&self, least: f64) -> (usize, f64) {
        // Binary exponent, which is enough: the mark may lie too far left.
        let exponent = 1023 - (least.to_bits() >> 52) as i32;
        let level = (exponent.max(0) / STEP + 1) as usize;
        if level >= MARKS { (0, 0.0) } else { (self.at[level], self.before[level]) }
    }
}

impl EliminatedChain {
    /// Row i of `rows` holds the transition probabilities of state i to the transient states, `exits[i]` its probability
    /// of absorption; together they sum to 1. `rows` come from [`Skyline::new`], which leaves room for what fills in.
    #[must_use]
    pub fn new(rows: Skyline, exits: &[f64]) -> Self {
        Self::cut(rows, exits, 0.0)
    }

    /// The same, leaving out transitions through other states of a probability below `least` each;
    /// [`Self::truncated`] tells what was left out.
    #[must_use]
    pub fn cut(mut rows: Skyline, exits: &[f64], least: f64) -> Self {
        let size = rows.size();
        let mut aside: Vec<Aside> = exits.iter().map(|&exit| Aside { exit, ..Aside::default() }).collect();
        let mut pivot = vec![0.0; size];
        let mut marks = vec![Marks { at: [0; MARKS], before: [0.0; MARKS] }; size];
        let mut truncated = 0.0_f64;
        let mut end = size;
        while end > 0 {
            let begin = end.saturating_sub(TOGETHER);
            let done = Done { pivot: &pivot[end..], marks: &marks[end..], end, least };
            let (mut part, below) = rows.part(begin, end);
            let (open, closed) = aside.split_at_mut(end);
            run_simd(PassingRows { done, part: &mut part, open: &mut open[begin..], closed, below });
            for i in (begin..end).rev() {
                let (mut part, below) = rows.part(i, i + 1);
                let done = Done { pivot: &pivot[i + 1..end], marks: &marks[i + 1..end], end: i + 1, least };
                let (open, closed) = aside.split_at_mut(i + 1);
                run_simd(PassingRows { done, part: &mut part, open: &mut open[i..], closed, below });
                let (first, row) = rows.row(i);
                let left = &row[..i.saturating_sub(first).min(row.len())];
                pivot[i] = left.iter().sum::<f64>() + aside[i].exit + aside[i].trapped;
                marks[i] = Marks::of(first, left);
                truncated = truncated.max(aside[i].truncated);
            }
            end = begin;
        }
        Self { rows, pivot, truncated }
    }

    /// Largest probability that was truncated from a row. Times the longest expected time to absorption it bounds the relative
    /// error of expected times: every visit to a row goes astray with at most this probability.
    #[must_use]
    pub const fn truncated(&self) -> f64 {
        self.truncated
    }

    /// (I − Q)⁻¹ `reward`: the expected reward collected before absorption, from each state. Infinite where absorption is
    /// not certain, or rarer than a double can hold.
    #[must_use]
    pub fn collected(&self, reward: &[f64]) -> Vec<f64> {
        self.collected_up_to(reward, self.pivot.len())
    }

    /// The same from states below `end` alone, which are the cheaper the fewer they are; what follows is no result.
    #[must_use]
    pub fn collected_up_to(&self, reward: &[f64], end: usize) -> Vec<f64> {
        let size = self.pivot.len();
        let mut sum = reward.to_vec();
        for i in (0..size).rev() {
            let (first, row) = self.rows.row(i);
            let begin = (i + 1).max(first);
            let right = row.get(begin - first..).unwrap_or_default();
            let through: f64 = right
                .iter()
                .zip(&sum[begin.min(size)..])
                .zip(&self.pivot[begin.min(size)..])
                .filter(|((into, _), _)| **into > 0.0)
                .map(|((into, sum), pivot)| into / pivot * sum)
                .sum();
            sum[i] += through;
        }
        for k in 0..end.min(size) {
            let (first, row) = self.rows.row(k);
            let left = &row[..k.saturating_sub(first).min(row.len())];
            let later: f64 = left.iter().zip(&sum[first..]).filter(|(p, _)| **p > 0.0).map(|(p, t)| p * t).sum();
            sum[k] = (sum[k] + later) / self.pivot[k];
        }
        sum
    }

    /// `start`ᵀ (I − Q)⁻¹: expected visits to each state before absorption.
    #[must_use]
    pub fn visits(&self, start: &[f64]) -> Vec<f64> {
        let size = self.pivot.len();
        let mut visits = start.to_vec();
        for k in (0..size).rev() {
            if visits[k] == 0.0 || self.pivot[k] == 0.0 {
                continue;
            }
            let share = visits[k] / self.pivot[k];
            let (first, row) = self.rows.row(k);
            let left = &row[..k.saturating_sub(first).min(row.len())];
            for (visits, p) in visits[first..].iter_mut().zip(left) {
                *visits += share * p;
            }
        }
        for i in 0..size {
            visits[i] = if visits[i] == 0.0 { 0.0 } else { visits[i] / self.pivot[i] };
            let here = visits[i];
            if here == 0.0 {
                continue;
            }
            let (first, row) = self.rows.row(i);
            let begin = (i + 1).max(first);
            let right = row.get(begin - first..).unwrap_or_default();
            let later = visits[begin.min(size)..].iter_mut().zip(right);
            if here.is_finite() {
                later.for_each(|(visits, &p)| *visits += here * p);
            } else {
                later.filter(|(_, p)| **p > 0.0).for_each(|(visits, _)| *visits = here);
            }
        }
        visits
    }
}

/// Finished rows, from `end` on.
struct Done<'a> {
    pivot: &'a [f64],
    marks: &'a [Marks],
    end: usize,
    least: f64,
}

/// Finished rows, and rows that are to be rid of the transitions to them.
struct PassingRows<'a, 'b, 'c> {
    done: Done<'a>,
    part: &'a mut [(usize, &'b mut [f64])],
    open: &'a mut [Aside],
    closed: &'a [Aside],
    below: Below<'c>,
}

impl SimdTask for PassingRows<'_, '_, '_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.done.pass_together(self.part, self.open, self.closed, self.below);
    }
}

impl Done<'_> {
    /// Passes every transition of the `part` that leads to a finished row on to where that row leads.
    #[inline(always)]
    fn pass_together(&self, part: &mut [(usize, &mut [f64])], open: &mut [Aside], closed: &[Aside], below: Below<'_>) {
        let last = part.iter().map(|(first, row)| first + row.len()).max().unwrap_or(0);
        let mut k = (self.end + self.pivot.len()).min(last);
        while k > self.end {
            k -= 1;
            let Some(one) = self.leading(k, part, open, closed, below) else { continue };
            if k == self.end {
                one.pass(part);
                continue;
            }
            // What leads to the next row has to be known before that row is passed on.
            let (one, next) = one.parted();
            next.pass(part);
            k -= 1;
            match self.leading(k, part, open, closed, below) {
                Some(other) => pass_both(part, &one, &other),
                None => one.pass(part),
            }
        }
    }

    /// What the rows of the part pass on by way of the finished row `k`; `None` where that is nothing.
    #[inline(always)]
    fn leading<'c>(
        &self,
        k: usize,
        part: &[(usize, &mut [f64])],
        open: &mut [Aside],
        closed: &[Aside],
        below: Below<'c>,
    ) -> Option<PassedRow<'c>> {
        let at = k - self.end;
        let mut share = [0.0; TOGETHER];
        let mut most = 0.0_f64;
        for ((share, (first, row)), aside) in share.iter_mut().zip(part.iter()).zip(open.iter_mut()) {
            let into = k.checked_sub(*first).and_then(|column| row.get(column)).copied().unwrap_or(0.0);
            if into > 0.0 && self.pivot[at] > 0.0 {
                // Each its own quotient: a shared reciprocal drifts.
                *share = into / self.pivot[at];
                aside.exit += *share * closed[at].exit;
                aside.trapped += *share * closed[at].trapped;
                most = most.max(*share);
            } else {
                aside.trapped += into;
            }
        }
        let (first, left) = below.left(k, k);
        if most == 0.0 || left.is_empty() {
            return None;
        }
        let (from, before) = if self.least > 0.0 { self.marks[at].from(self.least / most) } else { (first, 0.0) };
        let from = from.clamp(first, first + left.len());
        if before > 0.0 {
            for (aside, share) in open.iter_mut().zip(share) {
                aside.truncated += share * before;
            }
        }
        Some(PassedRow { share, from, left: &left[from - first..] })
    }
}

/// A finished row, and how much of it each row of a part receives.
#[derive(Clone, Copy)]
struct PassedRow<'c> {
    share: [f64; TOGETHER],
    /// First column of `left`.
    from: usize,
    left: &'c [f64],
}

impl<'c> PassedRow<'c> {
    /// Its columns but for the last, and the last.
    #[inline(always)]
    fn parted(self) -> (Self, Self) {
        let (left, last) = self.left.split_at(self.left.len().saturating_sub(1));
        (Self { left, ..self }, Self { from: self.from + left.len(), left: last, ..self })
    }

    /// Columns before `column`, and those from there on.
    #[inline(always)]
    fn parted_at(self, column: usize) -> (&'c [f64], &'c [f64]) {
        self.left.split_at(column.saturating_sub(self.from).min(self.left.len()))
    }

    fn is_for_all(&self) -> bool {
        self.share.iter().all(|&share| share > 0.0)
    }

    #[inline(always)]
    fn pass(&self, part: &mut [(usize, &mut [f64])]) {
        pass(part, &self.share, self.from, self.left);
    }
}

/// Passes two rows on, `one` before the `other`, both of which end at the same column.
#[inline(always)]
fn pass_both(part: &mut [(usize, &mut [f64])], one: &PassedRow<'_>, other: &PassedRow<'_>) {
    let [(f0, r0), (f1, r1), (f2, r2), (f3, r3)] = part else {
        one.pass(part);
        other.pass(part);
        return;
    };
    let from = one.from.max(other.from);
    let ((alone, a), (apart, b)) = (one.parted_at(from), other.parted_at(from));
    if !one.is_for_all() || !other.is_for_all() || a.is_empty() || a.len() != b.len() {
        one.pass(part);
        other.pass(part);
        return;
    }
    let length = a.len();
    let (s, t) = (one.share, other.share);
    let (r0, r1) = (&mut r0[from - *f0..][..length], &mut r1[from - *f1..][..length]);
    let (r2, r3) = (&mut r2[from - *f2..][..length], &mut r3[from - *f3..][..length]);
    for j in 0..length {
        // One sum after the other, as if the rows were passed on one by one.
        let (a, b) = (a[j], b[j]);
        r0[j] = (r0[j] + s[0] * a) + t[0] * b;
        r1[j] = (r1[j] + s[1] * a) + t[1] * b;
        r2[j] = (r2[j] + s[2] * a) + t[2] * b;
        r3[j] = (r3[j] + s[3] * a) + t[3] * b;
    }
    pass(part, &s, one.from, alone);
    pass(part, &t, other.from, apart);
}

/// Adds share times `left`, whose first column is `from`, to each row of the part.
#[inline(always)]
fn pass(part: &mut [(usize, &mut [f64])], share: &[f64; TOGETHER], from: usize, left: &[f64]) {
    if let [(f0, r0), (f1, r1), (f2, r2), (f3, r3)] = part
        && share.iter().all(|&share| share > 0.0)
    {
        let length = left.len();
        // A row with a transition to k spans the columns to which k leads, by the skyline's construction.
        let (r0, r1) = (&mut r0[from - *f0..][..length], &mut r1[from - *f1..][..length]);
        let (r2, r3) = (&mut r2[from - *f2..][..length], &mut r3[from - *f3..][..length]);
        for j in 0..length {
            let through = left[j];
            r0[j] += share[0] * through;
            r1[j] += share[1] * through;
            r2[j] += share[2] * through;
            r3[j] += share[3] * through;
        }
        return;
    }
    for ((first, row), &share) in part.iter_mut().zip(share).filter(|(_, share)| **share > 0.0) {
        for (cell, through) in row[from - *first..].iter_mut().zip(left) {
            *cell += share * through;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    fn eliminated(rows: &[&[f64]], exits: &[f64]) -> EliminatedChain {
        let mut skyline = Skyline::new(&vec![(0, rows.len() - 1); rows.len()]);
        for (i, row) in rows.iter().enumerate() {
            skyline.row_mut(i).1.copy_from_slice(row);
        }
        EliminatedChain::new(skyline, exits)
    }

    /// Two states: 0 stays with 1/2, goes to 1 with 1/4, leaves with 1/4; 1 goes to 0 with 1/3 and leaves with 2/3.
    fn small() -> EliminatedChain {
        eliminated(&[&[0.5, 0.25], &[1.0 / 3.0, 0.0]], &[0.25, 2.0 / 3.0])
    }

    #[test]
    fn hand_computed_chain() {
        // t0 = 1 + t0/2 + t1/4 and t1 = 1 + t0/3 give t0 = 3, t1 = 2.
        let times = small().collected(&[1.0, 1.0]);
        assert_relative_eq!(times[0], 3.0, max_relative = 1e-15);
        assert_relative_eq!(times[1], 2.0, max_relative = 1e-15);
        // v0 = 1 + v0/2 + v1/3 and v1 = v0/4 give v0 = 12/5, v1 = 3/5.
        let visits = small().visits(&[1.0, 0.0]);
        assert_relative_eq!(visits[0], 2.4, max_relative = 1e-15);
        assert_relative_eq!(visits[1], 0.6, max_relative = 1e-15);
    }

    #[test]
    fn a_rare_exit_keeps_its_digits() {
        // 0 stays but for 1e-40, 1 returns but for 1e-30: E[T] = 1e70 (1 + …).
        let chain = eliminated(&[&[1.0, 1e-40], &[1.0, 0.0]], &[0.0, 1e-30]);
        assert_relative_eq!(chain.collected(&[1.0, 1.0])[0], 1e70, max_relative = 1e-14);
    }

    #[test]
    fn a_trap_is_for_ever() {
        let chain = eliminated(&[&[0.0, 0.5], &[0.0, 1.0]], &[0.5, 0.0]);
        assert_eq!(chain.collected(&[1.0, 1.0])[0], f64::INFINITY);
        assert_relative_eq!(chain.visits(&[1.0, 0.0])[0], 1.0);
        assert_eq!(chain.visits(&[1.0, 0.0])[1], f64::INFINITY);
    }

    #[test]
    fn marks_tell_where_a_row_begins_to_matter() {
        let left: Vec<f64> = (0..20).map(|i| 2.0_f64.powi(4 * i - 76)).collect();
        let marks = Marks::of(100, &left);
        for exponent in 1..200 {
            let least = 2.0_f64.powi(-exponent);
            let (from, before) = marks.from(least);
            assert!(left[..from - 100].iter().all(|&p| p < least), "2^-{exponent} from {from}");
            assert_relative_eq!(before, left[..from - 100].iter().sum::<f64>(), max_relative = 1e-14);
        }
    }
}
