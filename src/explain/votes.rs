//! Effective votes: what more candidates catch, and the number beyond which they buy no runway.

use serde::Serialize;

use crate::analytic::{expected_runway, reproduction};
use crate::law::{Answers, Composition, Law};
use crate::quantity::Count;
use crate::scenario::Scenario;

/// Numbers of candidates that are tried, each with a simple majority.
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
}

/// How a loop depends on its vote.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Votes {
    /// Simple majorities of more and more candidates.
    pub majorities: Vec<VoteRow>,
    /// The scenario's candidates (five, if it has no vote) with every legal `agree`.
    pub agreements: Vec<VoteRow>,
    /// The number of candidates from which on R changes by less than 1 % with every further one tried.
    pub enough_for_reproduction: Option<u64>,
    /// The number of candidates from which on `E[T]` changes by less than 1 % with every further one tried.
    pub enough_for_runway: Option<u64>,
}

/// Tries votes on generation 0 of a scenario.
#[must_use]
pub fn votes(scenario: &Scenario) -> Votes {
    let majorities: Vec<VoteRow> = CANDIDATES.iter().filter_map(|&k| row(scenario, k, k / 2 + 1)).collect();
    let present = match scenario.vote.candidates.get() {
        1 => 5,
        k => k.min(MAX_AGREES),
    };
    let numbers = |part: fn(&VoteRow) -> Option<f64>| majorities.iter().map(part).collect::<Vec<_>>();
    let enough =
        |values: Vec<Option<f64>>| settled(&values).and_then(|at| majorities.get(at)).map(|row| row.candidates);
    Votes {
        agreements: (present / 2 + 1..=present).filter_map(|agree| row(scenario, present, agree)).collect(),
        enough_for_reproduction: enough(numbers(|row| row.reproduction_number)),
        enough_for_runway: enough(numbers(|row| row.expected_runway)),
        majorities,
    }
}

fn row(scenario: &Scenario, candidates: u64, agree: u64) -> Option<VoteRow> {
    let mut changed = scenario.clone();
    (changed.vote.candidates, changed.vote.agree) = (Count::new(candidates).ok()?, Count::new(agree).ok()?);
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
