//! Learning: what the next generation believes after training on the accepted examples (model.md, section 5).

use crate::scenario;

use super::Composition;
use super::candidate::Answers;
use super::scalar::Scalar;

/// How examples turn into beliefs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LearningLaw {
    imprint: f64,
    persistence: f64,
    anchor: f64,
    hazard_gain: f64,
    renewal: f64,
}

impl LearningLaw {
    pub fn new(learning: &scenario::Learning) -> Self {
        Self {
            imprint: learning.imprint.get(),
            persistence: learning.persistence.get(),
            anchor: learning.anchor.get(),
            hazard_gain: learning.hazard_gain.get(),
            renewal: learning.renewal.get(),
        }
    }

    /// The composition that the next generation's beliefs are drawn from, from the accepted answers per problem, their sum, and
    /// the beliefs `x` of the present one.
    pub fn learned<S: Scalar>(&self, x: Composition<S>, accepted: &Answers<S>, accepted_total: S) -> Composition<S> {
        let kept = 1.0 - self.anchor;
        let wrong = (accepted.systematic * self.persistence + accepted.random * self.imprint) * kept / accepted_total;
        let unsound = accepted.unsound * (kept * self.persistence) / accepted_total;
        let wrong = wrong.rounded_into(0.0, 1.0);
        let learned = Composition { unsound: unsound.rounded_into(0.0, 1.0 - wrong.value()), wrong };
        self.renewed(x, self.gained(learned))
    }

    /// The hazard of the mistaken share times κ, unsound and wrong in proportion.
    fn gained<S: Scalar>(&self, learned: Composition<S>) -> Composition<S> {
        if self.hazard_gain == 1.0 {
            return learned;
        }
        let factor = self.factor(learned.unsound + learned.wrong);
        let wrong = (learned.wrong * factor).rounded_into(0.0, 1.0);
        Composition { unsound: (learned.unsound * factor).rounded_into(0.0, 1.0 - wrong.value()), wrong }
    }

    /// Whether the gain is below 1.
    pub fn lessens(&self) -> bool {
        self.hazard_gain < 1.0
    }

    /// What the gain multiplies a mistaken share with; without mistakes it is the limit, κ.
    pub fn factor<S: Scalar>(&self, mistaken: S) -> S {
        let gain = self.hazard_gain;
        if gain == 1.0 || mistaken.value() == 0.0 {
            return gain.into();
        }
        let share = |m: f64| if gain == 0.0 { 0.0 } else { -(gain * (-m).ln_1p()).exp_m1() };
        let slope = |m: f64| if gain == 0.0 { 0.0 } else { gain * ((gain - 1.0) * (-m).ln_1p()).exp() };
        let mistaken = mistaken.rounded_into(0.0, 1.0);
        mistaken.map(share, slope).after(|_| 8.0 + 4.0 * gain) / mistaken
    }

    /// Each belief learned anew with probability η, else copied from the present generation.
    fn renewed<S: Scalar>(&self, x: Composition<S>, learned: Composition<S>) -> Composition<S> {
        let renewal = self.renewal;
        if renewal == 1.0 {
            return learned;
        }
        let part = |old: S, new: S| old * (1.0 - renewal) + new * renewal;
        Composition { unsound: part(x.unsound, learned.unsound), wrong: part(x.wrong, learned.wrong) }
    }
}
