//! Every division of the samples of a problem, worked out, with what votes, checks and revisions can do at all.

use rayon::prelude::*;
use thiserror::Error;

use crate::law::{Answers, Composition, Law, elect};
use crate::quantity::Count;
use crate::scenario::Scenario;

use super::adaptive::{MOST_SCATTERED, MOST_VOTES, VoteStop, adaptive};
use super::division::{DivisionPlan, ProblemOutcome, purity, revised};
use super::inferred::{
    AdaptiveVote, CheckPlace, DifficultyRow, InferencePlan, ResamplingRow, RevisionRates, RevisionVerdict,
    SampleDivision, VotesPoint,
};
use super::loop_of_division::{refusal, runway};
use super::situation::{CheckStack, ProblemSituation, situations};

/// The most samples of a problem that are divided.
pub const MOST_SAMPLES: u64 = 128;
/// The share of problems that the best division accepts at least.
const LEAST_ACCEPTED: f64 = 0.5;
/// Relative difference below which two shares count as equal.
const EQUAL: f64 = 1e-9;
/// Distance from the ceiling at which more votes stop buying.
const NEAR_CEILING: f64 = 0.01;
/// Votes up to which the approach to the ceiling is followed.
const CURVE: u64 = 128;
/// Divisions of the front whose loops are followed.
const FOLLOWED: usize = 10;

/// What is asked of the samples of a problem.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InferenceRequest {
    /// Samples that a problem may take.
    pub samples: u64,
    /// What a revision does; as the loop's beliefs suggest, where it is absent.
    pub revision: Option<RevisionRates>,
    /// The error at which an adaptive vote stops.
    pub stop_error: f64,
}

impl InferenceRequest {
    /// The request, if its samples can be divided.
    fn legal(self) -> Result<Self, InferenceError> {
        if !(1..=MOST_SAMPLES).contains(&self.samples) {
            return Err(InferenceError::Samples(self.samples));
        }
        let sure = self.stop_error >= 0.0 && self.stop_error < 0.5;
        if sure { Ok(self) } else { Err(InferenceError::StopError(self.stop_error)) }
    }
}

/// Samples that cannot be divided.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[non_exhaustive]
pub enum InferenceError {
    /// None, or too many.
    #[error("a problem takes from 1 to {MOST_SAMPLES} samples, not {0}")]
    Samples(u64),
    /// A vote that would stop before it begins.
    #[error("the error at which a vote stops is at least 0 and below 0.5, which no vote at all would have, not {0}")]
    StopError(f64),
}

/// Divides the samples of a problem in every way, at generation 0 of a loop.
///
/// ```
/// use runaway::Scenario;
/// use runaway::plan::inference::{InferenceRequest, divide};
///
/// let voted = Scenario::default().with("errors.wrong_answers", 20)?;
/// let request = InferenceRequest { samples: 8, revision: None, stop_error: 0.05 };
/// let plan = divide(&voted, request)?;
/// // Votes that must agree are purer than a plurality of all samples.
/// assert!(plan.best.and_then(|best| best.purity) >= plan.votes.purity);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`InferenceError`] for no samples, and for more than 128.
pub fn divide(scenario: &Scenario, request: InferenceRequest) -> Result<InferencePlan, InferenceError> {
    let InferenceRequest { samples, revision, stop_error } = request.legal()?;
    let law = Law::new(&bare(scenario), 0);
    let found = situations(&law, Composition::start(scenario));
    let difficulties = difficulties(&found, law.bins().len());
    let stacks = CheckStack::all(scenario);
    let plans = every(samples, &stacks);
    let work = |plan: &DivisionPlan<'_>| plan.worked_out(&found, difficulties.len(), revision);
    let worked: Vec<(DivisionPlan<'_>, SampleDivision)> = plans.par_iter().map(|plan| (*plan, work(plan))).collect();
    let bare_votes = DivisionPlan {
        ballots: samples,
        agree: 1,
        attempts: 1,
        revisions: 0,
        check: &stacks[0],
        place: CheckPlace::Winner,
    };
    let follow = |plan: &DivisionPlan<'_>, mut division: SampleDivision| {
        division.runway = refusal(scenario).is_none().then(|| runway(&bare(scenario), plan, revision)).flatten();
        division
    };
    let best = best(&worked).map(|(plan, division)| follow(plan, division.clone()));
    let front = front(&worked);
    let votes_curve = votes_curve(samples, &found);
    let ceiling = found.iter().map(|one| one.weight * limit(one)).sum::<f64>().min(1.0);
    Ok(InferencePlan {
        samples,
        least_accepted: LEAST_ACCEPTED,
        divisions: worked.len(),
        best,
        votes: follow(&bare_votes, work(&bare_votes)),
        front: front.into_par_iter().map(|(plan, division)| follow(plan, division.clone())).collect(),
        resampling: resampling(samples, &stacks, &found),
        adaptive: stopping(samples, stop_error, &found),
        enough_votes: enough_votes(&votes_curve, ceiling),
        votes_curve,
        ceiling,
        revision: verdict(samples, &found, revision),
        notes: notes(scenario, samples, &found, &stacks),
        difficulties,
    })
}

