//! Numbers that carry a bound on what rounding has done to them: a running error analysis, to first order.
//!
//! Source: N. J. Higham, Accuracy and Stability of Numerical Algorithms (2002), section 3.3. Each operation errs by at most one
//! unit roundoff u = 2^-53 of its result, and so may each plain number that enters one; elementary functions by eight, and their
//! arguments by four more.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::scalar::Scalar;

/// u, largest relative error of one rounding.
const UNIT: f64 = 0.5 * f64::EPSILON;
/// Smallest positive number, beneath which products vanish.
const LEAST: f64 = f64::from_bits(1);

/// A number and a bound on its absolute error.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rounded {
    /// The number.
    pub value: f64,
    /// Bound on its distance from the number that it stands for, to first order.
    pub error: f64,
}

impl Rounded {
    fn of(value: f64, carried: f64) -> Self {
        Self { value, error: carried + UNIT * value.abs() + LEAST }
    }

    /// Bound on the error relative to the number; 0 of a 0.
    #[must_use]
    pub fn relative(self) -> f64 {
        if self.value == 0.0 { 0.0 } else { self.error / self.value.abs() }
    }
}

impl Scalar for Rounded {
    fn value(self) -> f64 {
        self.value
    }

    fn map(
        self,
        function: impl FnOnce(f64) -> f64,
        derivative: impl Fn(f64) -> f64,
        _: impl FnOnce(f64) -> f64,
    ) -> Self {
        let value = function(self.value);
        let argument = self.error + 4.0 * UNIT * self.value.abs();
        let carried = if argument == 0.0 { 0.0 } else { derivative(self.value).abs() * argument };
        Self::of(value, carried + 7.0 * UNIT * value.abs())
    }

    fn min(self, most: f64) -> Self {
        if self.value < most {
            return self;
        }
        Self { value: most, error: if self.value - self.error > most { 0.0 } else { self.error } }
    }

    fn rounded_into(self, low: f64, high: f64) -> Self {
        Self { value: self.value.rounded_into(low, high), ..self }
    }

    fn vanishes(self) -> bool {
        self.value == 0.0
    }

    fn complement(self) -> Self {
        Self::of(1.0 - self.value, self.error)
    }

    fn after(self, roundings: impl FnOnce(f64) -> f64) -> Self {
        Self { error: self.error + UNIT * roundings(self.value) * self.value.abs(), ..self }
    }
}

impl From<f64> for Rounded {
    fn from(value: f64) -> Self {
        Self { value, error: UNIT * value.abs() }
    }
}

impl Neg for Rounded {
    type Output = Self;
    fn neg(self) -> Self {
        Self { value: -self.value, ..self }
    }
}

impl Add for Rounded {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::of(self.value + other.value, self.error + other.error)
    }
}

impl Sub for Rounded {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self::of(self.value - other.value, self.error + other.error)
    }
}

impl Mul for Rounded {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self::of(self.value * other.value, self.error * other.value.abs() + self.value.abs() * other.error)
    }
}

impl Div for Rounded {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let value = self.value / other.value;
        Self::of(value, (self.error + value.abs() * other.error) / other.value.abs())
    }
}

impl Add<f64> for Rounded {
    type Output = Self;
    fn add(self, other: f64) -> Self {
        self + Self::from(other)
    }
}

impl Sub<f64> for Rounded {
    type Output = Self;
    fn sub(self, other: f64) -> Self {
        self - Self::from(other)
    }
}

impl Mul<f64> for Rounded {
    type Output = Self;
    fn mul(self, other: f64) -> Self {
        self * Self::from(other)
    }
}

impl Div<f64> for Rounded {
    type Output = Self;
    fn div(self, other: f64) -> Self {
        self / Self::from(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cancellation_is_told() {
        let near_one = Rounded::from(1.0) - Rounded::from(1e-9);
        assert!(near_one.complement().relative() > 1e-8 && near_one.complement().relative() < 1e-6);
        let root = Rounded::from(0.3).map(f64::sqrt, |x| 0.5 / x.sqrt(), |x| -0.25 / x.powf(1.5));
        let off = (root.value * root.value / 0.3 - 1.0).abs();
        assert!(off < 2.0 * root.relative() && root.relative() < 1e-14);
    }
}
