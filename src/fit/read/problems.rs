//! How many answers stand behind a score, and how many of them were wrong.

use super::ReadOptions;
use super::json::MOST_COUNTED;
use super::read_error::ReadError;
use super::record::{MetricScore, ScoreValue};

/// Digits beyond which a share counts as written in full.
const FULL: u32 = 9;
/// Decimals that a value printed shorter than the others of its metric has at the least.
const SHORT: u32 = 3;
/// Distance from a whole number of answers that doubles of six digits leave.
pub(super) const NEAR: f64 = 1e-3;

/// Why an evaluation cannot be counted.
pub(super) const TOO_MANY: &str = "more answers than can be counted; is the number of problems right, and that of answers to each (--samples-per-problem)?";

/// An evaluation in counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct CountedScore {
    pub evaluated: u64,
    pub wrong: u64,
    /// Independent answers that the evaluated ones are worth.
    pub independent: Option<u64>,
    /// Distance from the rate to the nearest whole count, and how far the rate's digits leave the count open, in answers.
    pub rounding: (f64, f64),
    /// How far from the nearest count the counts lie that the digits leave.
    pub within: u64,
}

/// How a metric is written: in percent or not, and to how many decimals at the most.
#[derive(Debug, Clone, Copy)]
pub(super) struct ScoreStyle {
    pub percent: bool,
    pub decimals: u32,
    pub falls: bool,
    /// The smallest value above 0 of those that would be a share of at most 1 alone.
    least: Option<f64>,
}

impl ScoreStyle {
    pub fn of<'a>(scores: impl Iterator<Item = &'a MetricScore>, falls: bool) -> Self {
        let mut style = Self { percent: false, decimals: 0, falls, least: None };
        for score in scores {
            if let ScoreValue::Share(value, decimals) = score.value {
                style.percent |= value > 1.0;
                if value > 0.0 && value <= 1.0 && style.least.is_none_or(|least| value < least) {
                    style.least = Some(value);
                }
                style.decimals = style.decimals.max(decimals);
            }
        }
        // 0 and 1 have no decimals to show, whatever they were rounded to.
        if !style.percent && style.decimals == 0 {
            style.decimals = SHORT;
        }
        style
    }

    /// What to say of values that might be fractions among percentages.
    pub fn note(&self) -> Option<String> {
        let least = self.least.filter(|_| self.percent)?;
        Some(format!("values are in percent, also the small ones: {least} is {least} %"))
    }
}

/// n = 1 + p(1 − p)/se², where that is near a whole number: harnesses write the standard error of the mean with n − 1.
pub(super) fn from_standard_error(share: f64, error: f64) -> Option<u64> {
    if !(error > 0.0 && share > 0.0 && share < 1.0) {
        return None;
    }
    let n = 1.0 + share * (1.0 - share) / (error * error);
    // Of 2n rounding to a whole number by accident the right answers decide: they must be whole too.
    let whole = n.round();
    let right = share * whole;
    let close = (n - whole).abs() <= 1e-3 * whole.max(10.0) && (right - right.round()).abs() < 1e-2;
    (close && (2.0..1e9).contains(&whole)).then_some(whole as u64)
}

/// Repeats that stand in a metric's name: mean@16, avg@8, avg-of-3.
pub(super) fn repeats_in(name: &str) -> Option<u64> {
    number_after(name, &["mean@", "avg@", "avg-of-", "acc@"])
}

/// Answers to each problem among which a vote was taken: maj@16, majority@3, best@8.
pub(super) fn votes_in(name: &str) -> Option<u64> {
    number_after(name, &["maj@", "majority@", "best@", "worst@"])
}

/// The first whole number behind one of these marks.
fn number_after(name: &str, marks: &[&str]) -> Option<u64> {
    marks.iter().find_map(|mark| {
        let after = name.split(mark).nth(1)?;
        let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok().filter(|&k| k >= 1)
    })
}

