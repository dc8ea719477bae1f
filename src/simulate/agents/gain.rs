//! The gain: what a model errs, sampled, beyond what it learned (model.md, section 5).
//!
//! A belief that is mistaken with probability m after one draw is to be mistaken with probability 1 − (1 − m)^κ. The whole
//! part of κ is a number of draws that must all be sound. Its fraction f is a Bernoulli factory for (1 − m)^f, which needs
//! no knowledge of m: at the i-th mistaken draw in a row the belief becomes mistaken with probability f/i, and a sound draw
//! leaves it sound, since (1 − m)·Σ_k m^k·Π_{i ≤ k} (1 − f/i) = (1 − m)^f. Source: K. Łatuszyński, I. Kosmidis, O. Papaspiliopoulos
//! and G. O. Roberts, Simulating events of unknown probabilities via reverse time martingales (2011).

use super::{AgentBelief, Stall};
use crate::simulate::binomial;
use crate::simulate::stream::RandomStream;

/// The most mistaken draws for one belief.
const MAX_MISTAKEN: u64 = 1_000_000;

/// Beliefs that draws made mistaken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Mistaken {
    pub unsound: u64,
    pub wrong: u64,
}

impl Mistaken {
    pub fn all(self) -> u64 {
        self.unsound + self.wrong
    }

    pub fn plus(self, others: Self) -> Self {
        Self { unsound: self.unsound + others.unsound, wrong: self.wrong + others.wrong }
    }
}

/// κ as draws: an anchor, an accepted example and an act of learning each.
#[derive(Debug, Clone, Copy)]
pub(super) struct HazardGain {
    whole: u64,
    fraction: f64,
}

impl HazardGain {
    /// The draws of a hazard gain.
    pub fn new(hazard_gain: f64) -> Self {
        // The cast takes what exceeds every count to the largest one.
        Self { whole: hazard_gain.trunc() as u64, fraction: hazard_gain.fract() }
    }

    /// Whether a belief takes a single draw, whatever it holds.
    pub fn is_one_draw(self) -> bool {
        self.whole == 1 && self.fraction == 0.0
    }

    /// One belief, from draws of `draw`.
    ///
    /// # Errors
    /// Those of `draw`, and [`Stall::Mistaken`] where the fraction is not decided in a million draws.
    pub fn belief(
        self,
        stream: &mut RandomStream,
        mut draw: impl FnMut(&mut RandomStream) -> Result<AgentBelief, Stall>,
    ) -> Result<AgentBelief, Stall> {
        for _ in 0..self.whole {
            let belief = draw(stream)?;
            if belief != AgentBelief::Sound {
                return Ok(belief);
            }
        }
        if self.fraction == 0.0 {
            return Ok(AgentBelief::Sound);
        }
        let first = draw(stream)?;
        let mut mistaken = 1;
        let mut last = first;
        while last != AgentBelief::Sound {
            if stream.happens(self.fraction / mistaken as f64) {
                return Ok(first);
            }
            if mistaken == MAX_MISTAKEN {
                return Err(Stall::Mistaken(mistaken));
            }
            last = draw(stream)?;
            mistaken += 1;
        }
        Ok(AgentBelief::Sound)
    }

