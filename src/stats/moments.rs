//! Mean and variance in one pass.
//!
//! Sources: B. P. Welford (1962); T. F. Chan, G. H. Golub and R. J. LeVeque (1979) for the merge. Sums of squares would leave no
//! digit of the variance where values differ in their last digits only.

use serde::{Deserialize, Serialize};

/// Number, mean and sum of squared deviations of the values seen so far.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct SampleMoments {
    count: u64,
    mean: f64,
    squares: f64,
}

impl SampleMoments {
    /// Takes one more value.
    pub fn add(&mut self, value: f64) {
        self.count += 1;
        let before = value - self.mean;
        self.mean += before / self.count as f64;
        self.squares += before * (value - self.mean);
    }

    /// Takes all values that `other` has seen. The last bits depend on the order of merges.
    pub fn merge(&mut self, other: &Self) {
        if self.count == 0 {
            *self = *other;
        } else if other.count > 0 {
            let all = (self.count + other.count) as f64;
            let apart = other.mean - self.mean;
            self.squares += other.squares + apart * apart * (self.count as f64 / all * other.count as f64);
            self.mean += apart * (other.count as f64 / all);
            self.count += other.count;
        }
    }

    /// Number of values.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Mean of the values; 0 before the first.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Unbiased variance of the values; NaN for fewer than two.
    #[must_use]
    pub fn variance(&self) -> f64 {
        if self.count < 2 { f64::NAN } else { self.squares / (self.count - 1) as f64 }
    }

    /// Standard error of the mean; NaN for fewer than two values.
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        (self.variance() / self.count as f64).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    fn of(values: &[f64]) -> SampleMoments {
        let mut moments = SampleMoments::default();
        values.iter().for_each(|&value| moments.add(value));
        moments
    }

    #[test]
    fn small_differences_between_values_are_kept() {
        // Values 1e-9 around 1: the variance of 1, 2, 3, 4 is 5/3.
        let values = [1.0, 2.0, 3.0, 4.0].map(|k| 1.0 + k * 1e-9);
        assert_relative_eq!(of(&values).variance(), 5.0 / 3.0 * 1e-18, max_relative = 1e-6);
        assert_eq!(of(&[0.3; 7]).variance(), 0.0);
        assert!(of(&[1.0]).variance().is_nan());
    }

    #[test]
    fn merging_is_the_same_as_adding() {
        let values = [0.1, 0.7, 1e-8, 0.3, 0.9];
        let mut merged = SampleMoments::default();
        merged.merge(&of(&values[..2]));
        merged.merge(&SampleMoments::default());
        merged.merge(&of(&values[2..]));
        assert_eq!(merged.count(), 5);
        assert_relative_eq!(merged.mean(), of(&values).mean(), max_relative = 1e-15);
        assert_relative_eq!(merged.standard_error(), of(&values).standard_error(), max_relative = 1e-14);
    }
}
