//! The price of a generation of a large loop.

use crate::analytic::cost_sum::{CostSum, PricedGeneration};
use crate::analytic::error::SolveError;
use crate::cost::Pricing;
use crate::law::Composition;
use crate::scenario::Scenario;

use super::density_propagation::DensityPropagation;

/// The loop that has not failed yet, with its price.
struct DensityCost<'a> {
    scenario: &'a Scenario,
    propagation: DensityPropagation<'a>,
    pricing: Pricing<'a>,
    /// Cost given survival, and hazard, of the generation before.
    before: (f64, f64),
}

/// The costs to the horizon and, if `beyond` is asked for, until they are known.
///
/// # Errors
/// As [`DensityPropagation::new`], and where the law cannot be followed to the horizon.
pub fn cost_sum<'a>(scenario: &'a Scenario, pricing: Pricing<'a>, beyond: bool) -> Result<CostSum, SolveError> {
    let mut propagation = DensityPropagation::new(scenario)?;
    propagation.leave_unconditional();
    let mut cost = DensityCost { scenario, propagation, pricing, before: (f64::NAN, f64::NAN) };
    let mut sum = CostSum::new(scenario.horizon.get());
    sum.add(cost.generation(f64::INFINITY));
    sum.follow(beyond, || cost.next())?;
    Ok(sum)
}

impl DensityCost<'_> {
    fn generation(&self, moved: f64) -> PricedGeneration {
        PricedGeneration {
            cost: self.propagation.expected(|wrong| self.pricing.total(Composition { unsound: 0.0, wrong })),
            survival: self.propagation.survival(),
            moved,
            settled: self.propagation.settled(),
            // A generation costs some thousand visits per interval.
            states: 1000 * self.propagation.intervals(),
        }
    }

    /// One generation on; it has moved by how much the price and the hazard have, relatively.
    fn next(&mut self) -> Result<PricedGeneration, SolveError> {
        let settled = self.propagation.settled();
        self.propagation.advance()?;
        if !settled && let Some(pricing) = Pricing::new(self.scenario, self.propagation.generation()) {
            self.pricing = pricing;
        }
        let generation = self.generation(f64::INFINITY);
        let now = (generation.cost / generation.survival, self.propagation.hazard());
        let moved = |now: f64, before: f64| if now == before { 0.0 } else { (now / before - 1.0).abs() };
        let change = moved(now.0, self.before.0).max(moved(now.1, self.before.1));
        self.before = now;
        Ok(PricedGeneration { moved: if change.is_nan() { f64::INFINITY } else { change }, ..generation })
    }
}
