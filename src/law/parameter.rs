//! The numbers of a scenario that its law is a smooth function of, by their keys, and the form in which they enter it.

use std::fmt;

use crate::scenario::{Difficulty, DifficultyClass, Scenario};

use super::scalar::Scalar;

/// A number of a scenario that a law is a smooth function of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LawParameter {
    table: &'static str,
    index: Option<usize>,
    key: &'static str,
}

/// Gives each parameter, with its value, the form in which it enters a law: plain, or with a derivative.
pub type Lift<'a, P> = &'a dyn Fn(LawParameter, f64) -> P;

impl LawParameter {
    /// A key of a table.
    pub(super) const fn of(table: &'static str, key: &'static str) -> Self {
        Self { table, index: None, key }
    }

    /// A key of one of several tables.
    pub(super) const fn of_list(table: &'static str, index: usize, key: &'static str) -> Self {
        Self { table, index: Some(index), key }
    }

    /// Whether a law that stays would change from generation to generation if this parameter were another.
    #[must_use]
    pub fn is_of_schedule(self) -> bool {
        self == Self::of("errors", "step_error_gain") || self == Self::of("errors", "erosion")
    }

    /// Whether it is the recovery, without which no belief is unsound.
    #[must_use]
    pub fn is_recovery(self) -> bool {
        self == Self::of("errors", "recovery")
    }

    /// A key of the errors, or that of one class of problems where it has its own.
    pub(super) const fn of_class(class: Option<usize>, key: &'static str) -> Self {
        Self { table: if class.is_some() { "difficulty" } else { "errors" }, index: class, key }
    }
}

/// The dotted key, as a file spells it.
impl fmt::Display for LawParameter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            Some(index) => write!(out, "{}.{index}.{}", self.table, self.key),
            None => write!(out, "{}.{}", self.table, self.key),
        }
    }
}

/// Plain parameters.
pub(super) const fn plain(_: LawParameter, value: f64) -> f64 {
    value
}

/// Problems of one difficulty with their parameters as `lift` gives them.
pub(super) fn lifted<P: Scalar>(
    scenario: &Scenario,
    generation: u64,
    (index, bin): (usize, DifficultyClass),
    lift: Lift<'_, P>,
) -> DifficultyClass<P> {
    let own = scenario.difficulty.get(index);
    let class = |has: bool| has.then_some(index);
    let of = |has: bool, key, value| lift(LawParameter::of_class(class(has), key), value);
    DifficultyClass {
        share: share(scenario, index, bin.share, lift),
        steps: bin.steps,
        step_error: step_error(scenario, generation, (index, bin.step_error), lift),
        step_error_roundings: bin.step_error_roundings,
        systematic_share: of(
            own.is_some_and(|own| own.systematic_share.is_some()),
            "systematic_share",
            bin.systematic_share,
        ),
        consistency: of(own.is_some_and(|own| own.consistency.is_some()), "consistency", bin.consistency),
        wrong_answers: bin.wrong_answers,
    }
}

/// A share of the problems: what one class gains, the others lose in proportion.
fn share<P: Scalar>(scenario: &Scenario, index: usize, value: f64, lift: Lift<'_, P>) -> P {
    if scenario.difficulty.len() < 2 {
        return value.into();
    }
    let rate = |(other, class): (usize, &Difficulty)| {
        let (parameter, share) = (LawParameter::of_list("difficulty", other, "share"), class.share.get());
        (parameter, share, if other == index { 1.0 } else { -value / (1.0 - share) })
    };
    moved(value, lift, scenario.difficulty.iter().enumerate().map(rate))
}

/// ε of the present generation, which follows from that of generation 0, the floor, the gain and the erosion.
fn step_error<P: Scalar>(scenario: &Scenario, generation: u64, (index, value): (usize, f64), lift: Lift<'_, P>) -> P {
    let errors = &scenario.errors;
    let own = scenario.difficulty.get(index).and_then(|class| class.step_error);
    let start = own.unwrap_or(errors.step_error).get();
    let keys = [
        (LawParameter::of_class(own.map(|_| index), "step_error"), start),
        (LawParameter::of("errors", "step_error_floor"), errors.step_error_floor.get()),
        (LawParameter::of("errors", "step_error_gain"), errors.step_error_gain.get()),
        (LawParameter::of("errors", "erosion"), errors.erosion.get()),
    ];
    let rates = scenario.slip_slopes(start, generation);
    moved(value, lift, keys.into_iter().zip(rates).map(|((parameter, own), rate)| (parameter, own, rate)))
}

/// A number with the derivatives that parameters bring to it, each with its value and the rate at which the number follows it.
fn moved<P: Scalar>(value: f64, lift: Lift<'_, P>, by: impl IntoIterator<Item = (LawParameter, f64, f64)>) -> P {
    by.into_iter().fold(value.into(), |sum: P, (parameter, own, rate)| {
        let change = lift(parameter, own) - own;
        // A rate may be infinite where nothing moves.
        if change.vanishes() { sum } else { sum + change * rate }
    })
}
