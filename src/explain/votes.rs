//! Effective votes: what more candidates catch, and the number beyond which they buy no runway.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::analytic::{expected_runway, failing_within_horizon, reproduction};
use crate::cost::Pricing;
use crate::law::{Answers, Composition, Law};
use crate::quantity::Count;
use crate::scenario::{Scenario, Vote};

/// Numbers of candidates that are tried, each with a simple majority and with a plurality.
const CANDIDATES: [u64; 11] = [1, 3, 5, 7, 9, 11, 15, 21, 31, 51, 101];
/// Relative change below which more candidates buy nothing.
const NOTHING: f64 = 0.01;
/// Votes that the winner of a plurality needs.
const PLURALITY: u64 = 1;
/// Largest caught share that rounding makes of none.
const ROUNDING: f64 = 1e-12;
/// Candidates of which every `agree` is tried, at most.
const MAX_AGREES: u64 = 11;

/// One vote, everything else as in the scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct VoteRow {
    /// k.
    pub candidates: u64,
    /// m.
    pub agree: u64,
    /// The most votes with which an answer is accepted; absent: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agree_at_most: Option<u64>,
    /// Share of right candidates that the vote lets through, on problems without a systematic mistake; above 1 where the vote
    /// finds the right answer more often than one candidate.
    pub right_kept: f64,
    /// Share of random wrong answers that the vote catches; absent where there are none.
    pub random_caught: Option<f64>,
    /// Share of shown systematic mistakes that the vote catches; negative where the vote rather picks them. Absent where none is
    /// ever shown.
    pub systematic_caught: Option<f64>,
    /// Accepted examples per generated problem, at the start.
    #[serde(rename = "yield")]
    pub yield_: f64,
    /// R; absent where nothing is accepted from an all-sound model, or where R is larger than a double can hold.
    pub reproduction_number: Option<f64>,
    /// `E[T]` in generations, where it is quickly had.
    pub expected_runway: Option<f64>,
    /// P(T ≤ horizon), where it is quickly had.
    pub failing_within_horizon: Option<f64>,
    /// Price of an accepted example at the start, candidates and checks together, in the unit of the loop's prices; absent without
    /// prices, and where nothing is accepted.
    pub cost_per_accepted: Option<f64>,
}

impl VoteRow {
    /// The rule in words.
    #[must_use]
    pub fn name(&self) -> String {
        let Self { candidates, agree, agree_at_most, .. } = self;
        match (agree, agree_at_most) {
            _ if *candidates == 1 => "no vote".to_owned(),
            (_, Some(most)) => format!("{agree} to {most} of {candidates}"),
            (1, None) => format!("most of {candidates}"),
            (_, None) => format!("{agree} of {candidates}"),
        }
    }
}

/// How a loop depends on its vote.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct VoteAccount {
    /// Simple majorities of more and more candidates.
    pub majorities: Vec<VoteRow>,
    /// Pluralities of the same numbers of candidates: whoever has most votes wins, however few.
    pub pluralities: Vec<VoteRow>,
    /// The scenario's candidates (five, if it has no vote) with every legal `agree`, and its own vote.
    pub agreements: Vec<VoteRow>,
    /// Whether the two numbers below are of pluralities, as the scenario's own vote is, or of majorities.
    pub enough_for_plurality: bool,
    /// The number of candidates from which on R is within 1 % of that with the most candidates tried.
    pub enough_for_reproduction: Option<u64>,
    /// The number of candidates from which on `E[T]` is within 1 % of that with the most candidates tried.
    pub enough_for_runway: Option<u64>,
}

impl VoteAccount {
    /// Whether the loop has prices, so that its votes have costs.
    #[must_use]
    pub fn are_priced(&self) -> bool {
        self.majorities.iter().any(|row| row.cost_per_accepted.is_some())
    }

    /// The numbers of candidates that are enough, in words.
    #[must_use]
    pub fn enough(&self) -> Vec<String> {
        let most = CANDIDATES[CANDIDATES.len() - 1];
        let kind = if self.enough_for_plurality { "pluralities" } else { "majorities" };
        let told = |what: &str, enough: Option<u64>| match enough {
            Some(1) => format!("{what} changes by less than 1 % with any of these {kind}."),
            Some(k) => format!("With {kind} of {k} candidates and more {what} is within 1 % of that with {most}."),
            None => format!("{what} still changes by more than 1 % among the {kind} tried."),
        };
        let timed = self.majorities.iter().any(|row| row.expected_runway.is_some());
        let runway = if timed {
            told("E[T]", self.enough_for_runway)
        } else {
            "E[T] is worked out here for loops of up to 400 examples, without unsound beliefs, whose law stays."
                .to_owned()
        };
        vec![told("R", self.enough_for_reproduction), runway]
    }

