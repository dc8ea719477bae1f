//! Simulation-based calibration of the whole fit (Talts et al. 2018).
//!
//! Draw a loop from the prior, play its log, fit the log: the true value's rank among posterior draws is uniform if prior,
//! likelihood, sampler and forecast belong together. A wrong likelihood or a sampler that is stuck shows here.
//!
//! The long test (`ranks_of_true_parameters_are_uniform`) plays 100 loops of each of six designs, seed 77, and samples 320
//! sweeps. χ² has 9 degrees of freedom; none of 90 quantities may exceed 37. It printed:
//!
//! | loops | quantities | largest χ² | 50 % hold, mean | 90 % hold, mean |
//! |---|---|---|---|---|
//! | trained anew, with checks | 18 | 15.4 (`pass_random`) | .509 | .897 |
//! | trained anew, without checks | 13 | 18.4 (`reversion`) | .505 | .895 |
//! | trained anew, errors alone | 12 | 19.4 (`step_error_gain`) | .512 | .888 |
//! | trained anew, the same problems | 15 | 23.8 (`dispersion`) | .517 | .910 |
//! | fine-tuned, without checks | 14 | 18.6 (`dispersion`) | .523 | .893 |
//! | fine-tuned, with checks | 18 | 15.6 (`examples`) | .497 | .907 |
//!
//! With the 160 sweeps of [`SamplerConfig::BRISK`] and 400 loops each of the first two, the largest χ² were 37.1 (`yield_dispersion`)
//! and 22.6 (`dispersion`).
//!
//! These few sweeps of many parameters leave intervals of checked loops a little too narrow (on average .49 and .89), those
//! of what matters least to a forecast most; the measured error ahead lies in its intervals .50 and .91 of the time. The
//! test itself samples twice as long. An answer (`fit`) samples seven times as much as a case of a back-test and says where
//! R̂ has not settled.
//!
//! [`SamplerConfig::BRISK`]: super::SamplerConfig::BRISK

use rand::rngs::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::evaluation::ProblemSet;
use super::learner::{LoopModel, Prediction};
use super::log::{LogRow, LogRun};
use super::model::{self, ForecastSpan, SampledPath};
use super::prepare;
use super::prior::PriorSet;
use super::sampler;
use super::{FitError, FitOptions, LoopChecks, TrainingMode, UNWATCHED};
use crate::scenario::FitParameter;

/// Stream numbers of the replicates' own draws; fits take theirs from the replicate's seed.
const TRUTH_STREAM: u64 = 4 << 32;

/// The design whose logs are played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalibrationDesign {
    /// Generations in a log.
    pub generations: u64,
    /// Steps of a solution.
    pub steps: u64,
    /// Test problems of each evaluation.
    pub evaluated: u64,
    /// Problems attempted for the next training set, all kept ones audited; 0 for a log with errors alone.
    pub attempted: u64,
    /// Whether the kept are checked; if not, all attempted are kept.
    pub checked: bool,
    /// Whether every generation answers the same problems.
    pub same_problems: bool,
}

/// Ranks of one quantity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ParameterRanks {
    /// Parameter key, `reproduction_number`, or `error_ahead`: the measured error at the horizon.
    pub quantity: String,
    /// Rank of the truth among [`RANKED`] posterior draws, for each replicate.
    pub ranks: Vec<usize>,
}

/// Posterior draws among which the truth is ranked.
pub const RANKED: usize = 99;

impl ParameterRanks {
    /// Share of truths inside the central interval of this probability.
    #[must_use]
    pub fn coverage(&self, probability: f64) -> f64 {
        let tail = 0.5 * (1.0 - probability) * (RANKED + 1) as f64;
        let inside = |rank: &&usize| (**rank as f64 + 0.5) > tail && (**rank as f64 + 0.5) < (RANKED + 1) as f64 - tail;
        self.ranks.iter().filter(inside).count() as f64 / self.ranks.len().max(1) as f64
    }

    /// χ² of the ranks in `bins` equal bins against uniform, with `bins` − 1 degrees of freedom.
    #[must_use]
    pub fn chi_square(&self, bins: usize) -> f64 {
        let expected = self.ranks.len() as f64 / bins as f64;
        (0..bins)
            .map(|bin| {
                let count = self.ranks.iter().filter(|rank| **rank * bins / (RANKED + 1) == bin).count();
                (count as f64 - expected).powi(2) / expected
            })
            .sum()
    }
}

/// Plays and fits `replicates` loops drawn from the priors.
///
/// # Errors
/// [`FitError`] for options out of range.
pub fn calibrate(
    design: CalibrationDesign,
    replicates: u64,
    options: &FitOptions,
) -> Result<Vec<ParameterRanks>, FitError> {
    let all: Vec<Vec<(String, usize)>> = (0..replicates)
        .into_par_iter()
        .map(|replicate| ranks_of_one(design, replicate, options))
        .collect::<Result<_, FitError>>()?;
    let mut out: Vec<ParameterRanks> = Vec::new();
    for (quantity, rank) in all.into_iter().flatten() {
        // A log that does not speak of a parameter holds it, and gives it no rank.
        match out.iter_mut().find(|ranks| ranks.quantity == quantity) {
            Some(ranks) => ranks.ranks.push(rank),
            None => out.push(ParameterRanks { quantity, ranks: vec![rank] }),
        }
    }
    Ok(out)
}

