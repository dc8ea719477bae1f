//! The trend of a checked loop whose log counts what passes the check and where candidates disagree: two trends for one.
//!
//! Both rates are counted on everything that is generated, not on the few evaluated answers alone, and they part ways. Behind
//! a vote random errors die out, and candidates agree more and more; what is wrong the same way each time passes, and it
//! multiplies long before the error rate shows it. With y the wrong share of what is kept, D the share of problems whose
//! candidates disagree, and d the share of wrong answers among such candidates,
//!
//!   error = 1 − (1 − y)(1 − d·D),
//!
//! its hazard times a factor, since evaluated problems may differ from generated ones, and noise. On the checked loops of
//! tests/data/lm, lm-fresh and lm-last, with d alone to fit, the mean deviance of an evaluation is 0.8 to 1.9, where chance
//! alone makes 1; d is about one over the candidates. y and D follow independent trends; d, factor and noise are drawn from
//! their posterior on a grid, for each course anew.

use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::course::ErrorCourse;
use super::log::{LogRow, LogRun};
use super::model::{self, ForecastSpan};
use super::past::{self, Past, Seen, TrendScale};
use super::trend::{Trends, beyond, normal};

/// d.
const WRONG_WHERE_APART: [f64; 9] = [0.1, 0.15, 0.2, 0.25, 0.33, 0.4, 0.5, 0.65, 0.8];
/// Standard deviation of the noise on the ln of the hazard.
const NOISE: [f64; 4] = [0.03, 0.08, 0.2, 0.5];
/// Standard deviation of the ln of the factor: the same problems, or others.
const FACTOR_SPREAD: [f64; 2] = [0.05, 0.5];
/// What a level is taken to be at most, and at least above 0: neither 0 nor 1 has one.
const EXTREME: f64 = 1e-9;
/// The scale of the link.
const SCALE: TrendScale = TrendScale::Hazard;

/// Cases and trials of a rate in a generation, where they were counted.
type Counts = fn(&LogRow) -> Option<(u64, u64)>;

fn evaluated(row: &LogRow) -> Option<(u64, u64)> {
    Some(row.independent_counts())
}

/// Wrong examples among those that were compared with the truth.
fn passed(row: &LogRow) -> Option<(u64, u64)> {
    row.kept_wrong.zip(row.audited.or(row.kept)).filter(|(_, audited)| *audited > 0)
}

/// Attempted problems whose candidates disagree.
fn divided(row: &LogRow) -> Option<(u64, u64)> {
    missed(row, row.unanimous)
}

/// Attempted problems that were not kept.
fn rejected(row: &LogRow) -> Option<(u64, u64)> {
    missed(row, row.kept)
}

fn missed(row: &LogRow, agreed: Option<u64>) -> Option<(u64, u64)> {
    let generated = row.generated.filter(|generated| *generated > 0)?;
    Some((generated.checked_sub(agreed?)?, generated))
}

/// Where candidates disagree: what was not kept stands for it where no generation of the run counts agreement. One run has one
/// meaning of it, since the two differ by far where less than all candidates must agree.
fn apart(run: &LogRun) -> Counts {
    if run.rows.iter().any(|row| row.unanimous.is_some()) { divided } else { rejected }
}

/// Fewest evaluations that can contradict the link: it fits two by itself.
const FEWEST: usize = 3;
/// How far the ln of the hazard may move in a generation that was evaluated and not sampled from: a standard deviation.
const CHANGE: f64 = 0.3;
/// Least p-value at which the counts explain the evaluations. None of the cuts of the checked loops in tests/data falls below.
const CONTRADICTED: f64 = 1e-4;

/// Whether the trend of a run can be split: both rates are counted from the first generation that is looked back on to the one
/// before the last at least, since the last may not have been sampled from, and they explain the evaluations.
pub(super) fn is_told(run: &LogRun) -> bool {
    let Some(errors) = Past::of(run, &evaluated) else { return false };
    let rate = |counts: Counts| {
        let past = Past::of(run, &counts)?;
        let whole = past.seen.first()?.place == 0 && past.span + 1 >= errors.span;
        whole.then_some(past)
    };
    let Some((passed, apart)) = rate(passed).zip(rate(apart(run))) else { return false };
    explains(&passed, &apart, &errors)
}

