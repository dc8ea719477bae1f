//! What the loop's check did: how many answers of each kind it kept.

use super::mixture::{Imagined, SampleMixture};
use super::pattern::answers_given;
use super::prepare::PreparedGeneration;
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
    /// Whether they show what is rejected: not where kept or rejected answers were there and none of them was checked.
    pub rejections_known: bool,
}

impl CheckCounts {
    /// Adds the answers to one problem; `mistakes` is the probability of each group to be the problem's systematic mistake,
    /// none where it is not told.
    pub fn add(&mut self, groups: &[AnswerGroup], mistakes: &[f64], weight: f64) {
        let known = mistakes.iter().copied().chain(std::iter::repeat(0.0));
        for (group, mistake) in groups.iter().zip(known) {
            let mut count = |kind: fn(&mut Self) -> &mut (f64, f64), part: f64| {
                let (kept, given) = kind(self);
                *kept += weight * part * f64::from(group.kept);
                *given += weight * part * f64::from(group.given);
            };
            match group.right {
                Some(true) => count(|counts| &mut counts.right, 1.0),
                Some(false) => {
                    count(|counts| &mut counts.systematic, mistake);
                    count(|counts| &mut counts.random, 1.0 - mistake);
                }
                None => count(|counts| &mut counts.unchecked, 1.0),
            }
        }
    }

    /// Lets the checked answers stand for their like that nobody checked, kept for kept and rejected for rejected, where some
    /// of both were checked.
    pub fn stand_for_all(&mut self) {
        let checked = [self.right, self.systematic, self.random];
        let (kept, given) = checked.iter().fold((0.0, 0.0), |(k, g), (kept, given)| (k + kept, g + given));
        let factor = |checked: f64, unchecked: f64| match unchecked > 0.0 {
            true => (checked > 0.0).then(|| (checked + unchecked) / checked),
            false => Some(1.0),
        };
        let (left, all) = self.unchecked;
        let (Some(of_kept), Some(of_rejected)) = (factor(kept, left), factor(given - kept, all - left)) else {
            return;
        };
        for (kept, given) in [&mut self.right, &mut self.systematic, &mut self.random] {
            *given = of_kept * *kept + of_rejected * (*given - *kept);
            *kept *= of_kept;
        }
        self.unchecked = (0.0, 0.0);
        self.rejections_known = true;
    }

    /// Adds imagined answers to every kind.
    pub fn imagine(&mut self, imagined: Imagined<'_>) {
        for (kept, given) in [&mut self.right, &mut self.systematic, &mut self.random, &mut self.unchecked] {
            let (yes, no) = imagined();
            *kept += yes;
            *given += yes + no;
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

/// What a mixture reads from the answers to one problem.
pub(super) struct ProblemReading {
    /// Probability of each group to be the problem's systematic mistake.
    pub mistakes: Vec<f64>,
    /// Probability of each difficulty.
    pub classes: Vec<f64>,
}

impl ProblemReading {
    /// What every problem of a generation reads; each pattern is explained once.
    pub fn all(mixture: &SampleMixture, generation: &PreparedGeneration<'_>) -> Vec<Self> {
        let table = &generation.table;
        let read = mixture.read_all(&table.patterns);
        let of = |(place, groups): (&usize, &&[AnswerGroup])| {
            // Places index the patterns.
            let pattern = table.patterns.get(*place)?;
            let (classes, by_size) = read.get(*place)?;
            let mistake = |group: &AnswerGroup| {
                let size = pattern.sizes.iter().position(|(size, _)| *size == group.given);
                let wrong = size.filter(|_| group.right == Some(false));
                wrong.and_then(|size| by_size.get(size)).copied().unwrap_or(0.0)
            };
            Some(Self { mistakes: groups.iter().map(mistake).collect(), classes: classes.clone() })
        };
        table.of_problem.iter().zip(&generation.groups).filter_map(of).collect()
    }
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
        let candidates = answers_given(problems.clone().next()?);
        if candidates < 2 {
            return None;
        }
        let (mut kept, mut left): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
        for groups in problems {
            if answers_given(groups) != candidates {
                return None;
            }
            let lead = groups.iter().map(|group| group.given).max().unwrap_or(0);
            let mut chosen = groups.iter().filter(|group| group.kept > 0);
            match (chosen.next(), chosen.next()) {
                (None, _) => left.push(lead),
                // A vote keeps all that agree, or one of them as the example.
                (Some(group), None) if group.given == lead && (group.kept == lead || group.kept == 1) => {
                    kept.push(lead)
                }
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

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn a_few_rejected_answers_stand_for_all_that_were_rejected() {
        // Every kept answer was checked, and one in ten of those rejected: 90 % of right answers are kept, 30 % of wrong ones.
        let of = |kept: f64, rejected: f64| (kept, kept + rejected);
        let unchecked = (0.0, 9.0 * (10.0 + 70.0));
        let mut counts =
            CheckCounts { right: of(900.0, 10.0), random: of(300.0, 70.0), unchecked, ..CheckCounts::default() };
        counts.stand_for_all();
        assert!(counts.rejections_known);
        assert_relative_eq!(rejected(counts.right), 0.1, max_relative = 1e-12);
        assert_relative_eq!(rejected(counts.random), 0.7, max_relative = 1e-12);
        assert_relative_eq!(counts.accepted(), 1200.0 / 2000.0, max_relative = 1e-12);
        let mut kept_alone =
            CheckCounts { right: of(900.0, 0.0), random: of(300.0, 0.0), unchecked, ..CheckCounts::default() };
        kept_alone.stand_for_all();
        assert!(!kept_alone.rejections_known);
        assert_eq!(kept_alone.unchecked, unchecked);
    }

    fn problem(groups: &[(bool, u32, u32)]) -> Vec<AnswerGroup> {
        let group = |(answer, &(right, given, kept)): (u64, &(bool, u32, u32))| AnswerGroup {
            answer: Some(answer),
            right: Some(right),
            given,
            kept,
        };
        (0..).zip(groups).map(group).collect()
    }

    fn rule(problems: &[Vec<AnswerGroup>]) -> Option<VoteRule> {
        VoteRule::of(problems.iter().map(Vec::as_slice))
    }

    #[test]
    fn a_vote_is_found_by_what_it_kept() {
        let five = |lead: u32, kept: bool| {
            problem(&[(true, lead, if kept { lead } else { 0 }), (false, 1, 0), (false, 4 - lead, 0)])
        };
        let found = rule(&[five(3, true), five(2, false), problem(&[(false, 5, 5)])]);
        assert_eq!(found, Some(VoteRule { candidates: 5, agree: 3, agree_at_most: 5 }));
        let windowed = rule(&[five(3, true), five(2, false), problem(&[(false, 5, 0)])]);
        assert_eq!(windowed, Some(VoteRule { candidates: 5, agree: 3, agree_at_most: 3 }));
        assert_eq!(rule(&[five(3, true), problem(&[(false, 5, 5)])]).unwrap().agree, 1);
    }

    #[test]
    fn what_no_vote_explains_is_a_filter() {
        let kept_minority = problem(&[(true, 4, 0), (false, 1, 1)]);
        assert_eq!(rule(&[kept_minority, problem(&[(true, 5, 5)])]), None);
        let inconsistent = [problem(&[(true, 4, 4), (false, 1, 0)]), problem(&[(true, 4, 0), (false, 1, 0)])];
        assert_eq!(rule(&inconsistent), None);
        assert_eq!(rule(&[problem(&[(true, 1, 1)])]), None);
        assert_eq!(rule(&[problem(&[(true, 5, 5)]), problem(&[(true, 4, 4)])]), None);
    }
}
