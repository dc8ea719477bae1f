//! Votes that stop early, exactly: the law of the vote counts, vote by vote, over all ways in which they can fall.
//!
//! A state holds the votes for the right answer, for the systematic one, and those of each random answer that has any, sorted: which
//! random answer has them does not matter. Random answers without a stated number never coincide.

use std::collections::BTreeMap;

use crate::law::Answers;
use crate::stats::binomial;

use super::inferred::AdaptiveVote;
use super::situation::ProblemSituation;

/// The most votes whose counts are followed where random answers may coincide: their patterns multiply.
pub(super) const MOST_SCATTERED: u64 = 20;
/// The most votes where they never do.
pub(super) const MOST_VOTES: u64 = 64;

/// Votes so far.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
struct VoteCounts {
    right: u64,
    systematic: u64,
    /// Votes of each random answer that has some, falling.
    random: Vec<u64>,
}

/// When a vote stops.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum VoteStop {
    /// Once no other answer can catch the leader.
    Settled,
    /// Once the leader is the likeliest answer but for this error, as the votes of it and of the second say (a Beta law with a flat
    /// prior), or cannot be caught. Source: adaptive consistency, arXiv 2305.11860.
    Error(f64),
}

/// Votes and winner of problems in one situation.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct StoppedVote {
    pub votes: f64,
    pub right: f64,
}

impl VoteCounts {
    fn cast(&self) -> u64 {
        self.right + self.systematic + self.random.iter().sum::<u64>()
    }

    /// The largest number of votes, and the second largest of another answer.
    fn leaders(&self) -> (u64, u64) {
        let mut all = [
            self.right,
            self.systematic,
            self.random.first().copied().unwrap_or(0),
            self.random.get(1).copied().unwrap_or(0),
        ];
        all.sort_unstable();
        (all[3], all[2])
    }

    /// Probability that the winner is right, ties broken at random.
    fn right_wins(&self) -> f64 {
        let (most, _) = self.leaders();
        let tied = self.random.iter().filter(|votes| **votes == most).count()
            + usize::from(self.systematic == most)
            + usize::from(self.right == most);
        if self.right == most { 1.0 / tied as f64 } else { 0.0 }
    }

    /// With one more random vote: for an answer without one, or for the first of those with as many as at `at`.
    fn with_random(&self, at: Option<usize>) -> Self {
        let mut next = self.clone();
        match at.and_then(|at| next.random.get_mut(at)) {
            Some(votes) => *votes += 1,
            None => next.random.push(1),
        }
        next.random.sort_unstable_by(|a, b| b.cmp(a));
        next
    }

    fn stops(&self, rule: VoteStop, all: u64) -> bool {
        let (most, second) = self.leaders();
        let left = all - self.cast();
        let settled = left == 0 || most > second + left;
        match rule {
            VoteStop::Settled => settled,
            VoteStop::Error(error) => settled || doubt(most, second) <= error,
        }
    }
}

/// Probability under a flat prior that the second answer is really the more frequent of the two: I_{1/2}(v₁ + 1, v₂ + 1).
fn doubt(most: u64, second: u64) -> f64 {
    // Of v₁ + v₂ + 1 fair draws, v₁ + 1 and more.
    binomial::upper_tail(most + 1, most + second + 1, 0.5)
}

/// Votes and winner where each vote is `sample`, of `votes` at most.
pub(super) fn stopped(votes: u64, rule: VoteStop, sample: &Answers, wrong_answers: Option<u64>) -> StoppedVote {
    let mut running = BTreeMap::from([(VoteCounts::default(), 1.0)]);
    let mut sum = StoppedVote::default();
    while !running.is_empty() {
        let mut next = BTreeMap::new();
        for (counts, probability) in running {
            if counts.stops(rule, votes) {
                sum.votes += probability * counts.cast() as f64;
                sum.right += probability * counts.right_wins();
                continue;
            }
            for (later, share) in continued(&counts, sample, wrong_answers) {
                *next.entry(later).or_insert(0.0) += probability * share;
            }
        }
        running = next;
    }
    sum
}

