//! The numbers that a law is computed in: plain ones, or with their derivative.
//!
//! Forward-mode differentiation: a [`Dual`] carries the derivative of its value along one direction through every operation, so
//! that the law needs no difference quotients. Source: A. Griewank and A. Walther, Evaluating Derivatives (2008), ch. 3. At a kink
//! (e or h reaching 1) the derivative is the one-sided one into that direction: of two equal values the one with the smaller
//! derivative is the smaller a moment later.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// A number that the law is computed in.
pub trait Scalar:
    Copy
    + Default
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
    + Div<f64, Output = Self>
    + From<f64>
{
    /// The plain value.
    fn value(self) -> f64;

    /// A smooth function of this number, given the function and its first two derivatives. A derivative is not asked for where
    /// the number stands still, so that it may be infinite there.
    #[must_use]
    fn map(
        self,
        function: impl FnOnce(f64) -> f64,
        derivative: impl Fn(f64) -> f64,
        second: impl FnOnce(f64) -> f64,
    ) -> Self;

    /// The smaller of this and a constant, along the direction of the derivative.
    #[must_use]
    fn min(self, most: f64) -> Self;

    /// The value held to an interval that only rounding can leave; the derivative stays.
    #[must_use]
    fn rounded_into(self, low: f64, high: f64) -> Self;

    /// Whether it is 0, and stays so.
    fn vanishes(self) -> bool;

    /// 1 − self.
    #[must_use]
    fn complement(self) -> Self;

    /// Receives the roundings, as a function of its value, that are already in a number computed elsewhere.
    #[must_use]
    fn after(self, _: impl FnOnce(f64) -> f64) -> Self {
        self
    }
}

/// Numbers of a law whose parameters are numbers of kind `P`: plain parameters go with any numbers, parameters with derivatives
/// with numbers of their own kind.
pub trait Over<P>:
    Scalar + From<P> + Add<P, Output = Self> + Sub<P, Output = Self> + Mul<P, Output = Self> + Div<P, Output = Self>
{
}

impl<P, S> Over<P> for S where
    S: Scalar + From<P> + Add<P, Output = Self> + Sub<P, Output = Self> + Mul<P, Output = Self> + Div<P, Output = Self>
{
}

impl Scalar for f64 {
    fn value(self) -> f64 {
        self
    }

    fn map(self, function: impl FnOnce(f64) -> f64, _: impl Fn(f64) -> f64, _: impl FnOnce(f64) -> f64) -> Self {
        function(self)
    }

    fn min(self, most: f64) -> Self {
        Self::min(self, most)
    }

    fn rounded_into(self, low: f64, high: f64) -> Self {
        Self::min(self, high).max(low)
    }

    fn vanishes(self) -> bool {
        self == 0.0
    }

    fn complement(self) -> Self {
        1.0 - self
    }
}

/// A number and its derivative along one direction.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Dual {
    /// The number.
    pub value: f64,
    /// Its derivative.
    pub slope: f64,
}

impl Scalar for Dual {
    fn value(self) -> f64 {
        self.value
    }

    fn map(
        self,
        function: impl FnOnce(f64) -> f64,
        derivative: impl Fn(f64) -> f64,
        _: impl FnOnce(f64) -> f64,
    ) -> Self {
        let slope = if self.slope == 0.0 { 0.0 } else { derivative(self.value) * self.slope };
        Self { value: function(self.value), slope }
    }

    fn min(self, most: f64) -> Self {
        let stays = self.value < most || (self.value == most && self.slope <= 0.0);
        if stays { self } else { most.into() }
    }

    fn rounded_into(self, low: f64, high: f64) -> Self {
        Self { value: self.value.rounded_into(low, high), ..self }
    }

    fn vanishes(self) -> bool {
        self == Self::default()
    }

    fn complement(self) -> Self {
        Self { value: 1.0 - self.value, slope: -self.slope }
    }
}

impl From<f64> for Dual {
    fn from(value: f64) -> Self {
        Self { value, slope: 0.0 }
    }
}

impl Neg for Dual {
    type Output = Self;
    fn neg(self) -> Self {
        Self { value: -self.value, slope: -self.slope }
    }
}

impl Add for Dual {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { value: self.value + other.value, slope: self.slope + other.slope }
    }
}

impl Sub for Dual {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self { value: self.value - other.value, slope: self.slope - other.slope }
    }
}

impl Mul for Dual {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self { value: self.value * other.value, slope: self.slope * other.value + self.value * other.slope }
    }
}

impl Div for Dual {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let value = self.value / other.value;
        // Not over the square of the denominator, which underflows first.
        Self { value, slope: (self.slope - value * other.slope) / other.value }
    }
}

impl Add<f64> for Dual {
    type Output = Self;
    fn add(self, other: f64) -> Self {
        Self { value: self.value + other, ..self }
    }
}

impl Sub<f64> for Dual {
    type Output = Self;
    fn sub(self, other: f64) -> Self {
        Self { value: self.value - other, ..self }
    }
}

impl Mul<f64> for Dual {
    type Output = Self;
    fn mul(self, other: f64) -> Self {
        Self { value: self.value * other, slope: self.slope * other }
    }
}

impl Div<f64> for Dual {
    type Output = Self;
    fn div(self, other: f64) -> Self {
        Self { value: self.value / other, slope: self.slope / other }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    fn at(value: f64) -> Dual {
        Dual { value, slope: 1.0 }
    }

    #[test]
    fn the_rules_of_differentiation() {
        let x = at(0.3);
        let value = (x * x * 2.0 + 1.0) / (x.complement() - 0.1) - -x;
        assert_relative_eq!(value.value, 1.18 / 0.6 + 0.3, max_relative = 1e-15);
        assert_relative_eq!(value.slope, 1.2 / 0.6 + 1.18 / 0.36 + 1.0, max_relative = 1e-15);
        assert_relative_eq!(x.map(f64::exp, f64::exp, f64::exp).slope, 0.3_f64.exp());
    }

    #[test]
    fn a_kink_is_taken_in_the_direction_of_travel() {
        assert_eq!(at(1.0).min(1.0).slope, 0.0);
        assert_eq!((-at(-1.0)).min(1.0).slope, -1.0);
        assert_eq!((at(0.5).min(1.0).slope, at(1.5).min(1.0)), (1.0, 1.0.into()));
        assert_eq!(at(1.0 + f64::EPSILON).rounded_into(0.0, 1.0), at(1.0));
    }

    #[test]
    fn what_stands_still_has_no_slope_however_steep_the_function() {
        assert_eq!(Dual::from(0.0).map(f64::sqrt, |x| 0.5 / x.sqrt(), |x| -0.25 / x.powf(1.5)).slope, 0.0);
    }

    #[test]
    fn quotients_of_tiny_numbers_keep_their_derivative() {
        let tiny = Dual { value: 1e-200, slope: 2e-200 };
        assert_relative_eq!((tiny / Dual { value: 4e-200, slope: 1e-200 }).slope, 0.4375, max_relative = 1e-15);
    }
}
