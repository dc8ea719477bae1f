//! P(T ≤ g) from every state at once, backward from failure: sums of positive terms, however rare it is.

use crate::analytic::elimination::simd::{SimdTask, run_simd};
use crate::analytic::elimination::skyline::Skyline;

/// Sums that are formed side by side, and added up at the end.
const LANES: usize = 16;

/// P(T ≤ `generations`) from each state of a chain, given its rows and its probabilities of failing at once.
#[must_use]
pub fn fails_within(rows: &Skyline, exits: &[f64], generations: u64) -> Vec<f64> {
    let (mut fails, mut next) = (vec![0.0; exits.len()], vec![0.0; exits.len()]);
    for _ in 0..generations {
        run_simd(BackwardStep { rows, exits, fails: &fails, next: &mut next });
        std::mem::swap(&mut fails, &mut next);
    }
    fails
}

struct BackwardStep<'a> {
    rows: &'a Skyline,
    exits: &'a [f64],
    fails: &'a [f64],
    next: &'a mut [f64],
}

impl SimdTask for BackwardStep<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (i, (next, exit)) in self.next.iter_mut().zip(self.exits).enumerate() {
            let (first, row) = self.rows.row(i);
            *next = exit + product(row, &self.fails[first..]);
        }
    }
}

/// Σ of the products, as far as the shorter of both goes.
#[inline(always)]
fn product(one: &[f64], other: &[f64]) -> f64 {
    let mut sums = [0.0; LANES];
    let (ones, others) = (one.chunks_exact(LANES), other[..one.len().min(other.len())].chunks_exact(LANES));
    let rest = ones.remainder().iter().zip(others.remainder());
    for (sum, (a, b)) in sums.iter_mut().zip(rest) {
        *sum = a * b;
    }
    for (a, b) in ones.zip(others) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    for half in [8, 4, 2, 1] {
        for lane in 0..half {
            sums[lane] += sums[lane + half];
        }
    }
    sums[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// State i of 37 goes to i, i + 1 and so on with falling probability, and fails with 1e-200 at once.
    #[test]
    fn failing_within_a_time_is_the_sum_over_paths() {
        let size = 37;
        let mut rows = Skyline::new(&vec![(0, size - 1); size]);
        for i in 0..size {
            let row = rows.row_mut(i).1;
            (0..size).for_each(|j| row[j] = 0.5_f64.powi(((j + size - i) % size) as i32 + 1));
        }
        let exits = vec![1e-200; size];
        // Every row sums to 1 − 2^−37, so that k generations lose that power.
        let stays: f64 = 1.0 - 0.5_f64.powi(37);
        let expected: f64 = (0..9).map(|k| 1e-200 * stays.powi(k)).sum();
        for fails in fails_within(&rows, &exits, 9) {
            assert_relative_eq!(fails, expected, max_relative = 1e-14);
        }
        assert!(fails_within(&rows, &exits, 0).iter().all(|fails| *fails == 0.0));
    }

    #[test]
    fn products_of_every_length_are_whole() {
        for length in 0..70_usize {
            let numbers: Vec<f64> = (1..=length).map(|at| at as f64).collect();
            let squares = (length * (length + 1) * (2 * length + 1) / 6) as f64;
            assert_eq!(product(&numbers, &[&numbers[..], &[1.0; 3]].concat()), squares);
        }
    }
}
