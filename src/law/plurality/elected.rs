//! The winner of a vote among candidates whose answers are known by their probabilities alone.

use crate::law::candidate::Answers;
use crate::stats::binomial;

use super::memo::{Electorate, occupancy};
use super::winner::{Voters, Winner};

/// What a vote accepts where each candidate answers as `candidate` does, as a sum over the votes for the right, the systematic and
/// random answers.
pub fn elected(vote: Electorate, candidate: &Answers) -> Answers {
    let table = occupancy(vote);
    let voters = Voters::new(&table, vote.limits);
    let k = vote.candidates;
    let shared = candidate.right() + candidate.systematic;
    let right_share = if shared > 0.0 { (candidate.right() / shared).min(1.0) } else { 0.0 };
    let mut sum = Winner::default();
    let law = binomial::law(k, candidate.random.clamp(0.0, 1.0));
    for (random, p) in law.into_iter().enumerate().filter(|(_, p)| *p > 0.0) {
        for (right, of_those) in binomial::law(k - random as u64, right_share).into_iter().enumerate() {
            sum.add(p * of_those, &Winner::of(&voters, right, k as usize - random - right, random));
        }
    }
    let per_right = if candidate.right() > 0.0 { sum.right / candidate.right() } else { 0.0 };
    Answers {
        sound: candidate.sound * per_right,
        unsound: candidate.unsound * per_right,
        systematic: sum.systematic,
        random: sum.random,
    }
}
