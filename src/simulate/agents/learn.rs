//! Learning: what one accepted example leaves in the next generation.

use crate::scenario::Learning;

use super::gain::{Gain, Mistaken};
use super::{Answer, Belief, Examples};
use crate::simulate::binomial;
use crate::simulate::stream::Stream;

/// How examples turn into beliefs.
#[derive(Debug)]
pub(super) struct Learner {
    imprint: f64,
    persistence: f64,
    anchor: f64,
    /// κ, as draws of examples for one belief.
    pub gain: Gain,
    /// η, probability that a belief is learned and not copied from the present generation.
    pub renewal: f64,
}

impl Learner {
    pub fn new(learning: &Learning) -> Self {
        Self {
            imprint: learning.imprint.get(),
            persistence: learning.persistence.get(),
            anchor: learning.anchor.get(),
            gain: Gain::new(learning.hazard_gain.get()),
            renewal: learning.renewal.get(),
        }
    }

    /// The belief that an accepted example leaves; verified truth in its place leaves a sound one.
    pub fn learn(&self, example: Answer, stream: &mut Stream) -> Belief {
        if stream.happens(self.anchor) {
            return Belief::Sound;
        }
        match example {
            Answer::Unsound if stream.happens(self.persistence) => Belief::Unsound,
            Answer::Systematic if stream.happens(self.persistence) => Belief::Wrong,
            Answer::Random if stream.happens(self.imprint) => Belief::Wrong,
            _ => Belief::Sound,
        }
    }

    /// The unsound and wrong beliefs that accepted examples leave, drawn together: each example of a kind is learned with
    /// the same probability.
    pub fn learn_all(&self, examples: Examples, stream: &mut Stream) -> Mistaken {
        let own = 1.0 - self.anchor;
        let unsound = binomial::draw(examples.unsound, own * self.persistence, stream);
        let wrong = binomial::draw(examples.systematic, own * self.persistence, stream)
            + binomial::draw(examples.random, own * self.imprint, stream);
        Mistaken { unsound, wrong }
    }
}
