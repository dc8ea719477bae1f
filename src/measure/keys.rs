//! From estimates to keys with intervals, and to the keys that the samples cannot determine.

use super::checks::VoteRule;
use super::estimate::{SampleEstimate, VoteShares};
use super::mixture::{SampleMixture, is_finite};
use super::prepare::PreparedSamples;
use super::resample::{interval, plain};
use super::result::{
    DifficultyFit, MeasuredKey, MeasuredLoop, MeasuredNumber, MissingKey, RightCount, VoteMeasurement,
};
use super::{MeasureError, MeasureOptions, SYSTEMATIC_FROM, scenario_file};
use crate::fit::{AnswerGroup, AnswerSet};
use crate::law::{Composition, Law};
use crate::scenario::{Origin, Scenario};
use crate::stats::binomial;

/// Share of beliefs that must have become wrong before their effect on slips is told.
const LEAST_WRONG: f64 = 0.02;
/// Why nothing is said of mistakes that candidates share.
const FEW: &str = "with fewer than 3 answers to most problems, mistakes that candidates share look like others";
/// Examples of a kind below which nothing is said of what becomes of them.
const LEAST_EXAMPLES: f64 = 3.0;

/// One number with the replicates that give its interval.
fn number(point: f64, draws: &[SampleEstimate], of: impl Fn(&SampleEstimate) -> Option<f64>) -> MeasuredNumber {
    let point = plain(point);
    let ends = interval(point, draws.iter().filter_map(of).collect());
    MeasuredNumber { value: point, low: ends.map(|(low, _)| low), high: ends.map(|(_, high)| high) }
}

/// Collects the keys that a set of samples determines.
struct Telling<'a> {
    point: &'a SampleEstimate,
    draws: &'a [SampleEstimate],
    keys: Vec<MeasuredKey>,
}

impl Telling<'_> {
    fn tell(&mut self, key: &str, basis: impl Into<String>, of: impl Fn(&SampleEstimate) -> Option<f64>) {
        if let Some(point) = of(self.point).filter(|value| value.is_finite()) {
            let number = number(point, self.draws, of);
            self.keys.push(MeasuredKey { key: key.to_owned(), number, basis: basis.into() });
        }
    }

    /// As [`Telling::tell`], with the median of the replicates for the number: the most probable value of a share that is barely
    /// known lies at an end of its interval.
    fn tell_middle(&mut self, key: &str, basis: impl Into<String>, of: impl Fn(&SampleEstimate) -> Option<f64>) {
        self.tell(key, basis, &of);
        let mut draws: Vec<f64> = self.draws.iter().filter_map(of).filter(|value| value.is_finite()).collect();
        draws.sort_by(f64::total_cmp);
        let told = self.keys.last_mut().filter(|told| told.key == key);
        if let (Some(told), Some(&middle)) = (told, draws.get(draws.len() / 2)) {
            told.number.value = plain(middle);
        }
    }
}

/// Everything that the estimates say.
pub(super) fn told(
    set: &AnswerSet,
    samples: &PreparedSamples<'_>,
    point: &SampleEstimate,
    draws: &[SampleEstimate],
    difficulties: Vec<DifficultyFit>,
    options: &MeasureOptions,
) -> Result<MeasuredLoop, MeasureError> {
    let mut telling = Telling { point, draws, keys: Vec::new() };
    errors(&mut telling, options.steps, samples.first.groups.len());
    learning(&mut telling);
    let rule = samples.kept_known.then(|| VoteRule::of(samples.first.groups.iter().copied())).flatten();
    checks(&mut telling, rule);
    let answers =
        samples.first.groups.iter().flat_map(|groups| groups.iter()).map(|group| u64::from(group.given)).sum();
    let name = |place: usize| set.generations.get(place).map(|generation| generation.name.clone());
    let mut measured = MeasuredLoop {
        source: set.source.clone(),
        notes: set.notes.clone(),
        generation: name(0).unwrap_or_default(),
        next_generation: name(1),
        problems: samples.first.groups.len(),
        answers,
        answers_per_problem: samples.answers,
        keys: telling.keys,
        difficulties,
        right_counts: right_counts(samples, point),
        votes: Vec::new(),
        missing: Vec::new(),
        scenario: String::new(),
    };
    if rule.is_none() && keeps_one(samples) {
        measured.notes.push(
            "at most one answer of a problem was kept and no vote explains which: `false_reject` counts right answers that were \
             not needed; give the verdicts of the check itself as `kept`"
                .to_owned(),
        );
    }
    if point.learning.is_some() && !samples.kept_known {
        measured.notes.push(
            "the files do not say which answers were kept: what was learned is reported as if all had been trained on"
                .to_owned(),
        );
    }
    measured.missing = missing(samples, &measured, rule.is_some(), options);
    let kept = samples.first.groups.iter().flat_map(|groups| groups.iter()).map(|group| u64::from(group.kept)).sum();
    measured.scenario = scenario_file::written(&measured, options, rule, kept);
    measured.votes = votes(point, draws, &measured.scenario)?;
    Ok(measured)
}

