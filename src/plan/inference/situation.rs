//! The situations in which problems of each difficulty are attempted, with what is spent on an answer, in samples.

use crate::law::{Answers, Belief, CheckCircumstances, Composition, Law, passing};
use crate::scenario::{Filter, Scenario};

use super::inferred::UNCHECKED;

/// Problems that a model meets in the same way.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ProblemSituation {
    /// How often, of all problems.
    pub weight: f64,
    /// Their difficulty, by number.
    pub difficulty: usize,
    /// What one sample answers.
    pub sample: Answers,
    /// Wrong answers that random mistakes scatter over.
    pub wrong_answers: Option<u64>,
    /// Share of the wrong answers that a revision mends, where nobody gives it: a wrong answer is kept or not as a wrong belief is.
    pub mended: f64,
    circumstances: CheckCircumstances,
}

/// The filters that an answer must pass, and what they cost it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CheckStack {
    /// In words: the kinds.
    pub name: String,
    filters: Vec<Filter>,
    /// Price of all checks of one answer, in samples.
    pub price: f64,
}

/// Every situation at composition `x`.
pub(super) fn situations(law: &Law, x: Composition) -> Vec<ProblemSituation> {
    let mut found = Vec::new();
    for (difficulty, bin) in law.bins().iter().enumerate() {
        let base = bin.base(x);
        let mended = (1.0 - bin.bin.consistency) * base.right();
        for passage in bin.passages(x).into_iter().filter(|passage| passage.problem.weight > 0.0) {
            let problem = passage.problem;
            found.push(ProblemSituation {
                weight: bin.bin.share * problem.weight,
                difficulty,
                sample: problem.candidate,
                wrong_answers: bin.bin.wrong_answers,
                // On a plain problem a wrong answer becomes a wrong belief all the same.
                mended: if problem.belief == Belief::Unsound { problem.candidate.right() } else { mended },
                circumstances: bin.circumstances(x),
            });
        }
    }
    found
}

impl CheckStack {
    /// No check.
    pub fn none() -> Self {
        Self { name: UNCHECKED.to_owned(), filters: Vec::new(), price: 0.0 }
    }

    /// No check, each filter of the loop by itself, and all of them where they are several.
    pub fn all(scenario: &Scenario) -> Vec<Self> {
        let one = |index: usize, filter: &Filter| Self {
            name: filter.kind().to_owned(),
            filters: vec![*filter],
            price: price(scenario, index, filter),
        };
        let mut stacks = vec![Self::none()];
        stacks.extend(scenario.filters.iter().enumerate().map(|(index, filter)| one(index, filter)));
        if scenario.filters.len() > 1 {
            stacks.push(Self {
                name: scenario.filters.iter().map(Filter::kind).collect::<Vec<_>>().join(" + "),
                filters: scenario.filters.clone(),
                // Each check is paid for as if every answer came to it: the most that it can cost.
                price: stacks.iter().map(|stack| stack.price).sum(),
            });
        }
        stacks
    }

    /// Whether anything is checked.
    pub fn is_a_check(&self) -> bool {
        !self.filters.is_empty()
    }

    /// What passes of an answer with these probabilities.
    pub fn passed(&self, situation: &ProblemSituation, answer: &Answers) -> Answers {
        let pass = |answer: Answers, filter: &Filter| answer.times(&passing(filter, &situation.circumstances));
        self.filters.iter().fold(*answer, pass)
    }
}

/// Price of a check in samples: by the file's prices where it has them; else a judgement by the model and a restatement cost one sample
/// each, and other checks nothing.
fn price(scenario: &Scenario, index: usize, filter: &Filter) -> f64 {
    let bins = scenario.bins(0);
    let steps: f64 = bins.iter().map(|bin| bin.share * bin.steps as f64).sum();
    let own = scenario.cost.as_ref().filter(|cost| cost.per_step.get() > 0.0).map(|cost| {
        let check = cost.check(index);
        (check.per_check.get() + steps * check.per_check_step.get()) / (steps * cost.per_step.get())
    });
    match (filter, own) {
        (Filter::Transform { .. }, own) => 1.0 + own.unwrap_or(0.0),
        (Filter::SelfJudge { .. }, None) => 1.0,
        (Filter::GroundTruth { coverage, .. }, own) => coverage.get() * own.unwrap_or(0.0),
        (_, own) => own.unwrap_or(0.0),
    }
}
