//! Intervals for a probability.

use statrs::function::beta::inv_beta_reg;
use statrs::function::erf::erfc_inv;

/// z with P(|Z| > z) = `level` for a standard normal Z.
#[must_use]
pub fn normal_critical(level: f64) -> f64 {
    std::f64::consts::SQRT_2 * erfc_inv(level)
}

/// t with P(|X| > t) = `level` for X of Student's law with `freedom` degrees of freedom, at least 1.
///
/// P(|X| > t) = I(freedom / (freedom + t²); freedom/2, 1/2), the regularised incomplete beta function.
#[must_use]
pub fn student_critical(level: f64, freedom: f64) -> f64 {
    let share = inv_beta_reg(0.5 * freedom, 0.5, level);
    (freedom * (1.0 - share) / share).sqrt()
}

/// z with P(Z ≤ z) = `level` for a standard normal Z.
#[must_use]
pub fn normal_quantile(level: f64) -> f64 {
    -std::f64::consts::SQRT_2 * erfc_inv(2.0 * level)
}

/// Interval for a probability, from `successes` in `n` trials, that misses it with probability of about `level`.
///
/// Source: E. B. Wilson (1927). Stays within [0, 1] and keeps a width at 0 and n successes, where the plain normal interval
/// has none. [0, 1] where there are no trials.
///
/// ```
/// // Three wrong answers of a hundred: the error rate, at 95 %.
/// let (low, high) = runaway::stats::interval::wilson(3, 100, 0.05);
/// assert!(0.01 < low && low < 0.03 && 0.08 < high && high < 0.09);
/// ```
#[must_use]
pub fn wilson(successes: u64, n: u64, level: f64) -> (f64, f64) {
    if n == 0 {
        return (0.0, 1.0);
    }
    let z = normal_critical(level);
    let (hits, trials) = (successes.min(n) as f64, n as f64);
    let misses = trials - hits;
    let square = z * z;
    let spread = z * (hits * misses / trials + square / 4.0).sqrt();
    let low = (hits + square / 2.0 - spread) / (trials + square);
    let high = (hits + square / 2.0 + spread) / (trials + square);
    (if successes == 0 { 0.0 } else { low.max(0.0) }, if misses == 0.0 { 1.0 } else { high.min(1.0) })
}

/// Exact interval for a probability, from `successes` in `n` trials, that misses it with a probability of at most `level`. Neither
/// number need be whole: trials that depend on each other are worth fewer than there are (Korn & Graubard 1998).
///
/// Source: Clopper & Pearson (1934), by the quantiles of beta laws. [0, 1] where there are no trials.
///
/// ```
/// // No success in ten: the rule of three, more or less.
/// let (low, high) = runaway::stats::interval::clopper_pearson(0.0, 10.0, 0.1);
/// assert!(low == 0.0 && (high - (1.0 - 0.05_f64.powf(0.1))).abs() < 1e-9);
/// ```
#[must_use]
pub fn clopper_pearson(successes: f64, n: f64, level: f64) -> (f64, f64) {
    if n.is_nan() || n <= 0.0 {
        return (0.0, 1.0);
    }
    let hits = successes.clamp(0.0, n);
    let misses = n - hits;
    let low = if hits > 0.0 { inv_beta_reg(hits, misses + 1.0, 0.5 * level) } else { 0.0 };
    let high = if misses > 0.0 { inv_beta_reg(hits + 1.0, misses, 1.0 - 0.5 * level) } else { 1.0 };
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::binomial;
    use approx::assert_relative_eq;

    /// The ends are the p at which what was seen, or more (or less) of it, has half the level.
    #[test]
    fn exact_intervals_leave_half_the_level_on_either_side() {
        for (hits, n) in [(1, 4), (3, 10), (50, 100), (1, 2_000), (1_999, 2_000)] {
            let (low, high) = clopper_pearson(hits as f64, n as f64, 0.1);
            assert_relative_eq!(binomial::upper_tail(hits, n, low), 0.05, max_relative = 1e-6);
            assert_relative_eq!(binomial::upper_tail(n - hits, n, 1.0 - high), 0.05, max_relative = 1e-6);
        }
        assert_eq!(clopper_pearson(0.0, 0.0, 0.1), (0.0, 1.0));
        assert_eq!(clopper_pearson(5.0, 5.0, 0.1).1, 1.0);
        assert_eq!(clopper_pearson(0.0, 5.0, 0.1).0, 0.0);
    }

    /// Tabled values.
    #[test]
    fn students_law_meets_its_table() {
        for (freedom, t) in [(1.0, 12.706_204_7), (2.0, 4.302_652_73), (15.0, 2.131_449_55), (31.0, 2.039_513_45)] {
            assert_relative_eq!(student_critical(0.05, freedom), t, max_relative = 1e-7);
        }
    }

    #[test]
    fn wilson_solves_its_equation() {
        // The ends are the p for which (p̂ − p)² = z² p(1 − p)/n.
        let z = normal_critical(0.05);
        assert_relative_eq!(z, 1.959_963_984_540_054, max_relative = 1e-12);
        for (hits, n) in [(3, 10), (50, 100), (1, 20_000)] {
            let (low, high) = wilson(hits, n, 0.05);
            for p in [low, high] {
                let apart = hits as f64 / n as f64 - p;
                assert_relative_eq!(apart * apart, z * z * p * (1.0 - p) / n as f64, max_relative = 1e-9);
            }
        }
        assert_eq!(wilson(0, 0, 0.05), (0.0, 1.0));
        assert_eq!(wilson(0, 10, 0.05).0, 0.0);
        assert_eq!(wilson(10, 10, 0.05).1, 1.0);
        assert!(wilson(0, 10, 0.05).1 > 0.2);
    }
}
