//! The mean field: the loop without chance, x_{g+1} = q(x_g) (model.md, section 6).

use crate::analytic::settled::settled;
use crate::law::{Composition, Law};
use crate::scenario::{Policy, Scenario};

/// The mean field of a loop, by generation from 0.
#[derive(Debug, Clone, PartialEq)]
pub struct MeanField {
    /// Composition.
    pub composition: Vec<Composition>,
    /// Error rate.
    pub error: Vec<f64>,
    /// First generation at which nothing is accepted; the composition stays from there on.
    pub starved: Option<u64>,
}

/// Follows the mean field for `generations` steps.
#[must_use]
pub fn follow(scenario: &Scenario, generations: u64) -> MeanField {
    let mut x = Composition::start(scenario);
    let mut field = MeanField { composition: Vec::new(), error: Vec::new(), starved: None };
    let mut law = Law::new(scenario, 0);
    for g in 0..=generations {
        law.go_on(scenario, g);
        let outcome = law.at(x);
        field.composition.push(x);
        field.error.push(outcome.error_rate);
        let before = x;
        match outcome.next {
            Some(next) => x = train(scenario.learning.policy, g, x, next),
            None => field.starved = field.starved.or(Some(g)),
        }
        // Where neither law nor pool changes any more, a composition that does not move never will.
        if x == before && settled(scenario, g) {
            let length = generations as usize + 1;
            field.composition.resize(length, x);
            field.error.resize(length, outcome.error_rate);
            break;
        }
    }
    field
}

/// The composition after training on `drawn`, the examples that generation `g` at composition `x` produced.
pub(super) fn train(policy: Policy, g: u64, x: Composition, drawn: Composition) -> Composition {
    match policy {
        Policy::Replace => drawn,
        Policy::Accumulate => {
            let fresh = 1.0 / (g as f64 + 2.0);
            Composition {
                unsound: x.unsound + (drawn.unsound - x.unsound) * fresh,
                wrong: x.wrong + (drawn.wrong - x.wrong) * fresh,
            }
        }
    }
}
