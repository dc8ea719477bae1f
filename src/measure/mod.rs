//! From samples to the keys of a scenario, each with its interval: what `fit` cannot determine from error rates alone.
//!
//! `pattern` forgets the words of the answers, `mixture` says what a generation's patterns are a mixture of, `learning` what the
//! next generation made of them, `checks` and `votes` what is kept; `estimate` does all of it for one weighing of the
//! problems, `resample` weighs them anew for intervals; `keys` and `scenario_file` say it.

mod checks;
mod estimate;
mod keys;
mod learning;
mod mixture;
mod options;
mod pattern;
mod prepare;
mod resample;
mod result;
mod scenario_file;
mod votes;

use rayon::prelude::*;

use crate::fit::AnswerSet;
use crate::scenario::legal_name;

use estimate::{FittedMixtures, SampleEstimate, estimate};
use mixture::SampleMixture;
use prepare::{PreparedGeneration, PreparedSamples, usual};
use resample::{Replicate, replicates};

use options::{LEAST_PROBLEMS, MOST_DIFFICULTIES, SYSTEMATIC_FROM};
pub use options::{MeasureError, MeasureOptions};
pub use resample::LEVEL;
pub use result::{DifficultyFit, MeasuredKey, MeasuredLoop, MeasuredNumber, MissingKey, RightCount, VoteMeasurement};

/// Measures the first generation of a set of samples, and what the second learned from it.
///
/// # Errors
/// [`MeasureError`] for too few problems and for more than two generations.
pub fn measure(set: &AnswerSet, options: &MeasureOptions) -> Result<MeasuredLoop, MeasureError> {
    if !(1..=1_000_000).contains(&options.steps) {
        return Err(MeasureError::Steps(options.steps));
    }
    legal_name(&options.name).map_err(MeasureError::Name)?;
    let samples = PreparedSamples::of(set, options)?;
    if samples.first.groups.len() < LEAST_PROBLEMS {
        return Err(MeasureError::TooFew(samples.first.groups.len()));
    }
    let (start, difficulties) = if samples.all_checked { fitted(&samples) } else { (None, Vec::new()) };
    let whole = vec![1.0; samples.problems];
    let point = estimate(&samples, &whole, start.as_ref(), &mut || (0.0, 0.0));
    let draws: Vec<SampleEstimate> = (0..replicates(samples.problems) as u64)
        .into_par_iter()
        .map(|number| {
            let mut chance = Replicate::new(options.seed, number);
            let weights = chance.weights(samples.problems);
            estimate(&samples, &weights, start.as_ref(), &mut || chance.imagined())
        })
        .collect();
    keys::told(set, &samples, &point, &draws, difficulties, options)
}

/// The mixtures of the samples as they are, and how well each number of difficulties explains the first generation.
fn fitted(samples: &PreparedSamples<'_>) -> (Option<FittedMixtures>, Vec<DifficultyFit>) {
    let systematic = samples.answers_known && samples.usual >= SYSTEMATIC_FROM;
    let (first, difficulties) = chosen(&samples.first, samples.usual, systematic);
    let later = samples.later.as_ref().map(|later| {
        let answers = usual(&later.groups);
        chosen(later, answers, systematic && answers >= SYSTEMATIC_FROM).0
    });
    (Some(FittedMixtures { first, later }), difficulties)
}

/// The mixture with the number of difficulties that the Bayesian information criterion chooses.
///
/// Counts of k right answers tell m difficulties apart for k ≥ 2m − 1 only (Teicher 1963).
fn chosen(generation: &PreparedGeneration<'_>, answers: u32, systematic: bool) -> (SampleMixture, Vec<DifficultyFit>) {
    let table = &generation.table;
    let weights = table.counts();
    let most = (answers as usize).div_ceil(2).clamp(1, MOST_DIFFICULTIES);
    let ln_problems = (table.of_problem.len() as f64).ln();
    let fit = |difficulties: usize| {
        let starts = mixture::beginnings(difficulties, &table.patterns, &weights, systematic).into_par_iter();
        let fits =
            starts.map(|start| mixture::fit(start, &table.patterns, &weights, mixture::RESTS, &mut || (0.0, 0.0)));
        let (mixture, log_likelihood) = fits.max_by(|a, b| a.1.total_cmp(&b.1))?;
        // One share less than difficulties; for each a right share and, where it is determined, a systematic one.
        let parameters = difficulties - 1 + difficulties * if systematic { 2 } else { 1 };
        Some((mixture, log_likelihood, parameters as f64 * ln_problems - 2.0 * log_likelihood))
    };
    let fits: Vec<(SampleMixture, f64, f64)> = (1..=most).filter_map(fit).collect();
    let first = fits.first().map_or(0.0, |(.., bic)| *bic);
    let compared = (1..).zip(&fits).map(|(difficulties, (_, log_likelihood, bic))| DifficultyFit {
        difficulties,
        log_likelihood: *log_likelihood,
        bic_change: bic - first,
    });
    let compared = compared.collect();
    let best = fits.into_iter().min_by(|a, b| a.2.total_cmp(&b.2)).map(|(mixture, ..)| mixture);
    // One difficulty is always fitted.
    let plain = SampleMixture { classes: Vec::new(), consistency: 1.0, wrong_answers: 1.0 };
    (best.unwrap_or(plain), compared)
}
