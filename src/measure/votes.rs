//! What a vote would keep: measured by voting with fewer of the answers that were sampled.

use rand::RngExt;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use crate::fit::AnswerGroup;

/// Subsets drawn of each problem's answers.
const DRAWS: usize = 32;
/// Sizes of votes that are weighed, besides all answers.
const SIZES: [u32; 7] = [3, 5, 8, 16, 32, 64, 128];

/// How probably an answer leads with a given number of votes, right or wrong: for one problem, or summed over problems.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LeadShares {
    /// By number of votes from 0.
    pub right: Vec<f64>,
    pub wrong: Vec<f64>,
}

impl LeadShares {
    /// Nothing of any number of votes.
    pub fn none(candidates: u32) -> Self {
        let none = vec![0.0; candidates as usize + 1];
        Self { right: none.clone(), wrong: none }
    }

    /// Adds those of a problem with this weight.
    pub fn add(&mut self, other: &Self, weight: f64) {
        for (sums, shares) in [(&mut self.right, &other.right), (&mut self.wrong, &other.wrong)] {
            for (sum, share) in sums.iter_mut().zip(shares) {
                *sum += weight * share;
            }
        }
    }

    /// P(accepted and right), P(accepted and wrong) of a vote that needs `agree` votes.
    pub fn accepted(&self, agree: u32) -> (f64, f64) {
        let from = |shares: &[f64]| shares.iter().skip(agree as usize).sum();
        (from(&self.right), from(&self.wrong))
    }
}

/// Numbers of candidates to weigh where problems have `answers` answers each.
pub(super) fn sizes(answers: u32) -> Vec<u32> {
    let mut sizes: Vec<u32> = SIZES.into_iter().filter(|size| *size < answers).collect();
    sizes.extend((answers >= 3).then_some(answers));
    sizes
}

/// The lead among `candidates` answers drawn without replacement from those of a problem; ties are broken at random.
pub(super) fn leads(groups: &[AnswerGroup], candidates: u32, seed: u64) -> LeadShares {
    let mut shares = LeadShares::none(candidates);
    let merged = merged(groups);
    let all: u32 = merged.iter().map(|(_, given)| given).sum();
    if candidates >= all {
        add(&mut shares, &merged, 1.0);
        return shares;
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    for _ in 0..DRAWS {
        add(&mut shares, &drawn(&merged, candidates, all, &mut rng), 1.0 / DRAWS as f64);
    }
    shares
}

/// Right answers vote together, however they are written.
fn merged(groups: &[AnswerGroup]) -> Vec<(bool, u32)> {
    let right = groups.iter().filter(|group| group.right == Some(true)).map(|group| group.given).sum();
    let wrong = groups.iter().filter(|group| group.right == Some(false)).map(|group| (false, group.given));
    std::iter::once((true, right)).chain(wrong).collect()
}

fn drawn(groups: &[(bool, u32)], candidates: u32, all: u32, rng: &mut ChaCha8Rng) -> Vec<(bool, u32)> {
    let (mut wanted, mut left) = (candidates, all);
    let mut taken: Vec<(bool, u32)> = groups.iter().map(|(right, _)| (*right, 0)).collect();
    for ((_, given), (_, count)) in groups.iter().zip(&mut taken) {
        for _ in 0..*given {
            // Each answer is taken with the share of those left that are still wanted.
            if rng.random_range(0..left) < wanted {
                *count += 1;
                wanted -= 1;
            }
            left -= 1;
        }
    }
    taken
}

fn add(shares: &mut LeadShares, groups: &[(bool, u32)], weight: f64) {
    let lead = groups.iter().map(|(_, given)| *given).max().unwrap_or(0);
    let leading: Vec<bool> = groups.iter().filter(|(_, given)| *given == lead).map(|(right, _)| *right).collect();
    let each = weight / leading.len().max(1) as f64;
    for right in leading {
        let side = if right { &mut shares.right } else { &mut shares.wrong };
        // A lead is at most the number of candidates, for which there is room.
        if let Some(share) = side.get_mut(lead as usize) {
            *share += each;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    fn groups(given: &[(bool, u32)]) -> Vec<AnswerGroup> {
        let group = |(answer, &(right, given)): (u64, &(bool, u32))| AnswerGroup {
            answer: Some(answer),
            right: Some(right),
            given,
            kept: 0,
        };
        (0..).zip(given).map(group).collect()
    }

    #[test]
    fn all_answers_vote_and_ties_are_shared() {
        let lead = leads(&groups(&[(true, 2), (false, 2), (false, 1)]), 5, 1);
        assert_eq!((lead.right[2], lead.wrong[2]), (0.5, 0.5));
        assert_eq!(lead.accepted(1), (0.5, 0.5));
        assert_eq!(lead.accepted(3), (0.0, 0.0));
        // Right answers are the same answer, however they are written.
        let merged = leads(&groups(&[(true, 2), (true, 1), (false, 2)]), 5, 1);
        assert_eq!(merged.accepted(3), (1.0, 0.0));
    }

    #[test]
    fn fewer_candidates_are_drawn_without_replacement() {
        // Three of {R, R, R, W, W}: P(at least two right) = (C(3,2) C(2,1) + 1) / C(5,3) = 7/10.
        let problem = groups(&[(true, 3), (false, 2)]);
        let right: f64 = (0..4000).map(|seed| leads(&problem, 3, seed).accepted(2).0).sum::<f64>() / 4000.0;
        // 128,000 draws: five standard deviations.
        assert_relative_eq!(right, 0.7, epsilon = 0.0065);
    }
}
