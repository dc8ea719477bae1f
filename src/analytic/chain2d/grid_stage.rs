//! One generation of the chain over pairs of counts for its adjoint.

use rayon::prelude::*;

use crate::analytic::adjoint_stage::{AdjointStage, NextMean, RestingTimes, StartLaw};
use crate::analytic::elimination::dense_gth::DenseElimination;
use crate::analytic::tolerances::LONG_TIME;
use crate::law::Composition;
use crate::scenario::Scenario;

use super::grid::{BinomialDraw, CountGrid, LawField};
use super::limits::MAX_ELIMINATED;

/// One generation over pairs of counts.
pub struct GridStage {
    grid: CountGrid,
    field: LawField,
    states: Vec<Option<Composition>>,
}

impl GridStage {
    /// Of `generation` of a scenario.
    ///
    /// # Errors
    /// Why its pairs of counts are not followed.
    pub fn new(scenario: &Scenario, generation: u64) -> Result<Self, String> {
        let grid = CountGrid::of(scenario).map_err(|refusal| refusal.to_string())?;
        if grid.len() > MAX_ELIMINATED {
            return Err(format!(
                "derivatives over unsound and wrong beliefs reach {MAX_ELIMINATED} pairs of counts, and {} examples have {}; \
                 lower `examples`",
                grid.examples,
                grid.len()
            ));
        }
        let field = LawField::new(scenario, generation, grid);
        let states = grid.counts().zip(&field.failing);
        let states = states.map(|(counts, failed)| (!failed).then(|| grid.composition(counts))).collect();
        Ok(Self { grid, field, states })
    }

    /// The state that the mean field comes to rest near, from another.
    fn settles_at(&self, from: usize) -> usize {
        let (mut at, n) = (from, self.grid.examples as f64);
        for _ in 0..self.grid.len() {
            let Some(draw) = self.field.next[at].filter(|_| !self.field.failing[at]) else { return from };
            let wrong = (n * draw.wrong).round() as usize;
            let unsound = (n * (1.0 - draw.wrong) * draw.unsound).round() as usize;
            let next = self.grid.index(unsound.min(self.grid.examples - wrong), wrong);
            if next == at {
                break;
            }
            at = next;
        }
        if self.field.failing[at] { from } else { at }
    }
}

impl GridStage {
    /// Law of generation 0.
    ///
    /// # Errors
    /// Why there are no pairs of counts.
    pub fn start_law(scenario: &Scenario) -> Result<StartLaw, String> {
        CountGrid::of(scenario).map(|grid| start_law(scenario, grid)).map_err(|refusal| refusal.to_string())
    }
}

impl AdjointStage for GridStage {
    fn states(&self) -> &[Option<Composition>] {
        &self.states
    }

    fn expect(&self, next: &[f64]) -> Vec<NextMean> {
        let row = || vec![0.0; others(self.grid).len()];
        let states = (0..self.grid.len()).into_par_iter();
        let mean = |row: &mut Vec<f64>, state: usize| match self.field.next[state] {
            Some(draw) if !self.field.failing[state] => mean(self.grid, draw, row, next),
            _ => NextMean::default(),
        };
        states.map_init(row, mean).collect()
    }

    fn push(&self, present: &[f64]) -> Vec<f64> {
        let mut law = vec![0.0; self.grid.len()];
        let mut row = vec![0.0; self.grid.len()];
        for (draw, &mass) in self.field.next.iter().zip(present).filter(|(_, mass)| **mass > 0.0) {
            if let Some(draw) = draw {
                draw.fill(self.grid, &mut row);
                law.iter_mut().zip(&row).for_each(|(sum, weight)| *sum += mass * weight);
            }
        }
        law
    }

