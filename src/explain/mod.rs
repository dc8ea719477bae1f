//! The law of one generation in numbers: where mistakes enter, what each check catches, what is learned.

mod drivers;
mod flows;
mod votes;

use serde::{Deserialize, Serialize};

use crate::analytic::{Undefined, mean_field};
use crate::law::{Answers, Belief, BinLaw, CheckPassage, Composition, Law, passing};
use crate::scenario::{Filter, Scenario};

pub use drivers::{DriverError, DriverPart, ReproductionDrivers, drivers};
pub use flows::{MistakeClass, MistakeFlow, MistakeFlows};
pub use votes::{VoteAccount, VoteRow, votes};

/// One generation taken apart, at one composition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Explanation {
    /// The generation whose law this is.
    pub generation: u64,
    /// The composition that it is taken apart at.
    pub composition: Composition,
    /// e(x), probability of a slip at one step.
    pub step_error: f64,
    /// L, steps of a solution.
    pub steps: u64,
    /// Outcome probabilities of one solution that no belief misleads.
    pub solution: BeliefOutcomes,
    /// err(x), error rate of one candidate before any check.
    pub error_rate: f64,
    /// The problems by their difficulty; empty where all are alike. `step_error` and `solution` are then means over them, and
    /// `steps` is that of the longest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub difficulties: Vec<DifficultyFacts>,
    /// The four situations in which a problem is attempted.
    pub situations: Vec<Situation>,
    /// Candidate answers per problem, over all situations.
    pub answered: Answers,
    /// What the vote accepts, per problem.
    pub voted: Answers,
    /// What passes the filters too, per problem.
    pub accepted: Answers,
    /// Passing probabilities of each filter.
    pub filters: Vec<FilterPass>,
    /// Accepted examples per problem.
    #[serde(rename = "yield")]
    pub yield_: f64,
    /// Composition that the next generation draws from; absent if nothing is accepted.
    pub learned: Option<Composition>,
    /// The mistakes by their origin, at this composition and later in the loop.
    pub account: MistakeAccount,
}

/// Outcome probabilities of one solution.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BeliefOutcomes {
    /// Right answer by right steps.
    pub sound: f64,
    /// Right answer by a wrong step.
    pub unsound: f64,
    /// Wrong answer.
    pub wrong: f64,
}

/// Problems of one difficulty.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DifficultyFacts {
    /// Share of the problems.
    pub share: f64,
    /// L, steps of a solution.
    pub steps: u64,
    /// e(x), probability of a slip at one step.
    pub step_error: f64,
    /// Outcome probabilities of one solution that no belief misleads.
    pub solution: BeliefOutcomes,
    /// Error rate of one candidate.
    pub error_rate: f64,
    /// Accepted examples per generated problem.
    #[serde(rename = "yield")]
    pub yield_: f64,
}

/// One situation, followed through the checks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Situation {
    /// What the problem meets in the model.
    pub belief: Belief,
    /// How often, per problem.
    pub share: f64,
    /// One candidate's answer.
    pub candidate: Answers,
    /// Accepted by the vote.
    pub voted: Answers,
    /// Passed by the filters as well.
    pub passed: Answers,
}

/// What one filter lets pass.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct FilterPass {
    /// Kind, as in the scenario file.
    pub kind: String,
    /// Probability of passing, by kind of example.
    pub passing: Answers,
}

