//! The law of the runway T from the law of the state: sums over generations, closed by the quasi-stationary law.
//!
//! Once the law given survival has become stationary, failure comes with the same hazard h in each generation, and what
//! is left of Σ S(g) is a geometric series (Darroch & Seneta 1965).

use crate::analytic::elimination::dense_kernel;
use crate::analytic::ever_fails::{Fate, later_slips};
use crate::analytic::result::RestingHazard;
use crate::analytic::runway_sum::{LEVELS, RunwaySum, spread};
use crate::analytic::tolerances::{GRID_AT_REST, GRID_DIED_OUT, GRID_ROUNDING, MIN_HAZARD, MOST_GENERATIONS};

use super::grid_cost::GridCost;
use super::grid_propagation::GridPropagation;
use super::levels;

/// Multiplications after which the search for the stationary law ends: about a minute of one processor.
const WORK: u64 = 100_000_000_000;

/// Sums over the generations so far.
pub(super) struct LifetimeSums {
    runway_sum: RunwaySum,
    /// Expected generations at each state.
    pub visits: Vec<f64>,
    /// Distances still to go, estimated: of the law and of the hazard (relative).
    remaining: (f64, f64),
    /// Change of law and hazard in the last generation.
    changes: (f64, f64),
    hazard: f64,
    /// What the generations so far have cost, where they are priced.
    pub cost: Option<GridCost>,
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

impl LifetimeSums {
    pub fn new(propagation: &GridPropagation, cost: Option<GridCost>) -> Self {
        let mut lifetime = Self {
            runway_sum: RunwaySum::new(),
            visits: vec![0.0; propagation.grid.len()],
            remaining: (1.0, 1.0),
            changes: (1.0, 1.0),
            hazard: f64::NAN,
            cost,
        };
        lifetime.observe(propagation);
        lifetime
    }

    /// Takes in the present generation.
    pub fn observe(&mut self, propagation: &GridPropagation) {
        self.runway_sum.add_survival(propagation.survival, propagation.failed);
        dense_kernel::add_scaled(&mut self.visits, propagation.survival, &propagation.surviving);

        let drift = if propagation.hazard == self.hazard {
            0.0
        } else {
            (propagation.hazard - self.hazard).abs() / propagation.hazard
        };
        self.remaining = (to_go(propagation.change, self.changes.0), to_go(drift, self.changes.1));
        self.changes = (propagation.change, drift);
        self.hazard = propagation.hazard;
        if let Some(cost) = &mut self.cost {
            cost.observe(propagation);
        }
    }

    /// Whether the law given survival will not change any more.
    pub fn is_stationary(&self, propagation: &GridPropagation) -> bool {
        propagation.settled()
            && !propagation.extinct
            && self.remaining.0 < GRID_AT_REST
            && self.remaining.1 < GRID_AT_REST
    }

    /// Goes on until the rest of the sum is known.
    pub fn follow(&mut self, propagation: &mut GridPropagation) -> PropagationEnding {
        let (work, end) = (propagation.work + WORK, propagation.generation + MOST_GENERATIONS);
        let mut safe = propagation.safe();
        loop {
            if safe.as_ref().is_some_and(|safe| safe.contains(&true) && undecided(propagation, safe) < GRID_DIED_OUT) {
                return if propagation.survival < GRID_DIED_OUT {
                    PropagationEnding::DiedOut
                } else {
                    PropagationEnding::Decided
                };
            }
            if self.is_stationary(propagation) {
                return PropagationEnding::Stationary;
            }
            let died_out = propagation.survival < GRID_DIED_OUT;
            // The stationary law is asked for as well, but while the law of one generation changes there is none.
            let hopeless = propagation.extinct || propagation.grows();
            if (died_out && hopeless) || propagation.work >= work || propagation.generation >= end {
                return if died_out { PropagationEnding::DiedOut } else { PropagationEnding::Open };
            }
            let settled = propagation.settled();
            propagation.advance(false);
            if settled != propagation.settled() {
                safe = propagation.safe();
            }
            self.observe(propagation);
        }
    }

