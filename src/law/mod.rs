//! The law of one generation: from what a model believes to what the next one will (model.md, sections 2 to 5).
//!
//! `solution` walks the steps, `candidate` answers a problem, `vote` (by `plurality`, where less than a majority decides) and
//! `filter` check; `bin` chains them for problems of one difficulty, [`Law::at`] sums over difficulties, and `learn` turns
//! accepted examples into beliefs. `meter` says how well the checks separate right from wrong, `attempts` what many candidates yield.
//! All of it is generic over its numbers: plain, with a derivative (`scalar`), or with a bound on their rounding
//! (`rounded`).

mod attempts;
mod bin;
mod candidate;
mod composition;
mod filter;
mod learn;
mod meter;
mod mixed;
mod parameter;
mod plurality;
mod rounded;
mod scalar;
mod solution;
mod vote;

use crate::scenario::Scenario;

use bin::AttemptedAnswers;
use parameter::{Lift, plain};

pub use attempts::elect;
pub use bin::{BinLaw, CheckPassage};
pub use candidate::{Answers, Belief, Problem};
pub use composition::{Composition, Direction};
pub use filter::{CheckCircumstances, passing};
pub use meter::VerifierMeter;
pub use mixed::MixedDual;
pub use parameter::LawParameter;
pub use rounded::Rounded;
pub use scalar::{Dual, Over, Scalar};
pub use solution::{SolutionWalk, luck, solve};

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
///
/// ```
/// use runaway::Scenario;
/// use runaway::law::{Composition, Law};
/// use runaway::scenario::Origin;
///
/// let scenario = Scenario::parse("name = \"plain\"\n[errors]\namplification = 20", Origin::Text, &[])?;
/// let next: Composition = Law::new(&scenario, 0).at(Composition::default()).next.unwrap();
/// // The share of wrong beliefs that a flawless model's mistakes leave in its successor.
/// assert!((next.wrong - 0.02492314229).abs() < 1e-10);
/// # Ok::<(), runaway::scenario::ScenarioError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Law<P = f64> {
    bins: Vec<BinLaw<P>>,
    learning: learn::LearningLaw<P>,
}

impl<P: Scalar> Law<P> {
    /// The law by which `generation` produces its successor, with its parameters in the form that `lift` gives them.
    pub fn lifted(scenario: &Scenario, generation: u64, lift: Lift<'_, P>) -> Self {
        let bins = scenario.bins(generation).into_iter().enumerate();
        Self {
            bins: bins
                .map(|(index, bin)| {
                    BinLaw::new(scenario, parameter::lifted(scenario, generation, (index, bin), lift), lift)
                })
                .collect(),
            learning: learn::LearningLaw::new(&scenario.learning, lift),
        }
    }
}

impl Law<Dual> {
    /// The same with its derivatives along one parameter.
    #[must_use]
    pub fn along(scenario: &Scenario, generation: u64, parameter: LawParameter) -> Self {
        let slope = |read: LawParameter| f64::from(u8::from(read == parameter));
        Self::lifted(scenario, generation, &|read, value| Dual { value, slope: slope(read) })
    }
}

impl Law {
    /// The law by which `generation` produces its successor.
    #[must_use]
    pub fn new(scenario: &Scenario, generation: u64) -> Self {
        Self::lifted(scenario, generation, &plain)
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
}

impl<P: Scalar> Law<P> {
    /// err(x), the error rate of one candidate before any check.
    #[must_use]
    pub fn error_rate<S: Over<P>>(&self, x: Composition<S>) -> S {
        self.shared(|bin| bin.error_rate(x), |rate, share| rate * share, |one, other| one + other)
            .rounded_into(0.0, 1.0)
    }

    /// The generation at composition `x`: error rate, accepted answers, and the composition that its successor draws from.
    #[must_use]
    pub fn at<S: Over<P>>(&self, x: Composition<S>) -> Outcome<S> {
        let AttemptedAnswers { error_rate, accepted } = self.shared(
            |bin| bin.at(x),
            |one, share| AttemptedAnswers {
                error_rate: one.error_rate * share,
                accepted: one.accepted.scaled(share.into()),
            },
            |one, other| AttemptedAnswers {
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
    fn shared<T>(&self, of: impl Fn(&BinLaw<P>) -> T, times: impl Fn(T, P) -> T, plus: impl Fn(T, T) -> T) -> T {
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
