//! Learning: what the next generation believes after training on the accepted examples (model.md, section 5).

use crate::scenario;

use super::Composition;
use super::candidate::Answers;
use super::parameter::{LawParameter, Lift};
use super::scalar::{Over, Scalar};

/// How examples turn into beliefs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LearningLaw<P = f64> {
    imprint: P,
    persistence: P,
    anchor: P,
    hazard_gain: P,
    renewal: P,
}

impl<P: Scalar> LearningLaw<P> {
    pub fn new(learning: &scenario::Learning, lift: Lift<'_, P>) -> Self {
        let lift = |key, value| lift(LawParameter::of("learning", key), value);
        Self {
            imprint: lift("imprint", learning.imprint.get()),
            persistence: lift("persistence", learning.persistence.get()),
            anchor: lift("anchor", learning.anchor.get()),
            hazard_gain: lift("hazard_gain", learning.hazard_gain.get()),
            renewal: lift("renewal", learning.renewal.get()),
        }
    }

    /// The composition that the next generation's beliefs are drawn from, from the accepted answers per problem, their sum, and
    /// the beliefs `x` of the present one.
    pub fn learned<S: Over<P>>(&self, x: Composition<S>, accepted: &Answers<S>, accepted_total: S) -> Composition<S> {
        let kept = self.anchor.complement();
        let wrong = (accepted.systematic * self.persistence + accepted.random * self.imprint) * kept / accepted_total;
        let unsound = accepted.unsound * (kept * self.persistence) / accepted_total;
        let wrong = wrong.rounded_into(0.0, 1.0);
        let learned = Composition { unsound: unsound.rounded_into(0.0, 1.0 - wrong.value()), wrong };
        self.renewed(x, self.gained(learned))
    }

    /// The hazard of the mistaken share times κ, unsound and wrong in proportion.
    fn gained<S: Over<P>>(&self, learned: Composition<S>) -> Composition<S> {
        if (self.hazard_gain - 1.0).vanishes() {
            return learned;
        }
        let factor = self.factor(learned.unsound + learned.wrong);
        let wrong = (learned.wrong * factor).rounded_into(0.0, 1.0);
        Composition { unsound: (learned.unsound * factor).rounded_into(0.0, 1.0 - wrong.value()), wrong }
    }

    /// Whether the gain is below 1.
    pub fn lessens(&self) -> bool {
        self.hazard_gain.value() < 1.0
    }

    /// What the gain multiplies a mistaken share with; without mistakes it is the limit, κ.
    pub fn factor<S: Over<P>>(&self, mistaken: S) -> S {
        let gain = self.hazard_gain.value();
        if mistaken.value() == 0.0 {
            // κ + κ (1 − κ) m / 2 + …
            let limit = S::from(self.hazard_gain);
            return if mistaken.vanishes() { limit } else { limit + mistaken * (gain * (1.0 - gain) / 2.0) };
        }
        if (self.hazard_gain - 1.0).vanishes() {
            return gain.into();
        }
        let mistaken = mistaken.rounded_into(0.0, 1.0);
        let share = Self::share_after(mistaken, gain);
        let moved = self.hazard_gain - gain;
        let share = if moved.vanishes() { share } else { share + Self::share_slope(mistaken, gain) * moved };
        share.after(|_| 8.0 + 4.0 * gain) / mistaken
    }

    /// 1 − (1 − m)^κ.
    fn share_after<S: Scalar>(mistaken: S, gain: f64) -> S {
        // κ (κ − 1) … times (1 − m)^(κ − down): 0 times infinity is none.
        let power = |factor: f64, down: f64, m: f64| {
            if factor == 0.0 { 0.0 } else { factor * ((gain - down) * (-m).ln_1p()).exp() }
        };
        mistaken.map(
            |m| if gain == 0.0 { 0.0 } else { -(gain * (-m).ln_1p()).exp_m1() },
            |m| power(gain, 1.0, m),
            |m| -power(gain * (gain - 1.0), 2.0, m),
        )
    }

    /// Its derivative along κ, for a change of κ whose value is 0: no second derivative shows.
    fn share_slope<S: Scalar>(mistaken: S, gain: f64) -> S {
        let left = |down: f64, m: f64| ((gain - down) * (-m).ln_1p()).exp();
        mistaken.map(
            |m| if m < 1.0 { -left(0.0, m) * (-m).ln_1p() } else { 0.0 },
            |m| left(1.0, m) * (1.0 + gain * (-m).ln_1p()),
            |_| 0.0,
        )
    }

    /// Each belief learned anew with probability η, else copied from the present generation.
    fn renewed<S: Over<P>>(&self, x: Composition<S>, learned: Composition<S>) -> Composition<S> {
        let renewal = self.renewal;
        if (renewal - 1.0).vanishes() {
            return learned;
        }
        let part = |old: S, new: S| old * renewal.complement() + new * renewal;
        Composition { unsound: part(x.unsound, learned.unsound), wrong: part(x.wrong, learned.wrong) }
    }
}
