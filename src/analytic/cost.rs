//! What a loop costs until it fails: the sum over the generations followed, and beyond them what is left of `E[T]` at the price of
//! the last one.

use crate::cost::Pricing;
use crate::law::Composition;
use crate::scenario::Scenario;

use super::cost_sum::CostSum;
use super::error::{SolveError, Undefined};
use super::expected_cost::ExpectedCost;
use super::mean_field::MeanField;
use super::method::{self, ExactMethod};
use super::result::Runway;
use super::settled::settled;
use super::{chain1d, chain2d};

/// What a loop costs; `None` without prices. `summed` are the generations that its solver followed, if it priced them.
pub(super) fn of(
    scenario: &Scenario,
    runway: &Runway,
    field: &MeanField,
    summed: Option<CostSum>,
) -> Option<ExpectedCost> {
    let start = Pricing::new(scenario, 0)?;
    let unit = scenario.cost.as_ref()?.unit.clone();
    let mut cost = ExpectedCost {
        unit,
        start: start.breakdown(Composition::start(scenario)),
        mean_field: mean_field(scenario, field, &start),
        expected: None,
        until_horizon: None,
        until_failure: None,
        per_sustained_generation: None,
        per_sustained_generation_to_horizon: None,
        undefined: Undefined::new(),
    };
    if cost.mean_field.iter().any(|cost| !cost.is_finite()) {
        let reason = "infinite at generations of which nothing, or next to nothing, is accepted";
        cost.undefined.insert("mean_field".to_owned(), reason.to_owned());
    }
    if !cost.start.total.is_finite() || !cost.start.problems.is_finite() {
        let reason = "infinite: nothing, or next to nothing, is accepted at generation 0";
        cost.undefined.insert("start".to_owned(), reason.to_owned());
    }
    match sum(scenario, start, runway.mean.is_some(), summed) {
        Ok(sum) => cost.take(sum, runway),
        Err(reason) => cost.refuse(&reason.to_string()),
    }
    Some(cost)
}

/// The costs of all generations, beyond the horizon only if that is of use: `E[T]` is known. A law is followed anew where its
/// solver did not price it: quadrature follows what has failed in other panels than the price needs, with other roundings.
fn sum<'a>(
    scenario: &'a Scenario,
    start: Pricing<'a>,
    beyond: bool,
    summed: Option<CostSum>,
) -> Result<CostSum, SolveError> {
    match (method::choose(scenario)?, summed) {
        (ExactMethod::PairsOfCounts | ExactMethod::Counts, Some(summed)) => Ok(summed),
        (ExactMethod::PairsOfCounts, None) => Ok(chain2d::cost_sum(scenario, beyond)?),
        (ExactMethod::Counts, None) => Ok(chain1d::cost_sum(scenario, start, beyond)),
        (ExactMethod::Quadrature { or_counts }, summed) => {
            match chain1d::quadrature::cost_sum(scenario, start.clone(), beyond) {
                Err(_) if or_counts => Ok(summed.unwrap_or_else(|| chain1d::cost_sum(scenario, start, beyond))),
                found => found,
            }
        }
    }
}

fn mean_field(scenario: &Scenario, field: &MeanField, start: &Pricing<'_>) -> Vec<f64> {
    let same = settled(scenario, 0);
    let cost = |(g, x): (u64, &Composition)| match Pricing::new(scenario, g).filter(|_| !same) {
        Some(pricing) => pricing.total(*x),
        None => start.total(*x),
    };
    (0..).zip(&field.composition).map(cost).collect()
}

impl ExpectedCost {
    fn refuse(&mut self, reason: &str) {
        for key in ["expected", "until_horizon", "per_sustained_generation_to_horizon"] {
            self.undefined.insert(key.to_owned(), reason.to_owned());
        }
        self.refuse_beyond(reason);
    }

    /// What comes after the horizon is not known.
    fn refuse_beyond(&mut self, reason: &str) {
        for key in ["until_failure", "per_sustained_generation"] {
            self.undefined.insert(key.to_owned(), reason.to_owned());
        }
    }

    fn take(&mut self, sum: CostSum, runway: &Runway) {
        if let Some((cost, lived)) = sum.until_horizon {
            self.until_horizon = Some(cost);
            self.per_sustained_generation_to_horizon =
                self.per_generation("per_sustained_generation_to_horizon", cost, lived);
        }
        match &sum.refused {
            Some(reason) => self.refuse_beyond(&reason.to_string()),
            None => self.close(&sum, runway),
        }
        self.expected = Some(sum.expected);
    }

    /// What comes after the last generation followed: the rest of `E[T]`, each generation at the price of the last.
    fn close(&mut self, sum: &CostSum, runway: &Runway) {
        let (so_far, lived) = sum.so_far;
        let reason = match (runway.mean, sum.end) {
            (None, _) | (_, None) => "the expected runway is not available".to_owned(),
            (_, Some((last, false))) => {
                format!("survival is still {:.3e} and the law given survival has not come to rest", last.survival)
            }
            (Some(mean), Some((last, true))) => {
                let left = (mean - lived).max(0.0);
                let rest = if last.survival > 0.0 && left > 0.0 { left * (last.cost / last.survival) } else { 0.0 };
                self.until_failure = Some(so_far + rest);
                self.per_sustained_generation = self.per_generation("per_sustained_generation", so_far + rest, mean);
                return;
            }
        };
        self.refuse_beyond(&reason);
    }

    /// The price of a sustained generation; none where the loop fails at once.
    fn per_generation(&mut self, key: &str, cost: f64, lived: f64) -> Option<f64> {
        if lived > 0.0 {
            return Some(cost / lived);
        }
        self.undefined.insert(key.to_owned(), "no generation is sustained".to_owned());
        None
    }
}
