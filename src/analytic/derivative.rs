//! Derivatives of smooth functions of which only values are known, with an estimate of what they are worth.
//!
//! Difference quotients over a shrinking step, extrapolated to step 0 by Neville's scheme. Source: C. J. F. Ridders, Accurate
//! computation of F'(x) and F'(x) F''(x), Advances in Engineering Software 4 (1982) 75–76.

/// Quotients in one tableau; the last steps only add rounding errors, and the estimate tells.
const ROWS: usize = 12;
/// Ratio of neighbouring steps.
const SHRINK: f64 = 1.6;
/// The tableau ends when its diagonal has become worse than the best value by this factor.
const WORSE: f64 = 4.0;

/// Derivative of `f` at `x` from both sides, with an estimate of its absolute error.
///
/// `scale` is the largest step: over `x ± scale` the function should be smooth, and `f` is called nowhere else. A step
/// that is not a positive number gives (NaN, ∞).
pub fn derivative(f: impl Fn(f64) -> f64, x: f64, scale: f64) -> (f64, f64) {
    if !(scale > 0.0 && scale.is_finite()) {
        return (f64::NAN, f64::INFINITY);
    }
    // The quotient is even in the step, so that the scheme removes two orders at a time.
    extrapolate(scale, 2, |step| {
        let (above, below) = (x + step, x - step);
        (f(above) - f(below)) / (above - below)
    })
}

/// Derivative of `f` at `x` from one side, with an estimate of its absolute error: from above where `scale` > 0, from below
/// where `scale` < 0.
///
/// `f` is called on the interval from `x` to `x + scale` only. A step that is zero or no number gives (NaN, ∞).
pub fn one_sided(f: impl Fn(f64) -> f64, x: f64, scale: f64) -> (f64, f64) {
    if !(scale != 0.0 && scale.is_finite()) {
        return (f64::NAN, f64::INFINITY);
    }
    let here = f(x);
    extrapolate(scale, 1, |step| {
        let there = x + step;
        (f(there) - here) / (there - x)
    })
}

/// Derivative of `f` at `x` where `f` is defined on [`low`, `high`] alone: from both sides where there is room for a step of
/// at least a sixteenth of `scale`, else from the side with more room.
pub fn within(f: impl Fn(f64) -> f64, x: f64, (low, high): (f64, f64), scale: f64) -> (f64, f64) {
    let (below, above) = (x - low, high - x);
    let room = below.min(above).min(scale);
    if room >= scale / 16.0 {
        // Rounding may carry x ± room out of the interval.
        derivative(|at| f(at.clamp(low, high)), x, room)
    } else if above >= below {
        one_sided(|at| f(at.min(high)), x, above.min(scale))
    } else {
        one_sided(|at| f(at.max(low)), x, -below.min(scale))
    }
}

/// Neville's scheme for a quotient whose error is a series in step^`order`: best value and its estimated error.
fn extrapolate(scale: f64, order: i32, quotient: impl Fn(f64) -> f64) -> (f64, f64) {
    let mut step = scale;
    let mut above = vec![quotient(step)];
    let (mut best, mut estimate) = (above[0], f64::INFINITY);
    for _ in 1..ROWS {
        step /= SHRINK;
        let mut row = vec![quotient(step)];
        let mut factor = 1.0;
        for (column, &old) in above.iter().enumerate() {
            factor *= SHRINK.powi(order);
            // One value is pushed for each of the columns before.
            let last = row[column];
            let next = last + (last - old) / (factor - 1.0);
            let error = (next - last).abs().max((next - old).abs());
            if error <= estimate {
                (best, estimate) = (next, error);
            }
            row.push(next);
        }
        let ends = (above.last(), row.last());
        above = match ends {
            (Some(old), Some(new)) if (new - old).abs() >= WORSE * estimate && estimate.is_finite() => break,
            _ => row,
        };
    }
    (best, estimate)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value is right to `tolerance`, and the estimate covers the true error up to rounding.
    fn check((value, estimate): (f64, f64), truth: f64, tolerance: f64) {
        let error = (value - truth).abs();
        assert!(error <= tolerance * truth.abs().max(1.0), "{value} for {truth}: off by {error:e}");
        assert!(error <= 10.0 * estimate + 1e-12 * truth.abs().max(1.0), "off by {error:e}, estimated {estimate:e}");
        assert!(estimate < 1e-6 * truth.abs().max(1.0), "estimate {estimate:e}");
    }

    #[test]
    fn both_sides() {
        check(derivative(f64::exp, 0.3, 0.2), 0.3_f64.exp(), 1e-12);
        check(derivative(|x| x.powi(7), 0.5, 0.2), 7.0 * 0.5_f64.powi(6), 1e-12);
        check(
            derivative(|x| 1.0 - (1.0 - 0.002 * (1.0 + 20.0 * x)).powi(20), 0.1, 0.1),
            0.8 * 0.994_f64.powi(19),
            1e-12,
        );
        check(derivative(|_| 3.0, 1.0, 0.1), 0.0, 0.0);
    }

    #[test]
    fn one_side() {
        check(one_sided(f64::exp, 0.0, 0.1), 1.0, 1e-11);
        check(one_sided(f64::exp, 0.0, -0.1), 1.0, 1e-11);
        check(one_sided(|x| 1.0 / (1.0 + x), 0.0, 0.1), -1.0, 1e-11);
    }

    #[test]
    fn stays_inside() {
        for (x, low, high) in [(0.0, 0.0, 1.0), (1.0, 0.0, 1.0), (0.001, 0.0, 1.0), (0.5, 0.4999, 0.9), (0.2, 0.0, 0.3)]
        {
            let f = |at: f64| {
                assert!((low..=high).contains(&at), "called at {at} outside {low}..={high}");
                (2.0 * at).sin()
            };
            check(within(f, x, (low, high), 0.05), 2.0 * (2.0 * x).cos(), 1e-11);
        }
    }

    #[test]
    fn refuses_a_step_that_is_none() {
        assert!(derivative(f64::exp, 0.0, 0.0).0.is_nan() && one_sided(f64::exp, 0.0, f64::NAN).0.is_nan());
        assert!(within(f64::exp, 0.0, (0.0, 0.0), 0.1).0.is_nan());
    }
}
