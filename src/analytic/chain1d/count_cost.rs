//! The price of a generation, count by count.

use crate::analytic::cost_sum::{CostSum, PricedGeneration};
use crate::cost::Pricing;
use crate::law::Composition;
use crate::scenario::Scenario;

use super::count_propagation::{CountMass, CountPropagation};

/// The costs of a propagation, which is observed at every generation.
pub struct CountCost<'a> {
    scenario: &'a Scenario,
    pricing: Pricing<'a>,
    /// Price at each count, as far as it was asked for.
    prices: Vec<Option<f64>>,
    /// The law given survival of the generation before, and whether the law of one generation stayed from there on.
    before: Option<(CountMass, bool)>,
    sum: CostSum,
}

impl<'a> CountCost<'a> {
    /// With the prices of generation 0, which is still to be observed.
    pub fn new(scenario: &'a Scenario, pricing: Pricing<'a>) -> Self {
        Self { scenario, pricing, prices: Vec::new(), before: None, sum: CostSum::new(scenario.horizon.get()) }
    }

    /// Adds the present generation.
    pub fn observe(&mut self, propagation: &CountPropagation<'_>) {
        if self.sum.wants(true) {
            let generation = self.generation(propagation);
            self.sum.add(generation);
        }
    }

    /// Expected cost of the generations observed.
    pub const fn spent(&self) -> f64 {
        self.sum.so_far.0
    }

    fn generation(&mut self, propagation: &CountPropagation<'_>) -> PricedGeneration {
        let (states, surviving) = (propagation.chain().states.len(), propagation.surviving());
        let settled = self.before.as_ref().is_some_and(|(_, settled)| *settled);
        if !settled && let Some(pricing) = Pricing::new(self.scenario, propagation.generation()) {
            self.pricing = pricing;
            self.prices = vec![None; states];
        }
        let moved = self.before.as_ref().map_or(f64::INFINITY, |(before, _)| before.distance(surviving));
        self.before = Some((surviving.clone(), propagation.settled()));
        let pool = (states - 1) as f64;
        let mut cost = 0.0;
        for (count, mass) in surviving.iter().filter(|(_, mass)| *mass > 0.0) {
            let price = || self.pricing.total(Composition { unsound: 0.0, wrong: count as f64 / pool });
            cost += mass * *self.prices[count].get_or_insert_with(price);
        }
        PricedGeneration { cost, survival: surviving.total(), moved, settled: propagation.settled(), states }
    }

    /// Goes on with the same propagation to the horizon and, if `beyond` is asked for, until the costs are known.
    pub fn finish(mut self, propagation: &mut CountPropagation<'_>, beyond: bool) -> CostSum {
        while self.sum.wants(beyond) {
            propagation.advance();
            self.observe(propagation);
        }
        self.sum
    }
}

/// The costs alone.
pub fn cost_sum<'a>(scenario: &'a Scenario, pricing: Pricing<'a>, beyond: bool) -> CostSum {
    let mut propagation = CountPropagation::new(scenario);
    propagation.leave_unconditional();
    let mut cost = CountCost::new(scenario, pricing);
    cost.observe(&propagation);
    cost.finish(&mut propagation, beyond)
}
