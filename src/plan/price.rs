//! Prices of designs, and which designs are dominated.

use crate::analytic::ExpectedCost;
use crate::simulate::RunSummary;

use super::result::{ComparedDesign, DesignPrice, PriceBasis, RunwayMeasure};

/// Relative difference below which two numbers count as equal.
const EQUAL: f64 = 1e-9;

impl DesignPrice {
    /// From the exact sums, or else from the runs.
    pub(super) fn new(spending: &ExpectedCost, played: &[RunSummary]) -> Self {
        let runs = played.len() as f64;
        let cost = played.iter().map(|run| run.cost).sum::<f64>() / runs;
        let lasted = played.iter().map(|run| run.lasted as f64).sum::<f64>() / runs;
        let (basis, until_horizon, sustained) = match spending.until_horizon {
            Some(exact) => (PriceBasis::Exact, exact, spending.per_sustained_generation_to_horizon),
            None => (PriceBasis::Simulated, cost, (lasted > 0.0).then(|| cost / lasted)),
        };
        Self {
            unit: spending.unit.clone(),
            start: spending.start.total,
            until_failure: spending.until_failure,
            per_sustained_generation: spending.per_sustained_generation,
            until_horizon,
            per_sustained_generation_to_horizon: sustained,
            basis,
        }
    }
}

impl RunwayMeasure {
    /// The measure that every design has.
    pub(super) fn of(designs: &[ComparedDesign], notes: &mut Vec<String>) -> Self {
        let priced =
            |one: &ComparedDesign| one.cost.as_ref().is_none_or(|cost| cost.per_sustained_generation.is_some());
        let without: Vec<&str> = designs
            .iter()
            .filter(|one| one.expected_runway.is_none() || !priced(one))
            .map(|one| one.name.as_str())
            .collect();
        if without.is_empty() {
            return Self::UntilFailure;
        }
        notes.push(format!(
            "runways and prices are compared up to the horizon, because there is no exact expectation until failure for {}",
            without.join(", ")
        ));
        Self::ToHorizon
    }

    /// The runway of a design, in generations.
    #[must_use]
    pub fn runway(self, design: &ComparedDesign) -> Option<f64> {
        match self {
            Self::UntilFailure => design.expected_runway,
            Self::ToHorizon => Some(design.restricted_runway),
        }
    }

    /// The cost per sustained generation.
    #[must_use]
    pub fn price(self, price: &DesignPrice) -> Option<f64> {
        match self {
            Self::UntilFailure => price.per_sustained_generation,
            Self::ToHorizon => price.per_sustained_generation_to_horizon,
        }
    }
}

/// Warns of designs that take ground truth without paying for it: their prices look better than they are.
pub(super) fn free_truth(designs: &[ComparedDesign], notes: &mut Vec<String>) {
    let names: Vec<String> =
        designs.iter().filter(|one| one.has_free_truth()).map(|one| format!("\"{}\"", one.name)).collect();
    if !names.is_empty() {
        notes.push(format!(
            "truth is free here: {} {} `anchor`, and `cost.per_true_example` gives ground truth no price",
            names.join(", "),
            if names.len() == 1 { "takes true examples by" } else { "take true examples by" }
        ));
    }
}

/// Marks dominated designs, where prices can be compared.
pub(super) fn judge(designs: &mut [ComparedDesign], measure: RunwayMeasure, notes: &mut Vec<String>) {
    let mut units: Vec<&str> = designs.iter().filter_map(|one| Some(one.cost.as_ref()?.unit.as_str())).collect();
    units.sort_unstable();
    units.dedup();
    if units.len() > 1 {
        notes.push(format!("prices in {} cannot be compared: no design is called dominated", units.join(" and ")));
        return;
    }
    let unlike = designs.windows(2).any(|pair| pair[0].scenario.horizon != pair[1].scenario.horizon);
    if measure == RunwayMeasure::ToHorizon && unlike {
        notes.push(
            "the horizons differ: runways up to them cannot be compared, and no design is called dominated".into(),
        );
        return;
    }
    let points: Vec<Option<(f64, f64)>> =
        designs.iter().map(|one| Some((measure.runway(one)?, measure.price(one.cost.as_ref()?)?))).collect();
    for index in 0..designs.len() {
        let by = points
            .iter()
            .position(|other| matches!((points[index], other), (Some(one), Some(other)) if dominates(*other, one)));
        designs[index].dominated_by = by.map(|by| designs[by].name.clone());
    }
}

/// Whether (runway, price) `one` is at least as good as `other` in both, and better in one.
fn dominates(one: (f64, f64), other: (f64, f64)) -> bool {
    let more = |a: f64, b: f64| a > b * (1.0 + EQUAL);
    let (longer, shorter) = (more(one.0, other.0), more(other.0, one.0));
    let (dearer, cheaper) = (more(one.1, other.1), more(other.1, one.1));
    !shorter && !dearer && (longer || cheaper)
}

#[cfg(test)]
mod tests {
    use super::dominates;

    #[test]
    fn dominance_is_strict_in_one_and_weak_in_the_other() {
        assert!(dominates((10.0, 1.0), (9.0, 1.0)));
        assert!(dominates((10.0, 1.0), (10.0, 1.1)));
        assert!(!dominates((10.0, 1.0), (10.0, 1.0)));
        assert!(!dominates((10.0, 1.0), (11.0, 2.0)));
        assert!(!dominates((10.0, 1.0), (9.0, 0.5)));
    }
}
