//! Designs on a loop that was fitted to a log: what the log leaves open, carried through to every answer.
//!
//! Under each draw of the fit every design is played with common random numbers. An interval is over draws, of means over the
//! chance of the runs.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::analytic::reproduction::reproduction_number;
use crate::fit::CredibleInterval;
use crate::law::Law;
use crate::scenario::{Design, DrawnDesigns, FittedDesigns, PosteriorDraw, ScenarioError};
use crate::simulate::RunSummary;

use super::{ComparisonSettings, PlanError, check_names, play};

/// Runs of each design under one draw: the mean of min(T, horizon) comes within a tenth of the spread of the runs.
pub const RUNS: u64 = 100;

/// What the draws of a fit say of designs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DesignPosterior {
    /// Draws of the fit.
    pub draws: usize,
    /// Runs of each design under each draw.
    pub runs: u64,
    /// Their seed.
    pub seed: u64,
    /// The design that gains refer to.
    pub baseline: String,
    /// Generations from the last of the log up to which runways are counted: the shortest horizon of the designs.
    pub horizon: u64,
    /// Share of the draws whose error rates the file's `systematic_share` and `consistency` cannot have; the nearest that
    /// can was taken.
    pub strained: f64,
    /// The designs, in the order given.
    pub designs: Vec<UnderDraws>,
}

/// One design under the draws of a fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct UnderDraws {
    /// Its name.
    pub name: String,
    /// R at the last generation of the log, over the draws that have one.
    pub reproduction_number: Option<CredibleInterval>,
    /// `E[min(T, horizon)]`, in generations after the last of the log.
    pub restricted_runway: CredibleInterval,
    /// Probability of failing within the horizon, over draws and chance.
    pub failed_by_horizon: f64,
    /// Expected error rate at the horizon, failed or not.
    pub last_error: CredibleInterval,
    /// Restricted runway less the baseline's, in generations; absent for the baseline.
    pub gain: Option<CredibleInterval>,
    /// Probability that the gain is above 0; absent for the baseline.
    pub gains: Option<f64>,
}

/// Why draws cannot be played.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum PosteriorError {
    /// A draw that makes no loop.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// Designs that cannot be compared or played.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

/// One design under one draw.
#[derive(Debug, Clone, Copy)]
struct DrawOutcome {
    reproduction_number: Option<f64>,
    runway: f64,
    failed: f64,
    last_error: f64,
}

/// Plays every design of the files under every draw. `progress` is called for finished draws.
///
/// # Errors
/// [`PosteriorError`] where a draw breaks a rule of scenario files, names clash, or a design cannot be played.
pub fn posterior(
    files: &[FittedDesigns],
    seed: u64,
    baseline: Option<&str>,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<DesignPosterior, PosteriorError> {
    let plugged = drawn(files, PosteriorDraw::Medians)?;
    let designs = || plugged.iter().flat_map(|file| &file.designs);
    let base = check_names(designs(), baseline)?;
    let draws = files.iter().map(FittedDesigns::draws).min().unwrap_or(0);
    let played: Vec<(Vec<DrawOutcome>, bool)> = (0..draws)
        .into_par_iter()
        .map(|draw| {
            let files = drawn(files, PosteriorDraw::Number(draw))?;
            let strained = files.iter().any(|file| file.strained);
            let own = seed.wrapping_add(draw as u64);
            let outcomes = files.iter().flat_map(|file| &file.designs).map(|design| outcome(design, own));
            let outcomes = outcomes.collect::<Result<Vec<_>, PlanError>>()?;
            progress(1);
            Ok((outcomes, strained))
        })
        .collect::<Result<_, PosteriorError>>()?;
    let strained = played.iter().filter(|(_, strained)| *strained).count() as f64 / draws.max(1) as f64;
    let names: Vec<String> = designs().map(|design| design.name.clone()).collect();
    let all = |index: usize| played.iter().filter_map(move |(outcomes, _)| outcomes.get(index));
    let under = |(index, name): (usize, &String)| UnderDraws::of(name, all(index), all(base), index == base);
    Ok(DesignPosterior {
        draws,
        runs: RUNS,
        seed,
        baseline: names.get(base).cloned().unwrap_or_default(),
        horizon: designs().map(|design| design.scenario.horizon.get()).min().unwrap_or(0),
        strained,
        designs: names.iter().enumerate().map(under).collect(),
    })
}

/// Every file under one draw.
fn drawn(files: &[FittedDesigns], draw: PosteriorDraw) -> Result<Vec<DrawnDesigns>, ScenarioError> {
    files.iter().map(|file| file.of(draw)).collect()
}

fn outcome(design: &Design, seed: u64) -> Result<DrawOutcome, PlanError> {
    let (tally, played) = play(design, ComparisonSettings { replicates: RUNS, seed }, &|_| ())?;
    let mean = |part: &dyn Fn(&RunSummary) -> f64| played.iter().map(part).sum::<f64>() / played.len().max(1) as f64;
    Ok(DrawOutcome {
        reproduction_number: reproduction_number(&Law::new(&design.scenario, 0)).ok(),
        runway: mean(&|run| run.lasted as f64),
        failed: 1.0 - tally.survival.last().copied().unwrap_or(1.0),
        last_error: mean(&|run| run.last_error),
    })
}

impl UnderDraws {
    fn of<'a>(
        name: &str,
        own: impl Iterator<Item = &'a DrawOutcome> + Clone,
        base: impl Iterator<Item = &'a DrawOutcome>,
        is_base: bool,
    ) -> Self {
        let gains: Vec<f64> = own.clone().zip(base).map(|(one, base)| one.runway - base.runway).collect();
        let above = gains.iter().filter(|gain| **gain > 0.0).count() as f64 / gains.len().max(1) as f64;
        let numbers: Vec<f64> = own.clone().filter_map(|one| one.reproduction_number).collect();
        Self {
            name: name.to_owned(),
            reproduction_number: (!numbers.is_empty()).then(|| CredibleInterval::of(numbers)),
            restricted_runway: CredibleInterval::of(own.clone().map(|one| one.runway)),
            failed_by_horizon: own.clone().map(|one| one.failed).sum::<f64>() / gains.len().max(1) as f64,
            last_error: CredibleInterval::of(own.map(|one| one.last_error)),
            gain: (!is_base).then(|| CredibleInterval::of(gains)),
            gains: (!is_base).then_some(above),
        }
    }
}