/// Where one more vote leads, and how often.
fn continued(counts: &VoteCounts, sample: &Answers, wrong_answers: Option<u64>) -> Vec<(VoteCounts, f64)> {
    let mut ways = vec![
        (VoteCounts { right: counts.right + 1, ..counts.clone() }, sample.right()),
        (VoteCounts { systematic: counts.systematic + 1, ..counts.clone() }, sample.systematic),
    ];
    let fresh = match wrong_answers {
        None => 1.0,
        Some(answers) => {
            let each = 1.0 / answers as f64;
            ways.extend((0..counts.random.len()).map(|at| (counts.with_random(Some(at)), sample.random * each)));
            // As many answers without a vote as are left.
            answers.saturating_sub(counts.random.len() as u64) as f64 * each
        }
    };
    ways.push((counts.with_random(None), sample.random * fresh));
    ways.retain(|(_, share)| *share > 0.0);
    ways
}

/// Over all situations; `None` where the counts are too many to follow.
pub(super) fn adaptive(votes: u64, rule: VoteStop, situations: &[ProblemSituation]) -> Option<AdaptiveVote> {
    let scattered =
        situations.iter().any(|situation| situation.wrong_answers.is_some() && situation.sample.random > 0.0);
    if votes > if scattered { MOST_SCATTERED } else { MOST_VOTES } {
        return None;
    }
    let mut sum = StoppedVote::default();
    for situation in situations {
        let one = stopped(votes, rule, &situation.sample, situation.wrong_answers);
        sum.votes += situation.weight * one.votes;
        sum.right += situation.weight * one.right;
    }
    let stop_error = match rule {
        VoteStop::Settled => None,
        VoteStop::Error(error) => Some(error),
    };
    Some(AdaptiveVote { stop_error, votes: sum.votes, purity: sum.right })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::elect;
    use approx::assert_relative_eq;
    use rand::rngs::ChaCha8Rng;
    use rand::{RngExt, SeedableRng};

    fn samples() -> Vec<(Answers, Option<u64>)> {
        let answers =
            |right: f64, systematic: f64, random: f64| Answers { sound: right, unsound: 0.0, systematic, random };
        vec![
            (answers(0.6, 0.3, 0.1), Some(3)),
            (answers(0.2, 0.0, 0.8), Some(2)),
            (answers(0.5, 0.1, 0.4), None),
            (answers(0.0, 0.7, 0.3), Some(50)),
            (answers(1.0, 0.0, 0.0), None),
        ]
    }

    /// Votes and winner of one sequence of votes; answer 0 is right, 1 systematic, the others random.
    fn followed(sequence: &[usize], rule: VoteStop) -> (usize, f64) {
        let mut votes = vec![0_u64; 2 + sequence.len() + 64];
        for (cast, answer) in std::iter::once(None).chain(sequence.iter().map(Some)).enumerate() {
            if let Some(answer) = answer {
                votes[*answer] += 1;
            }
            let mut sorted = votes.clone();
            sorted.sort_unstable_by(|a, b| b.cmp(a));
            let left = sequence.len() - cast;
            let settled = left == 0 || sorted[0] as usize > sorted[1] as usize + left;
            let sure = matches!(rule, VoteStop::Error(error) if by_hand(sorted[0], sorted[1]) <= error);
            if settled || sure {
                let tied = votes.iter().filter(|one| **one == sorted[0]).count();
                return (cast, if votes[0] == sorted[0] { 1.0 / tied as f64 } else { 0.0 });
            }
        }
        unreachable!("a vote ends with its last sample")
    }

    /// ∫ over p below 1/2 of the Beta density, by its polynomial.
    fn by_hand(most: u64, second: u64) -> f64 {
        let n = most + second + 1;
        let choose = |k: u64| (0..k).fold(1.0, |product, i| product * (n - i) as f64 / (i + 1) as f64);
        (most + 1..=n).map(choose).sum::<f64>() / 2.0_f64.powi(n as i32)
    }

    /// Every sequence of votes, with its probability.
    #[test]
    fn agrees_with_every_sequence_of_votes() {
        for (sample, wrong_answers) in samples() {
            for rule in [VoteStop::Settled, VoteStop::Error(0.1), VoteStop::Error(0.3)] {
                let (all, cells) = (6_u32, wrong_answers.unwrap_or(6).min(6) as usize);
                // More than six values are told apart by six votes only as far as they coincide, which needs them all.
                if wrong_answers.is_none_or(|answers| answers > 6) {
                    continue;
                }
                let kinds = 2 + cells;
                let (mut votes, mut right) = (0.0, 0.0);
                for mut number in 0..kinds.pow(all) {
                    let mut probability = 1.0;
                    let sequence: Vec<usize> = (0..all)
                        .map(|_| {
                            let answer = number % kinds;
                            number /= kinds;
                            probability *= match answer {
                                0 => sample.right(),
                                1 => sample.systematic,
                                _ => sample.random / cells as f64,
                            };
                            answer
                        })
                        .collect();
                    let (cast, won) = followed(&sequence, rule);
                    votes += probability * cast as f64;
                    right += probability * won;
                }
                let found = stopped(u64::from(all), rule, &sample, wrong_answers);
                assert_relative_eq!(found.votes, votes, max_relative = 1e-12);
                assert_relative_eq!(found.right, right, max_relative = 1e-12, epsilon = 1e-15);
            }
        }
    }

    /// Stopping once the leader cannot be caught changes no winner.
    #[test]
    fn a_settled_vote_has_the_winner_of_the_whole() {
        for (sample, wrong_answers) in samples() {
            for votes in [1, 2, 5, 9, 12] {
                let whole = elect(votes, 1, wrong_answers, &sample).unwrap();
                let found = stopped(votes, VoteStop::Settled, &sample, wrong_answers);
                assert_relative_eq!(found.right, whole.right(), max_relative = 1e-10, epsilon = 1e-14);
                assert!(found.votes <= votes as f64 + 1e-9 && found.votes >= (votes as f64 / 2.0).floor());
            }
        }
    }

    /// 40,000 votes played out, each mean within 5 standard errors: a correct pair fails with probability below 1e-5.
    #[test]
    fn agrees_with_votes_played_out() {
        let mut rng = ChaCha8Rng::seed_from_u64(15);
        const RUNS: u32 = 40_000;
        for (sample, wrong_answers) in samples() {
            for rule in [VoteStop::Settled, VoteStop::Error(0.05)] {
                let (mut votes, mut squares, mut right) = (0.0, 0.0, 0.0);
                for run in 0..RUNS {
                    let mut fresh = 2;
                    let mut answer = || {
                        let u: f64 = rng.random();
                        if u < sample.right() {
                            0
                        } else if u < sample.right() + sample.systematic {
                            1
                        } else if let Some(answers) = wrong_answers {
                            2 + rng.random_range(0..answers as usize)
                        } else {
                            fresh += 1;
                            fresh
                        }
                    };
                    let sequence: Vec<usize> = (0..12).map(|_| answer()).collect();
                    let (cast, won) = followed(&sequence, rule);
                    votes += cast as f64;
                    squares += (cast * cast) as f64;
                    right += won;
                    assert!(run < RUNS);
                }
                let runs = f64::from(RUNS);
                let found = stopped(12, rule, &sample, wrong_answers);
                let (mean, share) = (votes / runs, right / runs);
                let spread = ((squares / runs - mean * mean).max(0.0) / runs).sqrt();
                assert!((found.votes - mean).abs() <= 5.0 * spread + 1e-9, "{found:?} {mean}");
                let spread = (found.right * (1.0 - found.right) / runs).max(0.0).sqrt();
                assert!((found.right - share).abs() <= 5.0 * spread + 1e-9, "{found:?} {share}");
            }
        }
    }
}
