//! The count chain state by state.

use crate::analytic::loop_states::{LoopSize, LoopStart, LoopStates};
use crate::law::Law;
use crate::scenario::Scenario;
use crate::stats::binomial;

use super::count_chain::{CountChain, landing};

/// The states of a loop without unsound beliefs whose law stays, if it has no more than `most` transitions.
///
/// # Errors
/// The size of a loop that has more.
pub fn open_states(scenario: &Scenario, most: usize) -> Result<LoopStates, LoopSize> {
    let examples = scenario.examples.get();
    // Every open count leads to several: what has more counts than transitions are allowed is not even set up.
    let counts = usize::try_from(examples).unwrap_or(usize::MAX);
    if counts > most {
        return Err((counts, counts));
    }
    let chain = CountChain::of(scenario, &Law::new(scenario, 0), examples);
    let open = chain.open();
    let draws = |count: usize| chain.states[count].next.unwrap_or(0.0);
    let window = |count: usize| {
        let (low, high) = binomial::window(chain.draws, draws(count), f64::MIN_POSITIVE);
        let place = |count: u64| open.partition_point(|&other| (other as u64) < count);
        (place(low), place(high + 1))
    };
    let windows: Vec<(usize, usize)> = open.iter().map(|&count| window(count)).collect();
    let transitions = windows.iter().map(|(first, end)| end - first).sum();
    if transitions > most {
        return Err((open.len(), transitions));
    }
    let row = |(&count, &(first, end)): (&usize, &(usize, usize))| {
        let Some(span) = open.get(first..end).filter(|span| !span.is_empty()) else { return Vec::new() };
        let mut all = vec![0.0; span[span.len() - 1] - span[0] + 1];
        binomial::fill(span[0] as u64, chain.draws, draws(count), &mut all);
        let cells = (first..).zip(span).map(|(at, &to)| (at, all[to - span[0]]));
        cells.filter(|(_, p)| *p >= f64::MIN_POSITIVE).collect()
    };
    let runs = [chain.failed_runs(), chain.safe_runs()];
    let ends = |&count: &usize| [0, 1].map(|end| landing(&runs[end], 0, chain.draws, draws(count)));
    // A start is a whole count of at most N beliefs, which index the states.
    let start = scenario.start_counts().1 as usize;
    let start = match open.binary_search(&start) {
        Ok(at) => LoopStart::Open(at),
        Err(_) if chain.states[start].failed => LoopStart::Failed,
        Err(_) => LoopStart::Safe,
    };
    Ok(LoopStates {
        rows: open.iter().zip(&windows).map(row).collect(),
        ends: open.iter().map(ends).collect(),
        counts: open.iter().map(|&count| (0, count as u64)).collect(),
        start,
    })
}
