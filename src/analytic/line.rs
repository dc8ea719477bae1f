//! The exact solution of loops without unsound beliefs: the one-dimensional count chain.

use nalgebra::DMatrix;

use crate::law::Law;
use crate::scenario::{Policy, Scenario};
use crate::stats::binomial;

use super::absorption::Eliminated;
use super::chain::{Chain, landing};
use super::quasi;
use super::result::{Curves, Exact, Hazard, Runway, Undefined, Visits};
use super::transient::{Forward, Point};

/// The most beliefs that are carried forward state by state; a generation takes some 0.1 s there.
const MOST_EXAMPLES: u64 = 100_000;
/// The largest pool of an accumulating loop, in beliefs, within its horizon.
const LARGEST_POOL: u64 = 1_000_000;
/// The most transient states that are eliminated: 128 MB and some seconds.
const MOST_ELIMINATED: usize = 4_000;
/// Generations after which a loop that neither fails nor comes to rest is given up.
const PATIENCE: u64 = 20_000;
/// The largest pool to which a loop is followed beyond its horizon: later generations cost as much as their pools.
const FOLLOWED_POOL: usize = 20_000;
/// Survival below which the rest of `E[T]` is beneath rounding.
const DIED_OUT: f64 = 1e-18;
/// Distance at which the law given survival counts as the quasi-stationary one.
const AT_REST: f64 = 1e-13;

/// Why the exact solver does not apply to a scenario; `None` if it does.
pub(super) fn refusal(scenario: &Scenario) -> Option<String> {
    let examples = scenario.examples.get();
    if examples > MOST_EXAMPLES {
        return Some(format!(
            "{examples} examples are more than the {MOST_EXAMPLES} that the exact solver carries; `simulate --engine counts` has no such limit"
        ));
    }
    let pool = examples.saturating_mul(scenario.horizon.get() + 1);
    if scenario.learning.policy == Policy::Accumulate && pool > LARGEST_POOL {
        return Some(format!(
            "the pool grows to {pool} beliefs, more than the {LARGEST_POOL} that the exact solver carries; shorten the horizon or use `simulate --engine counts`"
        ));
    }
    None
}