/// Whether the error rates follow from both measured rates by one link, beyond what chance allows. Evaluations that go their own
/// way, as those on other problems may, are forecast by their own trend.
fn explains(passed: &Past, apart: &Past, errors: &Past) -> bool {
    // A generation that was not sampled from is expected to be like the one before.
    let at = |past: &Past, place: usize| past.seen.iter().rfind(|seen| seen.place <= place).copied();
    let both = |seen: &Seen| {
        let (passed, apart) = (at(passed, seen.place)?, at(apart, seen.place)?);
        let own = passed.place == seen.place && apart.place == seen.place;
        let noise = if own { NOISE[0] } else { CHANGE };
        Some((seen.share, seen.variance(SCALE) + noise * noise, (passed.share, apart.share)))
    };
    let seen: Vec<(f64, f64, (f64, f64))> = errors.seen.iter().filter_map(both).collect();
    if seen.len() < FEWEST {
        return false;
    }
    let misfit = |wrong: f64| {
        let away = |&(share, variance, (passed, apart)): &(f64, f64, (f64, f64))| {
            (SCALE.of(share) - level(passed, apart, wrong), variance)
        };
        Factor::of(FACTOR_SPREAD[1], seen.iter().map(away)).misfit()
    };
    let least = WRONG_WHERE_APART.iter().map(|&wrong| misfit(wrong)).fold(f64::INFINITY, f64::min);
    ChiSquared::new((seen.len() - 2) as f64).is_ok_and(|law| law.sf(least) >= CONTRADICTED)
}

/// Courses of a run's error rate from the trends of both rates.
pub(super) fn courses(trends: &Trends<'_>, ahead: ForecastSpan, count: usize) -> Vec<ErrorCourse> {
    let Some(run) = trends.runs.get(trends.options.run).filter(|_| count > 0) else { return Vec::new() };
    let mut rng = trends.rng();
    let linked = Past::of(run, &evaluated).and_then(|errors| {
        let passed = rate(trends, run, &errors, passed, ahead, count, &mut rng)?;
        let mut apart = rate(trends, run, &errors, apart(run), ahead, count, &mut rng)?;
        // Draws come in the order of their parameters: the two rates are independent.
        apart.shuffle(&mut rng);
        let parts = passed.iter().zip(&apart);
        let parts = parts.map(|(passed, apart)| (passed.batch, Parts { passed: &passed.error, apart: &apart.error }));
        let course =
            |(batch, parts): (usize, Parts<'_>)| ErrorCourse { batch, ..parts.course(&errors, ahead, &mut rng) };
        Some(parts.map(course).collect())
    });
    past::with_earlier(linked.unwrap_or_default(), run, LogRow::independent_counts)
}

/// Courses of one rate, as far as those of the error rate go.
fn rate(
    trends: &Trends<'_>,
    run: &LogRun,
    errors: &Past,
    counts: Counts,
    ahead: ForecastSpan,
    count: usize,
    rng: &mut ChaCha8Rng,
) -> Option<Vec<ErrorCourse>> {
    let late = errors.span - Past::of(run, &counts)?.span;
    let ahead = ForecastSpan { horizon: ahead.drawn() + late, near: ahead.near + late, ..ahead };
    trends.drawn(&counts, ahead, count, rng)
}

/// One course of each rate.
struct Parts<'a> {
    passed: &'a [f64],
    apart: &'a [f64],
}

/// What ties the error rate to both rates.
#[derive(Debug, Clone, Copy)]
struct Link {
    wrong: f64,
    noise: f64,
    /// Posterior mean and standard deviation of the ln of the factor.
    factor: (f64, f64),
    log_density: f64,
}

