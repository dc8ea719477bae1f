//! A log, its priors and its likelihood together, and paths drawn through them.

use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Beta, Binomial, Distribution};

use super::FitOptions;
use super::course::ErrorCourse;
use super::evaluation::ProblemSet;
use super::learner::{LoopModel, SlipUnit};
use super::likelihood::{self, FilteredRun, ForwardFilter};
use super::log::{LogRow, LogRun};
use super::prior::{ParameterPoint, PriorSet};
use super::stage::{self, LogStage, UsedMeasurements};
use super::training::LoopChecks;

/// What is fitted: one or more runs of one design, with common parameters.
#[derive(Debug, Clone)]
pub(super) struct FitModel {
    pub priors: PriorSet,
    pub unit: SlipUnit,
    /// What of the log is used.
    pub used: UsedMeasurements,
    runs: Vec<Vec<LogStage>>,
    /// Weight of each run's ln likelihood.
    pub weights: Vec<f64>,
    steps: f64,
}

/// Whether the runs check what they keep.
pub(super) fn checks(runs: &[LogRun]) -> LoopChecks {
    let pairs = || runs.iter().flat_map(|run| &run.rows).filter_map(|row| row.generated.zip(row.kept));
    if pairs().next().is_none() {
        LoopChecks::Unknown
    } else if pairs().all(|(generated, kept)| generated == kept) {
        LoopChecks::None
    } else {
        LoopChecks::Some
    }
}

impl FitModel {
    pub fn new(runs: &[LogRun], priors: PriorSet, used: UsedMeasurements, options: &FitOptions) -> Self {
        let stages: Vec<Vec<LogStage>> = runs.iter().map(|run| stage::stages(run, used)).collect();
        let steps = stages.first().and_then(|run| run.first()).map_or(1.0, |stage| stage.steps);
        let weights = (0..runs.len()).map(|run| options.weight(run)).collect();
        Self { priors, unit: options.unit, used, runs: stages, weights, steps }
    }

    pub fn learner(&self, point: &ParameterPoint) -> LoopModel {
        LoopModel::new(&self.priors, point, self.steps, self.unit)
    }

    /// ln likelihood of all runs, each with its weight.
    pub fn log_likelihood(&self, point: &ParameterPoint) -> f64 {
        self.log_likelihood_above(point, f64::NEG_INFINITY)
    }

    /// The same where it exceeds `least`; −∞ where it is found, perhaps early, not to.
    pub fn log_likelihood_above(&self, point: &ParameterPoint, least: f64) -> f64 {
        let learner = self.learner(point);
        let mut sum = 0.0;
        for (run, weight) in self.runs.iter().zip(&self.weights).filter(|(_, weight)| **weight > 0.0) {
            // Later runs are at most certain.
            match likelihood::forward_above(&learner, run, likelihood::POINTS, (least - sum) / weight) {
                Some(forward) => sum += weight * forward.log_likelihood(),
                None => return f64::NEG_INFINITY,
            }
        }
        sum
    }

    /// Stages of one run.
    pub fn stages(&self, run: usize) -> &[LogStage] {
        self.runs.get(run).map_or(&[], Vec::as_slice)
    }

    /// The forward pass of one run.
    pub fn forward(&self, learner: &LoopModel, run: usize) -> Option<ForwardFilter> {
        likelihood::forward(learner, self.stages(run), likelihood::POINTS)
    }
}

/// One path of a run through its past and into its future.
#[derive(Debug, Clone)]
pub(super) struct SampledPath {
    pub learner: LoopModel,
    /// Wrong share at the last generation of the log.
    pub last_share: f64,
    /// Share wrong among the kept of each generation of the log, then of each forecast one.
    pub kept_wrong: Vec<f64>,
    pub course: ErrorCourse,
}

/// What lies ahead of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ForecastSpan {
    /// Generations to forecast.
    pub horizon: usize,
    /// Generations that a trend draws whatever the horizon: those beyond come from random numbers of their own, so that the first
    /// ones do not depend on how far is looked.
    pub near: usize,
    /// Test problems of a forecast evaluation.
    pub evaluated: u64,
    /// Steps added to a solution each generation.
    pub growth: f64,
}

