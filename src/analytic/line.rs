//! The exact solution of loops without unsound beliefs: the one-dimensional count chain.

use crate::law::Law;
use crate::scenario::{Policy, Scenario};

use super::chain::Chain;
use super::elimination::Factors;
use super::result::{Exact, Hazard, Undefined, Visits};
use super::tail::{DIED_OUT, PATIENCE, Tail, curves, spread};
use super::transient::Forward;
use super::{quadrature, quasi};

/// Counts up to which every one is visited: sums over each are then as fast as quadrature.
const FEW_COUNTS: u64 = 4_000;
/// The most counts that are visited one by one; a generation takes some 0.1 s there.
const MOST_COUNTS: u64 = 100_000;
/// The most transient states that are eliminated.
const MOST_ELIMINATED: usize = 10_000;
/// The largest pool to which a loop is followed beyond its horizon: later generations cost as much as their pools.
const FOLLOWED_POOL: usize = 20_000;
/// Distance at which the law given survival counts as the quasi-stationary one.
const AT_REST: f64 = 1e-13;

/// Solves a loop without unsound beliefs: count by count where counts are few, by quadrature where they are many.
///
/// # Errors
/// If neither way leads there, with the reason.
pub(super) fn solve(scenario: &Scenario) -> Result<Exact, String> {
    if few_counts(scenario) {
        return Ok(count_by_count(scenario));
    }
    quadrature::solve(scenario).or_else(|reason| {
        if affordable_counts(scenario) {
            Ok(count_by_count(scenario))
        } else {
            Err(format!("{reason}; `simulate --engine counts` has no such limit"))
        }
    })
}

/// Beliefs of the largest pool within the horizon.
fn largest_pool(scenario: &Scenario) -> u64 {
    let grows = scenario.learning.policy == Policy::Accumulate;
    let pools = if grows { scenario.horizon.get() + 1 } else { 1 };
    scenario.examples.get().saturating_mul(pools)
}

/// Whether the counts are so few that each one is visited.
pub(super) fn few_counts(scenario: &Scenario) -> bool {
    largest_pool(scenario) <= FEW_COUNTS
}

/// Whether each count can be visited where quadrature does not lead.
pub(super) fn affordable_counts(scenario: &Scenario) -> bool {
    largest_pool(scenario) <= MOST_COUNTS
}

fn count_by_count(scenario: &Scenario) -> Exact {
    let mut undefined = Undefined::new();
    let mut forward = Forward::new(scenario);
    let mut tail = Tail::new();
    let mut points = Vec::new();
    let horizon = scenario.horizon.get();
    loop {
        let point = forward.point();
        tail.add(&point);
        points.push(point);
        if forward.generation() == horizon {
            break;
        }
        forward.advance();
    }
    let closing = Closing::of(&mut forward, &mut tail, &mut undefined);
    let runway = tail.runway(closing.mean, closing.sd, &points, &mut undefined);
    Exact {
        curves: curves(&points),
        runway,
        quasi_stationary: closing.hazard,
        visits: closing.visits,
        method: closing.method,
        error_bound: forward.neglected(),
        runway_error: closing.error,
        undefined,
    }
}

/// How the law of T beyond the horizon was closed.
struct Closing {
    mean: Option<f64>,
    sd: Option<f64>,
    hazard: Option<Hazard>,
    visits: Option<Visits>,
    /// Absolute error of the mean.
    error: Option<f64>,
    method: String,
}

impl Closing {
    fn of(forward: &mut Forward<'_>, tail: &mut Tail, undefined: &mut Undefined) -> Self {
        while !forward.settled() && tail.survival > DIED_OUT && tail.generation < PATIENCE && affordable(forward) {
            forward.advance();
            tail.add(&forward.point());
        }
        if tail.survival <= DIED_OUT {
            let closing = if forward.settled() { Self::eliminated(forward, tail, undefined) } else { None };
            return closing.unwrap_or_else(|| Self::died_out(forward.settled(), tail, undefined));
        }
        if !forward.settled() {
            return Self::given_up(tail, undefined);
        }
        let closing = Self::eliminated(forward, tail, undefined);
        Self::follow(forward, tail, closing.as_ref().and_then(|closing| closing.hazard.as_ref()));
        closing.unwrap_or_else(|| Self::summed(forward, tail, undefined))
    }

    /// Follows an unchanging loop until the quantiles are known, or until the law given survival has come to rest and the
    /// rest is geometric.
    fn follow(forward: &mut Forward<'_>, tail: &mut Tail, known: Option<&Hazard>) {
        let mut before = forward.surviving().clone();
        while tail.quantiles[2].is_none() && tail.survival > DIED_OUT && tail.generation < PATIENCE {
            forward.advance();
            tail.add(&forward.point());
            if forward.surviving().distance(&before) < AT_REST {
                tail.extrapolate(known.map_or_else(|| forward.hazard(), |known| known.hazard));
                return;
            }
            before = forward.surviving().clone();
        }
    }