/// The loop without its own vote and filters, which a division takes the place of.
fn bare(scenario: &Scenario) -> Scenario {
    let one = Count::constant(1);
    let mut bare = scenario.clone();
    bare.vote.candidates = one;
    bare.vote.agree = one;
    bare.vote.agree_at_most = None;
    bare.filters.clear();
    bare
}

fn difficulties(situations: &[ProblemSituation], number: usize) -> Vec<DifficultyRow> {
    let row = |difficulty: usize| {
        let own = || situations.iter().filter(move |one| one.difficulty == difficulty);
        let share: f64 = own().map(|one| one.weight).sum();
        let error: f64 = own().map(|one| one.weight * one.sample.wrong()).sum();
        DifficultyRow { share, error: if share > 0.0 { error / share } else { 0.0 } }
    };
    (0..number).map(row).collect()
}

/// Every division of up to this number of samples: ballots, the votes that they need (one, more than half, three quarters, all), what is
/// checked, attempts, and revisions.
fn every(samples: u64, stacks: &[CheckStack]) -> Vec<DivisionPlan<'_>> {
    let mut plans = Vec::new();
    for check in stacks {
        for ballots in 1..=samples {
            let mut needs = vec![1, ballots / 2 + 1, (3 * ballots).div_ceil(4), ballots];
            needs.sort_unstable();
            needs.dedup();
            for place in [CheckPlace::Winner, CheckPlace::Ballots] {
                // One ballot is the winner, and without a check there is nothing to try again but a vote.
                if place == CheckPlace::Ballots && (ballots == 1 || !check.is_a_check()) {
                    continue;
                }
                let most = if ballots == 1 && !check.is_a_check() { 1 } else { samples };
                for (attempts, revisions) in (1..=most).flat_map(|attempts| (0..samples).map(move |r| (attempts, r))) {
                    let plan = DivisionPlan { ballots, agree: 1, attempts, revisions, check, place };
                    if plan.most_samples() <= samples as f64 * (1.0 + EQUAL) {
                        plans.extend(needs.iter().map(|&agree| DivisionPlan { agree, ..plan }));
                    }
                }
            }
        }
    }
    plans
}

type Worked<'a> = (DivisionPlan<'a>, SampleDivision);

/// The purest of those that accept enough; of equals the one that takes fewest samples.
fn best<'b, 'a>(worked: &'b [Worked<'a>]) -> Option<&'b Worked<'a>> {
    let enough = worked.iter().filter(|(_, one)| one.accepted >= LEAST_ACCEPTED && one.purity.is_some());
    enough.min_by(|(_, a), (_, b)| {
        let (x, y) = (impurity(a), impurity(b));
        if equal(x, y) { a.samples.total_cmp(&b.samples) } else { x.total_cmp(&y) }
    })
}

