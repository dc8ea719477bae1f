//! Many scenarios, the three numbers that a sweep is drawn from.

use rayon::prelude::*;

use crate::law::Law;
use crate::scenario::Scenario;

use super::chain1d::node_factors::{MOST_CELLS, NodeFactors};
use super::chain1d::node_propagation::NodePropagation;
use super::chain1d::quadrature::{CountLoop, NodeChain};
use super::mean_field::reproduction;
use super::settled::settled;
use super::solve::solve;
use super::tolerances::{HAZARD_OVER_TRUNCATED, ROWS_DIED_OUT, SWEPT_TRANSITION};

/// Transient counts up to which each one is visited.
const FEW_COUNTS: u64 = 700;
/// The largest number of examples whose chain is held on nodes.
const MOST_EXAMPLES: u64 = 2_000_000;
/// Generations after which a loop that still runs is eliminated.
const PATIENCE: u64 = 400;

/// One scenario of a sweep; [`solve`] has the same numbers with bounds on their errors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SweepPoint {
    /// R; absent where it is not known.
    pub reproduction_number: Option<f64>,
    /// `E[T]`; absent where it is not known or not a number that a double can hold.
    pub mean: Option<f64>,
    /// S at the generation asked for.
    pub survival: Option<f64>,
}

/// R, `E[T]` and S(`generation`) of each scenario, in their order, on all cores.
///
/// ```
/// use runaway::Scenario;
/// use runaway::analytic::sweep;
/// use runaway::scenario::Origin;
///
/// let with = |imprint: f64| {
///     let overrides = [format!("learning.imprint={imprint}"), "examples=50".to_owned()];
///     Scenario::parse("name = \"swept\"", Origin::Text, &overrides)
/// };
/// let points = sweep(&[with(0.5)?, with(0.8)?], 20);
/// // The more is learned of wrong examples, the sooner the loop fails.
/// assert!(points[0].mean > points[1].mean);
/// # Ok::<(), runaway::scenario::ScenarioError>(())
/// ```
#[must_use]
pub fn sweep(scenarios: &[Scenario], generation: u64) -> Vec<SweepPoint> {
    scenarios.par_iter().map(|scenario| swept(scenario, generation)).collect()
}

fn swept(scenario: &Scenario, generation: u64) -> SweepPoint {
    let plain = !scenario.has_unsound()
        && settled(scenario, 0)
        && !scenario.start.draw
        && scenario.examples.get() <= MOST_EXAMPLES;
    let numbers = if plain { on_nodes(scenario, generation) } else { None };
    let (mean, survival) = numbers.map_or_else(|| by_solving(scenario, generation), |(m, s)| (Some(m), Some(s)));
    let reproduction_number = reproduction::reproduction_number(&Law::new(scenario, 0)).ok();
    SweepPoint { reproduction_number, mean: mean.filter(|mean| mean.is_finite()), survival }
}

fn by_solving(scenario: &Scenario, generation: u64) -> (Option<f64>, Option<f64>) {
    let mut scenario = scenario.clone();
    if let Ok(horizon) = crate::quantity::Count::new(generation) {
        scenario.horizon = horizon;
    }
    let solution = solve(&scenario);
    let survival = solution.curves.and_then(|curves| curves.survival.get(generation as usize).copied());
    (solution.runway.mean, survival)
}

/// `E[T]` and S(`generation`): the sum of S(g) where the loop dies out or comes to rest soon, else by elimination.
fn on_nodes(scenario: &Scenario, generation: u64) -> Option<(f64, f64)> {
    let era = scenario.stage(0);
    let start = CountLoop::start(scenario);
    if start >= era.failing {
        return Some((0.0, 0.0));
    }
    let law = |share: f64| (era.at)(share).next;
    let draws = scenario.draws();
    let chain = if era.failing <= FEW_COUNTS {
        NodeChain::counts(draws, era.failing, &law)
    } else {
        NodeChain::new(draws, era.failing, &law)
    }
    .ok()?;
    let at = chain.node(start)?;
    let rows = chain.rows(SWEPT_TRANSITION, MOST_CELLS)?;
    let mut first = vec![0.0; chain.count.len()];
    first[at] = 1.0;
    let mut propagation = NodePropagation::new(&rows, &chain.exits, first, 0.0);
    let (mut sum, mut g, mut survival) = (1.0, 0, None);
    loop {
        if g == generation {
            survival = Some(propagation.survival);
        }
        if propagation.survival < ROWS_DIED_OUT || propagation.at_rest || (g >= PATIENCE && survival.is_some()) {
            break;
        }
        propagation.advance();
        sum += propagation.survival;
        g += 1;
    }
    if propagation.survival < ROWS_DIED_OUT {
        return Some((sum, survival.unwrap_or(0.0)));
    }
    // A hazard that the rows still resolve closes the sum; a rarer one is a matter for elimination.
    let mean = if propagation.at_rest && propagation.hazard > SWEPT_TRANSITION * HAZARD_OVER_TRUNCATED {
        sum + propagation.survival * (1.0 - propagation.hazard) / propagation.hazard
    } else {
        *NodeFactors::of_nodes(&chain)?.times.get(at)?
    };
    let later = generation.saturating_sub(g) as f64;
    Some((mean, survival.unwrap_or_else(|| propagation.survival * (later * (-propagation.hazard).ln_1p()).exp())))
}
