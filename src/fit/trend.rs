//! The plain member of the forecast: a trend that knows nothing of beliefs.
//!
//! Where each generation is fine-tuned from the one before, a damped trend foresees as well as the mechanism, and often
//! better; where the mechanism errs, it does not err with it. z is the ln of the hazard −ln(1 − error) per step, along which
//! an avalanche is a straight line, or the logit of the error; which of the two, the log decides. With elapsed generations t,
//!
//!   z_{t+1} = z_t + b_t + σ·N(0, 1),  b_{t+1} = m + φ (b_t − m) + τ·N(0, 1),  and a further jump from generation 0 to 1,
//!
//! and a generation errs by z_t + ω·N(0, 1): training is noisy beyond its evaluation. Given σ, τ, ω, φ, the jump and the
//! scale, everything is normal and exact; these six are drawn from their priors and weighted by the density of the log
//! (importance sampling). A local linear trend with a damped slope is the standard of forecasting (Gardner & McKenzie 1985;
//! Harvey 1989). Where everything generated is kept and audited, the audit is an evaluation too.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};

use super::course::{CHAIN_BATCHES, ErrorCourse};
use super::log::{LogRow, LogRun};
use super::model::{self, ForecastSpan};
use super::past::{self, Past, Seen, TrendScale};
use super::prior::PriorScale;
use super::training::{LoopChecks, TrainingMode};
use super::{FitOptions, sampler};

/// Stream of random numbers of the draws.
const TREND_STREAM: u64 = 6 << 32;
/// Draws from the priors, at least.
const CANDIDATES: usize = 2000;
/// Standard deviation of the first level around its measurement, before it is known.
const OPEN: f64 = 2.0;

/// Priors of a trend: centre and spread on the ln scale (logit for what is kept of a slope) where there are two.
#[derive(Debug, Clone, Copy)]
struct TrendShape {
    /// σ, step of the level per generation.
    noise: (f64, f64),
    /// Mean of m, the slope in the long run.
    drift: f64,
    /// Its standard deviation.
    drift_spread: f64,
    /// Standard deviation of the first slope around m.
    slope_spread: f64,
    /// φ, share of a slope that is kept.
    keeping: (f64, f64),
    /// Further step from generation 0, whose model learned from labels, to generation 1.
    jump: (f64, f64),
    /// Prior probability of the logit scale.
    logit: f64,
}

/// ω.
const WOBBLE: (f64, f64) = (-3.5, 0.6);
/// τ.
const TURN: (f64, f64) = (-3.8, 0.7);

impl TrendShape {
    /// What a loop of this design may do. Chosen on the measured loops of tests/data.
    fn of(training: TrainingMode, checks: LoopChecks) -> Self {
        let steady = Self {
            noise: (-3.2, 0.8),
            drift: -0.02,
            drift_spread: 0.06,
            slope_spread: 0.2,
            keeping: (2.0, 0.6),
            jump: (-1.2, 1.0),
            logit: 0.3,
        };
        let tuned = match checks {
            // Sampling errors multiply; the hazard goes up by about the same factor each generation.
            LoopChecks::None => {
                Self { noise: (-3.4, 0.8), drift: 0.02, drift_spread: 0.12, slope_spread: 0.1, logit: 0.15, ..steady }
            }
            // Behind a check a loop heals fast or slips away fast; either goes on for a while.
            LoopChecks::Some => Self { drift_spread: 0.12, slope_spread: 0.35, ..steady },
            // Where nothing is counted of what is kept, the loop most often has a check, and training is rough.
            LoopChecks::Unknown => Self {
                noise: (-2.3, 0.7),
                drift: -0.03,
                drift_spread: 0.045,
                slope_spread: 0.04,
                jump: (-1.0, 1.0),
                logit: 0.5,
                ..steady
            },
        };
        match training {
            TrainingMode::FineTuned => tuned,
            // A model that starts anew each time finds its level within a few generations.
            TrainingMode::Anew => Self {
                noise: (-3.0, 0.8),
                drift: 0.0,
                drift_spread: 0.03,
                slope_spread: 0.2,
                keeping: (1.0, 0.6),
                jump: (-0.2, 1.0),
                ..tuned
            },
        }
    }
}

/// What is drawn from the priors.
#[derive(Debug, Clone, Copy)]
struct TrendDraw {
    noise: f64,
    wobble: f64,
    turn: f64,
    keeping: f64,
    jump: f64,
    scale: TrendScale,
}