/// 1 − purity; 1 where nothing is accepted.
fn impurity(division: &SampleDivision) -> f64 {
    1.0 - division.purity.unwrap_or(0.0)
}

fn equal(a: f64, b: f64) -> bool {
    (a - b).abs() <= EQUAL
}

/// Some of the divisions that no other beats in purity and in problems accepted, both ends of the front among them.
fn front<'b, 'a>(worked: &'b [Worked<'a>]) -> Vec<&'b Worked<'a>> {
    let mut order: Vec<&Worked<'_>> = worked.iter().filter(|(_, one)| one.accepted > 0.0).collect();
    order.sort_by(|(_, a), (_, b)| {
        b.accepted
            .total_cmp(&a.accepted)
            .then(impurity(a).total_cmp(&impurity(b)))
            .then(a.samples.total_cmp(&b.samples))
    });
    let mut front: Vec<&Worked<'_>> = Vec::new();
    for one in order {
        if front.last().is_none_or(|last| impurity(&one.1) < impurity(&last.1) - EQUAL) {
            front.push(one);
        }
    }
    front.reverse();
    let last = front.len().saturating_sub(1);
    if front.len() <= FOLLOWED {
        return front;
    }
    (0..FOLLOWED).map(|row| front[row * last / (FOLLOWED - 1)]).collect()
}

/// One sample behind each check, with ever more attempts.
fn resampling(samples: u64, stacks: &[CheckStack], situations: &[ProblemSituation]) -> Vec<ResamplingRow> {
    let mut rows = Vec::new();
    for check in &stacks[1..] {
        let once = DivisionPlan { ballots: 1, agree: 1, attempts: 1, revisions: 0, check, place: CheckPlace::Winner };
        let first: Vec<ProblemOutcome> = situations.iter().map(|one| once.outcome(one, None)).collect();
        let doubled = std::iter::successors(Some(1), |attempts| Some(2 * attempts));
        for attempts in doubled.take_while(|attempts| *attempts <= samples) {
            let plan = DivisionPlan { attempts, ..once };
            if plan.most_samples() > samples as f64 * (1.0 + EQUAL) {
                break;
            }
            let (mut sum, mut kept, mut weights) = (ProblemOutcome::default(), 0.0, 0.0);
            for (situation, first) in situations.iter().zip(&first) {
                let outcome = plan.outcome(situation, None);
                sum.add(situation.weight, &outcome);
                if let Some(purity) = purity(&outcome.accepted) {
                    let weight = situation.weight * first.accepted.total();
                    weights += weight;
                    kept += weight * purity;
                }
            }
            rows.push(ResamplingRow {
                check: check.name.clone(),
                attempts,
                accepted: sum.accepted.total().min(1.0),
                purity: purity(&sum.accepted),
                purity_per_problem: (weights > 0.0).then(|| kept / weights),
                samples: sum.samples,
            });
        }
    }
    rows
}

fn stopping(samples: u64, stop_error: f64, situations: &[ProblemSituation]) -> Vec<AdaptiveVote> {
    let rules = [VoteStop::Settled, VoteStop::Error(stop_error)];
    rules.into_iter().filter_map(|rule| adaptive(samples, rule, situations)).collect()
}

/// A plurality of 1, 2, 4, … votes, and of as many as there are samples.
fn votes_curve(samples: u64, situations: &[ProblemSituation]) -> Vec<VotesPoint> {
    let doubled = std::iter::successors(Some(1), |votes| Some(2 * votes)).take_while(|votes| *votes <= CURVE);
    let mut votes: Vec<u64> = doubled.chain([samples]).collect();
    votes.sort_unstable();
    votes.dedup();
    let point = |&votes: &u64| {
        let mut won = Answers::default();
        let mut coverage = 0.0;
        for one in situations {
            // At most 128 votes, which is within the reach of a vote.
            let elected = elect(votes, 1, one.wrong_answers, &one.sample).unwrap_or_default();
            won = won.plus(&elected.scaled(one.weight));
            coverage -= one.weight * (votes as f64 * (-one.sample.right().min(1.0)).ln_1p()).exp_m1();
        }
        VotesPoint { votes, purity: won.right().min(1.0), coverage: coverage.min(1.0) }
    };
    votes.par_iter().map(point).collect()
}

