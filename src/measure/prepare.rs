//! Samples as the estimates take them: problems in one order, their patterns, and what a vote would have kept.

use std::collections::BTreeMap;

use super::pattern::{PatternTable, answers_given};
use super::votes::{self, LeadShares};
use super::{MeasureError, MeasureOptions};
use crate::fit::{AnswerGroup, AnswerSet, GenerationAnswers};

/// Problems for which votes are played: enough for three digits.
const VOTED_PROBLEMS: usize = 4000;

/// One generation's problems.
pub(super) struct PreparedGeneration<'a> {
    /// Number of each problem among those of both generations.
    pub ids: Vec<usize>,
    /// Its answers.
    pub groups: Vec<&'a [AnswerGroup]>,
    pub table: PatternTable,
}

/// Votes with a given number of candidates, by problem; the first problems only.
pub(super) struct PreparedVote {
    pub candidates: u32,
    pub leads: Vec<LeadShares>,
}

/// Everything that does not depend on how problems are weighed.
pub(super) struct PreparedSamples<'a> {
    /// Problems of both generations together.
    pub problems: usize,
    pub first: PreparedGeneration<'a>,
    pub later: Option<PreparedGeneration<'a>>,
    /// Places of the problems that both generations answered.
    pub pairs: Vec<(usize, usize)>,
    pub votes: Vec<PreparedVote>,
    /// Answers to a problem of the first generation, at least and at most.
    pub answers: (u32, u32),
    /// Answers that at least half of its problems have.
    pub usual: u32,
    /// Whether somebody checked every answer.
    pub all_checked: bool,
    /// Whether equal wrong answers can be recognised, in samples that were all checked.
    pub answers_known: bool,
    pub kept_known: bool,
    /// Steps of a solution.
    pub steps: u64,
}

impl<'a> PreparedSamples<'a> {
    pub fn of(set: &'a AnswerSet, options: &MeasureOptions) -> Result<Self, MeasureError> {
        let [first, rest @ ..] = set.generations.as_slice() else { return Err(MeasureError::Empty) };
        let later = match rest {
            [] => None,
            [later] => Some(later),
            _ => return Err(MeasureError::Generations { count: set.generations.len(), remedy: set.two_of_them() }),
        };
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        for id in std::iter::once(first).chain(later).flat_map(|generation| generation.problems.keys()) {
            let next = numbers.len();
            numbers.entry(id).or_insert(next);
        }
        let (first, later) = (prepared(first, &numbers), later.map(|later| prepared(later, &numbers)));
        let pairs = later.as_ref().map_or_else(Vec::new, |later| pairs(&first, later, numbers.len()));
        let given = || first.groups.iter().map(|groups| answers_given(groups));
        let answers = (given().min().unwrap_or(0), given().max().unwrap_or(0));
        let usual = usual(&first.groups);
        let checked = |generation: &PreparedGeneration<'_>| {
            generation.groups.iter().flat_map(|groups| groups.iter()).all(|group| group.right.is_some())
        };
        let all_checked = checked(&first) && later.as_ref().is_none_or(checked);
        let answers_known = set.answers_known && all_checked;
        let votes = if answers_known { voted(&first, answers.0, options.seed) } else { Vec::new() };
        Ok(Self {
            problems: numbers.len(),
            first,
            later,
            pairs,
            votes,
            answers,
            usual,
            all_checked,
            answers_known,
            kept_known: set.kept_known,
            steps: options.steps,
        })
    }
}

/// Answers that at least half of the problems have.
pub(super) fn usual(problems: &[&[AnswerGroup]]) -> u32 {
    let mut given: Vec<u32> = problems.iter().map(|groups| answers_given(groups)).collect();
    given.sort_unstable_by(|a, b| b.cmp(a));
    given.len().checked_sub(1).and_then(|last| given.get(last / 2)).copied().unwrap_or(0)
}

fn prepared<'a>(generation: &'a GenerationAnswers, numbers: &BTreeMap<&str, usize>) -> PreparedGeneration<'a> {
    let groups: Vec<&[AnswerGroup]> = generation.problems.values().map(Vec::as_slice).collect();
    let ids = generation.problems.keys().filter_map(|id| numbers.get(id.as_str()).copied()).collect();
    PreparedGeneration { ids, table: PatternTable::of(&groups), groups }
}

fn pairs(first: &PreparedGeneration<'_>, later: &PreparedGeneration<'_>, problems: usize) -> Vec<(usize, usize)> {
    let mut places = vec![None; problems];
    for (place, id) in later.ids.iter().enumerate() {
        if let Some(slot) = places.get_mut(*id) {
            *slot = Some(place);
        }
    }
    let later = |id: &usize| places.get(*id).copied().flatten();
    first.ids.iter().enumerate().filter_map(|(place, id)| Some((place, later(id)?))).collect()
}

/// Votes over every size that all problems have answers for.
fn voted(first: &PreparedGeneration<'_>, answers: u32, seed: u64) -> Vec<PreparedVote> {
    let of = |candidates: u32| {
        let problems = (0..).zip(&first.groups).take(VOTED_PROBLEMS);
        let seeded = |place: u64| seed ^ place.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ u64::from(candidates);
        let leads = problems.map(|(place, groups)| votes::leads(groups, candidates, seeded(place))).collect();
        PreparedVote { candidates, leads }
    };
    votes::sizes(answers).into_iter().map(of).collect()
}
