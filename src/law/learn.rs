//! Learning: what the next generation believes after training on the accepted examples (model.md, section 5).

use super::Composition;
use super::candidate::Answers;

/// How examples turn into beliefs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Learning {
    pub imprint: f64,
    pub persistence: f64,
    pub anchor: f64,
}

impl Learning {
    /// The composition of the next training set's beliefs, from the accepted answers per problem and their sum.
    pub fn learned(&self, accepted: &Answers, accepted_total: f64) -> Composition {
        let kept = 1.0 - self.anchor;
        let wrong = kept * (self.persistence * accepted.systematic + self.imprint * accepted.random) / accepted_total;
        let unsound = kept * self.persistence * accepted.unsound / accepted_total;
        // Rounding may carry a share a hair above what is left of 1.
        let wrong = wrong.min(1.0);
        Composition { unsound: unsound.min(1.0 - wrong), wrong }
    }
}