    /// Mean and standard deviation of T, with the geometric tail of hazard `propagation.hazard` from the present generation on, and
    /// the estimated absolute error of the mean; `None` where that hazard is below `least` or has not come to rest.
    pub fn moments(
        &self,
        propagation: &GridPropagation,
        ending: PropagationEnding,
        least: f64,
    ) -> Option<((f64, f64), f64)> {
        let (h, g, survival) = (propagation.hazard, propagation.generation as f64, propagation.survival);
        let (sum, second) = (self.runway_sum.sum, self.runway_sum.second);
        if survival == 0.0 {
            return Some(((sum, spread(second, sum)), g * propagation.truncated + propagation.rounding.of_sum()));
        }
        if matches!(ending, PropagationEnding::Open | PropagationEnding::Decided) || h < least || h <= 0.0 {
            return None;
        }
        let (tail, kept) = (survival * (1.0 - h) / h, 1.0 - h);
        let mean = sum + tail;
        let squares = second + tail * (2.0 * g + 1.0) + 2.0 * survival * kept / (h * h);
        // Hazards of the tail lie within their remaining drift of h, and each generation truncates a little mass more.
        let relative = if ending == PropagationEnding::Stationary { self.remaining.1 } else { 1.0 };
        let truncated = propagation.truncated / (g + 1.0) / h;
        // The hazard's own rounding is that of the visits of all states (O'Cinneide 1993).
        let rounding = 2.0 * propagation.grid.len() as f64 * propagation.rounding.relative() / g.max(1.0);
        let error = tail * (relative + truncated + rounding) + (g + 1.0 + 1.0 / h) * propagation.truncated;
        Some(((mean, spread(squares, mean)), error + propagation.rounding.of_sum()))
    }

    /// 5, 50 and 95 % quantiles of T, beyond the generations followed by the geometric tail where failure is certain.
    pub fn quantiles(
        &self,
        propagation: &GridPropagation,
        ending: PropagationEnding,
        fate: Option<Fate>,
    ) -> [Option<f64>; 3] {
        let mut quantiles = self.runway_sum.quantiles;
        let (h, g) = (propagation.hazard, propagation.generation as f64);
        let least = if propagation.grid.is_summed_whole() { 0.0 } else { MIN_HAZARD };
        let closed = ending == PropagationEnding::Stationary && h > 0.0 && h >= least && propagation.survival > 0.0;
        if closed && fate == Some(Fate::CERTAIN) {
            for (quantile, level) in quantiles.iter_mut().zip(LEVELS) {
                let more = (((1.0 - level) / propagation.survival).ln() / (-h).ln_1p()).ceil();
                quantile.get_or_insert(g + more.max(1.0));
            }
        }
        quantiles
    }

    /// Whether the loop fails at all, as far as the generations followed and the zeros of the law tell.
    pub fn fate(&self, propagation: &GridPropagation) -> Option<Fate> {
        if propagation.survival < GRID_DIED_OUT {
            return Some(Fate { ever: 1.0, never: 0.0, error: GRID_DIED_OUT + propagation.truncated });
        }
        let safe = propagation.safe()?;
        if propagation.settled() && !safe.contains(&true) {
            return Some(Fate::CERTAIN);
        }
        let fate = Fate::so_far(propagation.failed, propagation.survival, undecided(propagation, &safe));
        Some(Fate { error: fate.error + propagation.truncated + later_slips(propagation.scenario), ..fate })
    }

    /// Expected generations at each state, with the geometric tail.
    pub fn all_visits(&self, propagation: &GridPropagation) -> Vec<f64> {
        let mut visits = self.visits.clone();
        if propagation.survival > 0.0 && propagation.hazard > 0.0 {
            dense_kernel::add_scaled(
                &mut visits,
                propagation.survival * (1.0 - propagation.hazard) / propagation.hazard,
                &propagation.surviving,
            );
        }
        visits
    }
}

/// Probability of the loops that may still go either way, which are in no safe state.
fn undecided(propagation: &GridPropagation, safe: &[bool]) -> f64 {
    let open = propagation.surviving.iter().zip(safe).filter(|(_, safe)| !**safe);
    propagation.survival * open.fold(0.0, |sum, (weight, _)| sum + weight)
}

/// The law of a loop that has lasted, as a distribution of its error rate.
pub(super) fn quasi_stationary(propagation: &GridPropagation) -> RestingHazard {
    let (error, probability) = levels::by_error(&propagation.field.error, &propagation.surviving);
    let mean_error = propagation.surviving.iter().zip(&propagation.field.error).map(|(p, e)| p * e).sum();
    RestingHazard { hazard: propagation.hazard, mean_error, error, probability }
}

/// Sum of the changes to come, if they go on to shrink as from `before` to `now`.
fn to_go(now: f64, before: f64) -> f64 {
    if now <= GRID_ROUNDING {
        return now;
    }
    let ratio = now / before;
    if ratio < 1.0 { now * ratio / (1.0 - ratio) } else { f64::INFINITY }
}
