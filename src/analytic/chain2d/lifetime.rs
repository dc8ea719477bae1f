//! The law of the runway T from the law of the state: sums over generations, closed by the quasi-stationary tail.
//!
//! Once the law given survival has become stationary, failure comes with the same hazard h in each generation, and what
//! is left of Σ S(g) is a geometric series (Darroch & Seneta 1965).

use crate::analytic::elimination::dense_kernel;
use crate::analytic::ever_fails::{Fate, later_slips};
use crate::analytic::result::RestingHazard;
use crate::analytic::runway_sum::spread;
use crate::analytic::tolerances::{GRID_AT_REST, GRID_DIED_OUT, GRID_ROUNDING, MIN_HAZARD, MOST_GENERATIONS};

use super::grid_propagation::GridPropagation;
use super::levels;

/// Multiplications after which the search for the stationary law ends: about a minute of one processor.
const WORK: u64 = 100_000_000_000;

/// Sums over the generations so far.
pub(super) struct LifetimeSums {
    /// Σ S(g) and Σ (2g + 1) S(g), of which the second tends to `E[T²]`.
    sums: (f64, f64),
    /// Smallest g with P(T ≤ g) of at least 5, 50 and 95 %.
    quantiles: [Option<f64>; 3],
    /// Expected generations at each state.
    pub visits: Vec<f64>,
    /// Distances still to go, estimated: of the law and of the hazard (relative).
    remaining: (f64, f64),
    /// Change of law and hazard in the last generation.
    changes: (f64, f64),
    hazard: f64,
}

/// How the sum over generations ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum PropagationEnding {
    /// The law given survival is stationary: the tail is geometric.
    Stationary,
    /// Hardly a loop is left.
    DiedOut,
    /// All loops that last are in states from which failure cannot be reached.
    Decided,
    /// Nothing of that, within the limits.
    Open,
}

const LEVELS: [f64; 3] = [0.05, 0.5, 0.95];

impl LifetimeSums {
    pub fn new(walk: &GridPropagation) -> Self {
        let mut lifetime = Self {
            sums: (0.0, 0.0),
            quantiles: [None; 3],
            visits: vec![0.0; walk.grid.len()],
            remaining: (1.0, 1.0),
            changes: (1.0, 1.0),
            hazard: f64::NAN,
        };
        lifetime.observe(walk);
        lifetime
    }

    /// Takes in the present generation.
    pub fn observe(&mut self, walk: &GridPropagation) {
        let g = walk.generation as f64;
        self.sums.0 += walk.survival;
        self.sums.1 += (2.0 * g + 1.0) * walk.survival;
        for (quantile, level) in self.quantiles.iter_mut().zip(LEVELS) {
            if quantile.is_none() && walk.failed >= level {
                *quantile = Some(g);
            }
        }
        dense_kernel::add_scaled(&mut self.visits, walk.survival, &walk.surviving);

        let drift = if walk.hazard == self.hazard { 0.0 } else { (walk.hazard - self.hazard).abs() / walk.hazard };
        self.remaining = (to_go(walk.change, self.changes.0), to_go(drift, self.changes.1));
        self.changes = (walk.change, drift);
        self.hazard = walk.hazard;
    }

    /// Whether the law given survival will not change any more.
    pub fn is_stationary(&self, walk: &GridPropagation) -> bool {
        walk.settled() && !walk.extinct && self.remaining.0 < GRID_AT_REST && self.remaining.1 < GRID_AT_REST
    }

    /// Goes on until the rest of the sum is known.
    pub fn follow(&mut self, walk: &mut GridPropagation) -> PropagationEnding {
        let (work, end) = (walk.work + WORK, walk.generation + MOST_GENERATIONS);
        let mut safe = walk.safe();
        loop {
            if safe.as_ref().is_some_and(|safe| safe.contains(&true) && undecided(walk, safe) < GRID_DIED_OUT) {
                return if walk.survival < GRID_DIED_OUT {
                    PropagationEnding::DiedOut
                } else {
                    PropagationEnding::Decided
                };
            }
            if self.is_stationary(walk) {
                return PropagationEnding::Stationary;
            }
            let died_out = walk.survival < GRID_DIED_OUT;
            // The stationary law is asked for as well, but while the law of one generation changes there is none.
            let hopeless = walk.extinct || walk.grows();
            if (died_out && hopeless) || walk.work >= work || walk.generation >= end {
                return if died_out { PropagationEnding::DiedOut } else { PropagationEnding::Open };
            }
            let settled = walk.settled();
            walk.advance(false);
            if settled != walk.settled() {
                safe = walk.safe();
            }
            self.observe(walk);
        }
    }