    /// A number of beliefs together, from draws of `draw`, which makes as many as it is asked for: those of all beliefs that are
    /// not decided yet, at once.
    ///
    /// # Errors
    /// As [`HazardGain::belief`].
    pub fn beliefs(
        self,
        beliefs: u64,
        stream: &mut RandomStream,
        mut draw: impl FnMut(u64, &mut RandomStream) -> Result<Mistaken, Stall>,
    ) -> Result<Mistaken, Stall> {
        let mut decided = Mistaken::default();
        let mut sound = beliefs;
        for _ in 0..self.whole {
            if sound == 0 {
                return Ok(decided);
            }
            let drawn = draw(sound, stream)?;
            decided = decided.plus(drawn);
            sound -= drawn.all();
        }
        if self.fraction == 0.0 || sound == 0 {
            return Ok(decided);
        }
        // Open beliefs by the kind of their first mistaken draw.
        let mut open = draw(sound, stream)?;
        let mut mistaken = 1;
        while open.all() > 0 {
            let share = self.fraction / mistaken as f64;
            let unsound = binomial::draw(open.unsound, share, stream);
            let wrong = binomial::draw(open.wrong, share, stream);
            decided = decided.plus(Mistaken { unsound, wrong });
            let left = Mistaken { unsound: open.unsound - unsound, wrong: open.wrong - wrong };
            if left.all() > 0 && mistaken == MAX_MISTAKEN {
                return Err(Stall::Mistaken(mistaken));
            }
            // Drawn apart, so that every belief keeps its kind.
            open = Mistaken { unsound: draw(left.unsound, stream)?.all(), wrong: draw(left.wrong, stream)?.all() };
            mistaken += 1;
        }
        Ok(decided)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::Engine;

    const BELIEFS: u64 = 200_000;
    const GAINS: [f64; 9] = [0.0, 0.05, 0.3, 0.95, 1.0, 1.34, 2.0, 2.7, 40.5];
    /// Probabilities that a draw is unsound or wrong.
    const DRAWS: [(f64, f64); 5] = [(0.0, 0.0), (0.01, 0.03), (0.3, 0.1), (0.2, 0.7), (0.0, 0.5)];

    fn near(seen: u64, of: u64, p: f64, what: &str) {
        let (seen, of) = (seen as f64, of as f64);
        let se = (p * (1.0 - p) / of).sqrt();
        assert!((seen / of - p).abs() <= 4.0 * se, "{what}: {} against {p}, {se}", seen / of);
    }

    /// 1 − (1 − m)^κ, unsound and wrong in proportion: each within 4 standard errors.
    #[test]
    fn mistaken_beliefs_follow_the_formula() {
        for (number, (gain, (unsound, wrong))) in
            (0..).zip(GAINS.into_iter().flat_map(|gain| DRAWS.map(|draw| (gain, draw))))
        {
            let m: f64 = unsound + wrong;
            let grown = 1.0 - (1.0 - m).powf(gain);
            let kinds = [unsound, wrong].map(|kind| if m > 0.0 { grown * kind / m } else { 0.0 });
            let one = |stream: &mut RandomStream| {
                Ok(if stream.happens(m) {
                    if stream.happens(wrong / m) { AgentBelief::Wrong } else { AgentBelief::Unsound }
                } else {
                    AgentBelief::Sound
                })
            };
            let many = |draws: u64, stream: &mut RandomStream| {
                let all = binomial::draw(draws, m, stream);
                let wrong = if all == 0 { 0 } else { binomial::draw(all, wrong / m, stream) };
                Ok(Mistaken { unsound: all - wrong, wrong })
            };
            let mut stream = RandomStream::new(21, Engine::Agents, number);
            let (rule, mut alone) = (HazardGain::new(gain), Mistaken::default());
            for _ in 0..BELIEFS {
                match rule.belief(&mut stream, one).unwrap() {
                    AgentBelief::Sound => {}
                    AgentBelief::Unsound => alone.unsound += 1,
                    AgentBelief::Wrong => alone.wrong += 1,
                }
            }
            let together = rule.beliefs(BELIEFS, &mut stream, many).unwrap();
            for played in [alone, together] {
                near(played.unsound, BELIEFS, kinds[0], &format!("unsound, gain {gain}, {unsound} {wrong}"));
                near(played.wrong, BELIEFS, kinds[1], &format!("wrong, gain {gain}, {unsound} {wrong}"));
            }
        }
    }

    /// The number of mistaken beliefs drawn together is binomial: its variance as well, within 4 standard errors of
    /// that of a normal sample.
    #[test]
    fn beliefs_drawn_together_are_independent() {
        let (m, gain, beliefs, samples) = (0.6_f64, 1.34, 50, 20_000);
        let mut stream = RandomStream::new(22, Engine::Events, 0);
        let counts: Vec<f64> = (0..samples)
            .map(|_| {
                let draw = |draws: u64, stream: &mut RandomStream| {
                    Ok(Mistaken { unsound: 0, wrong: binomial::draw(draws, m, stream) })
                };
                HazardGain::new(gain).beliefs(beliefs, &mut stream, draw).unwrap().wrong as f64
            })
            .collect();
        let p = 1.0 - (1.0 - m).powf(gain);
        let (mean, variance) = (beliefs as f64 * p, beliefs as f64 * p * (1.0 - p));
        let spread = counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / f64::from(samples);
        assert!((spread / variance - 1.0).abs() < 4.0 * (2.0 / f64::from(samples)).sqrt(), "{spread} {variance}");
    }

    #[test]
    fn a_fraction_that_no_draw_decides_is_given_up() {
        let wrong = |_: &mut RandomStream| Ok(AgentBelief::Wrong);
        let all = |draws: u64, _: &mut RandomStream| Ok(Mistaken { unsound: 0, wrong: draws });
        let refused = Err(Stall::Mistaken(MAX_MISTAKEN));
        let mut stream = RandomStream::new(23, Engine::Agents, 0);
        // Of 200 beliefs that only err, some are open after a million draws with probability 1 − (1 − 10^-0.6)^200.
        let rule = HazardGain::new(0.1);
        assert_eq!(
            (0..200).map(|_| rule.belief(&mut stream, wrong)).find(Result::is_err),
            Some(Err(Stall::Mistaken(MAX_MISTAKEN)))
        );
        assert_eq!(rule.beliefs(200, &mut stream, all), refused);
        assert_eq!(HazardGain::new(1.1).belief(&mut stream, wrong), Ok(AgentBelief::Wrong));
    }
}
