//! Runs from level to level.

use crate::scenario::Scenario;

use super::super::beliefs::{BeliefChain, BeliefCounts};
use super::super::error::SimulationError;
use super::super::stream::RandomStream;
use super::forecast::{FailureForecast, ForecastPart};

/// One run in this number is to pass a level.
const ONE_IN: usize = 5;
/// The most levels: all are passed with a probability of 1e-300, below which doubles lose their digits.
const MAX_LEVELS: usize = 430;

/// A generation with its beliefs, and what of the next one's training set is drawn: less than all.
#[derive(Debug, Clone, Copy)]
struct SplittingState {
    generation: u64,
    beliefs: BeliefCounts,
    learned: BeliefCounts,
}

impl SplittingState {
    fn of(generation: u64, beliefs: BeliefCounts) -> Self {
        Self { generation, beliefs, learned: BeliefCounts::NONE }
    }
}

/// A loop to be split.
#[derive(Clone, Copy)]
pub(super) struct AdaptiveSplitting<'a> {
    pub chain: &'a dyn BeliefChain,
    pub forecast: &'a FailureForecast,
    pub scenario: &'a Scenario,
    pub horizon: u64,
    /// N, examples of a training set, and how many of them are drawn at once.
    pub examples: u64,
    pub part: u64,
    /// Runs at each level.
    pub effort: u64,
}

/// Why there is no further level: the least probability has been passed.
pub(super) const TOO_RARE: &str = "failure is less probable than 1e-300";
/// Why there is no further level: more runs may find one.
pub(super) const NO_NEARER: &str = "none of its runs came any nearer to failure";

/// A pilot that set this number of levels and cannot set more.
pub(super) fn stuck(levels: usize, reason: &'static str) -> SimulationError {
    SimulationError::NoWayToFailure { levels, reason }
}

impl AdaptiveSplitting<'_> {
    /// Sets the levels, each where about one run in five gets from the one before.
    ///
    /// # Errors
    /// [`SimulationError::NoWayToFailure`] where no run gets any nearer to failure.
    pub fn pilot(&self, stream: &mut RandomStream) -> Result<Vec<f64>, SimulationError> {
        let mut levels: Vec<f64> = Vec::new();
        let mut from = self.starts(stream);
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
                Some(_) => return Err(stuck(levels.len(), TOO_RARE)),
                None => return Err(stuck(levels.len(), NO_NEARER)),
            }
        }
    }

    /// The estimate of one repetition: the product of the shares that pass each level, failure included.
    ///
    /// # Errors
    /// Where the engine gives up.
    pub fn estimate(&self, levels: &[f64], stream: &mut RandomStream) -> Result<f64, SimulationError> {
        let mut from = self.starts(stream);
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

    /// Generation 0, once for each run where it is drawn.
    fn starts(&self, stream: &mut RandomStream) -> Vec<SplittingState> {
        let starts = if self.scenario.start.draw { self.effort } else { 1 };
        (0..starts).map(|_| SplittingState::of(0, BeliefCounts::start(self.scenario, stream))).collect()
    }

    /// Sets out as many runs as the effort allows, from each state equally often up to one more for some, which are chosen
    /// by a random start.
    fn each<T>(
        &self,
        from: &[SplittingState],
        stream: &mut RandomStream,
        run: impl Fn(SplittingState, &mut RandomStream) -> Result<T, SimulationError>,
    ) -> Result<Vec<T>, SimulationError> {
        let states = from.len() as u64;
        let first = stream.below(states);
        // Below `states`, which is at least 1: the loops above end where nobody arrives.
        (0..self.effort).map(|nth| run(from[((first + nth) % states) as usize], stream)).collect()
    }

    /// Plays on until the cost of failing has come down to `level`, or the horizon.
    fn until(
        &self,
        level: f64,
        mut state: SplittingState,
        stream: &mut RandomStream,
    ) -> Result<Option<SplittingState>, SimulationError> {
        loop {
            if self.cost(state, level) <= level {
                return Ok(Some(state));
            }
            if state.generation == self.horizon {
                return Ok(None);
            }
            state = self.next(state, stream)?;
        }
    }

    /// Plays on to failure or the horizon, and notes each state that comes nearer to failure than all before.
    fn records(
        &self,
        mut state: SplittingState,
        stream: &mut RandomStream,
    ) -> Result<Vec<(f64, SplittingState)>, SimulationError> {
        let mut records: Vec<(f64, SplittingState)> = Vec::new();
        loop {
            let best = records.last().map_or(f64::INFINITY, |&(cost, _)| cost);
            let cost = self.cost(state, best);
            if records.is_empty() || cost < best {
                records.push((cost, state));
            }
            if cost <= FAILED || state.generation == self.horizon {
                return Ok(records);
            }
            state = self.next(state, stream)?;
        }
    }

    /// Draws the next part of the training set; the last one makes the next generation.
    fn next(&self, state: SplittingState, stream: &mut RandomStream) -> Result<SplittingState, SimulationError> {
        let part = self.part.min(self.examples - state.learned.all);
        let learned = state.learned.plus(self.chain.learned(state.generation, state.beliefs, part, stream)?);
        Ok(if learned.all < self.examples {
            SplittingState { learned, ..state }
        } else {
            SplittingState::of(state.generation + 1, state.beliefs.trained(learned, self.scenario.learning.policy))
        })
    }

    /// Cost of failing from here, at least 0 and [`FAILED`] where it has happened; above `enough` a lower bound may be given.
    fn cost(&self, state: SplittingState, enough: f64) -> f64 {
        let share = |part: u64, all: u64| part as f64 / all as f64;
        let (generation, x) = (state.generation, share(state.beliefs.wrong, state.beliefs.all));
        if state.learned.all > 0 {
            if enough <= FAILED {
                return f64::INFINITY;
            }
            let part = ForecastPart {
                drawn: share(state.learned.all, self.examples),
                wrong: share(state.learned.wrong, self.examples),
            };
            self.forecast.cost_within(generation, x, part, enough)
        } else if self.chain.failed(generation, state.beliefs) {
            FAILED
        } else if enough <= FAILED {
            f64::INFINITY
        } else {
            self.forecast.cost(generation, x)
        }
    }
}

/// Below every cost of a loop that has not failed.
const FAILED: f64 = -1.0;
