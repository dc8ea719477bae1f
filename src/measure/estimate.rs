//! Every number, for one weighing of the problems.

use super::checks::{CheckCounts, ProblemReading, rejected};
use super::learning::{self, LearningPair, LearningShares};
use super::mixture::{self, Imagined, ProblemClass, SampleMixture};
use super::pattern::answers_given;
use super::prepare::{PreparedGeneration, PreparedSamples};
use super::votes::LeadShares;
use crate::fit::AnswerGroup;

/// The mixtures from which fits set out: those of the samples as they are.
#[derive(Debug, Clone)]
pub(super) struct FittedMixtures {
    pub first: SampleMixture,
    pub later: Option<SampleMixture>,
}

/// What becomes of answers from one generation to the next, for a random answer of each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct AnswerChanges {
    pub right_to_wrong: f64,
    pub wrong_to_right: f64,
    /// Absent where the answers are not known.
    pub wrong_to_same: Option<f64>,
}

/// Accepted, and right of the accepted, of one vote.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct VoteShares {
    pub candidates: u32,
    pub agree: u32,
    pub accepted: f64,
    pub right: f64,
}

/// Every number that the samples determine.
#[derive(Debug, Clone)]
pub(super) struct SampleEstimate {
    pub error: Option<f64>,
    pub mixture: Option<SampleMixture>,
    pub checks: Option<CheckCounts>,
    pub changes: Option<AnswerChanges>,
    pub learning: Option<LearningShares>,
    /// A: how much more often the next generation slips, over the share of its beliefs that became wrong.
    pub amplification: Option<f64>,
    pub votes: Vec<VoteShares>,
}

/// Estimates with these weights of the problems.
pub(super) fn estimate(
    samples: &PreparedSamples<'_>,
    weights: &[f64],
    start: Option<&FittedMixtures>,
    imagined: Imagined<'_>,
) -> SampleEstimate {
    let own = |generation: &PreparedGeneration<'_>| -> Vec<f64> {
        generation.ids.iter().map(|id| weights.get(*id).copied().unwrap_or(0.0)).collect()
    };
    let first = own(&samples.first);
    let error = error_rate(samples, &first, imagined);
    let mixtures = start.map(|start| refitted(samples, start, &first, &own, imagined));
    let readings = mixtures.as_ref().map(|mixtures| ProblemReading::all(&mixtures.first, &samples.first));
    let checks = samples.kept_known.then(|| checks(samples, &first, readings.as_deref(), imagined));
    let later = samples.later.as_ref().filter(|_| samples.all_checked);
    let changes = later.map(|later| changes(samples, later, &first, imagined));
    let learning = match (&mixtures, &readings, later) {
        (Some(FittedMixtures { first: before, later: Some(after) }), Some(readings), Some(later))
            if learns(before, after) =>
        {
            Some(learned(samples, later, readings, [before, after], &first, imagined))
        }
        _ => None,
    };
    let amplification =
        mixtures.as_ref().zip(learning).and_then(|(both, shares)| amplification(both, shares, samples.steps));
    let votes = votes(samples, &first, imagined);
    let mixture = mixtures.map(|mixtures| mixtures.first);
    SampleEstimate { error, mixture, checks, changes, learning, amplification, votes }
}