impl Parts<'_> {
    /// ln of the hazard of a generation's error.
    fn level(&self, place: usize, wrong: f64) -> f64 {
        level(self.passed[place], self.apart[place], wrong)
    }

    /// The posterior of the factor, given the rest, and the marginal density of the evaluations.
    fn link(&self, errors: &Past, (wrong, noise, spread): (f64, f64, f64)) -> Link {
        let away =
            |seen: &Seen| (SCALE.of(seen.share) - self.level(seen.place, wrong), seen.variance(SCALE) + noise * noise);
        let factor = Factor::of(spread, errors.seen.iter().map(away));
        Link { wrong, noise, factor: factor.posterior(), log_density: factor.log_density() }
    }

    fn drawn_link(&self, errors: &Past, rng: &mut ChaCha8Rng) -> Link {
        let cells = WRONG_WHERE_APART
            .iter()
            .flat_map(|&wrong| NOISE.iter().map(move |&noise| (wrong, noise)))
            .flat_map(|(wrong, noise)| FACTOR_SPREAD.iter().map(move |&spread| (wrong, noise, spread)));
        let links: Vec<Link> = cells.map(|cell| self.link(errors, cell)).collect();
        let most = links.iter().map(|link| link.log_density).fold(f64::NEG_INFINITY, f64::max);
        let weight = |link: &Link| (link.log_density - most).exp();
        let mut left = rng.random::<f64>() * links.iter().map(weight).sum::<f64>();
        let chosen = links.iter().position(|link| {
            left -= weight(link);
            left < 0.0
        });
        links[chosen.unwrap_or(0)]
    }

    /// The course of the error rate, past and future.
    fn course(&self, errors: &Past, ahead: ForecastSpan, rng: &mut ChaCha8Rng) -> ErrorCourse {
        let link = self.drawn_link(errors, rng);
        let factor = link.factor.0 + link.factor.1 * normal(rng);
        let mut course = ErrorCourse { error: Vec::new(), measured: Vec::with_capacity(ahead.drawn()), batch: 0 };
        let mut far: Option<ChaCha8Rng> = None;
        for place in 0..=errors.span + ahead.drawn() {
            let near = place <= errors.span + ahead.near;
            let rng = if near { &mut *rng } else { far.get_or_insert_with(|| beyond(rng)) };
            let level = self.level(place, link.wrong) + factor;
            let seen = errors.seen.iter().find(|seen| seen.place == place);
            // The noise of an evaluated generation, as far as the evaluation shows it.
            let (told, open) = seen.map_or((0.0, 1.0), |seen| {
                let variance = seen.variance(SCALE);
                let total = variance + link.noise * link.noise;
                (link.noise * (SCALE.of(seen.share) - level) / total, (variance / total).sqrt())
            });
            let error = SCALE.back(level + link.noise * (told + open * normal(rng)));
            course.error.push(error);
            if place > errors.span {
                let wrong = model::draw_binomial(ahead.evaluated, error, rng);
                course.measured.push(wrong as f64 / ahead.evaluated as f64);
            }
        }
        course.up_to(ahead.horizon)
    }
}

/// The ln of the factor, a normal number around 0, beside what was measured of it.
struct Factor {
    spread: f64,
    precision: f64,
    /// Sum of the measurements, each over its variance; of their squares likewise.
    sum: f64,
    squares: f64,
    /// Sum of the ln of their variances.
    variances: f64,
}

impl Factor {
    /// From its prior standard deviation, and measurements with their variances.
    fn of(spread: f64, measured: impl Iterator<Item = (f64, f64)>) -> Self {
        let mut factor = Self { spread, precision: spread.powi(-2), sum: 0.0, squares: 0.0, variances: 0.0 };
        for (value, variance) in measured {
            factor.precision += 1.0 / variance;
            factor.sum += value / variance;
            factor.squares += value * value / variance;
            factor.variances += variance.ln();
        }
        factor
    }

    /// Posterior mean and standard deviation.
    fn posterior(&self) -> (f64, f64) {
        (self.sum / self.precision, self.precision.sqrt().recip())
    }

    /// Squared distance of the measurements from their expectation, which the factor may move; χ² where the link is right.
    fn misfit(&self) -> f64 {
        self.squares - self.sum * self.sum / self.precision
    }

    /// Marginal ln density of the measurements, up to a constant.
    fn log_density(&self) -> f64 {
        -self.spread.ln() - 0.5 * (self.variances + self.misfit() + self.precision.ln())
    }
}

/// ln of the hazard of an error rate that follows from both rates.
fn level(passed: f64, apart: f64, wrong: f64) -> f64 {
    SCALE.of(error(passed, apart, wrong).clamp(EXTREME, 1.0 - EXTREME))
}

