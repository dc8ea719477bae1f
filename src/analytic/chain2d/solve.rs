//! The exact solution of loops with unsound beliefs, put together from propagation and elimination.

use crate::analytic::cost_sum::CostSum;
use crate::analytic::elimination::dense_gth::DenseElimination;
use crate::analytic::error::{SolveError, Undefined, given};
use crate::analytic::ever_fails::Fate;
use crate::analytic::priced_run::{IsEnough, PricedRun};
use crate::analytic::result::{Curves, ErrorVisits, ExactSolution, Runway};
use crate::analytic::runway_sum;
use crate::analytic::tolerances::{GRID_MEANS_STILL, GRID_STILL, MIN_HAZARD};
use crate::scenario::Scenario;

use super::grid::CountGrid;
use super::grid_cost::GridCost;
use super::grid_propagation::GridPropagation;
use super::lifetime::{self, LifetimeSums, PropagationEnding};
use super::limits::{CURVES_WORK, Chain2dRefusal, MAX_ELIMINATED};
use super::{curves, draw_errors, levels};

/// Solves the count chain of a loop exactly.
///
/// # Errors
/// [`Chain2dRefusal`] where the loop is beyond the reach of the method.
pub fn solve(scenario: &Scenario) -> Result<ExactSolution, Chain2dRefusal> {
    solve_and_price(scenario).map(|(solution, _)| solution)
}

/// The same, with the sum of costs of a scenario with prices.
pub fn solve_and_price(scenario: &Scenario) -> Result<(ExactSolution, Option<CostSum>), Chain2dRefusal> {
    let mut propagation = GridPropagation::new(scenario, CountGrid::of(scenario)?);
    let eliminated = if scenario.settles_at() == Some(0) && !scenario.start.draw {
        RunwayElimination::new(&propagation)
    } else {
        RunwayElimination::Beyond
    };
    let mut lifetime = LifetimeSums::new(&propagation, scenario.cost.as_ref().map(|_| GridCost::new(scenario)));
    let curves = curves(&mut propagation, &mut lifetime, scenario.horizon.get())?;
    let (error_bound, rounding_bound) = (propagation.truncated, propagation.rounding.relative());
    let ending = lifetime.follow(&mut propagation);

    let FoundRunway { moments, fate, error, visits, method } =
        FoundRunway::new(eliminated, &lifetime, &propagation, ending);
    let mut undefined = Undefined::new();
    let quantiles = lifetime.quantiles(&propagation, ending, fate);
    let runway = Runway {
        restricted_mean: Some(curves.survival.iter().rev().skip(1).rev().sum()),
        ..runway_sum::runway(quantiles, moments, fate, &out_of_reach(&propagation, ending).to_string(), &mut undefined)
    };
    let lasting = fate.filter(Fate::may_last).map(|fate| fate.infinite());
    let quasi_stationary = if lasting.is_some() {
        Err(SolveError::HazardVanishes)
    } else if ending == PropagationEnding::Stationary && propagation.hazard > 0.0 {
        Ok(lifetime::quasi_stationary(&propagation))
    } else {
        Err(no_stationary_law(&propagation))
    };
    let visits = match (lasting, visits) {
        (Some(infinite), _) => Err(infinite),
        (None, Some(visits)) => {
            let (error, generations) = levels::by_error(&propagation.field.error, &visits);
            Ok(ErrorVisits { error, generations })
        }
        (None, None) => Err(out_of_reach(&propagation, ending)),
    };
    let solution = ExactSolution {
        curves,
        quasi_stationary: given(quasi_stationary, "quasi_stationary", &mut undefined),
        visits: given(visits, "visits", &mut undefined),
        method,
        error_bound,
        rounding_bound,
        runway_error: error.filter(|_| runway.mean.is_some()),
        runway,
        undefined,
    };
    let cost = lifetime.cost.map(|cost| cost.finish(&mut propagation, runway.mean.is_some()));
    Ok((solution, cost))
}

/// P(T ≤ horizon) alone; `None` where the loop is beyond the reach of the method.
pub fn failed_within(scenario: &Scenario) -> Option<f64> {
    let mut propagation = GridPropagation::new(scenario, CountGrid::of(scenario).ok()?);
    while propagation.generation < scenario.horizon.get() && !propagation.extinct && propagation.work < CURVES_WORK {
        propagation.advance(false);
    }
    (propagation.work < CURVES_WORK).then_some(propagation.failed)
}

/// The run up to the horizon, or until it is `enough`.
///
/// # Errors
/// [`Chain2dRefusal`] where the loop is beyond the reach of the method.
pub fn priced_run(scenario: &Scenario, enough: IsEnough<'_>) -> Result<PricedRun, Chain2dRefusal> {
    let mut propagation = GridPropagation::new(scenario, CountGrid::of(scenario)?);
    let (horizon, mut run, mut costs) = (scenario.horizon.get(), PricedRun::default(), GridCost::new(scenario));
    run.add(propagation.failed, propagation.truncated, 0.0);
    while propagation.generation < horizon && !enough(&run) {
        if propagation.work >= CURVES_WORK {
            return Err(Chain2dRefusal::TooLong { generation: propagation.generation, horizon });
        }
        costs.observe(&propagation);
        propagation.advance(false);
        run.add(propagation.failed, propagation.truncated, costs.spent());
    }
    Ok(run)
}