impl TrendDraw {
    fn from(shape: &TrendShape, rng: &mut ChaCha8Rng) -> Self {
        let mut around = |(centre, spread): (f64, f64)| centre + spread * normal(rng);
        Self {
            noise: around(shape.noise).exp(),
            wobble: around(WOBBLE).exp(),
            turn: around(TURN).exp(),
            keeping: PriorScale::Logit.natural(around(shape.keeping)),
            jump: around(shape.jump).exp(),
            scale: if rng.random::<f64>() < shape.logit { TrendScale::Logit } else { TrendScale::Hazard },
        }
    }
}

/// Wrong answers of the model, and all: where everything is kept, the audit counts them too.
fn counts(row: &LogRow, checks: LoopChecks) -> (u64, u64) {
    let (wrong, trials) = row.independent_counts();
    match (checks, row.kept_wrong, row.audited.or(row.kept)) {
        (LoopChecks::None, Some(kept_wrong), Some(audited)) => (wrong + kept_wrong, trials + audited),
        _ => (wrong, trials),
    }
}

/// The linear map from independent standard normals to levels, the last slope and m: a row each.
fn loadings(draw: &TrendDraw, shape: &TrendShape, past: &Past) -> DMatrix<f64> {
    let span = past.span;
    let width = 3 + 2 * span;
    let (mut level, mut slope, mut drift) = (DVector::zeros(width), DVector::zeros(width), DVector::zeros(width));
    level[0] = OPEN;
    slope[1] = shape.slope_spread;
    slope[2] = shape.drift_spread;
    drift[2] = shape.drift_spread;
    let mut rows = DMatrix::zeros(span + 3, width);
    rows.set_row(0, &level.transpose());
    for t in 0..span {
        level += &slope;
        let jump = if t == 0 && past.from_labels { draw.jump } else { 0.0 };
        level[3 + t] = draw.noise.hypot(jump);
        slope = &drift + (&slope - &drift) * draw.keeping;
        slope[3 + span + t] = draw.turn;
        rows.set_row(t + 1, &level.transpose());
    }
    rows.set_row(span + 1, &slope.transpose());
    rows.set_row(span + 2, &drift.transpose());
    rows
}

/// A draw with what it makes of the log.
struct Weighted {
    draw: TrendDraw,
    rows: DMatrix<f64>,
    /// Loadings of the evaluated generations.
    seen: DMatrix<f64>,
    covariance: Cholesky<f64, Dyn>,
    measured: DVector<f64>,
    /// Variance of each evaluation.
    noise: DVector<f64>,
    log_density: f64,
}

impl Weighted {
    fn of(draw: TrendDraw, shape: &TrendShape, past: &Past) -> Option<Self> {
        let rows = loadings(&draw, shape, past);
        let seen = DMatrix::from_fn(past.seen.len(), rows.ncols(), |i, j| rows[(past.seen[i].place, j)]);
        let of = |value: &dyn Fn(&Seen) -> f64| DVector::from_iterator(past.seen.len(), past.seen.iter().map(value));
        let measured = of(&|seen| draw.scale.of(seen.share) - seen.longer);
        let noise = of(&|seen| seen.variance(draw.scale));
        let mut covariance = &seen * seen.transpose();
        for (k, variance) in noise.iter().enumerate() {
            covariance[(k, k)] += variance + draw.wobble * draw.wobble;
        }
        let covariance = covariance.cholesky()?;
        let away = &measured - expected(&measured, shape, past);
        let spread: f64 = covariance.l_dirty().diagonal().iter().map(|d| d.ln()).sum();
        // The first level is free: its density says nothing of the draw.
        let stretched: f64 = past.seen.iter().skip(1).map(|seen| draw.scale.slope(seen.share).ln()).sum();
        let log_density = stretched - spread - 0.5 * away.dot(&covariance.solve(&away));
        log_density.is_finite().then_some(Self { draw, rows, seen, covariance, measured, noise, log_density })
    }

