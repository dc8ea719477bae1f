//! What a loop's fate depends on: exact derivatives, the reach of each key over its plausible range, and shares of the variance.
//!
//! `ranges` says between which values each key may lie, `reach` solves the loop at both ends of each, `next_step` with one more of
//! what comes in whole numbers, and `variance` divides the spread of the answer among the keys where all vary at once (`sobol`).
//! Derivatives are [`analytic::derivatives`](crate::analytic::derivatives()).

mod fate;
mod next_step;
mod ranges;
mod reach;
mod sobol;
mod variance;

use serde::{Deserialize, Serialize};

use crate::analytic::{LoopDerivatives, derivatives};
use crate::scenario::{Scenario, ScenarioFile};

pub use fate::{LoopFate, RunwayAbsence};
pub use next_step::NextStep;
pub use ranges::{PlausibleRange, RangeSource};
pub use reach::{KeyReach, RangeEnd};
pub use sobol::{IndexInterval, InputIndices, SobolIndices, SobolSettings, sobol_indices};
pub use variance::{VarianceShares, VaryingKey};

/// What a loop's fate depends on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Sensitivity {
    /// The loop as it is.
    pub fate: LoopFate,
    /// Each key over its plausible range, the one that moves the fate most first.
    pub reach: Vec<KeyReach>,
    /// One more of what comes in whole numbers.
    pub next_steps: Vec<NextStep>,
    /// Exact derivatives.
    pub derivatives: LoopDerivatives,
    /// How much of the spread each key brings, where that was asked for.
    pub variance: Option<VarianceShares>,
}

/// The sensitivity of the loop of a file (`scenario`: its own or one of its designs); `settings` ask for shares of the variance.
///
/// ```
/// use runaway::scenario::{Origin, ScenarioFile};
/// use runaway::sensitivity::sensitivity;
///
/// let text = "name = \"small\"\nexamples = 50\n[errors]\namplification = 20\n[ranges]\nlearning.imprint = [0.3, 0.6]";
/// let file = ScenarioFile::parse(text, Origin::Text, &[])?;
/// let found = sensitivity(&file, &file.scenario, None);
/// let imprint = found.reach.iter().find(|one| one.range.key == "learning.imprint").unwrap();
/// // The less is learned of wrong examples, the longer the loop lasts.
/// assert!(imprint.low.fate.runway > imprint.high.fate.runway);
/// # Ok::<(), runaway::scenario::ScenarioError>(())
/// ```
#[must_use]
pub fn sensitivity(file: &ScenarioFile, scenario: &Scenario, settings: Option<&SobolSettings>) -> Sensitivity {
    sensitivity_watched(file, scenario, settings, &|_| ())
}

/// As [`sensitivity`]; `watch` is told the loops of the shares of the variance, as they are solved.
#[must_use]
pub fn sensitivity_watched(
    file: &ScenarioFile,
    scenario: &Scenario,
    settings: Option<&SobolSettings>,
    watch: &dyn Fn(u64),
) -> Sensitivity {
    let ranges = ranges::plausible(file, scenario);
    let fate = fate::fates(std::slice::from_ref(scenario)).pop().unwrap_or_default();
    Sensitivity {
        reach: reach::of(scenario, &fate, &ranges),
        next_steps: next_step::of(scenario),
        derivatives: derivatives(scenario),
        variance: settings.map(|settings| variance::of(scenario, &ranges, settings, watch)),
        fate,
    }
}
