//! The law of one generation: from what a model believes to what the next one will (model.md, sections 2 to 5).
//!
//! `solution` walks the steps, `candidate` answers a problem, `vote` (by `plurality`, where less than a majority decides) and
//! `filter` check; `bin` chains them for problems of one difficulty, [`Law::at`] sums over difficulties, and `learn` turns
//! accepted examples into beliefs. `meter` says what the checks tell, `attempts` what many candidates come to.
//! All of it is generic over its numbers: plain, with a derivative (`scalar`), or with a bound on their rounding
//! (`rounded`).

mod attempts;
mod bin;
mod candidate;
mod filter;
mod learn;
mod meter;
mod plurality;
mod rounded;
mod scalar;
mod solution;
mod vote;

use serde::Serialize;

use crate::scenario::Scenario;

use bin::Attempted;

pub use bin::{BinLaw, Passage};
pub use candidate::{Answers, Belief, Problem};
pub use filter::{Circumstances, passing};
pub use meter::Meter;
pub use rounded::Rounded;
pub use scalar::{Dual, Scalar};
pub use solution::{Solution, luck, solve};

/// Shares of a model's beliefs that are not sound.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
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

/// What one generation does at a composition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome<S = f64> {
    /// err(x), error rate of one candidate before any check.
    pub error_rate: S,
    /// Accepted answers per generated problem, by kind.
    pub accepted: Answers<S>,
    /// q(x), composition that the next generation draws from; `None` if nothing is accepted (starved), or less than 1e-308
    /// of what is generated.
    pub next: Option<Composition<S>>,
}

impl<S: Scalar> Outcome<S> {
    /// Y(x), accepted examples per generated problem.
    #[must_use]
    pub fn accepted_share(&self) -> S {
        self.accepted.total()
    }
}

/// The law of one generation of a scenario.
#[derive(Debug, Clone)]
pub struct Law {
    bins: Vec<BinLaw>,
    learning: learn::Learning,
}

impl Law {
    /// The law by which `generation` produces its successor.
    #[must_use]
    pub fn new(scenario: &Scenario, generation: u64) -> Self {
        Self {
            bins: scenario.bins(generation).into_iter().map(|bin| BinLaw::new(scenario, bin)).collect(),
            learning: learn::Learning::new(&scenario.learning),
        }
    }

    /// Goes on to `generation` from the one before it.
    pub fn go_on(&mut self, scenario: &Scenario, generation: u64) {
        if generation > 0 && scenario.settles_at().is_none_or(|settled| generation <= settled) {
            *self = Self::new(scenario, generation);
        }
    }

    /// The laws on problems of each difficulty: one where all are alike.
    #[must_use]
    pub fn bins(&self) -> &[BinLaw] {
        &self.bins
    }

    /// What the hazard gain multiplies a share of mistaken beliefs with that was learned (model.md, section 5).
    #[must_use]
    pub fn gain<S: Scalar>(&self, mistaken: S) -> S {
        self.learning.factor(mistaken)
    }

    /// Whether a hazard gain below 1 meets a generation that learns nothing but mistakes at composition `x`: its derivative is
    /// infinite there.
    #[must_use]
    pub fn is_steep(&self, x: Composition) -> bool {
        self.learning.lessens() && self.at(x).next.is_some_and(|next| next.unsound + next.wrong >= 1.0)
    }

    /// err(x), the error rate of one candidate before any check.
    #[must_use]
    pub fn error_rate<S: Scalar>(&self, x: Composition<S>) -> S {
        self.shared(|bin| bin.error_rate(x), |rate, share| rate * share, |one, other| one + other)
            .rounded_into(0.0, 1.0)
    }

    /// The generation at composition `x`: error rate, accepted answers, and the composition that its successor draws from.
    #[must_use]
    pub fn at<S: Scalar>(&self, x: Composition<S>) -> Outcome<S> {
        let Attempted { error_rate, accepted } = self.shared(
            |bin| bin.at(x),
            |one, share| Attempted { error_rate: one.error_rate * share, accepted: one.accepted.scaled(share.into()) },
            |one, other| Attempted {
                error_rate: one.error_rate + other.error_rate,
                accepted: one.accepted.plus(&other.accepted),
            },
        );
        let total = accepted.total();
        // Below the normal doubles the shares have no digits.
        let next = (total.value() >= f64::MIN_POSITIVE).then(|| self.learning.learned(x, &accepted, total));
        Outcome { error_rate: error_rate.rounded_into(0.0, 1.0), accepted, next }
    }

    /// Sum over the difficulties, each with its share of the problems. Where all problems are alike it is the one itself, to
    /// the last bit.
    fn shared<T>(&self, of: impl Fn(&BinLaw) -> T, times: impl Fn(T, f64) -> T, plus: impl Fn(T, T) -> T) -> T {
        match &self.bins[..] {
            [only] => of(only),
            bins => {
                let mut parts = bins.iter().map(|bin| times(of(bin), bin.bin.share));
                // A scenario has at least one class of problems.
                let first = parts.next().unwrap_or_else(|| unreachable!("no class of problems"));
                parts.fold(first, plus)
            }
        }
    }
}
