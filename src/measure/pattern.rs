//! What the answers to one problem show: how many are right, and how the wrong ones repeat each other.

use std::collections::HashMap;

use crate::fit::AnswerGroup;

/// The answers to one problem, their names forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct AnswerPattern {
    /// Right answers.
    pub right: u32,
    /// Wrong answers.
    pub wrong: u32,
    /// Different wrong answers.
    pub distinct: u32,
    /// How often a wrong answer was given, rising, and how many wrong answers were given so often.
    pub sizes: Vec<(u32, u32)>,
}

impl AnswerPattern {
    /// The pattern of answers that were all checked.
    pub fn of(groups: &[AnswerGroup]) -> Self {
        let right = groups.iter().filter(|group| group.right == Some(true)).map(|group| group.given).sum();
        let mut given: Vec<u32> =
            groups.iter().filter(|group| group.right == Some(false)).map(|group| group.given).collect();
        given.sort_unstable();
        let mut sizes: Vec<(u32, u32)> = Vec::new();
        for &size in &given {
            match sizes.last_mut() {
                Some((known, count)) if *known == size => *count += 1,
                _ => sizes.push((size, 1)),
            }
        }
        Self { right, wrong: given.iter().sum(), distinct: given.len() as u32, sizes }
    }

    /// Answers in all.
    pub fn answers(&self) -> u32 {
        self.right + self.wrong
    }
}

/// Answers to one problem.
pub(super) fn answers_given(groups: &[AnswerGroup]) -> u32 {
    groups.iter().map(|group| group.given).sum()
}

/// The different patterns of many problems, and the pattern of each problem.
#[derive(Debug, Clone, Default)]
pub(super) struct PatternTable {
    /// Every pattern once, in the order in which they came up.
    pub patterns: Vec<AnswerPattern>,
    /// The place of each problem's pattern.
    pub of_problem: Vec<usize>,
}

impl PatternTable {
    /// The patterns of these problems.
    pub fn of(problems: &[&[AnswerGroup]]) -> Self {
        let mut places: HashMap<AnswerPattern, usize> = HashMap::new();
        let mut table = Self::default();
        for groups in problems {
            let pattern = AnswerPattern::of(groups);
            let next = table.patterns.len();
            let place = *places.entry(pattern.clone()).or_insert(next);
            if place == next {
                table.patterns.push(pattern);
            }
            table.of_problem.push(place);
        }
        table
    }

    /// The problems of each pattern.
    pub fn counts(&self) -> Vec<f64> {
        self.weights(&vec![1.0; self.of_problem.len()])
    }

    /// The weight of each pattern, from those of the problems.
    pub fn weights(&self, of_problems: &[f64]) -> Vec<f64> {
        let mut weights = vec![0.0; self.patterns.len()];
        for (&place, weight) in self.of_problem.iter().zip(of_problems) {
            // Places index the patterns.
            if let Some(sum) = weights.get_mut(place) {
                *sum += weight;
            }
        }
        weights
    }
}
