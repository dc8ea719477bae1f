//! Numbers with derivatives along two directions and the mixed second one: by how much a derivative changes with a parameter.
//!
//! Source: J. A. Fike and J. J. Alonso, The development of hyper-dual numbers for exact second-derivative calculations (2011).

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::scalar::Scalar;

/// A number, its derivatives along a direction of the composition and along a parameter, and the mixed second one.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct MixedDual {
    /// The number.
    pub value: f64,
    /// Its derivative along the composition.
    pub slope: f64,
    /// Its derivative along the parameter.
    pub change: f64,
    /// The derivative of `slope` along the parameter.
    pub bend: f64,
}

impl MixedDual {
    /// A parameter, which moves with itself.
    #[must_use]
    pub const fn parameter(value: f64) -> Self {
        Self { value, slope: 0.0, change: 1.0, bend: 0.0 }
    }

    fn each(self, part: impl Fn(f64) -> f64) -> Self {
        Self { value: part(self.value), slope: part(self.slope), change: part(self.change), bend: part(self.bend) }
    }
}

impl Scalar for MixedDual {
    fn value(self) -> f64 {
        self.value
    }

    fn map(
        self,
        function: impl FnOnce(f64) -> f64,
        derivative: impl Fn(f64) -> f64,
        second: impl FnOnce(f64) -> f64,
    ) -> Self {
        let both = self.slope * self.change;
        let along = |part: f64| if part == 0.0 { 0.0 } else { derivative(self.value) * part };
        Self {
            value: function(self.value),
            slope: along(self.slope),
            change: along(self.change),
            bend: along(self.bend) + if both == 0.0 { 0.0 } else { second(self.value) * both },
        }
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
        Self { value: 1.0 - self.value, slope: -self.slope, change: -self.change, bend: -self.bend }
    }
}

impl From<f64> for MixedDual {
    fn from(value: f64) -> Self {
        Self { value, ..Self::default() }
    }
}

impl Neg for MixedDual {
    type Output = Self;
    fn neg(self) -> Self {
        self.each(|part| -part)
    }
}

impl Add for MixedDual {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            slope: self.slope + other.slope,
            change: self.change + other.change,
            bend: self.bend + other.bend,
        }
    }
}

impl Sub for MixedDual {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for MixedDual {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self {
            value: self.value * other.value,
            slope: self.slope * other.value + self.value * other.slope,
            change: self.change * other.value + self.value * other.change,
            bend: self.bend * other.value
                + self.slope * other.change
                + self.change * other.slope
                + self.value * other.bend,
        }
    }
}

impl Div for MixedDual {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let value = self.value / other.value;
        // Not over powers of the denominator, which underflow first.
        let slope = (self.slope - value * other.slope) / other.value;
        let change = (self.change - value * other.change) / other.value;
        let bend = (self.bend - slope * other.change - change * other.slope - value * other.bend) / other.value;
        Self { value, slope, change, bend }
    }
}

impl Add<f64> for MixedDual {
    type Output = Self;
    fn add(self, other: f64) -> Self {
        Self { value: self.value + other, ..self }
    }
}

impl Sub<f64> for MixedDual {
    type Output = Self;
    fn sub(self, other: f64) -> Self {
        Self { value: self.value - other, ..self }
    }
}

impl Mul<f64> for MixedDual {
    type Output = Self;
    fn mul(self, other: f64) -> Self {
        self.each(|part| part * other)
    }
}

impl Div<f64> for MixedDual {
    type Output = Self;
    fn div(self, other: f64) -> Self {
        self.each(|part| part / other)
    }
}
