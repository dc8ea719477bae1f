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

/// Follows `propagation` beyond the generations that `runway_sum` holds; `stays` has the time spent in those before the last of them.
pub fn close(
    propagation: &mut DensityPropagation<'_>,
    runway_sum: &mut RunwaySum,
    mut stays: LevelTimes,
) -> RunwayClosing {
    propagation.leave_unconditional();
    let mut drift = Drift::default();
    let mut before = f64::NAN;
    let mut intervals = 0;
    while propagation.undecided() > DIED_OUT && runway_sum.generation < MOST_GENERATIONS && intervals < MOST_INTERVALS {
        intervals += if propagation.accumulates() || propagation.stays_sound() { propagation.intervals() } else { 0 };
        propagation.stay(&mut stays, 1.0);
        if let Err(reason) = propagation.advance() {
            return unknown(propagation, runway_sum, reason);
        }
        runway_sum.add_survival(propagation.survival(), propagation.failed());
        if !propagation.settled() {
            continue;
        }
        if propagation.hazard() < propagation.least_hazard() && !propagation.is_deep() && runway_sum.survival > 0.5 {
            propagation.deepen();
        }
        if propagation.hazard() < propagation.least_hazard() {
            let mean = propagation.expected(|share| share) / propagation.survival();
            if propagation.is_deep() && (mean / before - 1.0).abs() < MEAN_COUNT_AT_REST {
                let least = propagation.least_hazard();
                return unknown(propagation, runway_sum, SolveError::TooRare { least });
            }
            before = mean;
            continue;
        }
        // A hazard that dies out as loops become safe has nothing to come to rest at.
        if let Some(left) = drift.next(propagation.hazard()).filter(|_| !propagation.stays_sound()) {
            return at_rest(propagation, runway_sum, left, stays);
        }
    }
    if runway_sum.survival <= DIED_OUT {
        propagation.stay(&mut stays, 1.0);
        return died_out(propagation, runway_sum, &stays);
    }
    let generations = runway_sum.generation;
    let reason = if propagation.settled() {
        SolveError::NotAtRestAfter { generations }
    } else {
        SolveError::StillChanging { generations, survival: runway_sum.survival }
    };
    unknown(propagation, runway_sum, reason)
}

fn died_out(propagation: &DensityPropagation<'_>, runway_sum: &RunwaySum, stays: &LevelTimes) -> RunwayClosing {
    let sd = spread(runway_sum.second, runway_sum.sum);
    // Each generation's survival is off by at most the bound.
    let error = DIED_OUT + propagation.error() * runway_sum.lived();
    RunwayClosing {
        mean: Ok((runway_sum.sum, sd, error)),
        fate: Some(Fate { ever: 1.0, never: 0.0, error: DIED_OUT + propagation.error() }),
        hazard: Err(SolveError::FailsBeforeRest),
        visits: Ok(stays.visits()),
        method: format!("quadrature over {} generations, until survival died out", runway_sum.generation),
    }
}

fn unknown(propagation: &DensityPropagation<'_>, runway_sum: &RunwaySum, reason: SolveError) -> RunwayClosing {
    let fate = fate(propagation, runway_sum);
    let reason = fate.filter(Fate::may_last).map_or(reason, |fate| fate.infinite());
    RunwayClosing {
        mean: Err(reason.clone()),
        fate,
        hazard: Err(if propagation.stays_sound() || propagation.never_fails() {
            SolveError::HazardVanishes
        } else {
            reason.clone()
        }),
        visits: Err(reason),
        method: format!("quadrature over {} generations", propagation.generation() + 1),
    }
}

/// Whether the loop fails at all, as far as the generations followed and the zeros of the law tell.
fn fate(propagation: &DensityPropagation<'_>, runway_sum: &RunwaySum) -> Option<Fate> {
    let with_errors = |fate: Fate| Fate { error: (fate.error + propagation.error()).min(1.0), ..fate };
    if propagation.never_fails() || propagation.stays_sound() {
        return Some(with_errors(Fate::so_far(runway_sum.failed, runway_sum.survival, propagation.undecided())));
    }
    if propagation.settled() {
        return Some(Fate::CERTAIN);
    }
    let (failing, law) = propagation.law_that_stays()?;
    let pool =
        GrowingPool { draws: propagation.draws(), generation: propagation.generation() as f64, failing, law: &law };
    Some(pool.fate(&propagation.shares(), runway_sum.failed))
        .map(|fate| if fate == Fate::CERTAIN { fate } else { with_errors(fate) })
}

/// The rest as a geometric series; `left` is the relative error of the hazard.
fn at_rest(
    propagation: &DensityPropagation<'_>,
    runway_sum: &mut RunwaySum,
    left: f64,
    mut stays: LevelTimes,
) -> RunwayClosing {
    let hazard = propagation.hazard();
    let (mean, sd) = runway_sum.closed(hazard);
    runway_sum.extrapolate(hazard, Fate::CERTAIN);
    propagation.stay(&mut stays, 1.0 / hazard);
    let (error, probability) = propagation.levels();
    let mean_error = error.iter().zip(&probability).map(|(e, p)| e * p).sum();
    RunwayClosing {
        mean: Ok((mean, sd, mean * (left + 4.0 * propagation.roughness()) + propagation.error() * runway_sum.lived())),
        fate: Some(Fate::CERTAIN),
        hazard: Ok(RestingHazard { hazard, mean_error, error, probability }),
        visits: Ok(stays.visits()),
        method: format!(
            "quadrature over {} generations ({} intervals), closed by the quasi-stationary tail",
            runway_sum.generation,
            propagation.intervals()
        ),
    }
}
