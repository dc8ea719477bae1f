//! One generation's mistakes by their origin: where they enter, what each check catches, what is learned and what heals.
//!
//! Every amount follows from the law of one generation alone. Up to acceptance amounts are per generated problem, after it
//! per accepted example, so that: enters = caught by the vote + caught by each filter + accepted, and
//! accepted / yield = replaced + healed + learned. What is learned as wrong sums to q_W, as unsound to q_U, unless a hazard gain
//! multiplies it or a renewal below 1 copies beliefs beside it.

use serde::{Deserialize, Serialize};

use crate::law::{Answers, Belief, BinLaw, Composition, Law, Scalar, passing};
use crate::scenario::Scenario;

/// The origin of a mistake in an accepted example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum MistakeClass {
    /// A wrong answer of one candidate's own.
    FreshRandom,
    /// A wrong answer that candidates share, from a sound belief.
    FreshSystematic,
    /// A right answer by a fresh wrong step.
    FreshUnsound,
    /// The wrong answer of a wrong belief.
    InheritedWrong,
    /// The wrong step of an unsound belief, which comes out right again.
    InheritedUnsound,
    /// The wrong step of an unsound belief, which this time comes out wrong.
    TurnedWrong,
}

impl MistakeClass {
    /// All classes, in the order of tables and figures.
    pub const ALL: [Self; 6] = [
        Self::FreshRandom,
        Self::FreshSystematic,
        Self::FreshUnsound,
        Self::InheritedWrong,
        Self::InheritedUnsound,
        Self::TurnedWrong,
    ];

    /// In words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FreshRandom => "fresh random",
            Self::FreshSystematic => "fresh systematic",
            Self::FreshUnsound => "fresh unsound",
            Self::InheritedWrong => "inherited wrong",
            Self::InheritedUnsound => "inherited unsound",
            Self::TurnedWrong => "unsound turned wrong",
        }
    }

    /// Whether it leaves an unsound belief, and not a wrong one.
    #[must_use]
    pub const fn is_unsound(self) -> bool {
        matches!(self, Self::FreshUnsound | Self::InheritedUnsound)
    }

    /// Its part of amounts by kind of answer.
    fn of<S: Scalar>(self, answers: &Answers<S>) -> S {
        match self {
            Self::FreshRandom => answers.random,
            Self::FreshUnsound | Self::InheritedUnsound => answers.unsound,
            Self::FreshSystematic | Self::InheritedWrong | Self::TurnedWrong => answers.systematic,
        }
    }
}

/// One class of mistakes, followed through a generation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MistakeFlow {
    /// Where the mistakes come from.
    pub class: MistakeClass,
    /// Beliefs of this origin that the candidate did not repeat, per problem; 0 for fresh mistakes.
    pub unrepeated: f64,
    /// Candidates that make the mistake, per problem.
    pub enters: f64,
    /// Caught by the vote, per problem; negative where the vote rather picks the shared mistake than catches it.
    pub caught_by_vote: f64,
    /// Caught by each filter in turn, per problem.
    pub caught_by_filters: Vec<f64>,
    /// Accepted, per problem.
    pub accepted: f64,
    /// Replaced by ground truth, per accepted example.
    pub replaced: f64,
    /// Accepted but not learned, per accepted example.
    pub healed: f64,
    /// Learned, per accepted example: share of the next generation's beliefs, before a hazard gain multiplies them.
    pub learned: f64,
}

/// Every class of mistakes at one composition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MistakeFlows {
    /// The generation whose law this is.
    pub generation: u64,
    /// The composition it is taken at.
    pub composition: Composition,
    /// Kinds of the filters, in their order.
    pub filters: Vec<String>,
    /// Accepted examples per problem.
    #[serde(rename = "yield")]
    pub yield_: f64,
    /// What the hazard gain multiplies every learned mistake with; absent without a gain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multiplied: Option<f64>,
    /// Mistaken beliefs that are copied from the present generation, as shares of the next one's beliefs, of which what is
    /// learned makes up the share `renewal`; absent where every generation is trained anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copied: Option<Composition>,
    /// One entry for each class, in the order of [`MistakeClass::ALL`].
    pub flows: Vec<MistakeFlow>,
}