    /// Every vote tried, once.
    pub fn rows(&self) -> impl Iterator<Item = &VoteRow> {
        let simple = || self.majorities.iter().chain(&self.pluralities);
        let new = move |row: &&VoteRow| !simple().any(|one| one.name() == row.name());
        simple().chain(self.agreements.iter().filter(new))
    }
}

/// Tries votes on generation 0 of a scenario.
#[must_use]
pub fn votes(scenario: &Scenario) -> VoteAccount {
    let tried = |votes: Vec<(u64, u64)>| -> Vec<VoteRow> {
        let vote = |(candidates, agree)| {
            Some(Vote { candidates: Count::new(candidates).ok()?, agree: Count::new(agree).ok()?, agree_at_most: None })
        };
        votes.into_par_iter().filter_map(vote).map(|vote| row(scenario, vote)).collect()
    };
    let majorities = tried(CANDIDATES.map(|k| (k, k / 2 + 1)).to_vec());
    let pluralities = tried(CANDIDATES.iter().skip(1).map(|&k| (k, PLURALITY)).collect());
    let own = &scenario.vote;
    let present = match own.candidates.get() {
        1 => 5,
        k => k.min(MAX_AGREES),
    };
    let mut agreements = tried((1..=present).map(|agree| (present, agree)).collect());
    if own.candidates.get() > present || own.agree_at_most.is_some() {
        agreements.push(row(scenario, *own));
    }
    let by_plurality = !own.is_majority();
    // Either begins with no vote at all.
    let rows: Vec<&VoteRow> = if by_plurality {
        majorities.iter().take(1).chain(&pluralities).collect()
    } else {
        majorities.iter().collect()
    };
    let enough = |part: fn(&VoteRow) -> Option<f64>| settled(&rows.iter().map(|row| part(row)).collect::<Vec<_>>());
    let candidates = |at: Option<usize>| at.and_then(|at| rows.get(at)).map(|row| row.candidates);
    VoteAccount {
        enough_for_plurality: by_plurality,
        enough_for_reproduction: candidates(enough(|row| row.reproduction_number)),
        enough_for_runway: candidates(enough(|row| row.expected_runway)),
        agreements,
        pluralities,
        majorities,
    }
}

fn row(scenario: &Scenario, vote: Vote) -> VoteRow {
    let changed = Scenario { vote, ..scenario.clone() };
    let (law, x) = (Law::new(&changed, 0), Composition::start(&changed));
    let kept = over(&law, x, 0, Answers::right);
    VoteRow {
        candidates: vote.candidates.get(),
        agree: vote.agree.get(),
        agree_at_most: vote.agree_at_most.map(Count::get),
        right_kept: kept.1 / kept.0,
        random_caught: caught(over(&law, x, 0, |answers| answers.random)),
        systematic_caught: caught(over(&law, x, 1, |answers| answers.systematic)),
        yield_: law.at(x).accepted_share(),
        reproduction_number: reproduction::reproduction_number(&law).ok(),
        expected_runway: expected_runway(&changed),
        failing_within_horizon: failing_within_horizon(&changed),
        cost_per_accepted: Pricing::new(&changed, 0)
            .map(|prices| prices.per_accepted(x))
            .filter(|cost| cost.is_finite()),
    }
}

/// A part of what one candidate answers and of what the vote accepts, in the situation with this index, over all difficulties.
fn over(law: &Law, x: Composition, situation: usize, part: fn(&Answers) -> f64) -> (f64, f64) {
    law.bins().iter().fold((0.0, 0.0), |(made, voted), bin| {
        let passage = &bin.passages(x)[situation];
        (made + bin.bin.share * part(&passage.problem.candidate), voted + bin.bin.share * part(&passage.voted))
    })
}

fn caught((made, voted): (f64, f64)) -> Option<f64> {
    let share = 1.0 - voted / made;
    // What a vote neither catches nor picks is rounding.
    (made > 0.0).then_some(if share.abs() < ROUNDING { 0.0 } else { share })
}

/// The first place from which every value is within [`NOTHING`] of the last one; the last value alone proves nothing.
fn settled(values: &[Option<f64>]) -> Option<usize> {
    let last = (*values.last()?)?;
    let far = |value: &Option<f64>| value.is_none_or(|value| (value - last).abs() > NOTHING * last.abs());
    let first = values.iter().rposition(far).map_or(0, |moving| moving + 1);
    (first + 1 < values.len()).then_some(first)
}
