//! The pairs of counts state by state.

use crate::analytic::loop_states::{LoopSize, LoopStart, LoopStates};
use crate::scenario::Scenario;

use super::grid::{CountGrid, LawField};

/// The states of a loop with unsound beliefs whose law stays, if it has no more than `most` transitions.
///
/// # Errors
/// The size of a loop that has more.
pub fn open_states(scenario: &Scenario, most: usize) -> Result<LoopStates, LoopSize> {
    let examples = usize::try_from(scenario.examples.get()).unwrap_or(usize::MAX);
    let grid = CountGrid { examples };
    // A grid of more states than transitions are allowed is not even set up.
    if examples > most || grid.len() > most {
        let states = examples.saturating_add(1).saturating_mul(examples / 2 + 1);
        return Err((states, states));
    }
    let field = LawField::new(scenario, 0, grid);
    let (unsound, wrong) = scenario.start_counts();
    // Both counts sum to at most N, which fits the grid.
    let start = grid.index(unsound as usize, wrong as usize);
    let safe = field.safe(grid);
    let mut states: Vec<usize> = field.transient(grid, start).into_iter().filter(|&state| !safe[state]).collect();
    states.sort_unstable();
    if states.len().saturating_mul(states.len()) > most {
        return Err((states.len(), states.len().saturating_mul(states.len())));
    }
    let (chain, ends) = field.chain(grid, &states, &safe);
    let row = |row: &[f64]| {
        let cells = row.iter().copied().enumerate();
        cells.filter(|(_, p)| *p >= f64::MIN_POSITIVE).collect()
    };
    let counts: Vec<(usize, usize)> = grid.counts().collect();
    let start = match states.binary_search(&start) {
        Ok(at) => LoopStart::Open(at),
        Err(_) if field.failing[start] => LoopStart::Failed,
        Err(_) => LoopStart::Safe,
    };
    Ok(LoopStates {
        counts: states.iter().map(|&state| (counts[state].0 as u64, counts[state].1 as u64)).collect(),
        rows: chain.chunks(states.len().max(1)).map(row).collect(),
        ends,
        start,
    })
}