/// The error rate from the wrong share of what is kept, the share of problems whose candidates disagree, and the share of
/// wrong answers among such candidates.
fn error(passed: f64, apart: f64, wrong: f64) -> f64 {
    1.0 - (1.0 - passed) * (1.0 - wrong * apart)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::score::{quantile, sorted};
    use crate::fit::training::{LoopChecks, TrainingMode};
    use crate::fit::{FitOptions, sampler};
    use approx::assert_relative_eq;

    const AHEAD: ForecastSpan = ForecastSpan { horizon: 8, near: 20, evaluated: 500, growth: 0.0 };

    /// A loop behind a vote of all of three: problems that tempt to one wrong answer, candidates that err by chance.
    #[derive(Clone, Copy)]
    struct Voted {
        tempting: f64,
        slip: f64,
    }

    impl Voted {
        fn row(self, generation: u64, rng: &mut ChaCha8Rng) -> LogRow {
            let Self { tempting, slip } = self;
            let (mut wrong, mut agreed, mut kept_wrong) = (0, 0, 0);
            for _ in 0..500 {
                wrong += u64::from(rng.random_bool(tempting) || rng.random_bool(slip));
            }
            for _ in 0..4000 {
                let tempted = rng.random_bool(tempting);
                // Answers that are wrong by chance differ from each other.
                let all_right = (0..3).all(|_| !rng.random_bool(slip));
                agreed += u64::from(tempted || all_right);
                kept_wrong += u64::from(tempted);
            }
            let (generated, kept, unanimous) = (Some(4000), Some(agreed), Some(agreed));
            let kept_wrong = Some(kept_wrong);
            LogRow { generation, evaluated: 500, wrong, generated, kept, kept_wrong, unanimous, ..LogRow::default() }
        }

        fn error(self) -> f64 {
            self.tempting + (1.0 - self.tempting) * self.slip
        }
    }

    fn run(voted: impl Fn(u64) -> Voted, generations: u64, seed: u64) -> LogRun {
        let mut rng = sampler::stream(seed, 0);
        let rows = (0..generations).map(|generation| voted(generation).row(generation, &mut rng)).collect();
        LogRun { name: String::new(), rows }
    }

    /// Quantiles of each generation's error, here and by the trend of the error rate alone.
    fn quantiles(log: &[LogRun], level: f64) -> (Vec<f64>, Vec<f64>) {
        let options = FitOptions::default();
        let trends = Trends::new(log, &options, TrainingMode::FineTuned, LoopChecks::Some);
        let of = |courses: Vec<ErrorCourse>| {
            assert_eq!(courses.len(), 800);
            let column = |index: usize| sorted(courses.iter().map(|course| course.error[index]));
            (0..courses[0].error.len()).map(|index| quantile(&column(index), level)).collect()
        };
        (of(courses(&trends, AHEAD, 800)), of(trends.courses(LoopChecks::Some, AHEAD, 800)))
    }

    #[test]
    fn mistakes_that_pass_a_vote_are_foreseen_before_the_error_rate_shows_them() {
        // Errors by chance fall while the tempting problems multiply: the error rate of the log is level, then it rises.
        let voted = |g: u64| Voted { tempting: 0.005 * 1.4_f64.powi(g as i32), slip: 0.06 * 0.75_f64.powi(g as i32) };
        let log = run(voted, 7, 1);
        assert!(voted(6).error() < voted(0).error());
        let log = [log];
        let (medians, plain) = quantiles(&log, 0.5);
        for generation in [6, 8] {
            let (median, truth) = (medians[generation as usize], voted(generation).error());
            assert!((median / truth).ln().abs() < 0.25, "generation {generation}: {median} against {truth}");
        }
        let (most, truth) = (quantiles(&log, 0.95).0[10], voted(10).error());
        assert!(
            medians[10] > 2.0 * plain[10] && medians[10] < truth && truth < most,
            "{} {} {most}",
            medians[10],
            plain[10]
        );
    }

    #[test]
    fn a_share_of_one_over_the_candidates_is_found() {
        let log = run(|_| Voted { tempting: 0.0, slip: 0.1 }, 10, 2);
        let (passed, apart) = ([0.0; 10], [1.0 - 0.9_f64.powi(3); 10]);
        let errors = Past::of(&log, &evaluated).unwrap();
        let mut rng = sampler::stream(3, 0);
        let parts = Parts { passed: &passed, apart: &apart };
        let mut shares: Vec<f64> = (0..500)
            .map(|_| parts.drawn_link(&errors, &mut rng))
            // The factor takes a part of the share.
            .map(|link| (link.wrong.ln() + link.factor.0).exp())
            .collect();
        shares.sort_by(f64::total_cmp);
        // 0.1 / 0.271 = 0.369, from 5000 answers: a standard error of 4 %.
        assert!((shares[250] / 0.369).ln().abs() < 0.12, "{}", shares[250]);
    }

    #[test]
    fn the_error_is_that_of_the_candidates() {
        // Two candidates that err by chance, and never alike: half of what disagrees is wrong, apart from both at once.
        let slip = 1e-3_f64;
        let apart = 1.0 - (1.0 - slip).powi(2);
        assert_relative_eq!(error(0.0, apart, slip / apart), slip, max_relative = 1e-12);
        // What always fails passes the check, whatever else disagrees.
        assert_relative_eq!(error(1.0, 0.3, 0.5), 1.0);
        assert_relative_eq!(error(0.2, 0.0, 0.5), 0.2, max_relative = 1e-12);
    }

    /// Evaluations that rise, or jump, while nothing that is counted changes: their own trend forecasts them.
    #[test]
    fn evaluations_that_the_counts_do_not_explain_keep_their_own_trend() {
        let steady = run(|_| Voted { tempting: 0.02, slip: 0.08 }, 8, 5);
        assert!(is_told(&steady));
        let evaluated = |wrong: [u64; 8]| {
            let mut run = steady.clone();
            for (row, wrong) in run.rows.iter_mut().zip(wrong) {
                row.wrong = wrong;
            }
            run
        };
        // Twice as hard throughout is explained, by the factor.
        assert!(is_told(&evaluated([98, 103, 95, 99, 104, 97, 100, 102])));
        assert!(!is_told(&evaluated([25, 50, 75, 100, 125, 150, 175, 200])));
        assert!(!is_told(&evaluated([50, 48, 52, 51, 47, 55, 90, 130])));
        assert!(!is_told(&steady.first(2)));
        // The last generation was not sampled from, and half of its answers are wrong.
        let mut jumps = evaluated([50, 48, 52, 51, 47, 55, 50, 250]);
        (jumps.rows[7].generated, jumps.rows[7].kept, jumps.rows[7].kept_wrong) = (None, None, None);
        assert!(!is_told(&jumps));
    }

    /// Where less than all candidates must agree, few problems are rejected and many divided: one run has one meaning.
    #[test]
    fn what_is_rejected_never_stands_in_for_single_generations_that_do_not_count_agreement() {
        let mut mixed = run(|_| Voted { tempting: 0.02, slip: 0.08 }, 8, 6);
        mixed.rows[4].unanimous = None;
        mixed.rows[4].kept = Some(3990);
        assert!(is_told(&mixed) && apart(&mixed)(&mixed.rows[4]).is_none());
        mixed.rows[7].unanimous = None;
        assert!(is_told(&mixed));
        mixed.rows[6].unanimous = None;
        assert!(!is_told(&mixed));
        for row in &mut mixed.rows {
            row.unanimous = None;
            row.kept = Some(3200);
        }
        assert_eq!(apart(&mixed)(&mixed.rows[0]), Some((800, 4000)));
    }

    #[test]
    fn a_log_that_does_not_count_both_tells_nothing() {
        let whole = run(|_| Voted { tempting: 0.02, slip: 0.05 }, 6, 4);
        assert!(is_told(&whole));
        let without = |indices: &[usize]| {
            let mut run = whole.clone();
            for &index in indices {
                run.rows[index].kept_wrong = None;
            }
            run
        };
        // The last generation may not have been sampled from; gaps between are bridged.
        assert!(is_told(&without(&[5])) && is_told(&without(&[2, 3])));
        assert!(!is_told(&without(&[0])) && !is_told(&without(&[4, 5])));
        let unchecked =
            LogRun { rows: whole.rows.iter().map(|row| LogRow { generated: None, ..*row }).collect(), ..whole.clone() };
        assert!(!is_told(&unchecked));
        assert_eq!(quantiles(&[without(&[2, 5])], 0.5).0.len(), 6 + 8);
    }
}
