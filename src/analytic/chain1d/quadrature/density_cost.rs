//! What large loops cost until they fail.

use crate::analytic::cost::SurvivingLaw;
use crate::analytic::error::SolveError;
use crate::cost::Pricing;
use crate::law::Composition;
use crate::scenario::Scenario;

use super::density_propagation::DensityPropagation;

/// The loop that has not failed yet, with its price.
pub struct DensityCost<'a> {
    scenario: &'a Scenario,
    run: DensityPropagation<'a>,
    pricing: Pricing<'a>,
    /// Cost given survival, and hazard, of the generation before.
    before: (f64, f64),
}

/// Generation 0 of a loop, for its costs.
///
/// # Errors
/// As [`DensityPropagation::new`].
pub fn lasting<'a>(scenario: &'a Scenario, pricing: Pricing<'a>) -> Result<DensityCost<'a>, SolveError> {
    let mut run = DensityPropagation::new(scenario)?;
    run.leave_unconditional();
    Ok(DensityCost { scenario, run, pricing, before: (f64::NAN, f64::NAN) })
}

impl SurvivingLaw for DensityCost<'_> {
    fn survival(&self) -> f64 {
        self.run.survival()
    }

    fn cost(&mut self) -> f64 {
        self.run.expected(|wrong| self.pricing.total(Composition { unsound: 0.0, wrong }))
    }

    /// By how much the price and the hazard have moved, relatively.
    fn advance(&mut self) -> Result<f64, SolveError> {
        let settled = self.run.settled();
        self.run.advance()?;
        if !settled && let Some(pricing) = Pricing::new(self.scenario, self.run.generation()) {
            self.pricing = pricing;
        }
        let now = (self.cost() / self.survival(), self.run.hazard());
        let moved = |now: f64, before: f64| if now == before { 0.0 } else { (now / before - 1.0).abs() };
        let change = moved(now.0, self.before.0).max(moved(now.1, self.before.1));
        self.before = now;
        Ok(if change.is_nan() { f64::INFINITY } else { change })
    }

    fn settled(&self) -> bool {
        self.run.settled()
    }

    fn states(&self) -> usize {
        // A generation costs some thousand visits per interval.
        1000 * self.run.intervals()
    }
}