    fn at_rest(&self, present: &[f64]) -> Result<RestingTimes, String> {
        let safe = self.field.safe(self.grid);
        if safe.iter().any(|safe| *safe) {
            return Err("E[T] is infinite: the loop may never fail".to_owned());
        }
        let heaviest = present.iter().enumerate().max_by(|one, other| one.1.total_cmp(other.1)).map_or(0, |(at, _)| at);
        let first = self.settles_at(heaviest);
        let others = (0..self.grid.len()).filter(|&state| state != first && !self.field.failing[state]);
        let states: Vec<usize> = std::iter::once(first).chain(others).collect();
        let (chain, ends) = self.field.chain(self.grid, &states, &safe);
        let exits: Vec<f64> = ends.iter().map(|[fails, _]| *fails).collect();
        let solved = DenseElimination::new(chain, exits.clone());
        let solved = solved.map_err(|_| "E[T] is longer than a double can hold".to_owned())?;
        let start: Vec<f64> = states.iter().map(|&state| present[state]).collect();
        let spread = |of: &[f64], elsewhere: f64| {
            let mut all = vec![elsewhere; self.grid.len()];
            states.iter().zip(of).for_each(|(&state, value)| all[state] = *value);
            all
        };
        let ones = vec![1.0; states.len()];
        let times = solved.solve(&ones);
        let mean = start.iter().zip(&times).map(|(mass, time)| mass * time).sum();
        let visits = solved.visits_from(&start);
        // Σ g Qᵍ = (I − Q)⁻² − (I − Q)⁻¹.
        let ages: Vec<f64> =
            solved.visits_from(&visits).iter().zip(&visits).map(|(twice, once)| twice - once).collect();
        let known = |before: &[f64], failing: &[f64], failed: f64, again: f64| RestingTimes {
            mean,
            visits: spread(&visits, 0.0),
            ages: spread(&ages, 0.0),
            before: spread(before, 0.0),
            failing: spread(failing, failed),
            again,
        };
        if times[0] < LONG_TIME {
            return Ok(known(&times, &[], 0.0, 0.0));
        }
        Ok(known(&solved.solve_before_start(&ones), &solved.solve_before_start(&exits), 1.0, times[0]))
    }
}

/// The pairs of counts of all draws but one.
const fn others(grid: CountGrid) -> CountGrid {
    CountGrid { examples: grid.examples - 1 }
}

/// The mean of a function over what is drawn: the last draw is sound, unsound or wrong, whatever the others are. `row` has room
/// for the law of the others.
fn mean(grid: CountGrid, draw: BinomialDraw, row: &mut [f64], next: &[f64]) -> NextMean {
    let others = others(grid);
    draw.fill(others, row);
    let (mut sound, mut unsound, mut wrong) = (0.0, 0.0, 0.0);
    for count in 0..=others.examples {
        let weights = &row[others.row(count)..others.row(count + 1)];
        let (here, above) = (&next[grid.row(count)..], &next[grid.row(count + 1)..]);
        for (at, weight) in weights.iter().enumerate() {
            sound += weight * here[at];
            // Differences before the sums, which are as smooth as the function.
            unsound += weight * (here[at + 1] - here[at]);
            wrong += weight * (above[at] - here[at]);
        }
    }
    let (q_wrong, q_unsound) = (draw.wrong, (1.0 - draw.wrong) * draw.unsound);
    let n = grid.examples as f64;
    NextMean { value: sound + q_unsound * unsound + q_wrong * wrong, unsound: n * unsound, wrong: n * wrong }
}

/// Law of generation 0 over the pairs of counts.
fn start_law(scenario: &Scenario, grid: CountGrid) -> StartLaw {
    if !scenario.start.draw {
        let (unsound, wrong) = scenario.start_counts();
        return StartLaw::at(grid.index(unsound as usize, wrong as usize), grid.len());
    }
    let draw = BinomialDraw::new(Composition::start(scenario));
    let mut law = vec![0.0; grid.len()];
    draw.fill(grid, &mut law);
    let slopes = move |value: &[f64]| {
        let mean = mean(grid, draw, &mut vec![0.0; others(grid).len()], value);
        [mean.unsound, mean.wrong]
    };
    StartLaw { law, slopes: Box::new(slopes) }
}
