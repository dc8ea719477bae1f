//! What rounding does to the rows of a chain, and they to the times of it: bounds to first order, with stated constants.
//!
//! A transition probability P(k) of Binomial(n, q) errs, relatively, by the roundings of the saddle-point form, which are some
//! ([`FORM`]), some for each step of the recurrence from it ([`RECURRED`]), and some for each count between k and the mean, by the
//! logarithms taken there; and by that of q itself, which the law's running error analysis tells ([`crate::law::Rounded`]):
//! ∂ ln P(k) / ∂ ln q = (k − nq) / (1 − q).
//!
//! A transition from i to j whose probability is off by δ moves the expected time by δ (t_j − t_i) at each visit of i
//! ([`ExpectedTimes`] forms these differences where failure is so rare that they are beneath the rounding of the times).

/// Roundings of a saddle-point probability at its mean.
const FORM: f64 = 16.0;
/// Roundings of one step of the recurrence, and the steps after which it begins anew.
const RECURRED: (f64, f64) = (2.5, 32.0);

/// Relative errors of the probabilities of Binomial(n, q), in units of [`f64::EPSILON`].
#[derive(Debug, Clone, Copy)]
pub struct RowErrors {
    draws: f64,
    share: f64,
    mean: f64,
    each: f64,
    per_count: f64,
}

impl RowErrors {
    /// For `draws` with success probability `q`, whose relative error is `doubt`.
    #[must_use]
    pub fn new(draws: u64, q: f64, doubt: f64) -> Self {
        let draws = draws as f64;
        let each = FORM + RECURRED.0 * RECURRED.1.min(draws + 1.0);
        // Certain draws are not computed.
        let certain = q <= 0.0 || q >= 1.0;
        let logarithms = 2.0 * (1.0 - q.ln() - (-q).ln_1p());
        let per_count = if certain { 0.0 } else { logarithms + doubt / f64::EPSILON / (1.0 - q) };
        Self { draws, share: q, mean: draws * q, each, per_count }
    }

    /// nq.
    #[must_use]
    pub const fn mean(self) -> f64 {
        self.mean
    }

    /// Of P(`count`).
    #[must_use]
    pub fn at(self, count: f64) -> f64 {
        self.each + self.per_count * (count - self.mean).abs()
    }

    /// Σ P(k) times the error of P(k) is at most this: the mean distance from the mean is at most the standard deviation.
    #[must_use]
    pub fn on_average(self) -> f64 {
        self.each + self.per_count * self.spread()
    }

    /// Of any probability of the row.
    #[must_use]
    pub fn at_most(self) -> f64 {
        self.each + self.per_count * self.mean.max(self.draws - self.mean)
    }

    /// Of P(k ≥ `least`), whose value is `tail`; or, where `least` is `None`, of any set of counts with probability `tail`.
    #[must_use]
    pub fn beyond(self, least: Option<f64>, tail: f64) -> f64 {
        if tail <= 0.0 {
            return self.each;
        }
        // E[|k − mean|; A] ≤ sd √P(A), by Cauchy and Schwarz.
        let anywhere = self.spread() / tail.sqrt();
        let excess = least.map_or(f64::INFINITY, |least| {
            let ratio = (self.draws - least) / (least + 1.0) * self.share / (1.0 - self.share);
            if least > self.mean && ratio < 1.0 { least - self.mean + 1.0 / (1.0 - ratio) } else { f64::INFINITY }
        });
        self.each + self.per_count * anywhere.min(excess)
    }

    fn spread(self) -> f64 {
        (self.mean * (1.0 - self.share)).max(0.0).sqrt()
    }
}

/// What rounding has done to the law of a chain from generation to generation.
///
/// The weight of every path errs by at most the sum of the largest errors of its steps, and so do P(T > g) and P(T ≤ g), which
/// are sums over paths; the law as a whole moves by at most the sum of the mean errors.
#[derive(Debug, Clone, Copy, Default)]
pub struct RoundingDrift {
    /// Bound on the relative error of P(T > g) and of P(T ≤ g), in units of [`f64::EPSILON`].
    paths: f64,
    /// Bound on the absolute error of either, in the same units.
    law: f64,
    /// Sum over the generations so far of the error of P(T > g).
    sum: f64,
}

impl RoundingDrift {
    /// One generation on: the largest error of a step taken, the mean one of those that had not failed, the terms of the longest
    /// sum, and P(T > g) now.
    pub fn add(&mut self, most: f64, mean: f64, terms: usize, survival: f64) {
        let sums = 2.0 + terms as f64;
        self.paths += most + sums;
        self.law += mean + sums * survival;
        self.sum += self.law.min(self.paths * survival) + survival;
    }

    /// Bound on the relative error of P(T > g) and of P(T ≤ g).
    #[must_use]
    pub fn relative(&self) -> f64 {
        f64::EPSILON * self.paths
    }

    /// Bound on the error of Σ P(T > g) over the generations so far.
    #[must_use]
    pub fn of_sum(&self) -> f64 {
        f64::EPSILON * self.sum
    }
}

/// Expected times from each state, so that their differences keep their digits: t = `before` + (1 − `failing`) `again`, with
/// the time before the chain fails or meets a state that it often returns to, the probability that it fails first, and the
/// time from there.
#[derive(Debug, Clone)]
pub struct ExpectedTimes {
    /// Time before failure or the return.
    pub before: Vec<f64>,
    /// Probability of failure before the return.
    pub failing: Vec<f64>,
    /// Time from the state returned to.
    pub again: f64,
}

impl ExpectedTimes {
    /// At least |t_j − t_i|, in spite of rounding.
    #[must_use]
    pub fn apart(&self, i: usize, j: usize) -> f64 {
        let parts = |k: usize| (self.before[k], self.failing[k] * self.again);
        let ((a, b), (c, d)) = (parts(i), parts(j));
        (a - c).abs() + (b - d).abs() + 16.0 * f64::EPSILON * (a + b + c + d)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::binomial;

    #[test]
    fn tails_are_no_farther_from_the_mean_than_said() {
        for (draws, q) in [(10, 0.1), (40, 0.3), (200, 0.02), (60, 0.9)] {
            let row = RowErrors::new(draws, q, f64::EPSILON);
            for least in 0..=draws {
                let tail: f64 = (least..=draws).rev().map(|k| binomial::pmf(k, draws, q)).sum();
                // Subnormal numbers keep too few digits to compare.
                if tail < 1e-290 {
                    break;
                }
                let mean: f64 = (least..=draws).map(|k| binomial::pmf(k, draws, q) * row.at(k as f64)).sum();
                assert!(mean / tail <= row.beyond(Some(least as f64), tail) * (1.0 + 1e-12), "{draws} {q} {least}");
                assert!(mean <= row.on_average() * (1.0 + 1e-12));
            }
        }
    }
}
