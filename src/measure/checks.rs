//! What the loop's check did: how many answers of each kind it kept.

use super::mixture::SampleMixture;
use super::pattern::AnswerPattern;
use crate::fit::AnswerGroup;

/// Kept and given answers of each kind, with the weights of their problems.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct CheckCounts {
    /// (kept, given) of right answers.
    pub right: (f64, f64),
    /// The same of wrong answers that were the systematic mistake of their problem.
    pub systematic: (f64, f64),
    /// The same of other wrong answers.
    pub random: (f64, f64),
    /// The same of answers that nobody checked.
    pub unchecked: (f64, f64),
}

impl CheckCounts {
    /// Adds the answers to one problem; `mistakes` is the probability of each group to be the problem's systematic mistake.
    pub fn add(&mut self, groups: &[AnswerGroup], mistakes: &[f64], weight: f64) {
        for (group, mistake) in groups.iter().zip(mistakes) {
            let mut count = |kind: fn(&mut Self) -> &mut (f64, f64), part: f64| {
                let (kept, given) = kind(self);
                *kept += weight * part * f64::from(group.kept);
                *given += weight * part * f64::from(group.given);
            };
            match group.right {
                Some(true) => count(|counts| &mut counts.right, 1.0),
                Some(false) => {
                    count(|counts| &mut counts.systematic, *mistake);
                    count(|counts| &mut counts.random, 1.0 - mistake);
                }
                None => count(|counts| &mut counts.unchecked, 1.0),
            }
        }
    }

    /// Kept of given, all kinds together.
    pub fn accepted(&self) -> f64 {
        let all = [self.right, self.systematic, self.random, self.unchecked];
        let (kept, given) = all.iter().fold((0.0, 0.0), |(k, g), (kept, given)| (k + kept, g + given));
        kept / given
    }

    /// Wrong of kept and checked.
    pub fn kept_wrong(&self) -> f64 {
        let wrong = self.systematic.0 + self.random.0;
        wrong / (wrong + self.right.0)
    }
}

/// Share of a kind that is rejected.
pub(super) fn rejected((kept, given): (f64, f64)) -> f64 {
    1.0 - kept / given
}

/// The probability of each group of a problem's answers to be its systematic mistake.
pub(super) fn mistakes(mixture: &SampleMixture, groups: &[AnswerGroup]) -> Vec<f64> {
    let pattern = AnswerPattern::of(groups);
    let by_size = mixture.mistake(&pattern);
    let of = |group: &AnswerGroup| {
        if group.right != Some(false) {
            return 0.0;
        }
        let place = pattern.sizes.iter().position(|(size, _)| *size == group.given);
        place.and_then(|place| by_size.get(place)).copied().unwrap_or(0.0)
    };
    groups.iter().map(of).collect()
}

/// A vote that explains which answers were kept: an answer is kept where it leads with a number of votes in the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct VoteRule {
    pub candidates: u32,
    pub agree: u32,
    pub agree_at_most: u32,
}

impl VoteRule {
    /// The vote that keeps exactly what was kept, if there is one.
    pub fn of<'a>(problems: impl Iterator<Item = &'a [AnswerGroup]> + Clone) -> Option<Self> {
        let candidates = problems.clone().next()?.iter().map(|group| group.given).sum();
        if candidates < 2 {
            return None;
        }
        let (mut kept, mut left): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
        for groups in problems {
            if groups.iter().map(|group| group.given).sum::<u32>() != candidates {
                return None;
            }
            let lead = votes(groups).max().unwrap_or(0);
            let mut chosen = groups.iter().filter(|group| group.kept > 0);
            match (chosen.next(), chosen.next()) {
                (None, _) => left.push(lead),
                (Some(group), None) if group.given == lead => kept.push(lead),
                _ => return None,
            }
        }
        let (agree, agree_at_most) = (*kept.iter().min()?, *kept.iter().max()?);
        let inside = |lead: &u32| (agree..=agree_at_most).contains(lead);
        if left.iter().any(inside) {
            return None;
        }
        // Without a problem that fell short, any smaller number explains the same: the least that a lead may have.
        let agree = if left.iter().any(|lead| *lead < agree) { agree } else { 1 };
        let above = left.iter().any(|lead| *lead > agree_at_most);
        Some(Self { candidates, agree, agree_at_most: if above { agree_at_most } else { candidates } })
    }
}

/// Votes of each answer.
fn votes(groups: &[AnswerGroup]) -> impl Iterator<Item = u32> + '_ {
    groups.iter().map(|group| group.given)
}
