//! How far a simulated number lies from the expected one, and how far chance would put it.

use super::test::{AgreementTest, DeviationUnit};

/// Relative difference up to which a number that cannot vary counts as equal: rounding, no more.
const EQUAL: f64 = 1e-9;
/// Relative difference that rounding makes between a mean of up to a billion runs and an expected number.
const ROUNDING: f64 = 1e-12;

/// The deviation of one mean, and how large it may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deviation {
    pub signed: f64,
    pub critical: f64,
    pub unit: DeviationUnit,
}

impl Deviation {
    /// Of a simulated mean from its expectation, with the exact standard error and the bound on their distance.
    pub fn of(mean: f64, expected: f64, se: f64, bound: f64) -> Self {
        if se == 0.0 {
            let scale = if expected == 0.0 { 1.0 } else { expected.abs() };
            return Self { signed: (mean - expected) / scale, critical: EQUAL, unit: DeviationUnit::Relative };
        }
        // Where almost nothing varies, chance is no larger than the rounding of either mean.
        let bound = bound.max(ROUNDING * expected.abs());
        Self { signed: (mean - expected) / se, critical: bound / se, unit: DeviationUnit::StandardErrors }
    }

    /// Of one simulated mean from another: that neither varied proves nothing, so the bound stays.
    pub fn of_two(mean: f64, other: f64, se: f64, bound: f64) -> Self {
        if se == 0.0 {
            return Self { signed: mean - other, critical: bound, unit: DeviationUnit::Absolute };
        }
        Self { signed: (mean - other) / se, critical: bound / se, unit: DeviationUnit::StandardErrors }
    }

    /// How much of the allowance is used; a NaN uses it all.
    pub fn used(&self) -> f64 {
        let used = self.signed.abs() / self.critical;
        if used.is_nan() { f64::INFINITY } else { used }
    }

    pub fn passed(&self) -> bool {
        self.signed.abs() <= self.critical
    }

    pub fn test(&self, quantity: &str, level: f64, generation: Option<u64>) -> AgreementTest {
        AgreementTest {
            quantity: quantity.to_owned(),
            level,
            deviation: self.signed.abs(),
            critical: self.critical,
            unit: self.unit,
            generation,
            passed: self.passed(),
        }
    }

    /// A size in the unit of this deviation, in words.
    pub fn words(&self, size: f64) -> String {
        match self.unit {
            DeviationUnit::StandardErrors => format!("{size:.1} standard errors"),
            DeviationUnit::Relative => format!("a relative {size:.1e}"),
            DeviationUnit::Probability | DeviationUnit::Absolute => format!("{size:.4}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An error of 1 in all but one of 10^16 runs: the two means differ by rounding, 17 standard errors.
    #[test]
    fn rounding_is_no_deviation() {
        let expected = 1.0 - 2.0 * f64::EPSILON;
        let one = Deviation::of(1.0, expected, 2e-17, 1e-16);
        assert!(one.passed(), "{one:?}");
        assert!(!Deviation::of(1.0, 1.0 - 1e-9, 2e-17, 1e-16).passed());
    }
}
