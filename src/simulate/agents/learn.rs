//! Learning: what one accepted example leaves in the next generation.

use crate::scenario::Learning;

use super::gain::{HazardGain, Mistaken};
use super::{AgentBelief, AnswerKind, Examples};
use crate::simulate::binomial;
use crate::simulate::stream::RandomStream;

/// How examples turn into beliefs.
#[derive(Debug)]
pub(super) struct AgentLearner {
    imprint: f64,
    persistence: f64,
    anchor: f64,
    /// κ, as draws of examples for one belief.
    pub gain: HazardGain,
    /// η, probability that a belief is learned and not copied from the present generation.
    pub renewal: f64,
}

impl AgentLearner {
    pub fn new(learning: &Learning) -> Self {
        Self {
            imprint: learning.imprint.get(),
            persistence: learning.persistence.get(),
            anchor: learning.anchor.get(),
            gain: HazardGain::new(learning.hazard_gain.get()),
            renewal: learning.renewal.get(),
        }
    }

    /// The belief that an accepted example leaves; verified truth in its place leaves a sound one.
    pub fn learn(&self, example: AnswerKind, stream: &mut RandomStream) -> AgentBelief {
        if stream.happens(self.anchor) {
            return AgentBelief::Sound;
        }
        match example {
            AnswerKind::Unsound if stream.happens(self.persistence) => AgentBelief::Unsound,
            AnswerKind::Systematic if stream.happens(self.persistence) => AgentBelief::Wrong,
            AnswerKind::Random if stream.happens(self.imprint) => AgentBelief::Wrong,
            _ => AgentBelief::Sound,
        }
    }

    /// The unsound and wrong beliefs that accepted examples leave, drawn together: each example of a kind is learned with
    /// the same probability.
    pub fn learn_all(&self, examples: Examples, stream: &mut RandomStream) -> Mistaken {
        let own = 1.0 - self.anchor;
        let unsound = binomial::draw(examples.unsound, own * self.persistence, stream);
        let wrong = binomial::draw(examples.systematic, own * self.persistence, stream)
            + binomial::draw(examples.random, own * self.imprint, stream);
        Mistaken { unsound, wrong }
    }
}
