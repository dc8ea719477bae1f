//! What rounding does to the transitions between pairs of counts and to expected times: `rounding`, in two dimensions.

use rayon::prelude::*;

use crate::analytic::elimination::dense_gth::DenseElimination;
use crate::analytic::rounding::{ExpectedTimes, RowErrors};

use super::grid::{BinomialDraw, CountGrid, LawField};

/// Errors of the probabilities of one state's successors, in units of [`f64::EPSILON`].
pub(super) struct DrawErrors {
    examples: usize,
    wrong: RowErrors,
    /// Of n_U given n_W, for all N examples left; with fewer left the mean is smaller.
    unsound: RowErrors,
    share: f64,
}

impl DrawErrors {
    /// Of the draws `draw`, whose shares have the relative errors `doubt`.
    pub fn new(grid: CountGrid, draw: BinomialDraw, doubt: BinomialDraw) -> Self {
        let row = |share: f64, doubt: f64| RowErrors::new(grid.examples as u64, share, doubt);
        Self {
            examples: grid.examples,
            wrong: row(draw.wrong, doubt.wrong),
            unsound: row(draw.unsound, doubt.unsound),
            share: draw.unsound,
        }
    }

    fn at(&self, (unsound, wrong): (usize, usize)) -> f64 {
        let fewer = wrong as f64 * self.share;
        debug_assert!(unsound + wrong <= self.examples);
        self.wrong.at(wrong as f64) + self.unsound.at(unsound as f64 + fewer)
    }

    /// Σ of the probabilities times their errors is at most this.
    pub fn on_average(&self) -> f64 {
        self.wrong.on_average() + self.unsound.on_average()
    }

    /// Of any probability.
    pub fn at_most(&self) -> f64 {
        self.wrong.at_most() + self.unsound.at_most()
    }
}

/// Bound on the relative error of the expected time from the first of `states`, to first order: the errors of the transitions, and
/// for each a few roundings of the elimination per state.
pub(super) fn of_time(
    grid: CountGrid,
    field: &LawField,
    states: &[usize],
    solved: &DenseElimination,
    exits: &[f64],
) -> f64 {
    let ones = vec![1.0; states.len()];
    let times = solved.solve(&ones);
    let (before, failing) = (solved.solve_before_start(&ones), solved.solve_before_start(exits));
    let lasting = ExpectedTimes { before, failing, again: times[0] };
    let mut place = vec![None; grid.len()];
    states.iter().enumerate().for_each(|(i, &state)| place[state] = Some(i));
    let steps = 2.0 * states.len() as f64;
    let counts: Vec<(usize, usize)> = grid.counts().collect();
    let rewards: Vec<(f64, f64)> = states
        .par_iter()
        .enumerate()
        .map_init(
            || vec![0.0; grid.len()],
            |row, (i, &state)| {
                let Some(draw) = field.next[state] else { return (0.0, 0.0) };
                let errors = DrawErrors::new(grid, draw, field.doubt[state]);
                draw.fill(grid, row);
                let moved = row.iter().zip(&counts).zip(&place).filter(|((p, _), _)| **p > 0.0);
                let moved = moved.map(|((p, &counts), place)| {
                    p * place.map_or(times[i], |j| lasting.apart(i, j)) * (steps + errors.at(counts))
                });
                (moved.fold(steps, |sum, moved| sum + moved), steps + errors.at_most())
            },
        )
        .collect();
    let collected: f64 = solved.visits().iter().zip(&rewards).map(|(visits, reward)| visits * reward.0).sum();
    let most = rewards.iter().fold(0.0_f64, |most, reward| most.max(reward.1));
    f64::EPSILON * (collected / times[0]).min(2.0 * states.len() as f64 * most)
}