/// Whether one answer of several is kept, so that the others were perhaps not rejected.
fn keeps_one(samples: &PreparedSamples<'_>) -> bool {
    let kept = |groups: &&[AnswerGroup]| groups.iter().map(|group| group.kept).sum::<u32>();
    let most = samples.first.groups.iter().map(kept).max();
    samples.answers.0 > 1 && most == Some(1)
}

fn errors(telling: &mut Telling<'_>, steps: u64, problems: usize) {
    telling.tell("error_rate", "wrong answers of all, problem by problem", |one| one.error);
    let classes = telling.point.mixture.as_ref().map_or(0, |mixture| mixture.classes.len());
    let errs = telling.point.error.is_some_and(|error| error > 0.0);
    let mistaken = telling.point.mixture.as_ref().filter(|_| errs).map_or(0.0, SampleMixture::systematic);
    let systematic = mistaken > 0.0;
    // 1 − (1 − error)^(1/L) without cancellation.
    let slip = move |error: f64| -((-error).ln_1p() / steps as f64).exp_m1();
    let step_error = move |one: &SampleEstimate, class: usize| {
        let mixture = one.mixture.as_ref()?;
        Some(slip(mixture.classes.get(class)?.error(mixture.consistency)))
    };
    if classes == 1 {
        telling.tell("errors.step_error", "1 - (1 - error rate)^(1/steps)", move |one| one.error.map(slip));
    }
    for class in 0..if classes > 1 { classes } else { 0 } {
        let key = |name: &str| format!("difficulty.{class}.{name}");
        telling.tell(&key("share"), "counts of right answers by problem", move |one| {
            Some(one.mixture.as_ref()?.classes.get(class)?.share)
        });
        telling.tell(&key("step_error"), "counts of right answers by problem", move |one| step_error(one, class));
        if systematic {
            telling.tell(&key("systematic_share"), "wrong answers that repeat each other", move |one| {
                let mixture = one.mixture.as_ref()?;
                Some(mixture.classes.get(class)?.systematic_share(mixture.consistency))
            });
        }
    }
    if systematic {
        shared_mistakes(telling, mistaken * problems as f64 >= LEAST_EXAMPLES);
    }
}

/// What wrong answers that repeat each other determine; with `enough` of them also how often each candidate repeats one.
fn shared_mistakes(telling: &mut Telling<'_>, enough: bool) {
    telling.tell("errors.systematic_share", "wrong answers that repeat each other", SampleEstimate::systematic_share);
    if enough {
        telling.tell("errors.consistency", "how many answers to a problem repeat its mistake", |one| {
            Some(one.mixture.as_ref()?.consistency)
        });
    }
    if telling.point.mixture.as_ref().is_some_and(|mixture| is_finite(mixture.wrong_answers)) {
        telling.tell("errors.wrong_answers", "wrong answers that agree by accident", |one| {
            Some(one.mixture.as_ref()?.wrong_answers)
        });
    }
}

