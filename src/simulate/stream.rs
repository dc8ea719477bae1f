//! From a seed to numbered streams of random numbers, one for each replicate, and the few draws that the engines need.
//!
//! The generator is ChaCha with 8 rounds, which is counter-based: stream i of a seed needs no knowledge of stream i − 1, so
//! that a replicate draws the same numbers whichever thread plays it.

use rand::rngs::ChaCha8Rng;
use rand::{Rng, RngExt, SeedableRng};

use super::Engine;

/// 2^-64, the spacing of 64 random bits as a fraction.
const ULP: f64 = 1.0 / 18_446_744_073_709_551_616.0;

/// What a stream is for; each purpose has streams of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StreamPurpose {
    /// Whole runs.
    Runs,
    /// The run that sets the levels of a splitting.
    Pilot,
    /// The repetitions of a splitting.
    Splitting,
    /// The drawn starts of coupled runs.
    Start,
}

/// The random numbers of one replicate.
#[derive(Debug)]
pub(super) struct RandomStream(ChaCha8Rng);

impl RandomStream {
    /// Stream `replicate` of `seed`. The key holds the engine too: two engines under one seed must be independent, since
    /// they are compared with each other.
    pub fn new(seed: u64, engine: Engine, replicate: u64) -> Self {
        Self::for_purpose(seed, engine, StreamPurpose::Runs, replicate)
    }

    /// Stream `number` of `seed` for a purpose of its own.
    pub fn for_purpose(seed: u64, engine: Engine, purpose: StreamPurpose, number: u64) -> Self {
        let mut key = [0_u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8] = match engine {
            Engine::Agents => 1,
            Engine::Counts => 2,
            Engine::Events => 3,
        };
        key[9] = match purpose {
            StreamPurpose::Runs => 0,
            StreamPurpose::Pilot => 1,
            StreamPurpose::Splitting => 2,
            StreamPurpose::Start => 3,
        };
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(number);
        Self(generator)
    }

    /// Uniform on [0, 1), in steps of 2^-53.
    pub fn uniform(&mut self) -> f64 {
        self.0.random()
    }

    /// Whether an event of probability `p` happens; certain at 1, impossible at 0.
    pub fn happens(&mut self, p: f64) -> bool {
        // Certainties draw nothing: most loops leave most of their mechanisms switched off.
        p > 0.0 && (p >= 1.0 || self.uniform() < p)
    }

    /// Uniform among 0, 1, …, `n` − 1; 0 where `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        if n < 2 { 0 } else { self.0.random_range(0..n) }
    }

    /// Uniform on (0, 1], with full relative accuracy next to 0: the small values are the ones that decide whether something
    /// rare happens at all.
    fn fine(&mut self) -> f64 {
        (self.0.next_u64() as f64 + 0.5) * ULP
    }
}

/// Jumps from one event to the next where each step has the event with the same probability: geometric draws.
#[derive(Debug, Clone, Copy)]
pub(super) struct Jump {
    /// −ln(1 − p): 0 for an event that never happens, infinite for one that always does.
    rate: f64,
}

impl Jump {
    /// Jumps between events of probability `p` per step.
    pub fn new(p: f64) -> Self {
        Self { rate: -(-p).ln_1p() }
    }

    /// Steps to the next event, that step included, if it comes within the next `limit`: P(steps > k) = (1 − p)^k.
    pub fn within(self, limit: u64, stream: &mut RandomStream) -> Option<u64> {
        let share = stream.fine();
        // −ln(1 − share) is at least `share`: most jumps leave a short solution without a logarithm. The hair above 1
        // keeps rounding from deciding what the logarithm should.
        if share > self.rate * limit as f64 * (1.0 + 1e-12) {
            return None;
        }
        // The cast takes infinity to the largest number; a certain event divides by infinity, or infinity by it.
        let steps = ((-(-share).ln_1p() / self.rate) as u64).saturating_add(1);
        (steps <= limit).then_some(steps)
    }

    /// Steps to the next event, that step included, given that it comes within the next `limit`.
    pub fn certainly_within(self, limit: u64, stream: &mut RandomStream) -> u64 {
        let share = stream.fine() * self.some(limit);
        // As above; rounding may carry the last share a step too far.
        ((-(-share).ln_1p() / self.rate) as u64).saturating_add(1).min(limit)
    }