/// Solves a loop that [`refusal`] has nothing against.
pub(super) fn solve(scenario: &Scenario) -> Exact {
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
    let runway = closing.runway(&tail, &points, &mut undefined);
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

fn curves(points: &[Point]) -> Curves {
    let each = |part: fn(&Point) -> f64| points.iter().map(part).collect::<Vec<f64>>();
    Curves {
        survival: each(|p| p.survival),
        failed: each(|p| p.failed),
        expected_error: each(|p| p.mean_error),
        sd_error: each(|p| p.sd_error),
        reach_error: each(|p| p.reach),
        error_q05: each(|p| p.quantiles[0]),
        error_q50: each(|p| p.quantiles[1]),
        error_q95: each(|p| p.quantiles[2]),
        mean_unsound: vec![0.0; points.len()],
        mean_wrong: each(|p| p.mean_wrong),
        expected_yield: each(|p| p.mean_yield),
    }
}

/// Sums over S(g) and the quantiles of T, as far as the loop has been followed.
struct Tail {
    /// Σ S(g) over the generations followed.
    sum: f64,
    /// Σ (2g + 1) S(g), which is `E[T²]` once S has died out.
    second: f64,
    generation: u64,
    survival: f64,
    quantiles: [Option<f64>; 3],
}

const LEVELS: [f64; 3] = [0.05, 0.5, 0.95];

impl Tail {
    const fn new() -> Self {
        Self { sum: 0.0, second: 0.0, generation: 0, survival: 1.0, quantiles: [None; 3] }
    }

    fn add(&mut self, point: &Point) {
        let g = self.generation as f64;
        for (quantile, level) in self.quantiles.iter_mut().zip(LEVELS) {
            if quantile.is_none() && point.failed >= level {
                *quantile = Some(g);
            }
        }
        self.sum += point.survival;
        self.second += (2.0 * g + 1.0) * point.survival;
        self.survival = point.survival;
        self.generation += 1;
    }

    /// Quantiles beyond the generations followed, where each further one is survived with probability 1 − `hazard`.
    fn extrapolate(&mut self, hazard: f64) {
        let last = self.generation as f64 - 1.0;
        for (quantile, level) in self.quantiles.iter_mut().zip(LEVELS) {
            let further = ((1.0 - level) / self.survival).ln() / (-hazard).ln_1p();
            *quantile = quantile.or((hazard > 0.0).then_some(last + further.ceil()));
        }
    }
}

/// How the law of T beyond the horizon was closed.
struct Closing {
    mean: Option<f64>,
    sd: Option<f64>,
    hazard: Option<Hazard>,
    visits: Option<Visits>,
    /// Absolute error of the mean beyond rounding.
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
            return closing.unwrap_or_else(|| Self::died_out(tail, undefined));
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
        let exits = exits(chain, &counts);
        let factors = Eliminated::new(rows(chain, &counts), exits.clone());
        let start: Vec<f64> = {
            let masses: std::collections::BTreeMap<usize, f64> = forward.surviving().iter().collect();
            counts.iter().map(|count| masses.get(count).copied().unwrap_or(0.0)).collect()
        };
        let expected =
            |values: &[f64]| start.iter().zip(values).filter(|(s, _)| **s > 0.0).map(|(s, v)| s * v).sum::<f64>();
        let times = factors.collected(&vec![1.0; counts.len()]);
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
            sd: Some((second - mean * mean).max(0.0).sqrt()),
            hazard,
            visits: whole.then(|| Visits { error, generations: factors.visits(&start) }),
            error: Some(0.0),
            method: format!("GTH elimination of {} states, forward propagation for the curves", counts.len()),
        })
    }

    fn died_out(tail: &Tail, undefined: &mut Undefined) -> Self {
        undefined.insert("quasi_stationary".into(), "the law changes with the generation".into());
        undefined.insert("visits".into(), "the law changes with the generation".into());
        let variance = tail.second - tail.sum * tail.sum;
        Self {
            mean: Some(tail.sum),
            sd: Some(variance.max(0.0).sqrt()),
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
        let g = tail.generation as f64;
        let survival = tail.survival * (1.0 - hazard);
        let mean = tail.sum + survival / hazard;
        // Σ_{k≥0} (2(g + k) + 1)(1 − h)^k = (2g + 1)/h + 2(1 − h)/h².
        let second = tail.second + survival * ((2.0 * g + 1.0) / hazard + 2.0 * (1.0 - hazard) / (hazard * hazard));
        Self {
            mean: known.then_some(if tail.survival <= DIED_OUT { tail.sum } else { mean }),
            sd: known.then(|| {
                let (mean, second) = if tail.survival <= DIED_OUT { (tail.sum, tail.second) } else { (mean, second) };
                (second - mean * mean).max(0.0).sqrt()
            }),
            hazard: None,
            visits: None,
            // The hazard moves by less than the law\'s distance from rest, relative to itself.
            error: known.then_some(if tail.survival <= DIED_OUT { DIED_OUT } else { mean * rest }),
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

    fn runway(&self, tail: &Tail, points: &[Point], undefined: &mut Undefined) -> Runway {
        let finite = |value: Option<f64>, key: &str, undefined: &mut Undefined| match value {
            Some(value) if value.is_finite() => Some(value),
            Some(_) => {
                let reason = "failure cannot be reached, or its probability is below what a double can hold (1e-308)";
                undefined.insert(key.to_owned(), reason.to_owned());
                None
            }
            None => None,
        };
        let mean = finite(self.mean, "runway.mean", undefined);
        let sd = finite(self.sd, "runway.sd", undefined);
        for (quantile, key) in tail.quantiles.iter().zip(["runway.q05", "runway.q50", "runway.q95"]) {
            if quantile.is_none() {
                undefined.insert(
                    key.to_owned(),
                    format!(
                        "not reached in {} generations: survival is still {:.6}",
                        tail.generation - 1,
                        tail.survival
                    ),
                );
            }
        }
        let within = points.len() - 1;
        Runway {
            mean,
            sd,
            q05: tail.quantiles[0],
            q50: tail.quantiles[1],
            q95: tail.quantiles[2],
            restricted_mean: Some(points[..within].iter().map(|point| point.survival).sum()),
        }
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
    let times = Eliminated::new(rows(&chain, &counts), exits(&chain, &counts)).collected(&vec![1.0; counts.len()]);
    times.get(place).copied().filter(|time| time.is_finite())
}

/// Whether a pool, if it grows, can still be carried cheaply.
fn affordable(forward: &Forward<'_>) -> bool {
    let states = forward.chain().states.len();
    states <= FOLLOWED_POOL || states as u64 == forward.chain().draws + 1
}

/// Transition probabilities between the transient counts, row i as column i.
fn rows(chain: &Chain, counts: &[usize]) -> DMatrix<f64> {
    let mut rows = DMatrix::zeros(counts.len(), counts.len());
    let (Some(&first), Some(&last)) = (counts.first(), counts.last()) else { return rows };
    let mut whole = vec![0.0; last - first + 1];
    for (mut column, &count) in rows.column_iter_mut().zip(counts) {
        // A starved count is a failed one, so each of these has draws.
        let Some(q) = chain.states[count].next else { continue };
        binomial::fill(first as u64, chain.draws, q, &mut whole);
        for (cell, &to) in column.iter_mut().zip(counts) {
            *cell = whole[to - first];
        }
    }
    rows
}

fn exits(chain: &Chain, counts: &[usize]) -> Vec<f64> {
    let runs = chain.failed_runs();
    counts.iter().map(|&count| chain.states[count].next.map_or(1.0, |q| landing(&runs, 0, chain.draws, q))).collect()
}
