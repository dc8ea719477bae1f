//! What a model believes: shares of its beliefs that are not sound.

use serde::{Deserialize, Serialize};

use crate::scenario::Scenario;

use super::rounded::Rounded;
use super::scalar::{Dual, Scalar};

/// Shares of a model's beliefs that are not sound.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Composition<S = f64> {
    /// x_U, share of unsound beliefs.
    pub unsound: S,
    /// x_W, share of wrong beliefs.
    pub wrong: S,
}

impl Composition {
    /// A model without a mistake.
    pub const SOUND: Self = Self { unsound: 0.0, wrong: 0.0 };

    /// Generation 0 of a scenario, in whole beliefs; the mean of a start that is drawn.
    #[must_use]
    pub fn start(scenario: &Scenario) -> Self {
        if scenario.start.draw {
            return Self { unsound: scenario.start.unsound.get(), wrong: scenario.start.wrong.get() };
        }
        let n = scenario.examples.as_f64();
        let (unsound, wrong) = scenario.start_counts();
        Self { unsound: unsound as f64 / n, wrong: wrong as f64 / n }
    }

    /// This composition as it sets out along `direction`, in numbers whose derivatives are along it.
    #[must_use]
    pub fn towards(self, direction: Direction) -> Composition<Dual> {
        let [unsound, wrong] = direction.components();
        Composition {
            unsound: Dual { value: self.unsound, slope: unsound },
            wrong: Dual { value: self.wrong, slope: wrong },
        }
    }
}

impl Composition {
    /// This composition, each share of it rounded once.
    #[must_use]
    pub fn rounded(self) -> Composition<Rounded> {
        self.fixed()
    }

    /// This composition in other numbers, which stand still.
    #[must_use]
    pub fn fixed<S: From<f64>>(self) -> Composition<S> {
        Composition { unsound: self.unsound.into(), wrong: self.wrong.into() }
    }
}

impl<S: Scalar> Composition<S> {
    /// The plain shares.
    #[must_use]
    pub fn value(self) -> Composition {
        Composition { unsound: self.unsound.value(), wrong: self.wrong.value() }
    }

    /// x_C, share of sound beliefs. Where unsound and wrong ones fill the whole, rounding of their shares leaves nothing.
    #[must_use]
    pub fn sound(self) -> S {
        let left = self.unsound.complement() - self.wrong;
        let rounded = self.unsound.value() > 0.0 && self.wrong.value() > 0.0 && left.value() < f64::EPSILON;
        left.rounded_into(0.0, if rounded { 0.0 } else { f64::INFINITY })
    }
}

/// A change of a composition, at the cost of sound beliefs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// More unsound beliefs.
    Unsound,
    /// More wrong beliefs.
    Wrong,
}

impl Direction {
    /// Both, in the order of rows and columns of matrices.
    pub const ALL: [Self; 2] = [Self::Unsound, Self::Wrong];

    const fn components(self) -> [f64; 2] {
        match self {
            Self::Unsound => [1.0, 0.0],
            Self::Wrong => [0.0, 1.0],
        }
    }
}