impl MistakeFlows {
    /// The mistakes of `generation` at composition `x`.
    #[must_use]
    pub fn at(scenario: &Scenario, generation: u64, x: Composition) -> Self {
        let law = Law::new(scenario, generation);
        let mut parts = law.bins().iter().map(|bin| Entered::checked(scenario, bin, x));
        // A law has at least one class of problems.
        let first = parts.next().unwrap_or_default();
        let checked = parts.fold(first, |one, other| one.plus(&other));
        let yield_ = law.at(x).accepted_share();
        let flow = |(class, one): (MistakeClass, CheckedShares)| {
            let share = if yield_ > 0.0 { one.accepted / yield_ } else { 0.0 };
            let (anchor, kept) = (scenario.learning.anchor.get(), retained(scenario, class));
            MistakeFlow {
                class,
                unrepeated: law.bins().iter().map(|bin| bin.bin.share * unrepeated(bin, class, x)).sum(),
                enters: one.enters,
                caught_by_vote: one.enters - one.voted,
                caught_by_filters: one.caught,
                accepted: one.accepted,
                replaced: anchor * share,
                healed: (1.0 - anchor) * (1.0 - kept) * share,
                learned: (1.0 - anchor) * kept * share,
            }
        };
        let flows: Vec<MistakeFlow> = MistakeClass::ALL.into_iter().zip(checked.0).map(flow).collect();
        let renewal = scenario.learning.renewal.get();
        Self {
            generation,
            composition: x,
            filters: scenario.filters.iter().map(|filter| filter.kind().to_owned()).collect(),
            yield_,
            multiplied: (scenario.learning.hazard_gain.get() != 1.0)
                .then(|| law.gain(flows.iter().map(|flow| flow.learned).sum())),
            copied: (renewal < 1.0)
                .then_some(Composition { unsound: (1.0 - renewal) * x.unsound, wrong: (1.0 - renewal) * x.wrong }),
            flows,
        }
    }

    /// Mistakes of every class that one stage leaves, per problem: the candidate's, those behind the vote, behind each filter.
    #[must_use]
    pub fn remaining(&self, flow: &MistakeFlow) -> Vec<f64> {
        let mut left = flow.enters - flow.caught_by_vote;
        let mut stages = vec![flow.enters, left];
        for caught in &flow.caught_by_filters {
            left -= caught;
            stages.push(left.max(0.0));
        }
        stages
    }
}

/// Probability that an accepted mistake is learned.
fn retained(scenario: &Scenario, class: MistakeClass) -> f64 {
    match class {
        MistakeClass::FreshRandom => scenario.learning.imprint.get(),
        _ => scenario.learning.persistence.get(),
    }
}

/// One class of mistakes up to acceptance, per problem.
#[derive(Debug, Clone, Default)]
struct CheckedShares {
    enters: f64,
    voted: f64,
    caught: Vec<f64>,
    accepted: f64,
}

/// Every class of mistakes up to acceptance.
#[derive(Debug, Default)]
struct AllChecked([CheckedShares; 6]);

impl AllChecked {
    fn plus(self, other: &Self) -> Self {
        let mut all = self.0;
        for (one, other) in all.iter_mut().zip(&other.0) {
            one.enters += other.enters;
            one.voted += other.voted;
            one.accepted += other.accepted;
            one.caught.iter_mut().zip(&other.caught).for_each(|(caught, more)| *caught += more);
        }
        Self(all)
    }
}

/// Mistakes of one candidate, behind the vote, and behind the filters, by class, on the problems of one difficulty.
struct Entered<S>([Stages<S>; 6]);

#[derive(Clone, Copy, Default)]
struct Stages<S> {
    candidate: S,
    voted: S,
    passed: S,
}