    /// Probability of an event within `limit` steps, to full relative accuracy.
    pub fn some(self, limit: u64) -> f64 {
        if limit == 0 { 0.0 } else { -(-self.rate * limit as f64).exp_m1() }
    }

    /// Jumps over stretches of `length` steps, from one that holds an event to the next.
    pub fn stretches(self, length: u64) -> Self {
        Self { rate: if length == 0 { 0.0 } else { self.rate * length as f64 } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::fit::chi_square;

    #[test]
    fn first_values_are_pinned() {
        let mut first = RandomStream::new(42, Engine::Agents, 0);
        let values = [first.0.next_u64(), first.0.next_u64()];
        let other: Vec<u64> = [(42, Engine::Agents, 1), (42, Engine::Counts, 0), (43, Engine::Agents, 0)]
            .map(|(seed, engine, replicate)| RandomStream::new(seed, engine, replicate).0.next_u64())
            .to_vec();
        assert_eq!(values, PINNED);
        assert_eq!(other, PINNED_OTHERS);
    }

    /// From ChaCha with 8 rounds written out by hand: key = seed (8 bytes), engine (1 byte), zeros; nonce = replicate.
    const PINNED: [u64; 2] = [9_672_674_645_702_868_097, 2_788_422_329_557_313_252];
    const PINNED_OTHERS: [u64; 3] = [8_291_664_654_658_398_282, 9_193_212_158_091_486_335, 1_244_942_025_873_002_550];

    #[test]
    fn jumps_follow_the_geometric_law() {
        let mut stream = RandomStream::new(1, Engine::Agents, 0);
        for p in [0.9, 0.5, 0.03] {
            let jump = Jump::new(p);
            let cells = 60;
            let mut seen = vec![0_u64; cells + 1];
            for _ in 0..200_000 {
                let steps = jump.within(cells as u64, &mut stream).map_or(cells + 1, |steps| steps as usize);
                seen[steps - 1] += 1;
            }
            let mut law: Vec<f64> = (0..cells).map(|k| p * (1.0_f64 - p).powi(k as i32)).collect();
            law.push((1.0_f64 - p).powi(cells as i32));
            let test = chi_square(&seen, &law);
            assert!(test.p_value > 1e-4, "p = {p}: {test:?}");
        }
    }

    #[test]
    fn jumps_that_certainly_end_follow_the_truncated_law() {
        let mut stream = RandomStream::new(4, Engine::Events, 0);
        for (p, limit) in [(0.9, 3), (0.2, 12), (1e-12, 20), (1.0, 4)] {
            let jump = Jump::new(p);
            let mut seen = vec![0_u64; limit as usize];
            for _ in 0..100_000 {
                seen[jump.certainly_within(limit, &mut stream) as usize - 1] += 1;
            }
            let law: Vec<f64> = (0..limit).map(|k| p * (1.0_f64 - p).powi(k as i32) / jump.some(limit)).collect();
            let test = chi_square(&seen, &law);
            assert!(test.p_value > 1e-4, "p = {p}: {test:?}");
        }
        let stretches = Jump::new(0.1).stretches(7);
        assert!((stretches.some(1) - Jump::new(0.1).some(7)).abs() < 1e-15);
    }

    #[test]
    fn rare_events_keep_their_probability() {
        let mut stream = RandomStream::new(2, Engine::Agents, 0);
        for p in [1e-6, 1e-12, 1e-17] {
            // P(within 0.01/p steps) = 1 − e^-0.01, to relative accuracy p.
            let (jump, steps, draws) = (Jump::new(p), (0.01 / p) as u64, 200_000.0);
            let hits = (0..200_000).filter(|_| jump.within(steps, &mut stream).is_some()).count() as f64;
            let expected = -draws * (-0.01_f64).exp_m1();
            assert!((hits - expected).abs() < 4.0 * expected.sqrt(), "p = {p}: {hits} against {expected}");
        }
    }

    #[test]
    fn certainties_are_certain() {
        let mut stream = RandomStream::new(3, Engine::Counts, 9);
        for _ in 0..1000 {
            assert_eq!(Jump::new(1.0).within(u64::MAX, &mut stream), Some(1));
            assert_eq!(Jump::new(0.0).within(u64::MAX, &mut stream), None);
            assert_eq!(Jump::new(1.0).within(0, &mut stream), None);
            assert_eq!(Jump::new(0.5).within(0, &mut stream), None);
            assert!(stream.happens(1.0) && !stream.happens(0.0));
            assert_eq!(stream.below(1), 0);
        }
    }
}