/// Takes the law of `generation` apart at composition `x`.
///
/// ```
/// use runaway::Scenario;
/// use runaway::explain::explain;
/// use runaway::law::Composition;
/// use runaway::scenario::Origin;
///
/// let scenario = Scenario::parse("name = \"plain\"", Origin::Text, &[])?;
/// let found = explain(&scenario, 0, Composition::default());
/// // Twenty steps that slip once in five hundred: this share of a flawless model's answers is wrong.
/// assert!((found.error_rate - 0.03924904297).abs() < 1e-10);
/// # Ok::<(), runaway::scenario::ScenarioError>(())
/// ```
#[must_use]
pub fn explain(scenario: &Scenario, generation: u64, x: Composition) -> Explanation {
    let law = Law::new(scenario, generation);
    let outcome = law.at(x);
    let classes: Vec<DifficultyFacts> = law.bins().iter().map(|bin| DifficultyFacts::of(bin, x)).collect();
    let mean = |part: fn(&DifficultyFacts) -> f64| shared(&classes, part);
    let situations = situations(&law, x);
    let over = |part: fn(&Situation) -> Answers| {
        situations.iter().fold(Answers::default(), |sum, one| sum.plus(&part(one).scaled(one.share)))
    };
    Explanation {
        generation,
        composition: x,
        step_error: mean(|one| one.step_error),
        steps: scenario.steps_at(generation),
        solution: BeliefOutcomes {
            sound: mean(|one| one.solution.sound),
            unsound: mean(|one| one.solution.unsound),
            wrong: mean(|one| one.solution.wrong),
        },
        error_rate: outcome.error_rate,
        answered: over(|one| one.candidate),
        voted: over(|one| one.voted),
        accepted: outcome.accepted,
        filters: filters(scenario, &law, x),
        yield_: outcome.accepted_share(),
        learned: outcome.next,
        account: MistakeAccount::new(scenario, MistakeFlows::at(scenario, generation, x)),
        situations,
        difficulties: if classes.len() > 1 { classes } else { Vec::new() },
    }
}

impl DifficultyFacts {
    fn of(bin: &BinLaw, x: Composition) -> Self {
        let solution = bin.solution(x);
        let passages = bin.passages(x);
        let sum = |part: fn(&CheckPassage) -> f64| passages.iter().map(|one| one.problem.weight * part(one)).sum();
        Self {
            share: bin.bin.share,
            steps: bin.bin.steps,
            step_error: bin.step_error(x),
            solution: BeliefOutcomes { sound: solution.sound, unsound: solution.unsound, wrong: solution.wrong },
            error_rate: sum(|one| one.problem.candidate.wrong()),
            yield_: sum(|one| one.passed.total()),
        }
    }
}

/// Share-weighted mean over the difficulties.
fn shared(classes: &[DifficultyFacts], part: fn(&DifficultyFacts) -> f64) -> f64 {
    classes.iter().map(|one| one.share * part(one)).sum()
}

/// The four situations, over all difficulties.
fn situations(law: &Law, x: Composition) -> Vec<Situation> {
    let mut passages = law.bins().iter().map(|bin| (bin.bin.share, bin.passages(x)));
    // A law has at least one class of problems.
    let Some((share, first)) = passages.next() else { return Vec::new() };
    let mut all = first.map(|passage| Situation::new(&passage, passage.problem.weight * share));
    for (share, passages) in passages {
        for (one, passage) in all.iter_mut().zip(&passages) {
            one.add(&Situation::new(passage, passage.problem.weight * share));
        }
    }
    all.to_vec()
}

impl Situation {
    fn new(passage: &CheckPassage, share: f64) -> Self {
        Self {
            belief: passage.problem.belief,
            share,
            candidate: passage.problem.candidate,
            voted: passage.voted,
            passed: passage.passed,
        }
    }

    /// The same situation in problems of another difficulty.
    fn add(&mut self, other: &Self) {
        let share = self.share + other.share;
        if share == 0.0 {
            return;
        }
        let mean = |one: &Answers, two: &Answers| one.scaled(self.share / share).plus(&two.scaled(other.share / share));
        *self = Self {
            belief: self.belief,
            share,
            candidate: mean(&self.candidate, &other.candidate),
            voted: mean(&self.voted, &other.voted),
            passed: mean(&self.passed, &other.passed),
        };
    }
}