    /// One course of the run, past and future.
    fn course(&self, shape: &TrendShape, past: &Past, ahead: ForecastSpan, rng: &mut ChaCha8Rng) -> ErrorCourse {
        let Self { draw, rows, .. } = self;
        // A draw of everything from the prior, corrected by what was measured (Matheron's rule).
        let mut normals = DVector::from_fn(rows.ncols(), |_, _| normal(rng));
        let mut wobbles = DVector::from_fn(past.span + 1, |_, _| normal(rng));
        let prior = &self.seen * &normals + expected(&self.measured, shape, past);
        let apart = DVector::from_fn(past.seen.len(), |k, _| {
            let place = past.seen[k].place;
            self.measured[k] - prior[k] - draw.wobble * wobbles[place] - self.noise[k].sqrt() * normal(rng)
        });
        let correction = self.covariance.solve(&apart);
        normals += self.seen.transpose() * &correction;
        for (seen, by) in past.seen.iter().zip(correction.iter()) {
            wobbles[seen.place] += draw.wobble * by;
        }
        let states = rows * normals;
        let first = self.measured[0];
        let longer = |place: usize| past.seen.iter().rev().find(|seen| seen.place <= place).map_or(0.0, |s| s.longer);
        let level = |t: usize| first + shape.drift * t as f64 + states[t];
        let error = (0..=past.span).map(|t| draw.scale.back(level(t) + draw.wobble * wobbles[t] + longer(t))).collect();
        let mut course = ErrorCourse { error, measured: Vec::with_capacity(ahead.drawn()), batch: 0 };
        let slope = (shape.drift + states[past.span + 1], shape.drift + states[past.span + 2]);
        self.go_on(&mut course, (level(past.span), slope), past, ahead, rng);
        course.up_to(ahead.horizon)
    }

    /// The course after the log, from its last level, its slope and the slope in the long run.
    fn go_on(
        &self,
        course: &mut ErrorCourse,
        (mut level, (mut slope, drift)): (f64, (f64, f64)),
        past: &Past,
        ahead: ForecastSpan,
        rng: &mut ChaCha8Rng,
    ) {
        let (first_steps, mut steps) = past.steps;
        let mut far: Option<ChaCha8Rng> = None;
        for step in 0..ahead.drawn() {
            let rng = if step < ahead.near { &mut *rng } else { far.get_or_insert_with(|| beyond(rng)) };
            let jump = if step == 0 && past.from_labels && past.span == 0 { self.draw.jump } else { 0.0 };
            level += slope + self.draw.noise.hypot(jump) * normal(rng);
            slope = drift + self.draw.keeping * (slope - drift) + self.draw.turn * normal(rng);
            steps = (steps + ahead.growth).max(1.0);
            let error = level + (steps / first_steps).ln() + self.draw.wobble * normal(rng);
            let error = self.draw.scale.back(error);
            course.error.push(error);
            course.measured.push(model::draw_binomial(ahead.evaluated, error, rng) as f64 / ahead.evaluated as f64);
        }
    }
}

/// Means of the evaluated levels before the log is read.
fn expected(measured: &DVector<f64>, shape: &TrendShape, past: &Past) -> DVector<f64> {
    DVector::from_iterator(past.seen.len(), past.seen.iter().map(|seen| measured[0] + shape.drift * seen.place as f64))
}

/// Random numbers of the generations beyond those that are always drawn: other ones for each course, at no cost to the next.
pub(super) fn beyond(rng: &ChaCha8Rng) -> ChaCha8Rng {
    let mut next = ChaCha8Rng::from_seed(rng.get_seed());
    next.set_stream(rng.get_stream());
    next.set_word_pos(rng.get_word_pos());
    ChaCha8Rng::from_rng(&mut next)
}

pub(super) fn normal(rng: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(rng)
}

/// Trends of the rates of a log's runs.
pub(super) struct Trends<'a> {
    pub runs: &'a [LogRun],
    pub options: &'a FitOptions,
    shape: TrendShape,
}

impl<'a> Trends<'a> {
    pub fn new(runs: &'a [LogRun], options: &'a FitOptions, training: TrainingMode, checks: LoopChecks) -> Self {
        Self { runs, options, shape: TrendShape::of(training, checks) }
    }

    /// Their random numbers.
    pub fn rng(&self) -> ChaCha8Rng {
        sampler::stream(self.options.seed, TREND_STREAM)
    }

    /// Courses of the run's error rate.
    pub fn courses(&self, checks: LoopChecks, ahead: ForecastSpan, count: usize) -> Vec<ErrorCourse> {
        let Some(run) = self.runs.get(self.options.run).filter(|_| count > 0) else { return Vec::new() };
        // Without its audits a log has its evaluations alone.
        let checks = if self.options.audits { checks } else { LoopChecks::Unknown };
        let courses = self.drawn(&|row| Some(counts(row, checks)), ahead, count, &mut self.rng());
        past::with_earlier(courses.unwrap_or_default(), run, |row| counts(row, checks))
    }

