//! The law of T beyond the generations followed: until survival dies out, or until the law given survival has come to rest
//! and the rest is geometric.

use crate::analytic::error::SolveError;
use crate::analytic::ever_fails::{Fate, GrowingPool};
use crate::analytic::level_times::LevelTimes;
use crate::analytic::result::{ErrorVisits, RestingHazard};
use crate::analytic::runway_sum::{RunwaySum, spread};
use crate::analytic::tolerances::{
    DENSITY_AT_REST, DENSITY_AT_REST_ROUGHLY, DIED_OUT, MEAN_COUNT_AT_REST, MOST_GENERATIONS,
};

use super::density_propagation::DensityPropagation;

/// Quadrature intervals after which a growing pool is given up, since each generation of it costs more than the one before,
/// and a loop without fresh mistakes, which may take as many generations as there are examples to lose its last.
const MOST_INTERVALS: usize = 4_000;

/// Mean and spread of T, and how they were found.
#[derive(Debug, Clone, PartialEq)]
pub struct RunwayClosing {
    /// `E[T]`, its standard deviation and a bound on its absolute error; or why they are not known.
    pub mean: Result<(f64, f64, f64), SolveError>,
    /// Whether the loop fails at all, if that is known.
    pub fate: Option<Fate>,
    /// The quasi-stationary law, or why it was not reached.
    pub hazard: Result<RestingHazard, SolveError>,
    /// Expected generations at each error level, or why they are not known.
    pub visits: Result<ErrorVisits, SolveError>,
    /// What was done.
    pub method: String,
}

/// The drift of the hazard from generation to generation.
#[derive(Default)]
struct Drift {
    hazard: f64,
    change: f64,
    /// Smallest change so far, and generations since it fell.
    least: f64,
    stale: u32,
}

impl Drift {
    /// Takes the next hazard; its relative distance from the limit once that is small.
    fn next(&mut self, hazard: f64) -> Option<f64> {
        let change = (hazard / self.hazard - 1.0).abs();
        let ratio = change / self.change;
        let known = change.is_finite() && self.change > 0.0;
        self.hazard = hazard;
        self.change = if change.is_finite() { change } else { 0.0 };
        if !known {
            self.least = f64::INFINITY;
            return None;
        }
        (self.least, self.stale) = if change < self.least { (change, 0) } else { (self.least, self.stale + 1) };
        // The changes to come form a geometric series.
        let left = if ratio < 1.0 { (change * ratio / (1.0 - ratio)).max(change) } else { f64::INFINITY };
        if left < DENSITY_AT_REST {
            return Some(left);
        }
        // Scattered about rest: the changes are the noise of the hazard itself.
        let noise = 10.0 * change;
        (self.stale >= 8 && change < DENSITY_AT_REST_ROUGHLY).then_some(if left.is_finite() {
            left.max(noise)
        } else {
            noise
        })
    }
}

/// Follows `run` beyond the generations that `tail` holds; `stays` has the time spent in those before the last of them.
pub fn close(run: &mut DensityPropagation<'_>, tail: &mut RunwaySum, mut stays: LevelTimes) -> RunwayClosing {
    run.leave_unconditional();
    let mut drift = Drift::default();
    let mut before = f64::NAN;
    let mut intervals = 0;
    while run.undecided() > DIED_OUT && tail.generation < MOST_GENERATIONS && intervals < MOST_INTERVALS {
        intervals += if run.accumulates() || run.stays_sound() { run.intervals() } else { 0 };
        run.stay(&mut stays, 1.0);
        if let Err(reason) = run.advance() {
            return unknown(run, tail, reason);
        }
        tail.add_survival(run.survival(), run.failed());
        if !run.settled() {
            continue;
        }
        if run.hazard() < run.least_hazard() && !run.is_deep() && tail.survival > 0.5 {
            run.deepen();
        }
        if run.hazard() < run.least_hazard() {
            let mean = run.expected(|share| share) / run.survival();
            if run.is_deep() && (mean / before - 1.0).abs() < MEAN_COUNT_AT_REST {
                let least = run.least_hazard();
                return unknown(run, tail, SolveError::TooRare { least });
            }
            before = mean;
            continue;
        }
        // A hazard that dies out as loops become safe has nothing to come to rest at.
        if let Some(left) = drift.next(run.hazard()).filter(|_| !run.stays_sound()) {
            return at_rest(run, tail, left, stays);
        }
    }
    if tail.survival <= DIED_OUT {
        run.stay(&mut stays, 1.0);
        return died_out(run, tail, &stays);
    }
    let generations = tail.generation;
    let reason = if run.settled() {
        SolveError::NotAtRestAfter { generations }
    } else {
        SolveError::StillChanging { generations, survival: tail.survival }
    };
    unknown(run, tail, reason)
}

