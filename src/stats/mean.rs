//! Bounds on the mean of independent values in [0, 1], for every sample size and every law.
//!
//! A normal approximation would call skewed data different: where one run in ten thousand fails, the mean of twenty
//! thousand is far from normal.

/// Smallest t for which Bernstein's inequality gives P(|mean − μ| ≥ t) ≤ `level`, where the `variance` is known.
///
/// As [`bernstein_within`] for values in [0, 1], none of which can be farther than 1 from its mean.
#[must_use]
pub fn bernstein(n: u64, variance: f64, level: f64) -> f64 {
    bernstein_within(n, variance, 1.0, level)
}

/// Smallest t for which Bernstein's inequality gives P(|mean − μ| ≥ t) ≤ `level` for values of known `variance`, none
/// farther than `reach` from its mean.
///
/// Solves 2 exp(−n t² / (2(v + b t/3))) = level, b the reach. Source: S. Bernstein (1946); S. Boucheron, G. Lugosi and
/// P. Massart, Concentration Inequalities (2013), section 2.8. Infinite where there are no observations.
#[must_use]
pub fn bernstein_within(n: u64, variance: f64, reach: f64, level: f64) -> f64 {
    if n == 0 {
        return f64::INFINITY;
    }
    let (n, log) = (n as f64, (2.0 / level).ln());
    let linear = reach * log / 3.0;
    (linear + (linear * linear + 2.0 * log * n * variance).sqrt()) / n
}

/// A t for which P(|mean − μ| ≥ t) ≤ `level`, where the variance is estimated from the same values.
///
/// √(2 V ln(4/level) / n) + 7 ln(4/level) / (3(n − 1)), V the unbiased sample variance. Source: A. Maurer and M. Pontil, Empirical
/// Bernstein bounds (2009), theorem 4, on both sides. Infinite for fewer than two values.
#[must_use]
pub fn empirical_bernstein(n: u64, sample_variance: f64, level: f64) -> f64 {
    if n < 2 {
        return f64::INFINITY;
    }
    let (n, log) = (n as f64, (4.0 / level).ln());
    (2.0 * sample_variance * log / n).sqrt() + 7.0 * log / (3.0 * (n - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn bernstein_solves_its_equation() {
        for (n, variance, level) in [(100, 0.2, 0.05), (20_000, 1e-6, 1e-5), (5, 0.0, 0.1)] {
            let t = bernstein(n, variance, level);
            let tail = 2.0 * (-(n as f64) * t * t / (2.0 * (variance + t / 3.0))).exp();
            assert_relative_eq!(tail, level, max_relative = 1e-12);
            assert!(bernstein_within(n, variance, 0.1, level) < t);
        }
        // Large n: nearly √(2 v ln(2/level) / n).
        assert_relative_eq!(
            bernstein(u64::MAX, 0.25, 0.01) / (0.5 * 200.0_f64.ln() / 2_f64.powi(64)).sqrt(),
            1.0,
            epsilon = 1e-8
        );
    }

    #[test]
    fn the_empirical_bound_is_the_wider() {
        for n in [2, 50, 10_000] {
            assert!(empirical_bernstein(n, 0.1, 0.01) > bernstein(n, 0.1, 0.01));
        }
        assert_eq!(empirical_bernstein(1, 0.0, 0.5), f64::INFINITY);
        assert_eq!(bernstein(0, 0.0, 0.5), f64::INFINITY);
    }
}
