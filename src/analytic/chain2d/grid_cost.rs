//! The price of a generation over pairs of counts.

use crate::analytic::cost_sum::{CostSum, PricedGeneration};
use crate::cost::Pricing;
use crate::law::Composition;
use crate::scenario::Scenario;

use super::grid::CountGrid;
use super::grid_propagation::GridPropagation;
use super::limits::Chain2dRefusal;

/// The costs of a propagation, which is observed at every generation.
pub(super) struct GridCost {
    /// Price at each state.
    prices: Vec<f64>,
    /// Whether the law of one generation stayed from the generation before on; `None` at the beginning.
    settled: Option<bool>,
    sum: CostSum,
}

impl GridCost {
    /// No generation yet.
    pub const fn new(scenario: &Scenario) -> Self {
        Self { prices: Vec::new(), settled: None, sum: CostSum::new(scenario.horizon.get()) }
    }

    /// Adds the present generation.
    pub fn observe(&mut self, propagation: &GridPropagation) {
        if !self.sum.wants(true) {
            return;
        }
        if self.settled != Some(true) {
            self.prices = prices(propagation);
        }
        let moved = if self.settled.is_some() { 2.0 * propagation.change } else { f64::INFINITY };
        self.settled = Some(propagation.settled());
        let given = propagation.surviving.iter().zip(&self.prices).map(|(mass, price)| mass * price).sum::<f64>();
        self.sum.add(PricedGeneration {
            cost: propagation.survival * given,
            survival: propagation.survival,
            moved,
            settled: propagation.settled(),
            // A generation over pairs of counts costs far more than one visit of each state.
            states: 100 * self.prices.len(),
        });
    }

    /// Expected cost of the generations observed.
    pub const fn spent(&self) -> f64 {
        self.sum.so_far.0
    }

    /// Goes on with the same propagation to the horizon and, if `beyond` is asked for, until the costs are known.
    pub fn finish(mut self, propagation: &mut GridPropagation, beyond: bool) -> CostSum {
        while self.sum.wants(beyond) {
            propagation.advance(false);
            self.observe(propagation);
        }
        self.sum
    }
}

/// Cost of the present generation at each state; 0 at failed states, which are never paid for.
fn prices(propagation: &GridPropagation) -> Vec<f64> {
    let grid = propagation.grid;
    let Some(pricing) = Pricing::new(propagation.scenario, propagation.generation) else {
        return vec![0.0; grid.len()];
    };
    let n = grid.examples as f64;
    let price = |((unsound, wrong), fails): ((usize, usize), &bool)| {
        if *fails { 0.0 } else { pricing.total(Composition { unsound: unsound as f64 / n, wrong: wrong as f64 / n }) }
    };
    grid.counts().zip(&propagation.field.failing).map(price).collect()
}

/// The costs alone.
///
/// # Errors
/// [`Chain2dRefusal`] where the loop is beyond the reach of the method.
pub fn cost_sum(scenario: &Scenario, beyond: bool) -> Result<CostSum, Chain2dRefusal> {
    let mut propagation = GridPropagation::new(scenario, CountGrid::of(scenario)?);
    let mut cost = GridCost::new(scenario);
    cost.observe(&propagation);
    Ok(cost.finish(&mut propagation, beyond))
}
