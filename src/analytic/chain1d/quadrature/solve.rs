//! Scenarios without unsound beliefs and with many examples.

use crate::analytic::chain1d::count_chain::ChainState;
use crate::analytic::error::{SolveError, Undefined, given};
use crate::analytic::ever_fails::{Fate, later_slips};
use crate::analytic::level_times::LevelTimes;
use crate::analytic::result::ExactSolution;
use crate::analytic::runway_sum::{RunwaySum, curves};
use crate::law::{Composition, Law};
use crate::scenario::{Policy, Scenario};

use super::count_loop::{CountLoop, LoopEra};
use super::density_propagation::DensityPropagation;
use super::runway_closing::{RunwayClosing, close};

impl CountLoop for Scenario {
    fn draws(&self) -> u64 {
        self.examples.get()
    }

    fn start(&self) -> u64 {
        self.start_counts().1
    }

    fn drawn(&self) -> bool {
        self.start.draw
    }

    fn accumulates(&self) -> bool {
        self.learning.policy == Policy::Accumulate
    }

    fn settles_at(&self) -> Option<u64> {
        Self::settles_at(self)
    }

    fn stays_sound(&self, generation: u64) -> bool {
        let stays = Self::settles_at(self).is_some_and(|settled| settled <= generation);
        self.never_slips_from(generation) || stays && (self.stage(generation).at)(0.0).next == Some(0.0)
    }

    fn stage(&self, generation: u64) -> LoopEra<'_> {
        let pool = if self.accumulates() { self.draws() * (generation + 1) } else { self.draws() };
        let law = Law::new(self, generation);
        let threshold = self.failure.error_rate.get();
        let error = |count: u64| law.error_rate(Composition { unsound: 0.0, wrong: count as f64 / pool as f64 });
        let failing = first_failing(pool, |count| error(count) >= threshold);
        LoopEra { pool, failing, at: Box::new(move |wrong| ChainState::of(&law, wrong, threshold)) }
    }
}

/// The smallest count that fails; above `pool` if none does. A wrong belief answers wrong at least as often as a sound one
/// and raises the step error, so the error rate never falls as the count grows.
fn first_failing(pool: u64, fails: impl Fn(u64) -> bool) -> u64 {
    if !fails(pool) {
        return pool + 1;
    }
    let (mut low, mut high) = (0, pool);
    while low < high {
        let middle = low.midpoint(high);
        if fails(middle) { high = middle } else { low = middle + 1 }
    }
    high
}

/// Solves a loop of any size.
///
/// # Errors
/// If the loop may starve, or its law is too wide or too rough.
pub fn solve(scenario: &Scenario) -> Result<ExactSolution, SolveError> {
    let mut undefined = Undefined::new();
    let mut propagation = DensityPropagation::new(scenario)?;
    let (mut runway_sum, mut stays) = (RunwaySum::new(), LevelTimes::new(scenario.failure.error_rate.get()));
    let mut points = Vec::new();
    loop {
        let point = propagation.point();
        runway_sum.add_survival(point.survival, point.failed);
        points.push(point);
        if propagation.generation() == scenario.horizon.get() {
            break;
        }
        propagation.stay(&mut stays, 1.0);
        propagation.advance()?;
    }
    let error_bound = propagation.error();
    let RunwayClosing { mean, fate, hazard, visits, method } = close(&mut propagation, &mut runway_sum, stays);
    if let Err(reason) = &mean {
        for key in ["runway.mean", "runway.sd"] {
            undefined.insert(key.into(), reason.to_string());
        }
    }
    let fate = fate.map(|fate| match fate {
        Fate::CERTAIN => fate,
        _ => Fate { error: fate.error + later_slips(scenario), ..fate },
    });
    let known = mean.ok();
    let runway = runway_sum.runway(known.map(|(mean, sd, _)| (mean, sd)), fate, &points, &mut undefined);
    Ok(ExactSolution {
        curves: curves(&points),
        runway,
        quasi_stationary: given(hazard, "quasi_stationary", &mut undefined),
        visits: given(visits, "visits", &mut undefined),
        method,
        error_bound,
        // Its rounding is in the bound on the absolute error.
        rounding_bound: 0.0,
        runway_error: known.map(|(_, _, error)| error),
        undefined,
    })
}
