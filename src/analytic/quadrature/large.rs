//! Scenarios without unsound beliefs and with many examples.

use crate::analytic::chain::State;
use crate::analytic::result::{Exact, Undefined};
use crate::analytic::tail::{Tail, curves};
use crate::law::{Composition, Law};
use crate::scenario::{Policy, Scenario};

use super::closing::{Closing, close};
use super::propagation::{Era, Loop, Propagation};

impl Loop for Scenario {
    fn draws(&self) -> u64 {
        self.examples.get()
    }

    fn start(&self) -> u64 {
        self.start_counts().1
    }

    fn accumulates(&self) -> bool {
        self.learning.policy == Policy::Accumulate
    }

    fn settles_at(&self) -> Option<u64> {
        Self::settles_at(self)
    }

    fn stage(&self, generation: u64) -> Era<'_> {
        let pool = if self.accumulates() { self.draws() * (generation + 1) } else { self.draws() };
        let law = Law::new(self, generation);
        let threshold = self.failure.error_rate.get();
        let error = |count: u64| law.error_rate(Composition { unsound: 0.0, wrong: count as f64 / pool as f64 });
        let failing = first_failing(pool, |count| error(count) >= threshold);
        Era { pool, failing, at: Box::new(move |wrong| State::of(&law, wrong, threshold)) }
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
pub fn solve(scenario: &Scenario) -> Result<Exact, String> {
    let mut undefined = Undefined::new();
    let mut run = Propagation::new(scenario)?;
    let mut tail = Tail::new();
    let mut points = Vec::new();
    loop {
        let point = run.point();
        tail.add(&point);
        points.push(point);
        if run.generation() == scenario.horizon.get() {
            break;
        }
        run.advance()?;
    }
    let error_bound = run.error();
    let Closing { mean, hazard, method } = close(&mut run, &mut tail);
    if let Err(reason) = &mean {
        for key in ["runway.mean", "runway.sd"] {
            undefined.insert(key.into(), reason.clone());
        }
    }
    undefined.insert("visits".into(), "so many counts are not visited one by one".into());
    if hazard.is_none() {
        let reason = match &mean {
            Ok(_) => "the loop fails before the law given survival comes to rest".to_owned(),
            Err(reason) => reason.clone(),
        };
        undefined.insert("quasi_stationary".into(), reason);
    }
    let known = mean.as_ref().ok();
    let runway = tail.runway(known.map(|m| m.0), known.map(|m| m.1), &points, &mut undefined);
    Ok(Exact {
        curves: curves(&points),
        runway,
        quasi_stationary: hazard,
        visits: None,
        method,
        error_bound,
        runway_error: known.map(|m| m.2),
        undefined,
    })
}