impl ForecastSpan {
    /// Generations that a trend draws.
    pub fn drawn(&self) -> usize {
        self.horizon.max(self.near)
    }

    /// The run goes on as it last did.
    pub fn of(rows: &[LogRow], stages: &[LogStage], options: &FitOptions) -> Self {
        let evaluated = rows.last().map_or(1, |row| row.independent_counts().1);
        let growth = match stages {
            [.., before, last] => last.steps - before.steps,
            _ => 0.0,
        };
        Self { horizon: options.horizon as usize, near: options.near as usize, evaluated, growth }
    }
}

impl FitModel {
    /// Draws a path of one run: its counts backwards through the filtered laws, then forwards from the last.
    pub fn path(
        &self,
        learner: LoopModel,
        run: usize,
        ahead: ForecastSpan,
        rng: &mut ChaCha8Rng,
    ) -> Option<SampledPath> {
        let stages = self.stages(run);
        let forward = self.forward(&learner, run)?;
        let counts = backward(&learner, stages, &forward, rng);
        let mut error: Vec<f64> = Vec::with_capacity(stages.len() + ahead.horizon);
        let mut kept_wrong: Vec<f64> = Vec::with_capacity(stages.len() + ahead.horizon);
        for (stage, &count) in stages.iter().zip(&counts) {
            let here = learner.at(share(&learner, stage, count), learner.slip_at(stage.elapsed), stage.steps);
            let mean = here.error;
            kept_wrong.push(here.kept_wrong);
            let (wrong, trials) = stage.wrong_drawn(&learner, mean, rng);
            error.push(set_rate(stage.problems(&learner), &learner, mean, (wrong, trials), rng).1);
        }
        let (last, &last_count) = (stages.last()?, counts.last()?);
        let course = ErrorCourse { error, measured: Vec::with_capacity(ahead.horizon), batch: 0 };
        let mut path = SampledPath { learner, last_share: share(&learner, last, last_count), kept_wrong, course };
        forecast(&mut path, last, last_count, ahead, rng);
        Some(path)
    }
}

/// Share of wrong beliefs at a stage.
fn share(learner: &LoopModel, stage: &LogStage, count: u64) -> f64 {
    count as f64 / learner.beliefs(stage.steps) as f64
}

/// Continues a path from the count at its last stage.
fn forecast(path: &mut SampledPath, last: &LogStage, count: u64, ahead: ForecastSpan, rng: &mut ChaCha8Rng) {
    let learner = path.learner;
    let (mut share, mut elapsed, mut steps) = (share(&learner, last, count), last.elapsed, last.steps);
    for _ in 0..ahead.horizon {
        let next = learner.at(share, learner.slip_at(elapsed), steps).next;
        elapsed += 1.0;
        steps = (steps + ahead.growth).max(1.0);
        let beliefs = learner.beliefs(steps);
        share = draw_binomial(beliefs, next, rng) as f64 / beliefs as f64;
        let there = learner.at(share, learner.slip_at(elapsed), steps);
        let mean = there.error;
        path.kept_wrong.push(there.kept_wrong);
        let set = ProblemSet::of(&learner, ahead.evaluated);
        let (here, error) = set_rate(set, &learner, mean, (0, 0), rng);
        path.course.error.push(error);
        let wrong = draw_binomial(set.trials(), here, rng);
        path.course.measured.push(set.measured(wrong, rng));
    }
}

/// Error rates of one generation on the problems of the log, and on all problems: around their mean, given the number of wrong
/// trials and of all.
pub(super) fn set_rate(
    set: ProblemSet,
    learner: &LoopModel,
    mean: f64,
    (wrong, trials): (u64, u64),
    rng: &mut ChaCha8Rng,
) -> (f64, f64) {
    let here = rate(set.error(mean), learner.dispersion, wrong, trials, rng);
    (here, set.everywhere(here, mean))
}