/// The first number of votes from which on all are near the ceiling.
fn enough_votes(curve: &[VotesPoint], ceiling: f64) -> Option<u64> {
    let far = |point: &&VotesPoint| (ceiling - point.purity).abs() > NEAR_CEILING;
    let last_far = curve.iter().rev().find(far).map_or(0, |point| point.votes);
    curve.iter().map(|point| point.votes).find(|votes| *votes > last_far)
}

/// P(right) of the winner of ever more votes: the likeliest single answer wins, equals by a draw.
fn limit(situation: &ProblemSituation) -> f64 {
    let sample = &situation.sample;
    let (right, systematic) = (sample.right(), sample.systematic);
    // Without a number of wrong answers none of them ever has two votes.
    let (each, number) =
        situation.wrong_answers.map_or((0.0, 0.0), |answers| (sample.random / answers as f64, answers as f64));
    let most = right.max(systematic).max(each);
    if right < most || most == 0.0 {
        return 0.0;
    }
    let tied = 1.0 + f64::from(u8::from(systematic == most)) + if each == most { number } else { 0.0 };
    1.0 / tied
}

/// What revisions do to the answers of all problems.
fn verdict(samples: u64, situations: &[ProblemSituation], given: Option<RevisionRates>) -> RevisionVerdict {
    let right = |revisions: u64| -> f64 {
        situations.iter().map(|one| one.weight * revised(one, revisions, given).right()).sum::<f64>().min(1.0)
    };
    let sum =
        |part: &dyn Fn(&ProblemSituation) -> f64| situations.iter().map(|one| one.weight * part(one)).sum::<f64>();
    let (all_right, all_wrong) = (sum(&|one| one.sample.right()), sum(&|one| one.sample.wrong()));
    let mean = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    let of_the_loop = RevisionRates {
        right_to_wrong: mean(sum(&|one| one.sample.right() * one.sample.wrong()), all_right),
        wrong_to_right: mean(sum(&|one| one.sample.wrong() * one.mended), all_wrong),
    };
    let rates = given.unwrap_or(of_the_loop);
    let moved = rates.right_to_wrong + rates.wrong_to_right;
    RevisionVerdict {
        rates,
        given: given.is_some(),
        accuracy: right(0),
        break_even: (moved > 0.0).then(|| rates.wrong_to_right / moved),
        after_one: right(1),
        after_all: right(samples - 1),
    }
}

fn notes(scenario: &Scenario, samples: u64, situations: &[ProblemSituation], stacks: &[CheckStack]) -> Vec<String> {
    let mut notes: Vec<String> = refusal(scenario).map(str::to_owned).into_iter().collect();
    let free: Vec<&str> = stacks[1..].iter().filter(|one| one.price == 0.0).map(|one| one.name.as_str()).collect();
    if !free.is_empty() {
        notes.push(format!("free here, for want of prices: the check by {}", free.join(", ")));
    }
    if stacks.len() == 1 {
        notes.push(
            "the file has no filter: nothing stands behind a sample but the vote, and resampling is not shown"
                .to_owned(),
        );
    }
    if adaptive(samples.min(1), VoteStop::Settled, situations).is_some()
        && stopping(samples, 0.5, situations).is_empty()
    {
        notes.push(format!(
            "votes that stop early are followed up to {MOST_SCATTERED} votes, and up to {MOST_VOTES} where `wrong_answers` is not set"
        ));
    }
    notes
}