/// A score in counts.
pub(super) fn counted(
    score: &MetricScore,
    style: ScoreStyle,
    options: &ReadOptions,
) -> Result<CountedScore, ReadError> {
    let n = score.evaluated.or(options.evaluated);
    match score.value {
        // Where the metric counts what is wrong, its counts do.
        ScoreValue::Right(wrong) if style.falls => whole(score, n, |n| (wrong <= n).then_some(wrong), wrong),
        ScoreValue::Right(right) => whole(score, n, |n| n.checked_sub(right), right),
        ScoreValue::Share(value, own) => share(score, (value, own), style, options),
    }
}

fn whole(
    score: &MetricScore,
    n: Option<u64>,
    wrong: impl Fn(u64) -> Option<u64>,
    part: u64,
) -> Result<CountedScore, ReadError> {
    let evaluated = n.ok_or_else(|| missing(score))?;
    if evaluated > MOST_COUNTED {
        return Err(ReadError::new(TOO_MANY));
    }
    let wrong =
        wrong(evaluated).ok_or_else(|| ReadError::new(format!("{part} is more than the {evaluated} evaluated")))?;
    Ok(CountedScore {
        evaluated,
        wrong,
        independent: score.independent.filter(|&worth| worth < evaluated),
        rounding: (0.0, 0.0),
        within: 0,
    })
}

fn missing(score: &MetricScore) -> ReadError {
    ReadError::new(format!(
        "`{}` is a rate, and this file does not say of how many problems; say so with --evaluated N",
        score.name
    ))
}

/// How far the whole counts within `open` of `right` lie from the nearest one, at the most.
fn within(right: f64, open: f64) -> u64 {
    // Doubles must not lose a count at the very end.
    let open = open * 1.000_001;
    let nearest = right.round();
    (nearest - (right - open).ceil()).max((right + open).floor() - nearest).max(0.0) as u64
}

fn share(
    score: &MetricScore,
    (value, own): (f64, u32),
    style: ScoreStyle,
    options: &ReadOptions,
) -> Result<CountedScore, ReadError> {
    let scale = if style.percent { 100.0 } else { 1.0 };
    let rate = value / scale;
    if !(0.0..=1.0).contains(&rate) {
        return Err(ReadError::new(format!("{value} is not a share of answers")));
    }
    let (rate, from_error) = if style.falls { (1.0 - rate, rate) } else { (rate, rate) };
    let deduced = score.standard_error.and_then(|error| from_standard_error(from_error, error / scale));
    let problems = score.evaluated.or(options.evaluated).or(deduced).ok_or_else(|| missing(score))?;
    let repeats = score.repeats.or(options.samples_per_problem).unwrap_or(1).max(1);
    let answers = problems
        .checked_mul(repeats)
        .filter(|&answers| answers <= MOST_COUNTED)
        .ok_or_else(|| ReadError::new(TOO_MANY))?;
    let right = rate * answers as f64;
    let nearest = right.round();
    // What the digits of the rate leave open, in answers to either side: those of the metric, or fewer where this one value
    // was printed shorter than the others.
    let open = |decimals: u32| {
        if decimals > FULL { 0.0 } else { 0.5 * 10f64.powi(-(decimals as i32)) / scale * answers as f64 }
    };
    let fits = |open: f64| (right - nearest).abs() <= (open * 1.000_001).max(NEAR).max(1e-6 * answers as f64).min(0.5);
    let shorter = style.decimals > FULL && own >= SHORT && !fits(0.0);
    let open = open(if shorter { own } else { style.decimals });
    if !fits(open) {
        let hint = match (options.evaluated.is_some(), repeats == 1) {
            (true, true) => {
                "is --evaluated right? Where the rate is a mean over k answers to each problem, say --samples-per-problem k"
            }
            (true, false) => "are --evaluated and --samples-per-problem right?",
            (false, true) => "where the rate is a mean over k answers to each problem, say --samples-per-problem k",
            (false, false) => "is the number of answers to each problem right (--samples-per-problem)?",
        };
        return Err(ReadError::new(format!("{value} of {answers} is not a whole number of right answers; {hint}")));
    }
    Ok(CountedScore {
        evaluated: answers,
        wrong: answers - (nearest as u64).min(answers),
        independent: (repeats > 1).then_some(problems),
        rounding: ((right - nearest).abs(), open),
        within: within(right, open).min(answers),
    })
}
