//! One problem: what a candidate answers, given what the model believes about it (model.md, section 3).

use serde::{Deserialize, Serialize};

use super::Composition;
use super::scalar::{Over, Scalar};
use super::solution::SolutionWalk;

/// Probabilities, or rates per problem, of the four kinds of answer.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Answers<S = f64> {
    /// Right answer by right steps.
    pub sound: S,
    /// Right answer by at least one wrong step.
    pub unsound: S,
    /// The wrong answer that candidates for this problem share.
    pub systematic: S,
    /// A wrong answer of this candidate's own.
    pub random: S,
}

impl<S: Scalar> Answers<S> {
    /// Sound, unsound, systematic, random: the order of tables.
    #[must_use]
    pub fn kinds(self) -> [S; 4] {
        [self.sound, self.unsound, self.systematic, self.random]
    }

    /// Probability of a right answer.
    #[must_use]
    pub fn right(&self) -> S {
        self.sound + self.unsound
    }

    /// Probability of a wrong answer.
    #[must_use]
    pub fn wrong(&self) -> S {
        self.systematic + self.random
    }

    /// Probability of any answer.
    #[must_use]
    pub fn total(&self) -> S {
        self.right() + self.wrong()
    }

    /// The same in other numbers.
    #[must_use]
    pub fn map<R>(&self, change: impl Fn(S) -> R) -> Answers<R> {
        Answers {
            sound: change(self.sound),
            unsound: change(self.unsound),
            systematic: change(self.systematic),
            random: change(self.random),
        }
    }

    /// Each kind times its own factor.
    #[must_use]
    pub fn times(&self, factors: &Self) -> Self {
        Self {
            sound: self.sound * factors.sound,
            unsound: self.unsound * factors.unsound,
            systematic: self.systematic * factors.systematic,
            random: self.random * factors.random,
        }
    }

    /// Every kind times the same factor.
    #[must_use]
    pub fn scaled(&self, factor: S) -> Self {
        self.times(&Self { sound: factor, unsound: factor, systematic: factor, random: factor })
    }

    /// The sum, kind by kind.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            sound: self.sound + other.sound,
            unsound: self.unsound + other.unsound,
            systematic: self.systematic + other.systematic,
            random: self.random + other.random,
        }
    }
}

/// Roundings in φ.
const LUCK: f64 = 64.0;

/// What a problem meets in the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Belief {
    /// A sound belief, and no systematic mistake waits in this problem.
    Plain,
    /// A sound belief, but the problem provokes a fresh systematic mistake.
    FreshSystematic,
    /// An unsound belief.
    Unsound,
    /// A wrong belief.
    Wrong,
}

impl Belief {
    /// In words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "a sound belief",
            Self::FreshSystematic => "a sound belief, but provokes a mistake",
            Self::Unsound => "an unsound belief",
            Self::Wrong => "a wrong belief",
        }
    }
}

/// One of the four situations in which a problem is attempted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Problem<S = f64> {
    /// What the problem meets.
    pub belief: Belief,
    /// How often, per problem.
    pub weight: S,
    /// What one candidate answers.
    pub candidate: Answers<S>,
}

/// A candidate that shows no systematic mistake: the solution's outcome, given that it is not one.
///
/// Where every solution is a systematic mistake the condition is empty, and the limit from milder slips is taken: sound.
pub(super) fn base<P: Scalar, S: Over<P>>(solution: &SolutionWalk<S>, systematic_share: P) -> Answers<S> {
    let random = solution.wrong * systematic_share.complement();
    let rest = solution.sound + solution.unsound + random;
    if rest.value() == 0.0 {
        return Answers { sound: 1.0.into(), ..Answers::default() };
    }
    Answers {
        sound: solution.sound / rest,
        unsound: solution.unsound / rest,
        systematic: S::default(),
        random: random / rest,
    }
}

/// h: the probability that a problem met by a sound belief provokes a systematic mistake, so that with the consistency
/// γ of its candidates a share oσ of them shows one.
pub(super) fn fresh_systematic<P: Scalar, S: Over<P>>(
    solution: &SolutionWalk<S>,
    systematic_share: P,
    consistency: P,
) -> S {
    let shown = solution.wrong * systematic_share;
    match (consistency.value() == 0.0, shown.value() == 0.0) {
        (false, _) => (shown / consistency).min(1.0),
        // Nothing is shown, and with the least consistency every problem would provoke one.
        (true, false) => 1.0.into(),
        (true, true) => S::default(),
    }
}

/// The four situations, weighted by the composition of the model.
pub(super) fn problems<P: Scalar, S: Over<P>>(
    x: Composition<S>,
    base: &Answers<S>,
    fresh_systematic: S,
    consistency: P,
    luck: P,
) -> [Problem<S>; 4] {
    let otherwise = base.scaled(consistency.complement().into());
    let shown = Answers { systematic: consistency.into(), ..otherwise };
    let repeated = Answers {
        unsound: otherwise.unsound + S::from(consistency * luck).after(|_| LUCK),
        // What is left of 1 has the roundings of what was taken from it.
        systematic: S::from(consistency * luck.complement())
            .after(|_| 2.0 + LUCK * luck.value() / (1.0 - luck.value()).max(f64::EPSILON)),
        ..otherwise
    };
    let sound = x.sound();
    [
        Problem { belief: Belief::Plain, weight: sound * fresh_systematic.complement(), candidate: *base },
        Problem { belief: Belief::FreshSystematic, weight: sound * fresh_systematic, candidate: shown },
        Problem { belief: Belief::Unsound, weight: x.unsound, candidate: repeated },
        Problem { belief: Belief::Wrong, weight: x.wrong, candidate: shown },
    ]
}
