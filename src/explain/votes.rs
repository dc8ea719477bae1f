//! Effective votes: what more candidates catch, and the number beyond which they buy no runway.

use rayon::prelude::*;
use serde::Serialize;

use crate::analytic::{expected_runway, failing_within_horizon, reproduction};
use crate::cost::Pricing;
use crate::law::{Answers, Composition, Law};
use crate::quantity::Count;
use crate::scenario::{Scenario, Vote};

/// Numbers of candidates that are tried, each with a simple majority and with a plurality.
const CANDIDATES: [u64; 11] = [1, 3, 5, 7, 9, 11, 15, 21, 31, 51, 101];
/// Relative change below which more candidates buy nothing.
const NOTHING: f64 = 0.01;
/// Candidates of which every `agree` is tried, at most.
const MAX_AGREES: u64 = 11;

/// One vote, everything else as in the scenario.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VoteRow {
    /// k.
    pub candidates: u64,
    /// m.
    pub agree: u64,
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
        let Self { candidates, agree, .. } = self;
        match agree {
            _ if *candidates == 1 => "no vote".to_owned(),
            1 => format!("most of {candidates}"),
            _ => format!("{agree} of {candidates}"),
        }
    }
}

/// How a loop depends on its vote.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Votes {
    /// Simple majorities of more and more candidates.
    pub majorities: Vec<VoteRow>,
    /// Pluralities of the same numbers of candidates: whoever has most votes wins, however few.
    pub pluralities: Vec<VoteRow>,
    /// The scenario's candidates (five, if it has no vote) with every legal `agree`.
    pub agreements: Vec<VoteRow>,
    /// The number of candidates from which on R changes by less than 1 % with every further one tried.
    pub enough_for_reproduction: Option<u64>,
    /// The number of candidates from which on `E[T]` changes by less than 1 % with every further one tried.
    pub enough_for_runway: Option<u64>,
}

impl Votes {
    /// Whether the loop has prices, so that its votes have costs.
    #[must_use]
    pub fn are_priced(&self) -> bool {
        self.majorities.iter().any(|row| row.cost_per_accepted.is_some())
    }

    /// Every vote tried, once.
    pub fn rows(&self) -> impl Iterator<Item = &VoteRow> {
        let simple = || self.majorities.iter().chain(&self.pluralities);
        let new = move |row: &&VoteRow| !simple().any(|one| (one.candidates, one.agree) == (row.candidates, row.agree));
        simple().chain(self.agreements.iter().filter(new))
    }
}

/// Tries votes on generation 0 of a scenario, each without an upper limit of agreement.
#[must_use]
pub fn votes(scenario: &Scenario) -> Votes {
    let tried = |votes: Vec<(u64, u64)>| -> Vec<VoteRow> {
        votes.into_par_iter().filter_map(|(candidates, agree)| row(scenario, candidates, agree)).collect()
    };
    let majorities = tried(CANDIDATES.iter().map(|&k| (k, k / 2 + 1)).collect());
    let present = match scenario.vote.candidates.get() {
        1 => 5,
        k => k.min(MAX_AGREES),
    };
    let numbers = |part: fn(&VoteRow) -> Option<f64>| majorities.iter().map(part).collect::<Vec<_>>();
    let enough =
        |values: Vec<Option<f64>>| settled(&values).and_then(|at| majorities.get(at)).map(|row| row.candidates);
    Votes {
        pluralities: tried(CANDIDATES.iter().filter(|&&k| k > 1).map(|&k| (k, 1)).collect()),
        agreements: tried((1..=present).map(|agree| (present, agree)).collect()),
        enough_for_reproduction: enough(numbers(|row| row.reproduction_number)),
        enough_for_runway: enough(numbers(|row| row.expected_runway)),
        majorities,
    }
}

fn row(scenario: &Scenario, candidates: u64, agree: u64) -> Option<VoteRow> {
    let mut changed = scenario.clone();
    changed.vote =
        Vote { candidates: Count::new(candidates).ok()?, agree: Count::new(agree).ok()?, agree_at_most: None };
    let (law, x) = (Law::new(&changed, 0), Composition::start(&changed));
    let kept = over(&law, x, 0, Answers::right);
    Some(VoteRow {
        candidates,
        agree,
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
    })
}

/// A part of what one candidate answers and of what the vote accepts, in the situation with this index, over all difficulties.
fn over(law: &Law, x: Composition, situation: usize, part: fn(&Answers) -> f64) -> (f64, f64) {
    law.bins().iter().fold((0.0, 0.0), |(made, voted), bin| {
        let passage = &bin.passages(x)[situation];
        (made + bin.bin.share * part(&passage.problem.candidate), voted + bin.bin.share * part(&passage.voted))
    })
}

fn caught((made, voted): (f64, f64)) -> Option<f64> {
    (made > 0.0).then(|| 1.0 - voted / made)
}

/// The first place from which every value is within [`NOTHING`] of the one before it; the last value alone proves nothing.
fn settled(values: &[Option<f64>]) -> Option<usize> {
    let still = |pair: &[Option<f64>]| match pair {
        [Some(one), Some(other)] => (other - one).abs() <= NOTHING * one.abs(),
        _ => false,
    };
    let moving = values.windows(2).rposition(|pair| !still(pair)).map_or(0, |last| last + 1);
    (moving + 1 < values.len()).then_some(moving)
}