    /// Mean and standard deviation of T, with the geometric tail of hazard `walk.hazard` from the present generation on, and
    /// the estimated absolute error of the mean; `None` where that hazard is below `least` or has not come to rest.
    pub fn moments(&self, walk: &GridPropagation, ending: PropagationEnding, least: f64) -> Option<((f64, f64), f64)> {
        let (h, g, survival) = (walk.hazard, walk.generation as f64, walk.survival);
        let (sum, second) = self.sums;
        if survival == 0.0 {
            return Some(((sum, spread(second, sum)), g * walk.truncated + walk.rounding.of_sum()));
        }
        if matches!(ending, PropagationEnding::Open | PropagationEnding::Decided) || h < least || h <= 0.0 {
            return None;
        }
        let (tail, kept) = (survival * (1.0 - h) / h, 1.0 - h);
        let mean = sum + tail;
        let squares = second + tail * (2.0 * g + 1.0) + 2.0 * survival * kept / (h * h);
        // Hazards of the tail lie within their remaining drift of h, and each generation neglects a little mass more.
        let relative = if ending == PropagationEnding::Stationary { self.remaining.1 } else { 1.0 };
        let truncated = walk.truncated / (g + 1.0) / h;
        // The hazard's own rounding is that of the visits of all states (O'Cinneide 1993).
        let rounding = 2.0 * walk.grid.len() as f64 * walk.rounding.relative() / g.max(1.0);
        let error = tail * (relative + truncated + rounding) + (g + 1.0 + 1.0 / h) * walk.truncated;
        Some(((mean, spread(squares, mean)), error + walk.rounding.of_sum()))
    }

    /// 5, 50 and 95 % quantiles of T, beyond the generations followed by the geometric tail where failure is certain.
    pub fn quantiles(&self, walk: &GridPropagation, ending: PropagationEnding, fate: Option<Fate>) -> [Option<f64>; 3] {
        let mut quantiles = self.quantiles;
        let (h, g) = (walk.hazard, walk.generation as f64);
        let least = if walk.grid.is_summed_whole() { 0.0 } else { MIN_HAZARD };
        let closed = ending == PropagationEnding::Stationary && h > 0.0 && h >= least && walk.survival > 0.0;
        if closed && fate == Some(Fate::CERTAIN) {
            for (quantile, level) in quantiles.iter_mut().zip(LEVELS) {
                let more = (((1.0 - level) / walk.survival).ln() / (-h).ln_1p()).ceil();
                quantile.get_or_insert(g + more.max(1.0));
            }
        }
        quantiles
    }

    /// Whether the loop fails at all, as far as the generations followed and the zeros of the law tell.
    pub fn fate(&self, walk: &GridPropagation) -> Option<Fate> {
        if walk.survival < GRID_DIED_OUT {
            return Some(Fate { ever: 1.0, never: 0.0, error: GRID_DIED_OUT + walk.truncated });
        }
        let safe = walk.safe()?;
        if walk.settled() && !safe.contains(&true) {
            return Some(Fate::CERTAIN);
        }
        let fate = Fate::so_far(walk.failed, walk.survival, undecided(walk, &safe));
        Some(Fate { error: fate.error + walk.truncated + later_slips(walk.scenario), ..fate })
    }

    /// Expected generations at each state, with the geometric tail.
    pub fn all_visits(&self, walk: &GridPropagation) -> Vec<f64> {
        let mut visits = self.visits.clone();
        if walk.survival > 0.0 && walk.hazard > 0.0 {
            dense_kernel::add_scaled(&mut visits, walk.survival * (1.0 - walk.hazard) / walk.hazard, &walk.surviving);
        }
        visits
    }
}

/// Probability of the loops that may still go either way, which are in no safe state.
fn undecided(walk: &GridPropagation, safe: &[bool]) -> f64 {
    let open = walk.surviving.iter().zip(safe).filter(|(_, safe)| !**safe);
    walk.survival * open.fold(0.0, |sum, (weight, _)| sum + weight)
}

/// The law of a loop that has lasted, as a distribution of its error rate.
pub(super) fn quasi_stationary(walk: &GridPropagation) -> RestingHazard {
    let (error, probability) = levels::by_error(&walk.field.error, &walk.surviving);
    let mean_error = walk.surviving.iter().zip(&walk.field.error).map(|(p, e)| p * e).sum();
    RestingHazard { hazard: walk.hazard, mean_error, error, probability }
}

/// Sum of the changes to come, if they go on to shrink as from `before` to `now`.
fn to_go(now: f64, before: f64) -> f64 {
    if now <= GRID_ROUNDING {
        return now;
    }
    let ratio = now / before;
    if ratio < 1.0 { now * ratio / (1.0 - ratio) } else { f64::INFINITY }
}
