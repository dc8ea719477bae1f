//! `E[T]` and the probability of ever failing, by elimination.

use super::super::precise::Precise;
use super::chain::Chain;
use super::{Reference, one, zero};

/// `E[T]` (none where it is infinite) and the probability of ever failing.
pub struct Fate {
    pub mean: Option<Precise>,
    pub ever: Precise,
}

impl Reference<'_> {
    /// `E[T]` and P(T < ∞) of a law that stays, by elimination without subtractions over the states that may be met.
    ///
    /// A state before generation 0, which takes no time, leads to generation 0's law: a start that fails at once counts with T = 0.
    pub fn fate(&self, chain: &Chain) -> Fate {
        let mut rows: Vec<Vec<Precise>> = chain
            .states
            .iter()
            .map(|state| match state.generation.next.filter(|_| !state.fails) {
                Some(q) => self.draws(q).into_iter().map(|(_, p)| p).collect(),
                None => Vec::new(),
            })
            .collect();
        let before = rows.len();
        rows.push(self.begin(chain));
        let fails: Vec<bool> = chain.states.iter().map(|state| state.fails).chain([false]).collect();
        let met = reached(&rows, &fails, before);
        let failing = leading(&rows, &fails, &met);
        let certain = (0..rows.len()).all(|i| !met[i] || failing[i]);
        if !failing[before] {
            return Fate { mean: None, ever: zero() };
        }
        // The start first, so that it is eliminated last.
        let mut kept = vec![before];
        kept.extend((0..before).filter(|&i| met[i] && failing[i] && !fails[i]));
        let part = |i: usize, wanted: &dyn Fn(usize) -> bool| {
            rows[i].iter().enumerate().filter(|(j, _)| wanted(*j)).map(|(_, p)| *p).sum::<Precise>()
        };
        let exits: Vec<Precise> = kept.iter().map(|&i| part(i, &|j| fails[j])).collect();
        let lost = kept.iter().map(|&i| part(i, &|j| !failing[j])).collect();
        let within = |i: usize, j: usize| rows[i].get(j).copied().unwrap_or(zero());
        let square = kept.iter().map(|&i| kept.iter().map(|&j| within(i, j)).collect()).collect();
        let (time, ever) = eliminate(square, exits, lost);
        Fate { mean: certain.then_some(time), ever }
    }
}

/// What `start` reaches without failing.
fn reached(rows: &[Vec<Precise>], fails: &[bool], start: usize) -> Vec<bool> {
    let mut met = vec![false; rows.len()];
    let mut open = vec![start];
    met[start] = true;
    while let Some(i) = open.pop() {
        for (j, p) in rows[i].iter().enumerate() {
            if !p.is_zero() && !fails[j] && !std::mem::replace(&mut met[j], true) {
                open.push(j);
            }
        }
    }
    met
}

/// Of what is met, what reaches failure; and the failing states.
fn leading(rows: &[Vec<Precise>], fails: &[bool], met: &[bool]) -> Vec<bool> {
    let mut failing = fails.to_vec();
    loop {
        let more: Vec<usize> = (0..rows.len())
            .filter(|&i| !failing[i] && met[i] && rows[i].iter().zip(&failing).any(|(p, f)| *f && !p.is_zero()))
            .collect();
        if more.is_empty() {
            return failing;
        }
        more.into_iter().for_each(|i| failing[i] = true);
    }
}

/// Expected time to leave from state 0, which takes none itself, through exits or losses, and the probability that it is
/// through an exit.
fn eliminate(mut rows: Vec<Vec<Precise>>, mut exits: Vec<Precise>, mut lost: Vec<Precise>) -> (Precise, Precise) {
    let mut times = vec![one(); exits.len()];
    times[0] = zero();
    for k in (1..exits.len()).rev() {
        let row = std::mem::take(&mut rows[k]);
        let pivot = row[..k].iter().copied().sum::<Precise>() + exits[k] + lost[k];
        for i in 0..k {
            if rows[i][k].is_zero() {
                continue;
            }
            let share = rows[i][k] / pivot;
            exits[i] = exits[i] + share * exits[k];
            lost[i] = lost[i] + share * lost[k];
            times[i] = times[i] + share * times[k];
            for (cell, through) in rows[i][..k].iter_mut().zip(&row) {
                *cell = *cell + share * *through;
            }
        }
    }
    let pivot = exits[0] + lost[0];
    (times[0] / pivot, exits[0] / pivot)
}