fn died_out(run: &DensityPropagation<'_>, tail: &RunwaySum, stays: &LevelTimes) -> RunwayClosing {
    let sd = spread(tail.second, tail.sum);
    // Each generation's survival is off by at most the bound.
    let error = DIED_OUT + run.error() * tail.lived();
    RunwayClosing {
        mean: Ok((tail.sum, sd, error)),
        fate: Some(Fate { ever: 1.0, never: 0.0, error: DIED_OUT + run.error() }),
        hazard: Err(SolveError::FailsBeforeRest),
        visits: Ok(stays.visits()),
        method: format!("quadrature over {} generations, until survival died out", tail.generation),
    }
}

fn unknown(run: &DensityPropagation<'_>, tail: &RunwaySum, reason: SolveError) -> RunwayClosing {
    let fate = fate(run, tail);
    let reason = fate.filter(Fate::may_last).map_or(reason, |fate| fate.infinite());
    RunwayClosing {
        mean: Err(reason.clone()),
        fate,
        hazard: Err(if run.stays_sound() || run.never_fails() { SolveError::HazardVanishes } else { reason.clone() }),
        visits: Err(reason),
        method: format!("quadrature over {} generations", run.generation() + 1),
    }
}

/// Whether the loop fails at all, as far as the generations followed and the zeros of the law tell.
fn fate(run: &DensityPropagation<'_>, tail: &RunwaySum) -> Option<Fate> {
    let with_errors = |fate: Fate| Fate { error: (fate.error + run.error()).min(1.0), ..fate };
    if run.never_fails() || run.stays_sound() {
        return Some(with_errors(Fate::so_far(tail.failed, tail.survival, run.undecided())));
    }
    if run.settled() {
        return Some(Fate::CERTAIN);
    }
    let (failing, law) = run.law_that_stays()?;
    let pool = GrowingPool { draws: run.draws(), generation: run.generation() as f64, failing, law: &law };
    Some(pool.fate(&run.shares(), tail.failed)).map(|fate| if fate == Fate::CERTAIN { fate } else { with_errors(fate) })
}

/// The rest as a geometric series; `left` is the relative error of the hazard.
fn at_rest(run: &DensityPropagation<'_>, tail: &mut RunwaySum, left: f64, mut stays: LevelTimes) -> RunwayClosing {
    let hazard = run.hazard();
    let (mean, sd) = tail.closed(hazard);
    tail.extrapolate(hazard, Fate::CERTAIN);
    run.stay(&mut stays, 1.0 / hazard);
    let (error, probability) = run.levels();
    let mean_error = error.iter().zip(&probability).map(|(e, p)| e * p).sum();
    RunwayClosing {
        mean: Ok((mean, sd, mean * (left + 4.0 * run.roughness()) + run.error() * tail.lived())),
        fate: Some(Fate::CERTAIN),
        hazard: Ok(RestingHazard { hazard, mean_error, error, probability }),
        visits: Ok(stays.visits()),
        method: format!(
            "quadrature over {} generations ({} intervals), closed by the quasi-stationary tail",
            tail.generation,
            run.intervals()
        ),
    }
}
