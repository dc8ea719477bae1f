//! Probabilities of the four kinds of answer.

use super::super::precise::Precise;

#[derive(Clone, Copy)]
pub struct Kinds {
    pub sound: Precise,
    pub unsound: Precise,
    pub systematic: Precise,
    pub random: Precise,
}

impl Kinds {
    pub const NONE: Self =
        Self { sound: Precise::ZERO, unsound: Precise::ZERO, systematic: Precise::ZERO, random: Precise::ZERO };

    pub fn all(share: Precise) -> Self {
        Self { sound: share, unsound: share, systematic: share, random: share }
    }

    pub fn times(self, by: Precise) -> Self {
        self.each(Self::all(by), |a, b| a * b)
    }

    pub fn each(self, other: Self, f: impl Fn(Precise, Precise) -> Precise) -> Self {
        Self {
            sound: f(self.sound, other.sound),
            unsound: f(self.unsound, other.unsound),
            systematic: f(self.systematic, other.systematic),
            random: f(self.random, other.random),
        }
    }

    pub fn total(self) -> Precise {
        self.sound + self.unsound + self.systematic + self.random
    }

    /// Right, systematic, random.
    pub fn outcomes(self) -> [Precise; 3] {
        [self.sound + self.unsound, self.systematic, self.random]
    }

    /// Other outcomes, the right ones split as here.
    pub fn with_right(self, [right, systematic, random]: [Precise; 3]) -> Self {
        let all = self.sound + self.unsound;
        let share = if all.is_zero() { Precise::ZERO } else { right / all };
        Self { sound: self.sound * share, unsound: self.unsound * share, systematic, random }
    }
}
