//! Learning: what the next generation believes after training on the accepted examples (model.md, section 5).

use super::Composition;
use super::candidate::Answers;
use super::scalar::Scalar;

/// How examples turn into beliefs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Learning {
    pub imprint: f64,
    pub persistence: f64,
    pub anchor: f64,
}

impl Learning {
    /// The composition of the next training set's beliefs, from the accepted answers per problem and their sum.
    pub fn learned<S: Scalar>(&self, accepted: &Answers<S>, accepted_total: S) -> Composition<S> {
        let kept = 1.0 - self.anchor;
        let wrong = (accepted.systematic * self.persistence + accepted.random * self.imprint) * kept / accepted_total;
        let unsound = accepted.unsound * (kept * self.persistence) / accepted_total;
        let wrong = wrong.rounded_into(0.0, 1.0);
        Composition { unsound: unsound.rounded_into(0.0, 1.0 - wrong.value()), wrong }
    }
}