    /// `E[T]`, its standard deviation, visits and hazard by elimination, where the states are few enough. Generations
    /// before the law settled enter as their sum of S(g).
    fn eliminated(forward: &Forward<'_>, tail: &Tail, undefined: &mut Undefined) -> Option<Self> {
        let chain = forward.chain();
        let counts = chain.transient();
        if counts.is_empty() || counts.len() > MOST_ELIMINATED {
            return None;
        }
        let Factors { eliminated: factors, exits, times, error: relative_error } = Factors::of(chain, &counts)?;
        let start: Vec<f64> = {
            let masses: std::collections::BTreeMap<usize, f64> = forward.surviving().iter().collect();
            counts.iter().map(|count| masses.get(count).copied().unwrap_or(0.0)).collect()
        };
        let expected =
            |values: &[f64]| start.iter().zip(values).filter(|(s, _)| **s > 0.0).map(|(s, v)| s * v).sum::<f64>();
        let remaining = expected(&times);
        // The generation at hand is the first of those that remain.
        let done = (tail.generation - 1) as f64;
        let mean = tail.sum - tail.survival + remaining;
        let squares = factors.collected(&times.iter().map(|t| 2.0 * t - 1.0).collect::<Vec<_>>());
        let second_before = tail.second - (2.0 * done + 1.0) * tail.survival;
        let second = second_before + expected(&squares) + 2.0 * done * remaining;
        let error: Vec<f64> = counts.iter().map(|&count| chain.states[count].error).collect();
        let hazard = quasi::stationary(&factors, &exits).map(|(probability, hazard)| Hazard {
            hazard,
            mean_error: probability.iter().zip(&error).map(|(p, e)| p * e).sum(),
            error: error.clone(),
            probability,
        });
        if hazard.is_none() {
            let reason = "failure cannot be reached, or the law given survival does not come to rest";
            undefined.insert("quasi_stationary".into(), reason.into());
        }
        let whole = done == 0.0;
        if !whole {
            undefined.insert("visits".into(), "the law changes with the generation".into());
        }
        Some(Self {
            mean: Some(mean),
            sd: Some(spread(second, mean)),
            hazard,
            visits: whole.then(|| Visits { error, generations: factors.visits(&start) }),
            error: Some(relative_error * mean),
            method: format!("GTH elimination of {} states, forward propagation for the curves", counts.len()),
        })
    }

    fn died_out(settled: bool, tail: &Tail, undefined: &mut Undefined) -> Self {
        let reason = if settled {
            "the loop fails at once, or runs on in too many states to eliminate"
        } else {
            "the law changes with the generation"
        };
        for key in ["quasi_stationary", "visits"] {
            undefined.insert(key.into(), reason.into());
        }
        Self {
            mean: Some(tail.sum),
            sd: Some(spread(tail.second, tail.sum)),
            hazard: None,
            visits: None,
            error: Some(DIED_OUT),
            method: format!("forward propagation over {} generations, until survival died out", tail.generation),
        }
    }

    /// `E[T]` as the sum of S(g), closed by the geometric tail of the quasi-stationary law.
    fn summed(forward: &Forward<'_>, tail: &Tail, undefined: &mut Undefined) -> Self {
        let reason = format!("more than {MOST_ELIMINATED} states at which the loop runs on");
        undefined.insert("visits".into(), reason.clone());
        undefined.insert("quasi_stationary".into(), reason);
        let mut before = forward.clone();
        before.advance();
        let rest = before.surviving().distance(forward.surviving());
        let hazard = forward.hazard();
        let known = tail.survival <= DIED_OUT || (rest < AT_REST && hazard > 0.0);
        if !known {
            for key in ["runway.mean", "runway.sd"] {
                undefined.insert(
                    key.into(),
                    format!("the law given survival had not come to rest after {} generations", tail.generation),
                );
            }
        }
        let died_out = tail.survival <= DIED_OUT;
        let (mean, sd) = if died_out { (tail.sum, spread(tail.second, tail.sum)) } else { tail.closed(hazard) };
        Self {
            mean: known.then_some(mean),
            sd: known.then_some(sd),
            hazard: None,
            visits: None,
            // An estimate: the hazard is taken to move no more than the law.
            error: known.then_some(if died_out { DIED_OUT } else { mean * rest }),
            method: format!(
                "forward propagation over {} generations, closed by the quasi-stationary tail",
                tail.generation
            ),
        }
    }

    fn given_up(tail: &Tail, undefined: &mut Undefined) -> Self {
        for key in ["runway.mean", "runway.sd"] {
            undefined.insert(
                key.into(),
                format!(
                    "survival is still {:.6} after {} generations and the law goes on changing",
                    tail.survival,
                    tail.generation - 1
                ),
            );
        }
        for key in ["quasi_stationary", "visits"] {
            undefined.insert(key.into(), "the law changes with the generation".into());
        }
        let method = format!("forward propagation over {} generations", tail.generation);
        Self { mean: None, sd: None, hazard: None, visits: None, error: None, method }
    }
}

/// The most examples for which `E[T]` takes milliseconds.
const QUICK: u64 = 400;

/// `E[T]` of a loop without unsound beliefs whose law never changes, with nothing else worked out; `None` for other loops, for more
/// than 400 examples, and where it is infinite.
#[must_use]
pub fn expected_runway(scenario: &Scenario) -> Option<f64> {
    let stays = scenario.settles_at() == Some(0) && scenario.learning.policy == Policy::Replace;
    if !stays || scenario.has_unsound() || scenario.examples.get() > QUICK {
        return None;
    }
    let chain = Chain::of(scenario, &Law::new(scenario, 0), scenario.examples.get());
    let counts = chain.transient();
    let start = scenario.start_counts().1 as usize;
    let Some(place) = counts.iter().position(|&count| count == start) else { return Some(0.0) };
    Factors::of(&chain, &counts)?.times.get(place).copied().filter(|time| time.is_finite())
}

/// Whether a pool, if it grows, can still be carried cheaply.
fn affordable(forward: &Forward<'_>) -> bool {
    let states = forward.chain().states.len();
    states <= FOLLOWED_POOL || states as u64 == forward.chain().draws + 1
}