/// What each filter lets pass of what reaches it, over all difficulties.
fn filters(scenario: &Scenario, law: &Law, x: Composition) -> Vec<FilterPass> {
    let row = |bin: &BinLaw, filter: &Filter| passing(filter, &bin.circumstances(x));
    let mut left: Vec<Answers> = law.bins().iter().map(|bin| bin.voted(x).scaled(bin.bin.share)).collect();
    let mut pass = |filter: &Filter| {
        let rows: Vec<Answers> = law.bins().iter().map(|bin| row(bin, filter)).collect();
        let passing = match &rows[..] {
            [only] => *only,
            rows => mixed(&left, rows),
        };
        left.iter_mut().zip(&rows).for_each(|(left, row)| *left = left.times(row));
        FilterPass { kind: filter.kind().to_owned(), passing }
    };
    scenario.filters.iter().map(&mut pass).collect()
}

/// Passing probabilities of examples that are so often of each difficulty; the plain mean where none arrive.
fn mixed(reaching: &[Answers], rows: &[Answers]) -> Answers {
    let mean = |part: fn(&Answers) -> f64| {
        let all: f64 = reaching.iter().map(part).sum();
        if all == 0.0 {
            return rows.iter().map(part).sum::<f64>() / rows.len() as f64;
        }
        reaching.iter().zip(rows).map(|(reaching, row)| part(reaching) * part(row)).sum::<f64>() / all
    };
    Answers {
        sound: mean(|one| one.sound),
        unsound: mean(|one| one.unsound),
        systematic: mean(|one| one.systematic),
        random: mean(|one| one.random),
    }
}

/// Where mistakes enter, pass and heal; what drives R; what votes catch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MistakeAccount {
    /// At the composition that is asked about.
    pub now: MistakeFlows,
    /// Half-way to the horizon, at the composition of the mean field; or where it starves, if that comes first.
    pub later: MistakeFlows,
    /// Whether the mean field has come to rest there, so that `later` is the account of the error floor.
    pub at_rest: bool,
    /// Whether nothing is accepted there.
    pub starved: bool,
    /// What R is made of.
    pub drivers: Option<ReproductionDrivers>,
    /// What more candidates would catch.
    pub votes: VoteAccount,
    /// Why numbers are absent, by their keys.
    pub undefined: Undefined,
}

/// Relative change of the error rate per generation below which the mean field is at rest.
const AT_REST: f64 = 1e-3;

impl MistakeAccount {
    /// The account of a loop, with that of one generation already made.
    #[must_use]
    pub fn new(scenario: &Scenario, now: MistakeFlows) -> Self {
        let half = (scenario.horizon.get() / 2).max(1);
        let field = mean_field::follow(scenario, half);
        let middle = field.starved.unwrap_or(half);
        let x = field.composition.last().copied().unwrap_or_default();
        let law = Law::new(scenario, middle);
        let (here, next) = (law.error_rate(x), law.at(x).next.map(|next| law.error_rate(next)));
        let settled = scenario.settles_at().is_some_and(|settled| settled <= middle);
        let mut undefined = Undefined::new();
        let drivers = drivers(scenario, now.generation)
            .map_err(|reason| undefined.insert("drivers".to_owned(), reason.to_string()))
            .ok();
        Self {
            later: MistakeFlows::at(scenario, middle, x),
            at_rest: settled && next.is_some_and(|next| (next - here).abs() <= AT_REST * here),
            starved: field.starved.is_some(),
            drivers,
            votes: votes(scenario),
            now,
            undefined,
        }
    }

    /// Where in the loop `later` is, in words; the mean field is called `field`.
    #[must_use]
    pub fn place(&self, field: &str) -> String {
        if self.starved {
            format!("where nothing that {field} generates is accepted")
        } else if self.at_rest {
            format!("where {field} settles")
        } else {
            "half-way to the horizon".to_owned()
        }
    }

    /// The account of a loop from generation 0 on.
    #[must_use]
    pub fn of(scenario: &Scenario) -> Self {
        Self::new(scenario, MistakeFlows::at(scenario, 0, Composition::start(scenario)))
    }
}
