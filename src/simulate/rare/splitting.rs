//! Runs from level to level.

use super::super::beliefs::{Beliefs, Chain};
use super::super::error::SimulationError;
use super::super::stream::Stream;
use super::forecast::Forecast;

/// One run in so many is to pass a level.
const ONE_IN: usize = 5;
/// The most levels: a failure of probability 1e-300 takes some 430.
const MAX_LEVELS: usize = 2_000;

/// A generation with its beliefs.
#[derive(Debug, Clone, Copy)]
struct State {
    generation: u64,
    beliefs: Beliefs,
}

/// A loop to be split.
pub(super) struct Splitting<'a> {
    pub chain: &'a dyn Chain,
    pub forecast: &'a Forecast,
    pub start: Beliefs,
    pub horizon: u64,
    /// Runs at each level.
    pub effort: u64,
}

impl Splitting<'_> {
    /// Sets the levels, each where about one run in five gets from the one before.
    ///
    /// # Errors
    /// [`SimulationError::NoWayToFailure`] where no run gets any nearer to failure.
    pub fn pilot(&self, stream: &mut Stream) -> Result<Vec<f64>, SimulationError> {
        let mut levels: Vec<f64> = Vec::new();
        let mut from = vec![State { generation: 0, beliefs: self.start }];
        loop {
            let records = self.each(&from, stream, |state, stream| self.records(state, stream))?;
            let mut best: Vec<f64> = records.iter().filter_map(|record| record.last()).map(|&(cost, _)| cost).collect();
            best.sort_by(f64::total_cmp);
            let reached = levels.last().copied().unwrap_or(f64::INFINITY);
            let wanted = best.get(self.effort as usize / ONE_IN).copied().unwrap_or(f64::INFINITY);
            // Where too many runs get just as far as before, the few that get further have to do.
            let further = best.iter().rev().find(|&&cost| cost < reached).copied();
            let level = if wanted < reached { Some(wanted) } else { further };
            match level {
                Some(level) if level > FAILED && levels.len() < MAX_LEVELS => {
                    from = records
                        .iter()
                        .filter_map(|record| record.iter().find(|(cost, _)| *cost <= level))
                        .map(|&(_, state)| state)
                        .collect();
                    levels.push(level);
                }
                Some(level) if level <= FAILED => return Ok(levels),
                _ => return Err(SimulationError::NoWayToFailure { levels: levels.len() }),
            }
        }
    }

    /// The estimate of one repetition: the product of the shares that pass each level, failure included.
    ///
    /// # Errors
    /// Where the engine gives up.
    pub fn estimate(&self, levels: &[f64], stream: &mut Stream) -> Result<f64, SimulationError> {
        let mut from = vec![State { generation: 0, beliefs: self.start }];
        let mut probability = 1.0;
        for &level in levels.iter().chain(&[FAILED]) {
            let arrived = self.each(&from, stream, |state, stream| self.until(level, state, stream))?;
            from = arrived.into_iter().flatten().collect();
            probability *= from.len() as f64 / self.effort as f64;
            if from.is_empty() {
                break;
            }
        }
        Ok(probability)
    }

    /// Sets out as many runs as the effort allows, from each state equally often up to one more for some, which are chosen
    /// by a random start.
    fn each<T>(
        &self,
        from: &[State],
        stream: &mut Stream,
        run: impl Fn(State, &mut Stream) -> Result<T, SimulationError>,
    ) -> Result<Vec<T>, SimulationError> {
        let states = from.len() as u64;
        let first = stream.below(states);
        // Below `states`, which is at least 1: the loops above end where nobody arrives.
        (0..self.effort).map(|nth| run(from[((first + nth) % states) as usize], stream)).collect()
    }

    /// Plays on until the cost of failing has come down to `level`, or the horizon.
    fn until(&self, level: f64, mut state: State, stream: &mut Stream) -> Result<Option<State>, SimulationError> {
        loop {
            if self.cost(state, level > FAILED) <= level {
                return Ok(Some(state));
            }
            if state.generation == self.horizon {
                return Ok(None);
            }
            state = self.next(state, stream)?;
        }
    }

    /// Plays on to failure or the horizon, and notes each state that comes nearer to failure than all before.
    fn records(&self, mut state: State, stream: &mut Stream) -> Result<Vec<(f64, State)>, SimulationError> {
        let mut records: Vec<(f64, State)> = Vec::new();
        loop {
            let cost = self.cost(state, true);
            if records.last().is_none_or(|&(best, _)| cost < best) {
                records.push((cost, state));
            }
            if cost <= FAILED || state.generation == self.horizon {
                return Ok(records);
            }
            state = self.next(state, stream)?;
        }
    }

    fn next(&self, state: State, stream: &mut Stream) -> Result<State, SimulationError> {
        let beliefs = self.chain.next(state.generation, state.beliefs, stream)?;
        Ok(State { generation: state.generation + 1, beliefs })
    }

    /// Cost of failing from here, at least 0 and [`FAILED`] where it has happened; without a `forecast` infinite before.
    fn cost(&self, state: State, forecast: bool) -> f64 {
        if self.chain.failed(state.generation, state.beliefs) {
            FAILED
        } else if forecast {
            self.forecast.cost(state.generation, state.beliefs.wrong as f64 / state.beliefs.all as f64)
        } else {
            f64::INFINITY
        }
    }
}

/// Below every cost of a loop that has not failed.
const FAILED: f64 = -1.0;
