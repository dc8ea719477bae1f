//! The price of a generation over the plane's states, for the sum over the loops that have lasted.

use crate::analytic::cost::SurvivingLaw;
use crate::analytic::error::SolveError;
use crate::cost::Pricing;
use crate::law::Composition;
use crate::scenario::Scenario;

use super::grid_propagation::GridPropagation;
use super::limits::Chain2dRefusal;
use super::solve::grid_of;

/// The loops that have lasted, with the price of each state.
pub struct Priced<'a> {
    scenario: &'a Scenario,
    walk: GridPropagation<'a>,
    prices: Vec<f64>,
}

/// Starts at generation 0.
///
/// # Errors
/// [`Chain2dRefusal`] where the loop is beyond the reach of the method.
pub fn lasting(scenario: &Scenario) -> Result<Priced<'_>, Chain2dRefusal> {
    let walk = GridPropagation::new(scenario, grid_of(scenario)?);
    let prices = prices(scenario, &walk);
    Ok(Priced { scenario, walk, prices })
}

/// Cost of the walk's generation at each state; 0 at failed states, which are never paid for.
fn prices(scenario: &Scenario, walk: &GridPropagation<'_>) -> Vec<f64> {
    let Some(pricing) = Pricing::new(scenario, walk.generation) else { return vec![0.0; walk.grid.len()] };
    let n = walk.grid.examples as f64;
    let price = |((unsound, wrong), fails): ((usize, usize), &bool)| {
        if *fails { 0.0 } else { pricing.total(Composition { unsound: unsound as f64 / n, wrong: wrong as f64 / n }) }
    };
    walk.grid.counts().zip(&walk.field.failing).map(price).collect()
}

impl SurvivingLaw for Priced<'_> {
    fn survival(&self) -> f64 {
        self.walk.survival
    }

    fn cost(&mut self) -> f64 {
        self.walk.survival * self.walk.surviving.iter().zip(&self.prices).map(|(mass, price)| mass * price).sum::<f64>()
    }

    fn advance(&mut self) -> Result<f64, SolveError> {
        let settled = self.walk.settled();
        self.walk.advance(false);
        if !settled {
            self.prices = prices(self.scenario, &self.walk);
        }
        Ok(2.0 * self.walk.change)
    }

    fn settled(&self) -> bool {
        self.walk.settled()
    }

    fn states(&self) -> usize {
        // A generation of the plane costs far more than one visit of each state.
        100 * self.prices.len()
    }
}