fn ranks_of_one(
    design: CalibrationDesign,
    replicate: u64,
    options: &FitOptions,
) -> Result<Vec<(String, usize)>, FitError> {
    let checks = if design.checked { LoopChecks::Some } else { LoopChecks::None };
    let training = options.training.unwrap_or(TrainingMode::Anew);
    let mut priors = PriorSet::new(checks, training);
    if design.same_problems {
        priors.share_problems(None);
    }
    for (key, written) in &options.priors {
        priors.replace(key, *written)?;
    }
    if design.checked {
        // A log that counts unanimous votes among the kept says that nothing else rejects.
        priors.hold(FitParameter::PassRight);
    }
    let mut rng = sampler::stream(options.seed, TRUTH_STREAM + replicate);
    let truth = sampler::prior_draw(&priors, &mut rng);
    let learner = LoopModel::new(&priors, &truth, design.steps as f64, options.unit);
    let (run, ahead) = play(&learner, design, options.horizon, &mut rng);
    let fit = FitOptions {
        seed: options.seed.wrapping_add(1 + replicate),
        checks: Some(checks),
        training: Some(training),
        run: 0,
        ..options.clone()
    };
    let prepared = prepare::prepare(std::slice::from_ref(&run), design.same_problems, &fit)?;
    let sample = prepare::posterior(&prepared.model, &fit, UNWATCHED)?;
    let draws = sample.thinned(RANKED);
    let mut ranks: Vec<(String, usize)> = prepared
        .model
        .priors
        .free()
        .into_iter()
        .filter_map(|k| Some((k, FitParameter::ALL.get(k)?)))
        .map(|(k, parameter)| (parameter.key().to_owned(), rank(draws.iter().map(|draw| draw[k]), truth[k])))
        .collect();
    let number = |learner: &LoopModel| learner.reproduction_number(learner.slip, design.steps as f64);
    let numbers = draws.iter().map(|draw| number(&prepared.model.learner(draw)));
    ranks.push(("reproduction_number".to_owned(), rank(numbers, number(&learner))));
    let look = ForecastSpan::of(&run.rows, prepared.model.stages(0), options);
    let paths = prepare::paths(&prepared.model, &draws, &fit, look);
    let last = |path: &SampledPath| path.course.measured.last().copied().unwrap_or(f64::NAN);
    ranks.push(("error_ahead".to_owned(), rank(paths.iter().map(last), ahead)));
    Ok(ranks)
}

/// Plays a log of the design, and the error rate measured `horizon` generations after it.
fn play(learner: &LoopModel, design: CalibrationDesign, horizon: u64, rng: &mut ChaCha8Rng) -> (LogRun, f64) {
    let steps = design.steps as f64;
    let beliefs = learner.beliefs(steps);
    let mut count = learner.start_count();
    let mut run = LogRun { name: "simulated".to_owned(), rows: Vec::new() };
    let mut ahead = f64::NAN;
    for generation in 0..design.generations + horizon {
        let moment = learner.at(count as f64 / beliefs as f64, learner.slip_at(generation as f64), steps);
        let set = ProblemSet::of(learner, design.evaluated);
        let (error, _) = model::set_rate(set, learner, moment.error, (0, 0), rng);
        let wrong = set.measured(model::draw_binomial(set.trials(), error, rng), rng);
        if generation < design.generations {
            let x = count as f64 / beliefs as f64;
            let unanimous = learner.unanimous(x, learner.slip_at(generation as f64), steps);
            run.rows.push(LogRow {
                generation,
                steps: Some(design.steps),
                evaluated: design.evaluated,
                wrong: (wrong * design.evaluated as f64).round() as u64,
                ..training(learner, design, &moment, unanimous, rng)
            });
        }
        ahead = wrong;
        count = model::draw_binomial(beliefs, moment.next, rng);
    }
    (run, ahead)
}

/// What a generation's training set is made of; it is empty where nothing is kept.
fn training(
    learner: &LoopModel,
    design: CalibrationDesign,
    moment: &Prediction,
    unanimous: f64,
    rng: &mut ChaCha8Rng,
) -> LogRow {
    if design.attempted == 0 {
        return LogRow::default();
    }
    let mut draw = |mean: f64, dispersion: f64, of: u64| {
        let share = model::rate(mean, dispersion, 0, 0, rng);
        model::draw_binomial(of, share, rng)
    };
    let kept = if design.checked {
        draw(moment.accepted, learner.yield_dispersion, design.attempted)
    } else {
        design.attempted
    };
    let kept_wrong = draw(moment.kept_wrong, learner.audit_dispersion, kept);
    let unanimous = design.checked.then(|| draw(unanimous, learner.yield_dispersion, kept));
    LogRow {
        generated: Some(design.attempted),
        kept: Some(kept),
        kept_wrong: Some(kept_wrong),
        unanimous,
        ..LogRow::default()
    }
}

/// How many draws lie below the truth; ties are shared out by position, half of them below.
fn rank(draws: impl Iterator<Item = f64>, truth: f64) -> usize {
    let (below, ties) = draws
        .fold((0, 0), |(below, ties), draw| (below + usize::from(draw < truth), ties + usize::from(draw == truth)));
    below + ties / 2
}
