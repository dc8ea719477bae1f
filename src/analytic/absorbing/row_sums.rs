//! What the sums of rows say of their probabilities.
//!
//! Elimination never forms 1 − p: it takes each way out as it is written, and the probability of staying as what is left. A row
//! of rounded numbers misses 1 by rounding, which moves no way out by more than that, relatively. A row that misses 1 by more has
//! lost, or gained, mass that may belong to any of its ways out: it goes astray with that probability at each visit.

use serde::{Deserialize, Serialize};

/// Rounding of a row of numbers that are each right to the last bit, at most.
const ROUNDED: f64 = 4.0 * f64::EPSILON;
/// Rounding of a row of numbers that were computed, at most.
const COMPUTED: f64 = 1e-12;
/// A way out below this which is a whole multiple of [`SUBTRACTED`] is 1 − the others, with what these lost in rounding.
const SMALL_EXIT: f64 = 1.0 / (1 << 20) as f64;
/// The spacing of the doubles below 1 is twice this.
const SUBTRACTED: f64 = f64::EPSILON / 4.0;

/// How far the rows sum to 1, and what that leaves open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RowSums {
    /// Largest |sum of a row − 1|, of the states from which the chain goes on.
    pub largest_defect: f64,
    /// Rows whose sum, or whose way out, does not bear out its probabilities to within rounding.
    pub doubtful: usize,
    /// Smallest probability on which the expected time depends directly: of a transition into an end.
    pub smallest_exit: Option<f64>,
    /// Bound on the relative error of the expected time that follows from the doubtful rows; 0 where there are none.
    pub bound: f64,
}

/// What one row leaves in doubt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct RowDoubt {
    /// Sum − 1.
    pub defect: f64,
    /// Probability with which the row may lead elsewhere than it says, beyond rounding.
    pub astray: f64,
}

impl RowDoubt {
    /// Of a row in a chain of `states`, `ends` telling which of its entries lead into one.
    pub fn of(row: &[(usize, f64)], ends: impl Fn(usize) -> bool, states: usize) -> Self {
        let defect = defect(row.iter().map(|(_, p)| *p));
        let size = defect.abs();
        let smallest = row.iter().fold(f64::INFINITY, |least, (_, p)| least.min(*p));
        // Whoever writes numbers far below the defect has left none out.
        let rounded = size <= ROUNDED || (size <= COMPUTED && smallest < size / states as f64);
        let by_rest = row.iter().any(|&(to, p)| ends(to) && p < SMALL_EXIT && (p / SUBTRACTED).fract() == 0.0);
        let lost = if by_rest { row.len() as f64 * 2.0 * SUBTRACTED } else { 0.0 };
        Self { defect, astray: if rounded { lost } else { size.max(lost) } }
    }
}

/// Sum − 1 of some probabilities, to the last bit: sums with their rounding errors (A. Neumaier 1974).
pub(super) fn defect(row: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut lost) = (-1.0_f64, 0.0);
    for p in row {
        let next = sum + p;
        lost += if sum.abs() >= p { (sum - next) + p } else { (p - next) + sum };
        sum = next;
    }
    sum + lost
}

#[cfg(test)]
mod tests {
    use super::*;

    fn astray(row: &[f64]) -> f64 {
        let row: Vec<(usize, f64)> = row.iter().copied().enumerate().collect();
        let last = row.len() - 1;
        RowDoubt::of(&row, |to| to == last, 500).astray
    }

    #[test]
    fn rounding_is_told_from_loss() {
        assert_eq!(astray(&[0.5, 0.5 - 1e-3, 1e-3]), 0.0);
        // A rare exit as an entry of its own: beneath the rounding of the sum, and nobody's doubt.
        assert_eq!(astray(&[0.3, 0.7, 1e-30]), 0.0);
        // Computed numbers, down to 1e-40: nothing was left out.
        assert_eq!(astray(&[0.3, 0.7 + 1e-14, 1e-40]), 0.0);
        // The same defect where nothing that small is written: something was.
        assert!((astray(&[0.3, 0.7 - 1e-14 - 1e-9, 1e-9]) - 1e-14).abs() < 1e-15);
        assert!((astray(&[0.3, 0.7 - 1e-9, 1e-20]) - 1e-9).abs() < 1e-15);
        assert!(astray(&[0.5, 0.5, 0.1]) > 0.09);
    }

    #[test]
    fn an_exit_formed_as_one_minus_the_rest_is_seen() {
        let rest: [f64; 2] = [0.1 + 1e-17, 0.9 - 1.23e-15];
        let exit = 1.0 - (rest[0] + rest[1]);
        assert!(exit > 0.0 && exit < 1e-14);
        assert_eq!(astray(&[rest[0], rest[1], exit]), 3.0 * f64::EPSILON / 2.0);
        assert_eq!(astray(&[rest[0], rest[1], 1.23e-15]), 0.0);
    }

    #[test]
    fn sums_are_exact() {
        let row = [0.1, 0.2, 0.3, 0.4, 1e-20];
        // 0.1 + 0.2 + 0.3 + 0.4 as doubles is 1 + 2^-54·k for a small k; the last entry is beneath it.
        let plain = defect(row[..4].iter().copied());
        assert!((defect(row.iter().copied()) - plain - 1e-20).abs() < 1e-33 && plain.abs() < 1e-16);
    }
}