fn refitted(
    samples: &PreparedSamples<'_>,
    start: &FittedMixtures,
    first: &[f64],
    own: &impl Fn(&PreparedGeneration<'_>) -> Vec<f64>,
    imagined: Imagined<'_>,
) -> FittedMixtures {
    let fitted =
        |generation: &PreparedGeneration<'_>, mixture: &SampleMixture, weights: &[f64], imagined: Imagined<'_>| {
            let table = &generation.table;
            mixture::fit(mixture.clone(), &table.patterns, &table.weights(weights), mixture::REPLICATE_RESTS, imagined)
                .0
        };
    FittedMixtures {
        first: fitted(&samples.first, &start.first, first, imagined),
        later: samples
            .later
            .as_ref()
            .zip(start.later.as_ref())
            .map(|(later, mixture)| fitted(later, mixture, &own(later), imagined)),
    }
}

/// Whether systematic mistakes can be told from others in both generations.
fn learns(first: &SampleMixture, later: &SampleMixture) -> bool {
    first.systematic() > 0.0 && later.systematic() > 0.0
}

/// The share of those that are so among all, the imagined ones included.
fn share((yes, no): (f64, f64), imagined: Imagined<'_>) -> f64 {
    let (more, less) = imagined();
    (yes + more) / (yes + more + no + less)
}

/// Share of the answers that are wrong, of an average problem. Where some were not checked, kept and rejected answers stand for
/// their like; absent where none of a kind was checked.
fn error_rate(samples: &PreparedSamples<'_>, weights: &[f64], imagined: Imagined<'_>) -> Option<f64> {
    let mut strata = [(0.0, 0.0, 0.0); 2];
    for (groups, weight) in samples.first.groups.iter().zip(weights) {
        let given = answers_given(groups);
        for group in *groups {
            for (stratum, count) in strata.iter_mut().zip([group.kept, group.given - group.kept]) {
                let part = weight * f64::from(count) / f64::from(given.max(1));
                stratum.0 += part;
                if let Some(right) = group.right {
                    stratum.1 += part;
                    stratum.2 += if right { 0.0 } else { part };
                }
            }
        }
    }
    let all: f64 = strata.iter().map(|(all, ..)| all).sum();
    let of = |&(part, checked, wrong): &(f64, f64, f64)| match (part > 0.0, checked > 0.0) {
        (false, _) => Some(0.0),
        (true, true) => Some(part / all * share((wrong, checked - wrong), imagined)),
        (true, false) => None,
    };
    strata.iter().map(of).sum()
}

fn checks(
    samples: &PreparedSamples<'_>,
    weights: &[f64],
    readings: Option<&[ProblemReading]>,
    imagined: Imagined<'_>,
) -> CheckCounts {
    let mut counts = CheckCounts::default();
    for (place, (groups, weight)) in samples.first.groups.iter().zip(weights).enumerate() {
        let mistakes = readings.and_then(|readings| readings.get(place)).map(|reading| reading.mistakes.as_slice());
        counts.add(groups, mistakes.unwrap_or(&[]), *weight);
    }
    counts.stand_for_all();
    counts.imagine(imagined);
    counts
}

/// Shares of a problem's answers: right, and each wrong one.
fn given_share(groups: &[AnswerGroup], of: impl Fn(&AnswerGroup) -> bool) -> f64 {
    let some: u32 = groups.iter().filter(|group| of(group)).map(|group| group.given).sum();
    f64::from(some) / f64::from(answers_given(groups).max(1))
}

fn changes(
    samples: &PreparedSamples<'_>,
    later: &PreparedGeneration<'_>,
    weights: &[f64],
    imagined: Imagined<'_>,
) -> AnswerChanges {
    let (mut right, mut wrong, mut worse, mut better, mut same) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for &(place, after) in &samples.pairs {
        let (Some(before), Some(after), Some(weight)) =
            (samples.first.groups.get(place), later.groups.get(after), weights.get(place))
        else {
            continue;
        };
        let was_right = given_share(before, |group| group.right == Some(true));
        let is_right = given_share(after, |group| group.right == Some(true));
        right += weight * was_right;
        wrong += weight * (1.0 - was_right);
        worse += weight * was_right * (1.0 - is_right);
        better += weight * (1.0 - was_right) * is_right;
        for group in before.iter().filter(|group| group.right == Some(false)) {
            let repeated = given_share(after, |other| other.right == Some(false) && other.answer == group.answer);
            same += weight * given_share(before, |other| other == group) * repeated;
        }
    }
    AnswerChanges {
        right_to_wrong: share((worse, right - worse), imagined),
        wrong_to_right: share((better, wrong - better), imagined),
        wrong_to_same: samples.answers_known.then(|| share((same, wrong - same), imagined)),
    }
}

fn learned(
    samples: &PreparedSamples<'_>,
    later: &PreparedGeneration<'_>,
    readings: &[ProblemReading],
    [first, after]: [&SampleMixture; 2],
    weights: &[f64],
    imagined: Imagined<'_>,
) -> LearningShares {
    let pair = |&(place, other): &(usize, usize)| {
        let (before, later) = (samples.first.groups.get(place)?, later.groups.get(other)?);
        let pair = LearningPair::of((before, first), readings.get(place)?, (later, after), samples.kept_known)?;
        Some((pair, *weights.get(place)?))
    };
    let (pairs, weights): (Vec<LearningPair>, Vec<f64>) = samples.pairs.iter().filter_map(pair).unzip();
    learning::fit(&pairs, &weights, imagined)
}

/// e(x) = e (1 + A x): slips of both generations, and the share of problems whose wrong
/// answer was learned.
fn amplification(mixtures: &FittedMixtures, learning: LearningShares, steps: u64) -> Option<f64> {
    let later = mixtures.later.as_ref()?;
    let slip = |error: f64| -((-error).ln_1p() / steps as f64).exp_m1();
    let mean = |mixture: &SampleMixture, error: &dyn Fn(&ProblemClass) -> f64| -> f64 {
        mixture.classes.iter().map(|class| class.share * slip(error(class))).sum()
    };
    let before = mean(&mixtures.first, &|class| class.error(mixtures.first.consistency));
    let after = mean(later, &|class| 1.0 - class.right * (1.0 - learning.fresh * later.consistency));
    (learning.learned_wrong > 0.0).then(|| (after / before - 1.0) / learning.learned_wrong)
}

fn votes(samples: &PreparedSamples<'_>, weights: &[f64], imagined: Imagined<'_>) -> Vec<VoteShares> {
    let mut all = Vec::new();
    for vote in &samples.votes {
        let mut leads = LeadShares::none(vote.candidates);
        let mut total = 0.0;
        for (own, weight) in vote.leads.iter().zip(weights) {
            leads.add(own, *weight);
            total += weight;
        }
        let rules = (1..=vote.candidates).filter(|agree| is_shown(vote.candidates, *agree, samples.answers.0));
        for agree in rules {
            let (right, wrong) = leads.accepted(agree);
            let accepted = right + wrong;
            all.push(VoteShares {
                candidates: vote.candidates,
                agree,
                accepted: share((accepted, total - accepted), imagined),
                right: share((right, wrong), imagined),
            });
        }
    }
    all
}

/// Of all answers every rule, of fewer a plurality, a majority and unanimity.
fn is_shown(candidates: u32, agree: u32, all: u32) -> bool {
    candidates == all || agree == 1 || agree == candidates || agree == candidates / 2 + 1
}

impl SampleEstimate {
    /// Share of wrong answers that are systematic, over all difficulties.
    pub fn systematic_share(&self) -> Option<f64> {
        let mixture = self.mixture.as_ref()?;
        let systematic = mixture.classes.iter().map(|class| class.share * class.systematic * mixture.consistency);
        Some((systematic.sum::<f64>() / mixture.error()).min(1.0))
    }

    /// Catch rates of the check: random, systematic, and right answers rejected. Where wrong answers cannot be told apart, the
    /// first two are that of all of them.
    pub fn catch_rates(&self) -> Option<[f64; 3]> {
        let checks = self.checks.filter(|checks| checks.rejections_known)?;
        let [random, systematic] = match self.kinds_known() {
            true => [checks.random, checks.systematic].map(rejected),
            false => [rejected(checks.random); 2],
        };
        Some([random, systematic, rejected(checks.right)])
    }

    /// Whether wrong answers are told apart by their kinds.
    pub fn kinds_known(&self) -> bool {
        self.mixture.as_ref().is_some_and(|mixture| mixture.systematic() > 0.0)
    }
}