/// Curves up to the horizon; propagation ends there, or where the law has become stationary.
fn curves(
    propagation: &mut GridPropagation,
    lifetime: &mut LifetimeSums,
    horizon: u64,
) -> Result<Curves, Chain2dRefusal> {
    let mut curves = curves::empty(horizon as usize + 1);
    curves::record(&mut curves, propagation);
    while propagation.generation < horizon {
        if propagation.work >= CURVES_WORK {
            return Err(Chain2dRefusal::TooLong { generation: propagation.generation, horizon });
        }
        let left = horizon - propagation.generation;
        let still = propagation.settled() && propagation.drift * left as f64 <= GRID_STILL;
        let settled = still && (propagation.extinct || lifetime.is_stationary(propagation));
        if settled && curves::are_still(&curves, left, GRID_MEANS_STILL) {
            curves::repeat(&mut curves, propagation.hazard, left as usize);
            break;
        }
        propagation.advance(true);
        lifetime.observe(propagation);
        curves::record(&mut curves, propagation);
    }
    Ok(curves)
}

/// What elimination says of a loop whose law never changes.
enum RunwayElimination {
    /// Too many states, or the law changes.
    Beyond,
    /// Failure is rarer than a double can hold.
    Rare,
    /// Moments of T, whether it is finite, and the expected generations at each state of the grid.
    Solved { moments: (f64, f64), error: f64, fate: Fate, visits: Vec<f64> },
}

impl RunwayElimination {
    fn new(propagation: &GridPropagation) -> Self {
        let (start, safe) = (propagation.start(), propagation.field.safe(propagation.grid));
        let reached = propagation.field.transient(propagation.grid, start);
        let mut visits = vec![0.0; propagation.grid.len()];
        if reached.is_empty() || safe[start] {
            let failed = f64::from(u8::from(reached.is_empty()));
            let fate = Fate { ever: failed, never: 1.0 - failed, error: 0.0 };
            return Self::Solved { moments: (0.0, 0.0), error: 0.0, fate, visits };
        }
        let states: Vec<usize> = reached.iter().copied().filter(|&state| !safe[state]).collect();
        if states.len() > MAX_ELIMINATED {
            return Self::Beyond;
        }
        let (chain, ends) = propagation.field.chain(propagation.grid, &states, &safe);
        let exits: Vec<f64> = ends.iter().map(|[fails, rests]| fails + rests).collect();
        let Ok(solved) = DenseElimination::new(chain, exits.clone()) else { return Self::Rare };
        let first = solved.solve(&vec![1.0; states.len()]);
        // E[T²] solves the same equation with 2 E[T] − 1 on the right, which is at least 1.
        let right: Vec<f64> = first.iter().map(|t| 2.0 * t - 1.0).collect();
        let (mean, second) = (first[0], solved.solve(&right)[0]);
        for (&state, time) in states.iter().zip(solved.visits()) {
            visits[state] = time;
        }
        let fate = if states.len() == reached.len() {
            Fate::CERTAIN
        } else {
            let ends_at = |end: usize| solved.solve(&ends.iter().map(|ends| ends[end]).collect::<Vec<_>>())[0];
            // 2n roundings of the transitions of n states, each off by some for each belief (O'Cinneide 1993).
            let roundings = 2.0 * states.len() as f64 * (16.0 + 6.0 * propagation.grid.examples as f64);
            Fate::of(ends_at(0), ends_at(1), f64::EPSILON * roundings)
        };
        let error = mean * draw_errors::of_time(propagation.grid, &propagation.field, &states, &solved, &exits);
        Self::Solved { moments: (mean, runway_sum::spread(second, mean)), error, fate, visits }
    }
}

const FORWARD: &str = "forward propagation over (unsound, wrong)";

/// The law of the runway, put together from elimination and from forward propagation.
struct FoundRunway {
    moments: Option<(f64, f64)>,
    fate: Option<Fate>,
    error: Option<f64>,
    visits: Option<Vec<f64>>,
    method: String,
}

impl FoundRunway {
    fn new(
        eliminated: RunwayElimination,
        lifetime: &LifetimeSums,
        propagation: &GridPropagation,
        ending: PropagationEnding,
    ) -> Self {
        let least = if propagation.grid.is_summed_whole() { 0.0 } else { MIN_HAZARD };
        match eliminated {
            RunwayElimination::Beyond => {
                let (moments, error) = lifetime.moments(propagation, ending, least).unzip();
                let visits = moments.map(|_| lifetime.all_visits(propagation));
                Self { moments, fate: lifetime.fate(propagation), error, visits, method: FORWARD.into() }
            }
            RunwayElimination::Rare => Self {
                moments: Some((f64::INFINITY, f64::INFINITY)),
                fate: lifetime.fate(propagation),
                error: None,
                visits: None,
                method: FORWARD.into(),
            },
            RunwayElimination::Solved { moments, error, fate, visits } => {
                let method = format!("{FORWARD}; runway by elimination without subtractions (GTH)");
                Self { moments: Some(moments), fate: Some(fate), error: Some(error), visits: Some(visits), method }
            }
        }
    }
}

/// Why forward propagation does not tell the law of the runway.
fn out_of_reach(propagation: &GridPropagation, ending: PropagationEnding) -> SolveError {
    if ending == PropagationEnding::Open {
        return SolveError::StillMoving { generations: propagation.generation, survival: propagation.survival };
    }
    SolveError::HazardUnresolved { hazard: propagation.hazard, least: MIN_HAZARD, states: propagation.grid.len() }
}

fn no_stationary_law(propagation: &GridPropagation) -> SolveError {
    if propagation.extinct {
        SolveError::NoneLasts
    } else if propagation.grows() {
        SolveError::ChangesForEver
    } else {
        SolveError::NotStationaryAfter { generations: propagation.generation }
    }
}