/// Error rate of one generation around its mean, given its evaluation if there was one.
pub(super) fn rate(mean: f64, dispersion: f64, wrong: u64, evaluated: u64, rng: &mut ChaCha8Rng) -> f64 {
    let mean = mean.clamp(1e-9, 1.0 - 1e-9);
    let size = 1.0 / dispersion - 1.0;
    let (a, b) = (mean * size + wrong as f64, (1.0 - mean) * size + (evaluated - wrong) as f64);
    Beta::new(a, b).map_or(mean, |beta| beta.sample(rng))
}

pub(super) fn draw_binomial(n: u64, p: f64, rng: &mut ChaCha8Rng) -> u64 {
    Binomial::new(n, p.clamp(0.0, 1.0)).map_or(0, |binomial| binomial.sample(rng))
}

/// Counts of every stage given the whole log: the last from its filtered law, each earlier one given its successor.
fn backward(learner: &LoopModel, stages: &[LogStage], forward: &ForwardFilter, rng: &mut ChaCha8Rng) -> Vec<u64> {
    let mut counts: Vec<u64> = Vec::with_capacity(stages.len());
    // Beliefs of the generation after the one in hand.
    let mut trials = 0;
    for (stage, law) in stages.iter().zip(&forward.filtered).rev() {
        let weights: Vec<f64> = match counts.last() {
            None => law.weights.clone(),
            Some(&next) => {
                let slip = learner.slip_at(stage.elapsed);
                let choices = likelihood::log_choices(trials, next);
                let came_from = |(&count, &weight): (&u64, &f64)| {
                    let q = learner.at(share(learner, stage, count), slip, stage.steps).next.clamp(1e-15, 1.0 - 1e-15);
                    let log = choices + next as f64 * q.ln() + (trials as f64 - next as f64) * (-q).ln_1p();
                    weight * log.exp()
                };
                law.counts.iter().zip(&law.weights).map(came_from).collect()
            }
        };
        counts.push(choose(law, &weights, rng.random()));
        trials = learner.beliefs(stage.steps);
    }
    counts.reverse();
    counts
}

/// The count at which the running sum of the weights passes the share `at` of their total.
fn choose(law: &FilteredRun, weights: &[f64], at: f64) -> u64 {
    let goal = at * weights.iter().sum::<f64>();
    let mut sum = 0.0;
    for (&count, weight) in law.counts.iter().zip(weights) {
        sum += weight;
        if sum > goal {
            return count;
        }
    }
    law.counts.last().copied().unwrap_or(0)
}

impl FitModel {
    /// For each generation, an error rate drawn as an evaluation would have measured it, the counts known up to the
    /// generation before, and by what became of its problems since where that is known; the first generation from its own
    /// law.
    pub fn one_ahead(&self, learner: &LoopModel, run: usize, rng: &mut ChaCha8Rng) -> Option<Vec<f64>> {
        let stages = self.stages(run);
        let forward = self.forward(learner, run)?;
        let mut out = Vec::with_capacity(stages.len());
        let mut earlier: Option<(&LogStage, &FilteredRun)> = None;
        for (stage, law) in stages.iter().zip(&forward.filtered) {
            let count = match earlier {
                None => learner.start_count(),
                Some((before, law)) => {
                    let count = choose(law, &law.weights, rng.random());
                    let next =
                        learner.at(share(learner, before, count), learner.slip_at(before.elapsed), before.steps).next;
                    draw_binomial(learner.beliefs(stage.steps), next, rng)
                }
            };
            let mean = learner.at(share(learner, stage, count), learner.slip_at(stage.elapsed), stage.steps).error;
            let set = stage.problems(learner);
            let (here, _) = set_rate(set, learner, mean, (0, 0), rng);
            let wrong = draw_binomial(set.trials(), here, rng);
            out.push(set.measured(wrong, rng));
            earlier = Some((stage, law));
        }
        Some(out)
    }
}
