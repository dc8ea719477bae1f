//! Interpolation on Chebyshev points, ORDER at a time.
//!
//! Source: L. N. Trefethen, Approximation Theory and Approximation Practice (2013): the coefficients of a smooth function
//! fall geometrically, so that the last ones tell what the interpolant is worth.

use std::f64::consts::PI;
use std::sync::LazyLock;

use super::gram::ORDER;

/// One value for each node.
pub type ChebyshevNodes = [f64; ORDER];

static POINTS: LazyLock<ChebyshevNodes> =
    LazyLock::new(|| std::array::from_fn(|i| -((i as f64 + 0.5) * PI / ORDER as f64).cos()));

/// `T_k` at each point, row by row.
static POLYNOMIALS: LazyLock<[ChebyshevNodes; ORDER]> = LazyLock::new(|| {
    std::array::from_fn(|k| {
        std::array::from_fn(|i| {
            // T_k(−cos θ) = (−1)^k cos kθ.
            let sign = if k % 2 == 0 { 1.0 } else { -1.0 };
            sign * (k as f64 * (i as f64 + 0.5) * PI / ORDER as f64).cos()
        })
    })
});

/// The Chebyshev points of [−1, 1], rising.
pub fn points() -> &'static ChebyshevNodes {
    &POINTS
}

/// Coefficients of the interpolant through `values` at [`points`].
pub fn coefficients(values: &ChebyshevNodes) -> ChebyshevNodes {
    std::array::from_fn(|k| {
        let sum: f64 = POLYNOMIALS[k].iter().zip(values).map(|(t, v)| t * v).sum();
        sum * if k == 0 { 1.0 } else { 2.0 } / ORDER as f64
    })
}

/// Size of the last coefficients, about the interpolant's absolute error.
pub fn tail(coefficients: &ChebyshevNodes) -> f64 {
    coefficients[ORDER - 3..].iter().fold(0.0, |largest, c| largest.max(c.abs()))
}

/// The interpolant at each of `at`.
pub fn values(coefficients: &ChebyshevNodes, at: &ChebyshevNodes) -> ChebyshevNodes {
    let (mut ahead, mut here) = ([0.0; ORDER], [0.0; ORDER]);
    for &c in coefficients[1..].iter().rev() {
        for i in 0..ORDER {
            let next = c + 2.0 * at[i] * here[i] - ahead[i];
            ahead[i] = here[i];
            here[i] = next;
        }
    }
    std::array::from_fn(|i| coefficients[0] + at[i] * here[i] - ahead[i])
}

/// The interpolant at one place.
pub fn value(coefficients: &ChebyshevNodes, at: f64) -> f64 {
    let (mut ahead, mut here) = (0.0, 0.0);
    for &c in coefficients[1..].iter().rev() {
        (ahead, here) = (here, c + 2.0 * at * here - ahead);
    }
    coefficients[0] + at * here - ahead
}

/// Coefficients of the interpolant's derivative.
pub fn derivative(coefficients: &ChebyshevNodes) -> ChebyshevNodes {
    let mut result = [0.0; ORDER];
    for k in (1..ORDER).rev() {
        let above = if k + 1 < ORDER { result[k + 1] } else { 0.0 };
        result[k - 1] = above + 2.0 * k as f64 * coefficients[k];
    }
    result[0] *= 0.5;
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn a_smooth_function_is_its_interpolant() {
        let series = coefficients(&points().map(f64::exp));
        let at: ChebyshevNodes = std::array::from_fn(|i| -1.0 + 2.0 * i as f64 / (ORDER - 1) as f64);
        for (value, at) in values(&series, &at).iter().zip(at) {
            assert_relative_eq!(*value, at.exp(), max_relative = 1e-14);
        }
        for (value, at) in values(&derivative(&series), &at).iter().zip(at) {
            assert_relative_eq!(*value, at.exp(), max_relative = 1e-11);
        }
        assert!(tail(&series) < 1e-12);
        assert!(tail(&coefficients(&points().map(f64::abs))) > 1e-3);
    }
}
