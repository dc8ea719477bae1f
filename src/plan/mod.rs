//! Designs side by side: each solved, played with the same luck, priced, and compared with a baseline.
//!
//! `lever` says what may be varied, `space` makes the designs of it, `evaluate` works one out, `search` goes through them by the bounds of
//! `least_price`, and `chance` asks the draws of a fit; `inference` divides the samples of a problem.

mod chance;
mod evaluate;
pub mod inference;
mod least_price;
mod lever;
mod paired;
mod planned;
mod posterior;
mod price;
mod ranking;
mod result;
mod search;
mod space;
mod written_design;

use thiserror::Error;

use crate::analytic::{self, Solution, SolvedDesign};
use crate::explain::MistakeAccount;
use crate::scenario::Design;
use crate::simulate::{self, RunSummary, Simulated, SimulationError};

pub use chance::chance;
pub use lever::{LeverOption, PlanLever, VaryError};
pub use paired::{PairedDifference, PairedDifferences};
pub use planned::{DesignPlan, PlanChance, PlanQuestion, PlannedDesign, RunLimit, SearchCount};
pub use posterior::{DesignPosterior, PosteriorError, RUNS, UnderDraws, posterior};
pub use result::{
    BaselineRatios, ComparedDesign, ComparisonSettings, DesignComparison, DesignPrice, KeptGeneration, PriceBasis,
    RunwayMeasure,
};
pub use search::{PlanRequest, PlanSpace, SearchError};
pub use written_design::differing_keys;

/// A comparison that cannot be made.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum PlanError {
    /// Nothing to compare.
    #[error("there is no design to compare")]
    NoDesign,
    /// Two designs of one name.
    #[error("two designs are called \"{name}\"; rename one of them")]
    SameName {
        /// The name.
        name: String,
    },
    /// A baseline that is none of the designs.
    #[error("no design is called \"{name}\"; the designs are {known}")]
    UnknownBaseline {
        /// The name that was asked for.
        name: String,
        /// The designs' names.
        known: String,
    },
    /// A design that cannot be played.
    #[error("design \"{name}\": {error}")]
    Simulation {
        /// The design.
        name: String,
        /// Why.
        error: SimulationError,
    },
}

/// A design with everything known about it.
struct PlayedDesign<'a> {
    design: &'a Design,
    solution: &'a Solution,
    simulated: Simulated,
    played: Vec<RunSummary>,
}

/// Solves, plays and prices every design, and compares them with `baseline` (the first one unless named).
///
/// ```
/// use runaway::plan::ComparisonSettings;
/// use runaway::scenario::{Origin, ScenarioFile};
/// use runaway::compare;
///
/// let text = r#"
/// name = "small"
/// examples = 50
/// horizon = 10
/// errors.amplification = 20
/// [[design]]
/// name = "as it is"
/// [[design]]
/// name = "a tenth of ground truth"
/// set = { "learning.anchor" = 0.1 }
/// "#;
/// let designs = ScenarioFile::parse(text, Origin::Text, &[])?.designs;
/// let comparison = compare(&designs, ComparisonSettings { replicates: 100, seed: 1 }, None)?;
/// assert_eq!(comparison.baseline, "as it is");
/// // How many times as long the anchored loop lasts.
/// assert!(comparison.designs[1].ratios.runway.is_some_and(|ratio| ratio > 1.2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`PlanError`] where names clash or are unknown, or a design cannot be played.
pub fn compare(
    designs: &[Design],
    settings: ComparisonSettings,
    baseline: Option<&str>,
) -> Result<DesignComparison, PlanError> {
    check_names(designs, baseline)?;
    let solved: Vec<SolvedDesign> = designs.iter().cloned().map(SolvedDesign::new).collect();
    compare_solved(&solved, settings, baseline, &|_| ())
}

