//! The exact solution of loops with unsound beliefs, put together from propagation and elimination.

use crate::analytic::elimination::dense_gth::DenseElimination;
use crate::analytic::error::{SolveError, Undefined, given};
use crate::analytic::ever_fails::Fate;
use crate::analytic::result::{Curves, ErrorVisits, ExactSolution, Runway};
use crate::analytic::runway_sum;
use crate::analytic::tolerances::{GRID_MEANS_STILL, GRID_STILL, MIN_HAZARD};
use crate::scenario::{Policy, Scenario};

use super::grid::CountGrid;
use super::grid_propagation::GridPropagation;
use super::lifetime::{self, LifetimeSums, PropagationEnding};
use super::limits::{CURVES_WORK, Chain2dRefusal, MAX_ELIMINATED, MAX_EXAMPLES};
use super::{curves, draw_errors, levels};

/// Solves the count chain of a loop exactly.
///
/// # Errors
/// [`Chain2dRefusal`] where the loop is beyond the reach of the method.
pub fn solve(scenario: &Scenario) -> Result<ExactSolution, Chain2dRefusal> {
    let mut walk = GridPropagation::new(scenario, grid_of(scenario)?);
    let eliminated = if scenario.settles_at() == Some(0) && !scenario.start.draw {
        RunwayElimination::new(&walk)
    } else {
        RunwayElimination::Beyond
    };
    let mut lifetime = LifetimeSums::new(&walk);
    let curves = curves(&mut walk, &mut lifetime, scenario.horizon.get())?;
    let (error_bound, rounding_bound) = (walk.truncated, walk.rounding.relative());
    let ending = lifetime.follow(&mut walk);

    let FoundRunway { moments, fate, error, visits, method } = FoundRunway::new(eliminated, &lifetime, &walk, ending);
    let mut undefined = Undefined::new();
    let quantiles = lifetime.quantiles(&walk, ending, fate);
    let runway = Runway {
        restricted_mean: Some(curves.survival.iter().rev().skip(1).rev().sum()),
        ..runway_sum::runway(quantiles, moments, fate, &out_of_reach(&walk, ending).to_string(), &mut undefined)
    };
    let lasting = fate.filter(Fate::may_last).map(|fate| fate.infinite());
    let quasi_stationary = if lasting.is_some() {
        Err(SolveError::HazardVanishes)
    } else if ending == PropagationEnding::Stationary && walk.hazard > 0.0 {
        Ok(lifetime::quasi_stationary(&walk))
    } else {
        Err(no_stationary_law(&walk))
    };
    let visits = match (lasting, visits) {
        (Some(infinite), _) => Err(infinite),
        (None, Some(visits)) => {
            let (error, generations) = levels::by_error(&walk.field.error, &visits);
            Ok(ErrorVisits { error, generations })
        }
        (None, None) => Err(out_of_reach(&walk, ending)),
    };
    Ok(ExactSolution {
        curves,
        quasi_stationary: given(quasi_stationary, "quasi_stationary", &mut undefined),
        visits: given(visits, "visits", &mut undefined),
        method,
        error_bound,
        rounding_bound,
        runway_error: error.filter(|_| runway.mean.is_some()),
        runway,
        undefined,
    })
}

/// P(T ≤ horizon) alone; `None` where the loop is beyond the reach of the method.
pub fn failed_within(scenario: &Scenario) -> Option<f64> {
    let mut walk = GridPropagation::new(scenario, grid_of(scenario).ok()?);
    while walk.generation < scenario.horizon.get() && !walk.extinct && walk.work < CURVES_WORK {
        walk.advance(false);
    }
    (walk.work < CURVES_WORK).then_some(walk.failed)
}

pub(super) fn grid_of(scenario: &Scenario) -> Result<CountGrid, Chain2dRefusal> {
    let examples = scenario.examples.get();
    if scenario.learning.policy == Policy::Accumulate {
        return Err(Chain2dRefusal::Accumulates);
    }
    match usize::try_from(examples) {
        Ok(n) if examples <= MAX_EXAMPLES => Ok(CountGrid { examples: n }),
        _ => Err(Chain2dRefusal::TooManyExamples { examples }),
    }
}

/// Curves up to the horizon; the walk ends there, or where the law has become stationary.
fn curves(walk: &mut GridPropagation, lifetime: &mut LifetimeSums, horizon: u64) -> Result<Curves, Chain2dRefusal> {
    let mut curves = curves::empty(horizon as usize + 1);
    curves::record(&mut curves, walk);
    while walk.generation < horizon {
        if walk.work >= CURVES_WORK {
            return Err(Chain2dRefusal::TooLong { generation: walk.generation, horizon });
        }
        let left = horizon - walk.generation;
        let still = walk.settled() && walk.drift * left as f64 <= GRID_STILL;
        let settled = still && (walk.extinct || lifetime.is_stationary(walk));
        if settled && curves::are_still(&curves, left, GRID_MEANS_STILL) {
            curves::repeat(&mut curves, walk.hazard, left as usize);
            break;
        }
        walk.advance(true);
        lifetime.observe(walk);
        curves::record(&mut curves, walk);
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
    fn new(walk: &GridPropagation) -> Self {
        let (start, safe) = (walk.start(), walk.field.safe(walk.grid));
        let reached = walk.field.transient(walk.grid, start);
        let mut visits = vec![0.0; walk.grid.len()];
        if reached.is_empty() || safe[start] {
            let failed = f64::from(u8::from(reached.is_empty()));
            let fate = Fate { ever: failed, never: 1.0 - failed, error: 0.0 };
            return Self::Solved { moments: (0.0, 0.0), error: 0.0, fate, visits };
        }
        let states: Vec<usize> = reached.iter().copied().filter(|&state| !safe[state]).collect();
        if states.len() > MAX_ELIMINATED {
            return Self::Beyond;
        }
        let (chain, ends) = walk.field.chain(walk.grid, &states, &safe);
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
            let roundings = 2.0 * states.len() as f64 * (16.0 + 6.0 * walk.grid.examples as f64);
            Fate::of(ends_at(0), ends_at(1), f64::EPSILON * roundings)
        };
        let error = mean * draw_errors::of_time(walk.grid, &walk.field, &states, &solved, &exits);
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
        walk: &GridPropagation,
        ending: PropagationEnding,
    ) -> Self {
        let least = if walk.grid.is_summed_whole() { 0.0 } else { MIN_HAZARD };
        match eliminated {
            RunwayElimination::Beyond => {
                let (moments, error) = lifetime.moments(walk, ending, least).unzip();
                let visits = moments.map(|_| lifetime.all_visits(walk));
                Self { moments, fate: lifetime.fate(walk), error, visits, method: FORWARD.into() }
            }
            RunwayElimination::Rare => Self {
                moments: Some((f64::INFINITY, f64::INFINITY)),
                fate: lifetime.fate(walk),
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
fn out_of_reach(walk: &GridPropagation, ending: PropagationEnding) -> SolveError {
    if ending == PropagationEnding::Open {
        return SolveError::StillMoving { generations: walk.generation, survival: walk.survival };
    }
    SolveError::HazardUnresolved { hazard: walk.hazard, least: MIN_HAZARD, states: walk.grid.len() }
}

fn no_stationary_law(walk: &GridPropagation) -> SolveError {
    if walk.extinct {
        SolveError::NoneLasts
    } else if walk.grows() {
        SolveError::ChangesForEver
    } else {
        SolveError::NotStationaryAfter { generations: walk.generation }
    }
}