fn learning(telling: &mut Telling<'_>) {
    telling.tell("right_to_wrong", "right answers that the next generation gets wrong", |one| {
        Some(one.changes?.right_to_wrong)
    });
    telling.tell("wrong_to_right", "wrong answers that the next generation gets right", |one| {
        Some(one.changes?.wrong_to_right)
    });
    telling
        .tell("wrong_to_same", "wrong answers that the next generation gives again", |one| one.changes?.wrong_to_same);
    let Some(shares) = telling.point.learning else { return };
    if shares.systematic_examples >= LEAST_EXAMPLES {
        let basis = format!("{:.0} problems whose systematic mistake was learned from", shares.systematic_examples);
        telling.tell_middle("learning.persistence", basis, |one| Some(one.learning?.persistence));
    }
    if shares.random_examples >= LEAST_EXAMPLES {
        let basis = format!("{:.0} problems with another wrong answer learned from", shares.random_examples);
        telling.tell_middle("learning.imprint", basis, |one| Some(one.learning?.imprint));
    }
    let wrong = |one: &SampleEstimate| Some(one.learning?.learned_wrong);
    telling.tell("learned_wrong", "problems with a wrong answer that the next generation has come to believe", wrong);
    if shares.learned_wrong >= LEAST_WRONG {
        let basis = "slips of the next generation over its wrong beliefs, if its ability is the same otherwise";
        telling.tell("errors.amplification", basis, |one| one.amplification);
    }
    telling.tell("fresh_systematic", "problems with a systematic mistake that was not learned from", |one| {
        Some(one.learning?.fresh)
    });
}

fn checks(telling: &mut Telling<'_>, rule: Option<VoteRule>) {
    telling.tell("accepted", "kept answers of all", |one| Some(one.checks?.accepted()));
    telling.tell("kept_wrong", "wrong answers of those kept and checked", |one| Some(one.checks?.kept_wrong()));
    if rule.is_some() {
        return;
    }
    let told = match telling.point.kinds_known() {
        true => "rejected answers of each kind",
        false => "rejected of all wrong answers, whose kinds cannot be told apart, and of right ones",
    };
    telling.tell("filter.0.random", told, |one| one.catch_rates().map(|[random, ..]| random));
    telling.tell("filter.0.systematic", told, |one| one.catch_rates().map(|[_, systematic, _]| systematic));
    telling.tell("filter.0.false_reject", told, |one| one.catch_rates().map(|[.., right]| right));
    telling.tell("discrimination", "rejected of wrong answers less rejected of right ones", |one| {
        let checks = one.checks.filter(|checks| checks.rejections_known)?;
        let wrong = (checks.random.0 + checks.systematic.0) / (checks.random.1 + checks.systematic.1);
        Some(checks.right.0 / checks.right.1 - wrong)
    });
}

/// Right answers by problem, beside what the difficulties predict, where every problem has as many answers.
fn right_counts(samples: &PreparedSamples<'_>, point: &SampleEstimate) -> Vec<RightCount> {
    let (least, most) = samples.answers;
    let Some(mixture) = point.mixture.as_ref().filter(|_| least == most) else { return Vec::new() };
    let problems = samples.first.groups.len() as f64;
    let patterns = &samples.first.table;
    let weights = patterns.counts();
    let measured = |right: u32| -> f64 {
        let some = patterns.patterns.iter().zip(&weights).filter(|(pattern, _)| pattern.right == right);
        some.map(|(_, weight)| weight).sum::<f64>() / problems
    };
    let gamma = mixture.consistency;
    let predicted = |right: u32| -> f64 {
        let of = |p: f64| binomial::pmf(u64::from(right), u64::from(most), p);
        mixture
            .classes
            .iter()
            .map(|class| {
                class.share
                    * (class.systematic * of((1.0 - gamma) * class.right) + (1.0 - class.systematic) * of(class.right))
            })
            .sum()
    };
    (0..=most).map(|right| RightCount { right, measured: measured(right), predicted: predicted(right) }).collect()
}

/// Votes as they were measured, and as the law of the written scenario has them.
fn votes(
    point: &SampleEstimate,
    draws: &[SampleEstimate],
    scenario: &str,
) -> Result<Vec<VoteMeasurement>, MeasureError> {
    let measured = |(place, vote): (usize, &VoteShares)| {
        let of = |one: &SampleEstimate| one.votes.get(place).copied();
        let right = vote.right.is_finite().then(|| number(vote.right, draws, |one| Some(of(one)?.right)));
        let (predicted_accepted, predicted_right) = predicted(scenario, vote)?;
        Ok(VoteMeasurement {
            candidates: vote.candidates,
            agree: vote.agree,
            accepted: number(vote.accepted, draws, |one| Some(of(one)?.accepted)),
            right,
            predicted_accepted,
            predicted_right,
        })
    };
    point.votes.iter().enumerate().map(measured).collect()
}

