//! What became of each problem from one generation to the next: fresh mistakes, persistence and healing, paired.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::stats::interval::{normal_critical, wilson};

/// Counts of problems that were answered in two successive evaluations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AnswerMoves {
    /// Right, and right again.
    pub right_right: u64,
    /// Right, then wrong.
    pub right_wrong: u64,
    /// Wrong, then right.
    pub wrong_right: u64,
    /// Wrong, and wrong again.
    pub wrong_wrong: u64,
    /// Same answers among the twice wrong, where the answers are known.
    pub wrong_same: Option<u64>,
}

impl AnswerMoves {
    /// Problems that were answered twice.
    #[must_use]
    pub fn paired(&self) -> u64 {
        self.right_right + self.right_wrong + self.wrong_right + self.wrong_wrong
    }

    /// Correlation of the two answers (φ); `None` where one side never differs.
    #[must_use]
    pub fn correlation(&self) -> Option<f64> {
        let [a, b, c, d] =
            [self.right_right, self.right_wrong, self.wrong_right, self.wrong_wrong].map(|count| count as f64);
        let margins = (a + b) * (c + d) * (a + c) * (b + d);
        (margins > 0.0).then(|| (a * d - b * c) / margins.sqrt())
    }
}

/// One answer to a test problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleAnswer {
    /// Whether it is right.
    pub right: bool,
    /// The answer itself, where the log holds it.
    pub given: Option<String>,
}

/// Answers of successive generations to the same test problems, by the problem's hash.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AnswerSamples {
    /// One map per generation.
    pub generations: Vec<BTreeMap<String, SampleAnswer>>,
}

/// A share with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TransitionShare {
    /// Cases.
    pub part: u64,
    /// Out of.
    pub whole: u64,
    /// The share; absent out of none.
    pub share: Option<f64>,
    /// Wilson's interval.
    pub interval95: Option<(f64, f64)>,
}

impl TransitionShare {
    fn of(part: u64, whole: u64) -> Self {
        let some = whole > 0;
        Self {
            part,
            whole,
            share: some.then(|| part as f64 / whole as f64),
            interval95: some.then(|| wilson(part, whole, LEVEL)),
        }
    }
}

/// Two-sided level of the intervals.
const LEVEL: f64 = 0.05;

/// The problems that two successive generations both answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AnswerTransition {
    /// The later generation.
    pub generation: u64,
    /// Problems answered by both.
    pub paired: u64,
    /// Problems answered by one of them only.
    pub unpaired: u64,
    /// Right, and right again.
    pub right_right: u64,
    /// Right, then wrong.
    pub right_wrong: u64,
    /// Wrong, then the same wrong answer.
    pub wrong_same: u64,
    /// Wrong, then another wrong answer.
    pub wrong_other: u64,
    /// Wrong, then wrong, where the log does not hold the answers.
    pub wrong_unknown: u64,
    /// Wrong, then right.
    pub wrong_right: u64,
    /// Fresh errors: of the right answers, those that turned wrong.
    pub fresh: TransitionShare,
    /// Persistence: of the wrong answers, those given again; counted where the answers are known.
    pub persistence: TransitionShare,
    /// Healing: of the wrong answers, those that turned right.
    pub healing: TransitionShare,
    /// Change of the error rate on the paired problems.
    pub change: f64,
    /// Its 95 % interval, from the problems that changed sides alone.
    pub change_interval95: (f64, f64),
}

impl AnswerSamples {
    /// The transition into every generation but the first.
    #[must_use]
    pub fn transitions(&self) -> Vec<AnswerTransition> {
        let pairs = self.generations.iter().zip(self.generations.iter().skip(1));
        (1..).zip(pairs).map(|(generation, (before, after))| transition(generation, before, after)).collect()
    }
}

/// Problems that were answered once before and once after, counted by what became of them.
#[derive(Debug, Default)]
pub(super) struct PairCounts {
    pub right_right: u64,
    pub right_wrong: u64,
    pub wrong_right: u64,
    /// Wrong twice, with the same answer, another, or one that is not known.
    pub wrong_same: u64,
    pub wrong_other: u64,
    pub wrong_unknown: u64,
    /// Turned between right and wrong with both answers known, and of these with the same answer.
    pub turned_known: u64,
    pub turned_same: u64,
}

impl PairCounts {
    /// Takes a problem: whether it was right before and after, and whether the answers are alike, where both are known.
    pub fn add(&mut self, before: bool, after: bool, alike: Option<bool>) {
        let count = match (before, after, alike) {
            (true, true, _) => &mut self.right_right,
            (true, false, _) => &mut self.right_wrong,
            (false, true, _) => &mut self.wrong_right,
            (false, false, Some(true)) => &mut self.wrong_same,
            (false, false, Some(false)) => &mut self.wrong_other,
            (false, false, None) => &mut self.wrong_unknown,
        };
        *count += 1;
        self.turned_known += u64::from(before != after && alike.is_some());
        self.turned_same += u64::from(before != after && alike == Some(true));
    }

    /// Problems that were wrong twice.
    pub const fn wrong_wrong(&self) -> u64 {
        self.wrong_same + self.wrong_other + self.wrong_unknown
    }
}

fn transition(
    generation: u64,
    before: &BTreeMap<String, SampleAnswer>,
    after: &BTreeMap<String, SampleAnswer>,
) -> AnswerTransition {
    let (mut paired, mut counts) = (0, PairCounts::default());
    for (key, earlier) in before {
        let Some(later) = after.get(key) else { continue };
        paired += 1;
        let alike = earlier.given.as_ref().zip(later.given.as_ref()).map(|(before, after)| before == after);
        counts.add(earlier.right, later.right, alike);
    }
    let unpaired = (before.len() as u64 - paired) + (after.len() as u64 - paired);
    let PairCounts { right_right, right_wrong, wrong_right, wrong_same, wrong_other, wrong_unknown, .. } = counts;
    let wrong = counts.wrong_wrong() + wrong_right;
    let (change, change_interval95) = paired_change(right_wrong, wrong_right, paired);
    AnswerTransition {
        generation,
        paired,
        unpaired,
        right_right,
        right_wrong,
        wrong_same,
        wrong_other,
        wrong_unknown,
        wrong_right,
        fresh: TransitionShare::of(right_wrong, right_right + right_wrong),
        persistence: TransitionShare::of(wrong_same, wrong - wrong_unknown),
        healing: TransitionShare::of(wrong_right, wrong),
        change,
        change_interval95,
    }
}

/// (b − c)/n with Wald's interval, half a change added on either side so that no change at all still has a width
/// (Agresti & Min 2005).
fn paired_change(worse: u64, better: u64, n: u64) -> (f64, (f64, f64)) {
    if n == 0 {
        return (0.0, (-1.0, 1.0));
    }
    let change = (worse as f64 - better as f64) / n as f64;
    let (b, c, n) = (worse as f64 + 0.5, better as f64 + 0.5, n as f64 + 2.0);
    let centre = (b - c) / n;
    let reach = normal_critical(LEVEL) * ((b + c - (b - c) * (b - c) / n).max(0.0)).sqrt() / n;
    (change, ((centre - reach).max(-1.0), (centre + reach).min(1.0)))
}
