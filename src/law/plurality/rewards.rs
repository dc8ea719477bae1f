//! What agreement with the winner says of each candidate.

use crate::law::candidate::Answers;
use crate::stats::binomial;

use super::memo::{Electorate, occupancy};
use super::winner::{Voters, Winner, beyond};

/// Candidates of the problems whose vote accepts an answer.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rewarded {
    /// P(the vote accepts an answer).
    pub accepted: f64,
    /// E[share of candidates whose agreement with that answer misleads; accepted]: wrong ones that agree with a wrong answer, and
    /// right ones that do not agree with it.
    pub misled: f64,
}

/// Of candidates that each answer as `candidate` does, as a sum over the votes for the right, the systematic and random answers.
pub fn rewarded(vote: Electorate, candidate: &Answers) -> Rewarded {
    let table = occupancy(vote);
    let (least, most) = (vote.limits.least as usize, vote.limits.most as usize);
    let voters = Voters::new(&table, vote.limits);
    // E[votes of a random answer that leads with more than this number; within the limits].
    let votes = table.leads(least, most, |votes| votes as f64);
    let k = vote.candidates;
    let shared = candidate.right() + candidate.systematic;
    let right_share = if shared > 0.0 { (candidate.right() / shared).min(1.0) } else { 0.0 };
    let mut sum = Rewarded::default();
    let law = binomial::law(k, candidate.random.clamp(0.0, 1.0));
    for (random, p) in law.into_iter().enumerate().filter(|(_, p)| *p > 0.0) {
        for (right, of_those) in binomial::law(k - random as u64, right_share).into_iter().enumerate() {
            let systematic = k as usize - random - right;
            let winner = Winner::of(&voters, right, systematic, random);
            let lead = right.max(systematic);
            let ahead = voters.ahead(random, lead);
            let agreeing = beyond(&votes, random, lead) + lead as f64 * (winner.random - ahead + winner.systematic);
            let wrong = winner.random + winner.systematic;
            sum.accepted += p * of_those * (winner.right + wrong);
            sum.misled += p * of_those * (agreeing + right as f64 * wrong) / k as f64;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::super::winner::VoteLimits;
    use super::*;
    use approx::assert_relative_eq;

    /// Answer 0 is right, 1 systematic, the others random: every way in which the candidates can answer.
    fn enumerated(k: u32, cells: u32, limits: VoteLimits, candidate: &Answers) -> Rewarded {
        let answers = 2 + cells;
        let mut sum = Rewarded::default();
        for mut way in 0..answers.pow(k) {
            let mut votes = vec![0_u64; answers as usize];
            let mut p = 1.0;
            for _ in 0..k {
                let answer = way % answers;
                way /= answers;
                votes[answer as usize] += 1;
                p *= match answer {
                    0 => candidate.right(),
                    1 => candidate.systematic,
                    _ => candidate.random / f64::from(cells),
                };
            }
            let most = *votes.iter().max().unwrap();
            if most < limits.least || most > limits.most {
                continue;
            }
            let winning = votes.iter().filter(|&&one| one == most).count() as f64;
            let wrong = votes[1..].iter().filter(|&&one| one == most).count() as f64;
            sum.accepted += p;
            sum.misled += p * wrong / winning * (most + votes[0]) as f64 / f64::from(k);
        }
        sum
    }

    #[test]
    fn agrees_with_enumeration() {
        let candidate = Answers { sound: 0.25, unsound: 0.05, systematic: 0.2, random: 0.5 };
        for (k, cells, least, most) in [(1, 3, 1, 1), (4, 2, 1, 4), (5, 3, 2, 3), (5, 1, 3, 5), (6, 2, 2, 2)] {
            let limits = VoteLimits { least, most };
            let vote = Electorate { candidates: u64::from(k), wrong_answers: Some(u64::from(cells)), limits };
            let (found, right) = (rewarded(vote, &candidate), enumerated(k, cells, limits, &candidate));
            assert_relative_eq!(found.accepted, right.accepted, max_relative = 1e-12);
            assert_relative_eq!(found.misled, right.misled, max_relative = 1e-12);
        }
    }
}
