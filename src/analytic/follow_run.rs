//! A run of a given length, followed generation by generation by the exact method that suits the loop.

use crate::cost::Pricing;
use crate::law::Composition;
use crate::scenario::Scenario;

use super::chain1d::quadrature::DensityPropagation;
use super::chain1d::{self, count_propagation::CountPropagation};
use super::chain2d;
use super::error::SolveError;
use super::method::{self, ExactMethod};
use super::priced_run::{IsEnough, PricedRun};

impl PricedRun {
    /// Follows a priced loop up to its horizon, or until `enough` says that no more is needed.
    ///
    /// # Errors
    /// [`SolveError`] where no exact method reaches the loop, and [`SolveError::Unpriced`] without `[cost]`.
    pub fn follow(scenario: &Scenario, enough: IsEnough<'_>) -> Result<Self, SolveError> {
        let pricing = Pricing::new(scenario, 0).ok_or(SolveError::Unpriced)?;
        match method::choose(scenario)? {
            ExactMethod::PairsOfCounts => Ok(chain2d::priced_run(scenario, enough)?),
            ExactMethod::Counts => Ok(Self::by_counts(scenario, pricing, enough)),
            ExactMethod::Quadrature { or_counts } => match Self::by_quadrature(scenario, pricing.clone(), enough) {
                Err(_) if or_counts => Ok(Self::by_counts(scenario, pricing, enough)),
                found => found,
            },
        }
    }

    fn by_counts(scenario: &Scenario, pricing: Pricing<'_>, enough: IsEnough<'_>) -> Self {
        let mut propagation = CountPropagation::new(scenario);
        propagation.leave_unconditional();
        let mut costs = chain1d::CountCost::new(scenario, pricing);
        let mut run = Self::default();
        run.add(propagation.failed(), propagation.truncated(), 0.0);
        while propagation.generation() < scenario.horizon.get() && !enough(&run) {
            costs.observe(&propagation);
            propagation.advance();
            run.add(propagation.failed(), propagation.truncated(), costs.spent());
        }
        run
    }

    fn by_quadrature<'a>(
        scenario: &'a Scenario,
        mut pricing: Pricing<'a>,
        enough: IsEnough<'_>,
    ) -> Result<Self, SolveError> {
        let mut propagation = DensityPropagation::new(scenario)?;
        propagation.leave_unconditional();
        let (mut run, mut spent) = (Self::default(), 0.0);
        run.add(propagation.failed(), propagation.error(), 0.0);
        while propagation.generation() < scenario.horizon.get() && !enough(&run) {
            spent += propagation.expected(|wrong| pricing.total(Composition { unsound: 0.0, wrong }));
            let settled = propagation.settled();
            propagation.advance()?;
            if !settled {
                pricing = Pricing::new(scenario, propagation.generation()).ok_or(SolveError::Unpriced)?;
            }
            run.add(propagation.failed(), propagation.error(), spent);
        }
        Ok(run)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytic::solve;
    use crate::scenario::Origin;
    use approx::assert_relative_eq;

    /// The full solution has the same numbers, by each of the three methods.
    #[test]
    fn agrees_with_the_solution() {
        let priced = "\n[[filter]]\nkind = \"catch\"\nrandom = 0.5\nper_check = 3\n[cost]\nper_step = 1\nper_training_example = 2";
        for text in [
            "examples = 60\nhorizon = 12\n[errors]\namplification = 20",
            "examples = 60\nhorizon = 12\n[errors]\namplification = 20\nstep_error_gain = 0.1",
            "examples = 5000\nhorizon = 12\n[errors]\namplification = 20",
            "examples = 20\nhorizon = 12\n[errors]\namplification = 20\nrecovery = 0.1",
            "examples = 60\nhorizon = 12\n[errors]\namplification = 20\n[start]\nwrong = 0.6",
        ] {
            let scenario = Scenario::parse(&format!("name = \"t\"\n{text}{priced}"), Origin::Text, &[]).unwrap();
            let (run, solution) = (PricedRun::follow(&scenario, &|_| false).unwrap(), solve(&scenario));
            let (failed, cost) = (solution.curves.unwrap().failed, solution.cost.unwrap().expected.unwrap());
            let mut spent = 0.0;
            assert_eq!(run.failed.len(), 13);
            for g in 0..=12 {
                assert_relative_eq!(run.failed[g], failed[g], max_relative = 1e-9, epsilon = 1e-300);
                assert_relative_eq!(run.cost[g], spent, max_relative = 1e-9);
                spent += cost[g];
            }
        }
    }

    #[test]
    fn stops_when_it_is_enough() {
        let text = "name = \"t\"\nexamples = 60\n[cost]\nper_step = 1";
        let scenario = Scenario::parse(text, Origin::Text, &[]).unwrap();
        let run = PricedRun::follow(&scenario, &|run| run.cost.len() > 3).unwrap();
        assert_eq!((run.failed.len(), run.cost.len()), (4, 4));
        let unpriced = Scenario::parse("name = \"t\"", Origin::Text, &[]).unwrap();
        assert_eq!(PricedRun::follow(&unpriced, &|_| false), Err(SolveError::Unpriced));
    }
}