    /// Courses of one rate of the run, from the first generation that is looked back on; none where it was never measured.
    pub fn drawn(
        &self,
        counts: &dyn Fn(&LogRow) -> Option<(u64, u64)>,
        ahead: ForecastSpan,
        count: usize,
        rng: &mut ChaCha8Rng,
    ) -> Option<Vec<ErrorCourse>> {
        let Self { runs, options, shape } = self;
        let past = Past::of(runs.get(options.run)?, counts)?;
        let others = runs.iter().enumerate().filter(|(index, _)| *index != options.run);
        let weighted = others.map(|(index, run)| (options.weight(index), run)).filter(|(weight, _)| *weight > 0.0);
        let others: Vec<(f64, Past)> =
            weighted.filter_map(|(weight, run)| Some((weight, Past::of(run, counts)?))).collect();
        // The matrices of every draw would take a hundred megabytes: those of the chosen are made again.
        let density = |draw: &TrendDraw| {
            let of = |past: &Past| Weighted::of(*draw, shape, past).map_or(f64::NEG_INFINITY, |one| one.log_density);
            others.iter().fold(of(&past), |sum, (weight, other)| sum + weight * of(other))
        };
        let draws: Vec<TrendDraw> = (0..CANDIDATES.max(count)).map(|_| TrendDraw::from(shape, rng)).collect();
        let densities: Vec<f64> = draws.iter().map(density).collect();
        let most = densities.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = densities.iter().map(|density| (density - most).exp()).collect();
        let total: f64 = weights.iter().sum();
        let (mut reached, mut out) = (0.0, Vec::with_capacity(count));
        let offset: f64 = rng.random();
        for (index, (draw, weight)) in draws.into_iter().zip(&weights).enumerate() {
            reached += weight / total * count as f64;
            let wanted = ((reached - offset).ceil().max(0.0) as usize).min(count);
            let Some(one) = (out.len() < wanted).then(|| Weighted::of(draw, shape, &past)).flatten() else { continue };
            while out.len() < wanted {
                out.push(ErrorCourse { batch: CHAIN_BATCHES + index, ..one.course(shape, &past, ahead, rng) });
            }
        }
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;
    use nalgebra::{Matrix3, Vector3};

    fn run(counts: &[(u64, u64, u64)]) -> LogRun {
        let row = |&(generation, evaluated, wrong): &(u64, u64, u64)| LogRow {
            generation,
            evaluated,
            wrong,
            ..LogRow::default()
        };
        LogRun { name: String::new(), rows: counts.iter().map(row).collect() }
    }

    const AHEAD: ForecastSpan = ForecastSpan { horizon: 10, near: 20, evaluated: 500, growth: 0.0 };

    fn alone(log: LogRun, training: TrainingMode, checks: LoopChecks, count: usize) -> Vec<ErrorCourse> {
        Trends::new(&[log], &FitOptions::default(), training, checks).courses(checks, AHEAD, count)
    }

    /// The same density by the Kalman filter, one generation after the other, and the mean of the last generation's own
    /// transformed error.
    fn filtered(draw: &TrendDraw, shape: &TrendShape, past: &Past) -> (f64, f64) {
        let measured: Vec<f64> = past.seen.iter().map(|seen| draw.scale.of(seen.share) - seen.longer).collect();
        let mut mean = Vector3::new(measured[0], shape.drift, shape.drift);
        let drifts = shape.drift_spread * shape.drift_spread;
        let mut spread =
            Matrix3::new(OPEN * OPEN, 0.0, 0.0, 0.0, shape.slope_spread.powi(2) + drifts, drifts, 0.0, drifts, drifts);
        let step = Matrix3::new(1.0, 1.0, 0.0, 0.0, draw.keeping, 1.0 - draw.keeping, 0.0, 0.0, 1.0);
        let (mut density, mut own, mut at) = (0.0, 0.0, 0);
        for (k, seen) in past.seen.iter().enumerate() {
            while at < seen.place {
                let jump = if at == 0 && past.from_labels { draw.jump } else { 0.0 };
                let noise = Vector3::new(draw.noise.powi(2) + jump * jump, draw.turn.powi(2), 0.0);
                mean = step * mean;
                spread = step * spread * step.transpose() + Matrix3::from_diagonal(&noise);
                at += 1;
            }
            let slope = draw.scale.slope(seen.share);
            let noise = slope * slope * seen.share * (1.0 - seen.share) / seen.trials;
            let variance = spread[(0, 0)] + noise + draw.wobble.powi(2);
            let away = measured[k] - mean[0];
            density -= 0.5 * (variance.ln() + away * away / variance);
            if k > 0 {
                density += slope.ln();
            }
            own = mean[0] + (spread[(0, 0)] + draw.wobble.powi(2)) / variance * away;
            let gain: Vector3<f64> = spread.column(0) / variance;
            let reached = spread.row(0).into_owned();
            mean += gain * away;
            spread -= gain * reached;
        }
        (density, own)
    }

    #[test]
    fn the_density_is_that_of_the_kalman_filter() {
        let logs = [
            run(&[(0, 500, 40), (1, 500, 70), (2, 400, 90), (5, 500, 160), (6, 500, 240)]),
            run(&[(3, 200, 0), (4, 200, 3), (6, 200, 200)]),
        ];
        for (seed, log) in logs.iter().enumerate() {
            for (training, checks) in
                [(TrainingMode::Anew, LoopChecks::None), (TrainingMode::FineTuned, LoopChecks::Unknown)]
            {
                let (shape, past) =
                    (TrendShape::of(training, checks), Past::of(log, &|row| Some(counts(row, checks))).unwrap());
                let mut rng = sampler::stream(11, seed as u64);
                for _ in 0..50 {
                    let draw = TrendDraw::from(&shape, &mut rng);
                    let (density, own) = filtered(&draw, &shape, &past);
                    let weighted = Weighted::of(draw, &shape, &past).unwrap();
                    assert_relative_eq!(weighted.log_density, density, max_relative = 1e-9, epsilon = 1e-9);
                    // 200 draws agree with its mean at five standard errors: of 200 comparisons, all.
                    let still = ForecastSpan { horizon: 1, ..AHEAD };
                    let last: Vec<f64> = (0..200)
                        .map(|_| weighted.course(&shape, &past, still, &mut rng).error[past.span])
                        .map(|error| draw.scale.of(error) - past.seen.last().unwrap().longer)
                        .filter(|own| own.is_finite())
                        .collect();
                    let n = last.len() as f64;
                    let mean = last.iter().sum::<f64>() / n;
                    let variance = last.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / n;
                    assert!((mean - own).abs() < 5.0 * (variance / n).sqrt(), "{mean} {own} {draw:?}");
                }
            }
        }
    }

    #[test]
    fn an_avalanche_goes_on_at_its_own_pace() {
        // The hazard grows by 1.3 a generation.
        let hazard = |g: u64| 0.05 * 1.3_f64.powi(g as i32);
        let wrong = |g: u64| (5000.0 * -(-hazard(g)).exp_m1()).round() as u64;
        let log = run(&(0..10).map(|g| (g, 5000, wrong(g))).collect::<Vec<_>>());
        let courses = alone(log, TrainingMode::FineTuned, LoopChecks::None, 1000);
        assert_eq!(courses.len(), 1000);
        let mut at: Vec<f64> = courses.iter().map(|course| course.error[14]).collect();
        at.sort_by(f64::total_cmp);
        let truth = -(-hazard(14)).exp_m1();
        assert!((at[500] - truth).abs() < 0.04, "{} against {truth}", at[500]);
        assert!(at[50] < truth && truth < at[950]);
        assert!(courses.iter().all(|course| course.error.len() == 20 && course.measured.len() == 10));
    }

    #[test]
    fn the_last_generations_that_can_be_counted_are_taken() {
        let log = run(&[(u64::MAX - 3, 100, 10), (u64::MAX - 1, 100, 12), (u64::MAX, 100, 11)]);
        let courses = alone(log, TrainingMode::FineTuned, LoopChecks::None, 20);
        assert!(courses.len() == 20 && courses.iter().all(|course| course.error.len() == 14));
    }

    #[test]
    fn long_logs_are_looked_back_on_for_a_while_only() {
        let log = run(&(0..90).map(|g| (3 + 2 * g, 300, 30)).collect::<Vec<_>>());
        let courses = alone(log, TrainingMode::Anew, LoopChecks::Unknown, 50);
        for course in &courses {
            assert_eq!(course.error.len(), 179 + 10);
            assert!(course.error.iter().all(|error| (0.0..=1.0).contains(error)));
            assert_relative_eq!(course.error[5], 0.1);
        }
    }
}