impl Entered<f64> {
    /// Mistakes on the problems of one difficulty, filter by filter, per problem of any.
    fn checked(scenario: &Scenario, bin: &BinLaw, x: Composition) -> AllChecked {
        let circumstances = bin.circumstances(x);
        let rows: Vec<Answers> = scenario.filters.iter().map(|filter| passing(filter, &circumstances)).collect();
        let mut stages = Self::at(bin, x).0.into_iter();
        AllChecked(MistakeClass::ALL.map(|class| {
            let Stages { candidate, voted, .. } = stages.next().unwrap_or_default();
            let (enters, voted) = (bin.bin.share * candidate, bin.bin.share * voted);
            let mut left = voted;
            let mut catch = |row: &Answers| {
                let passed = left * class.of(row);
                let caught = left - passed;
                left = passed;
                caught
            };
            let caught = rows.iter().map(&mut catch).collect();
            CheckedShares { enters, voted, caught, accepted: left }
        }))
    }
}

impl<S: Scalar> Entered<S> {
    fn at(bin: &BinLaw, x: Composition<S>) -> Self {
        let repeated = bin.bin.consistency * bin.luck;
        let mut sums = [Stages::default(); 6];
        for passage in bin.passages(x) {
            let (problem, never) = (&passage.problem, S::default());
            let mut add = |class: MistakeClass, part: S| {
                let (sum, part) = (&mut sums[class as usize], problem.weight * part);
                sum.candidate = sum.candidate + part * class.of(&problem.candidate);
                sum.voted = sum.voted + part * class.of(&passage.voted);
                sum.passed = sum.passed + part * class.of(&passage.passed);
            };
            let every = S::from(1.0);
            add(MistakeClass::FreshRandom, every);
            match problem.belief {
                Belief::Unsound => {
                    // Of the right answers by a wrong step those that repeat the believed one.
                    let unsound = problem.candidate.unsound;
                    let old = if unsound.value() > 0.0 { S::from(repeated) / unsound } else { never };
                    let old = old.rounded_into(0.0, 1.0);
                    add(MistakeClass::InheritedUnsound, old);
                    add(MistakeClass::FreshUnsound, old.complement());
                    add(MistakeClass::TurnedWrong, every);
                }
                belief => {
                    let shared = if belief == Belief::Wrong {
                        MistakeClass::InheritedWrong
                    } else {
                        MistakeClass::FreshSystematic
                    };
                    add(shared, every);
                    add(MistakeClass::FreshUnsound, every);
                }
            }
        }
        Self(sums)
    }
}

/// Beliefs of a class that the candidate did not repeat, per problem of one difficulty.
fn unrepeated(bin: &BinLaw, class: MistakeClass, x: Composition) -> f64 {
    let forgotten = 1.0 - bin.bin.consistency;
    match class {
        MistakeClass::InheritedWrong => x.wrong * forgotten,
        MistakeClass::InheritedUnsound => x.unsound * forgotten,
        _ => 0.0,
    }
}

/// Mistakes of each class that the next generation learns anew, gain included, as shares of its beliefs; `None` where nothing is
/// accepted.
pub(super) fn learned<S: Scalar>(scenario: &Scenario, generation: u64, x: Composition<S>) -> Option<[S; 6]> {
    let law = Law::new(scenario, generation);
    let outcome = law.at(x);
    outcome.next?;
    let mut passed = [S::default(); 6];
    for bin in law.bins() {
        let Entered(stages) = Entered::at(bin, x);
        for (sum, stage) in passed.iter_mut().zip(stages) {
            *sum = *sum + stage.passed * bin.bin.share;
        }
    }
    let kept = 1.0 - scenario.learning.anchor.get();
    let learned = MistakeClass::ALL
        .map(|class| passed[class as usize] * (kept * retained(scenario, class)) / outcome.accepted_share());
    let mistaken = learned.iter().fold(S::default(), |sum, &part| sum + part);
    let factor = law.gain(mistaken) * scenario.learning.renewal.get();
    Some(learned.map(|part| part * factor))
}