/// The vote alone, without the check of the loop.
fn predicted(scenario: &str, vote: &VoteShares) -> Result<(f64, Option<f64>), MeasureError> {
    let overrides = [
        "filter=[]".to_owned(),
        "vote={}".to_owned(),
        format!("vote.candidates={}", vote.candidates),
        format!("vote.agree={}", vote.agree),
    ];
    let accepted = Law::new(&Scenario::parse(scenario, Origin::Text, &overrides).map_err(MeasureError::Scenario)?, 0)
        .at(Composition::SOUND)
        .accepted;
    let total = accepted.total();
    Ok((total, (total > 0.0).then(|| (accepted.sound + accepted.unsound) / total)))
}

/// The keys that are not determined; `votes` where a vote explains what was kept.
fn missing(
    samples: &PreparedSamples<'_>,
    measured: &MeasuredLoop,
    votes: bool,
    options: &MeasureOptions,
) -> Vec<MissingKey> {
    let mut all = Vec::new();
    let mut miss = |key: &str, reason: &str, remedy: &str| {
        all.push(MissingKey { key: key.to_owned(), reason: reason.to_owned(), remedy: remedy.to_owned() });
    };
    let has = |key: &str| measured.key(key).is_some();
    if !has("error_rate") {
        let reason = "no rejected answer was checked, and those that were kept are right more often than all";
        miss("errors.step_error", reason, "the verdicts of 100 rejected answers");
    }
    if !has("errors.systematic_share") {
        let reason = if !samples.all_checked {
            "some answers were not checked"
        } else if !samples.answers_known {
            "the files do not hold the final answers"
        } else if samples.usual < SYSTEMATIC_FROM {
            FEW
        } else {
            "no wrong answer was given"
        };
        let remedy = "200 problems with 8 checked answers each, one line an answer: id, answer, correct";
        miss("errors.systematic_share, errors.consistency, errors.wrong_answers", reason, remedy);
    } else if !has("errors.consistency") {
        let reason = "too few problems have a mistake that candidates share";
        miss("errors.consistency", reason, "more problems, until ten of them have such a mistake");
    }
    if has("errors.systematic_share") && !has("errors.wrong_answers") {
        let reason = "random wrong answers never agreed, which is what leaving the key out says";
        miss("errors.wrong_answers", reason, "more answers to each problem");
    }
    if samples.usual < SYSTEMATIC_FROM && !has("difficulty.0.share") {
        miss(
            "difficulty",
            "one or two answers do not tell hard problems from bad luck",
            "200 problems with 8 answers each",
        );
    }
    if !has("learning.persistence") || !has("learning.imprint") {
        let keys: Vec<&str> =
            ["learning.persistence", "learning.imprint"].into_iter().filter(|key| !has(key)).collect();
        let reason = match (&samples.later, samples.kept_known) {
            (None, _) => "it takes the same problems answered by two generations",
            _ if samples.usual < SYSTEMATIC_FROM => FEW,
            (Some(_), true) => "too few wrong answers of this kind were kept, or they cannot be told apart",
            (Some(_), false) => "too few wrong answers of this kind were given, or they cannot be told apart",
        };
        let remedy = "3 or more answers of the next generation to the same 200 problems, and `kept` for this one's";
        miss(&keys.join(", "), reason, remedy);
    }
    if !samples.kept_known {
        miss(
            "filter, vote",
            "the files do not say which answers were kept",
            "the key `kept` (true or false) on every line",
        );
    } else if !votes && !has("filter.0.false_reject") {
        miss("filter", "no rejected answer was checked", "the verdicts of 100 rejected answers");
    }
    if options.steps == 1 {
        miss("task.steps", "samples do not show the steps of a solution", "--steps N, the usual number of steps");
    }
    let generations = "a log of 4 or more generations, read by `runaway fit`";
    if !has("errors.amplification") {
        let remedy = "samples of a generation with at least 2 % more wrong beliefs, on the same problems";
        miss("errors.amplification", "too few beliefs became wrong to show what they do to slips", remedy);
    }
    miss("examples", "its effective number shows in how runs of one design diverge", generations);
    miss("errors.recovery", "the steps of right answers were not checked", "a look at the steps of 200 right answers");
    all
}
