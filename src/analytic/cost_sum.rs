//! The price of a generation summed over the law of the loops that have lasted.
//!
//! Generation g is paid for when T > g. Whoever follows the law from generation to generation adds each one as it passes, so that
//! no law is followed twice; once the law given survival has come to rest, each further generation costs the same on average.

use super::error::SolveError;
use super::tolerances::{COST_AT_REST, DIED_OUT, MOST_GENERATIONS};

/// States times generations after which a loop that neither fails nor comes to rest is given up.
const WORK: f64 = 1e8;

/// What one generation adds.
#[derive(Debug, Clone, Copy)]
pub struct PricedGeneration {
    /// `E[cost of the generation; T > g]`.
    pub cost: f64,
    /// P(T > g).
    pub survival: f64,
    /// How far the law given survival has moved in this generation; infinite at generation 0.
    pub moved: f64,
    /// Whether the law of one generation stays what it is.
    pub settled: bool,
    /// States followed, as a measure of work.
    pub states: usize,
}

/// Costs of the generations so far.
#[derive(Debug, Clone)]
pub struct CostSum {
    horizon: u64,
    /// Generations taken.
    generation: u64,
    /// `E[cost of generation g; T > g]`, 0..=horizon.
    pub expected: Vec<f64>,
    /// Cost and generations lived before the horizon; known once the horizon is reached.
    pub until_horizon: Option<(f64, f64)>,
    /// Cost and generations lived so far.
    pub so_far: (f64, f64),
    /// The last generation taken, and whether the rest costs the same or nothing at all.
    pub end: Option<(PricedGeneration, bool)>,
    /// Why the law could not be followed beyond the horizon to its end.
    pub refused: Option<SolveError>,
}

impl CostSum {
    /// No generation yet.
    pub const fn new(horizon: u64) -> Self {
        Self {
            horizon,
            generation: 0,
            expected: Vec::new(),
            until_horizon: None,
            so_far: (0.0, 0.0),
            end: None,
            refused: None,
        }
    }

    /// Whether a further generation adds anything; those beyond the horizon only if `beyond` is asked for.
    pub const fn wants(&self, beyond: bool) -> bool {
        self.end.is_none() && self.refused.is_none() && (beyond || self.generation <= self.horizon)
    }

    /// Takes the next generation, unless the end has come.
    pub fn add(&mut self, generation: PricedGeneration) {
        if self.end.is_some() {
            return;
        }
        let PricedGeneration { cost, survival, moved, settled, states } = generation;
        let g = self.generation;
        if g <= self.horizon {
            self.expected.push(cost);
        }
        if g == self.horizon {
            self.until_horizon = Some(self.so_far);
        }
        self.so_far.0 += cost;
        self.so_far.1 += survival;
        let over = survival < DIED_OUT || (settled && moved < COST_AT_REST);
        let worked = states as f64 * g as f64 > WORK || g >= MOST_GENERATIONS;
        if g >= self.horizon && (over || worked) {
            self.end = Some((generation, over));
        }
        self.generation += 1;
    }

    /// Takes further generations, to the horizon and, if `beyond` is asked for, to the end.
    ///
    /// # Errors
    /// If the horizon is not reached, with the reason of `next`.
    pub fn follow(
        &mut self,
        beyond: bool,
        mut next: impl FnMut() -> Result<PricedGeneration, SolveError>,
    ) -> Result<(), SolveError> {
        while self.wants(beyond) {
            match next() {
                Ok(generation) => self.add(generation),
                Err(reason) if self.generation <= self.horizon => return Err(reason),
                Err(reason) => self.refused = Some(reason),
            }
        }
        Ok(())
    }
}