/// Plays and prices every solved design, and compares them with `baseline` (the first one unless named). `progress` is told of
/// finished runs.
///
/// # Errors
/// [`PlanError`] where names clash or are unknown, or a design cannot be played.
pub fn compare_solved(
    designs: &[SolvedDesign],
    settings: ComparisonSettings,
    baseline: Option<&str>,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<DesignComparison, PlanError> {
    let base = check_names(designs.iter().map(|one| &one.design), baseline)?;
    let known = designs
        .iter()
        .map(|SolvedDesign { design, solution }| {
            let (simulated, played) = play(design, settings, progress)?;
            Ok(PlayedDesign { design, solution, simulated, played })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let mut compared: Vec<ComparedDesign> = known.iter().map(|one| one.compared(&known[base])).collect();
    let mut notes = Vec::new();
    let measure = RunwayMeasure::of(&compared, &mut notes);
    price::free_truth(&compared, &mut notes);
    price::judge(&mut compared, measure, &mut notes);
    let reference = compared[base].clone();
    for one in &mut compared {
        one.ratios = BaselineRatios::of(one, &reference, measure);
    }
    Ok(DesignComparison {
        baseline: reference.name,
        replicates: settings.replicates,
        seed: settings.seed,
        measure,
        designs: compared,
        notes,
    })
}

/// Plays a design; runs of equal number share their random numbers with those of any other.
fn play(
    design: &Design,
    settings: ComparisonSettings,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<(Simulated, Vec<RunSummary>), PlanError> {
    simulate::coupled(&design.scenario, settings.replicates, settings.seed, progress)
        .map_err(|error| PlanError::Simulation { name: design.name.clone(), error })
}

/// Whether designs can be compared with `baseline` (the first one unless named); its place among them.
///
/// # Errors
/// [`PlanError`] where there is no design, two have one name, or none is the baseline.
pub fn check_names<'a>(
    designs: impl IntoIterator<Item = &'a Design>,
    baseline: Option<&str>,
) -> Result<usize, PlanError> {
    let names: Vec<&str> = designs.into_iter().map(|design| design.name.as_str()).collect();
    for (index, name) in names.iter().enumerate() {
        if names[..index].contains(name) {
            return Err(PlanError::SameName { name: (*name).to_owned() });
        }
    }
    if names.is_empty() {
        return Err(PlanError::NoDesign);
    }
    let Some(baseline) = baseline else { return Ok(0) };
    names.iter().position(|name| *name == baseline).ok_or_else(|| {
        let known: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        PlanError::UnknownBaseline { name: baseline.to_owned(), known: known.join(", ") }
    })
}

impl PlayedDesign<'_> {
    fn compared(&self, base: &PlayedDesign<'_>) -> ComparedDesign {
        let PlayedDesign { design, solution, simulated, .. } = self;
        let last = |values: &[f64]| values.last().copied().unwrap_or(f64::NAN);
        let (basis, survival, error, failed, restricted) = match &solution.curves {
            Some(curves) => (
                PriceBasis::Exact,
                curves.survival.clone(),
                curves.expected_error.clone(),
                last(&curves.failed),
                solution.runway.restricted_mean.unwrap_or(simulated.runway.restricted_mean),
            ),
            None => (
                PriceBasis::Simulated,
                simulated.survival.clone(),
                simulated.mean_error.clone(),
                1.0 - last(&simulated.survival),
                simulated.runway.restricted_mean,
            ),
        };
        ComparedDesign {
            name: design.name.clone(),
            scenario: design.scenario.clone(),
            reproduction_number: solution.reproduction_number,
            regime: solution.regime,
            floor_error: solution.floor_error,
            tipping_error: solution.tipping_error,
            basis,
            failed_by_horizon: failed,
            failed_by_horizon_error: solution.error_bound.filter(|_| basis == PriceBasis::Exact),
            expected_runway: solution.runway.mean,
            restricted_runway: restricted,
            best: KeptGeneration::of(&error, simulated),
            start_yield: solution.start_yield,
            cost: solution.cost.as_ref().map(|spending| DesignPrice::new(spending, &self.played)),
            dominated_by: None,
            ratios: BaselineRatios { reproduction_number: None, runway: None, failed_by_horizon: None, cost: None },
            paired: if std::ptr::eq(self, base) { None } else { self.paired(base) },
            survival,
            error,
            account: MistakeAccount::of(&design.scenario),
            undefined: solution.undefined.clone(),
        }
    }

    fn paired(&self, base: &PlayedDesign<'_>) -> Option<PairedDifferences> {
        let same = self.design.scenario.horizon == base.design.scenario.horizon;
        same.then(|| PairedDifferences::of(&self.played, &base.played))
    }
}

impl KeptGeneration {
    fn of(error: &[f64], simulated: &Simulated) -> Self {
        let best = analytic::BestGeneration::of(error);
        let runs = simulated.replicates as f64;
        let share = |generation: u64| {
            simulated.best_generation.get(generation as usize).map_or(0.0, |&count| count as f64 / runs)
        };
        let most = simulated.best_generation.iter().copied().max().unwrap_or(0);
        // The earliest of equals.
        let likeliest = simulated.best_generation.iter().position(|&count| count == most).unwrap_or(0) as u64;
        Self {
            generation: best.generation,
            error: best.error,
            probability: share(best.generation),
            likeliest,
            likeliest_probability: share(likeliest),
        }
    }
}

impl BaselineRatios {
    fn of(one: &ComparedDesign, base: &ComparedDesign, measure: RunwayMeasure) -> Self {
        let ratio = |value: f64, base: f64| (base > 0.0 && (value / base).is_finite()).then(|| value / base);
        let price = |one: &ComparedDesign| one.cost.as_ref().and_then(|cost| measure.price(cost));
        Self {
            reproduction_number: one
                .reproduction_number
                .zip(base.reproduction_number)
                .and_then(|(one, base)| ratio(one, base)),
            runway: measure.runway(one).zip(measure.runway(base)).and_then(|(one, base)| ratio(one, base)),
            failed_by_horizon: ratio(one.failed_by_horizon, base.failed_by_horizon),
            cost: price(one).zip(price(base)).and_then(|(one, base)| ratio(one, base)),
        }
    }
}
