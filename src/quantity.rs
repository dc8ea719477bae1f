//! Checked quantities: types that cannot hold an illegal value.
//!
//! The only way in is a conversion that can fail, and deserialisation goes through the same conversion, so a scenario
//! that has been read holds legal values only.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a number was refused.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum QuantityError {
    /// Not a number in [0, 1].
    #[error("a probability lies in [0, 1], but this is {0}")]
    Probability(f64),
    /// Negative, infinite or NaN.
    #[error("a rate is a finite number of at least 0, but this is {0}")]
    Rate(f64),
    /// Zero, negative, or above [`Count::MAX`].
    #[error("a count is a whole number from 1 to {max}, but this is {0}", max = Count::MAX)]
    Count(i64),
}

/// A probability or share, in [0, 1] (dimensionless).
///
/// ```
/// use runaway::quantity::Probability;
///
/// assert_eq!(Probability::new(0.25)?.get(), 0.25);
/// assert!(Probability::new(1.5).is_err());
/// # Ok::<(), runaway::quantity::QuantityError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "f64", into = "f64")]
pub struct Probability(f64);

impl Probability {
    /// Probability 0.
    pub const ZERO: Self = Self(0.0);
    /// Probability 1.
    pub const ONE: Self = Self(1.0);

    /// Takes `value` if it lies in [0, 1].
    ///
    /// # Errors
    /// [`QuantityError::Probability`] for anything else, NaN included.
    pub fn new(value: f64) -> Result<Self, QuantityError> {
        if (0.0..=1.0).contains(&value) {
            // Adding 0.0 turns -0.0 into 0.0, so that equal scenarios have equal digests.
            Ok(Self(value + 0.0))
        } else {
            Err(QuantityError::Probability(value))
        }
    }

    /// A constant of the crate; an illegal one does not compile where it stands in a `const` block.
    #[allow(clippy::manual_range_contains)]
    pub(crate) const fn constant(value: f64) -> Self {
        assert!(value >= 0.0 && value <= 1.0, "a probability lies in [0, 1]");
        Self(value)
    }

    /// The number itself.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Probability {
    type Error = QuantityError;
    fn try_from(value: f64) -> Result<Self, Self::Error> {
        Self::new(value)
    }
}

impl From<Probability> for f64 {
    fn from(value: Probability) -> Self {
        value.0
    }
}

/// A finite, non-negative number without an upper bound (dimensionless unless the key says otherwise).
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "f64", into = "f64")]
pub struct Rate(f64);

impl Rate {
    /// Rate 0.
    pub const ZERO: Self = Self(0.0);

    /// Takes `value` if it is finite and at least 0.
    ///
    /// # Errors
    /// [`QuantityError::Rate`] for anything else, NaN included.
    pub fn new(value: f64) -> Result<Self, QuantityError> {
        if value.is_finite() && value >= 0.0 { Ok(Self(value + 0.0)) } else { Err(QuantityError::Rate(value)) }
    }

    /// A constant of the crate; an illegal one does not compile where it stands in a `const` block.
    pub(crate) const fn constant(value: f64) -> Self {
        assert!(value.is_finite() && value >= 0.0, "a rate is a finite number of at least 0");
        Self(value)
    }

    /// The number itself.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Rate {
    type Error = QuantityError;
    fn try_from(value: f64) -> Result<Self, Self::Error> {
        Self::new(value)
    }
}

impl From<Rate> for f64 {
    fn from(value: Rate) -> Self {
        value.0
    }
}

/// A whole number from 1 to [`Count::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "i64", into = "i64")]
pub struct Count(u64);

impl Count {
    /// The largest count: beyond it the law of one generation has no precision left to tell N from infinity.
    pub const MAX: u64 = 1_000_000_000_000;

    /// Takes `value` if it lies in 1..=[`Count::MAX`].
    ///
    /// # Errors
    /// [`QuantityError::Count`] for anything else.
    pub fn new(value: u64) -> Result<Self, QuantityError> {
        if (1..=Self::MAX).contains(&value) {
            Ok(Self(value))
        } else {
            Err(QuantityError::Count(i64::try_from(value).unwrap_or(i64::MAX)))
        }
    }

    /// A constant of the crate; an illegal one does not compile where it stands in a `const` block.
    pub(crate) const fn constant(value: u64) -> Self {
        assert!(value >= 1 && value <= Self::MAX, "a count is a whole number from 1 to 10^12");
        Self(value)
    }

    /// The number itself.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The number as a float; exact, since [`Count::MAX`] is below 2^53.
    #[must_use]
    pub const fn as_f64(self) -> f64 {
        self.0 as f64
    }
}

impl TryFrom<i64> for Count {
    type Error = QuantityError;
    fn try_from(value: i64) -> Result<Self, Self::Error> {
        u64::try_from(value).map_err(|_| QuantityError::Count(value)).and_then(Self::new)
    }
}

impl From<Count> for i64 {
    fn from(value: Count) -> Self {
        // Lossless: Count::MAX is far below i64::MAX.
        value.0 as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_checked() {
        assert_eq!(Probability::new(0.25).unwrap().get(), 0.25);
        for bad in [-1e-300, 1.0 + f64::EPSILON, f64::NAN, f64::INFINITY] {
            assert!(Probability::new(bad).is_err(), "{bad} was taken");
        }
        assert!(Probability::new(-0.0).unwrap().get().is_sign_positive());
    }

    #[test]
    fn rates_and_counts_are_checked() {
        assert!(Rate::new(-1.0).is_err() && Rate::new(f64::INFINITY).is_err());
        assert!(Count::new(0).is_err() && Count::try_from(-3_i64).is_err());
        assert_eq!(Count::new(Count::MAX).unwrap().get(), Count::MAX);
    }
}
