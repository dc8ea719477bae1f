//! Which states end a chain, and which lead to an end.

use super::chain::ExplicitChain;
use super::error::ChainError;
use super::of_loop::{FAILED, SAFE};

/// Ends without a label up to which each is told by its number.
const FEW: usize = 20;
/// Names that tools give to states for reasons of their own.
const NO_ENDS: [&str; 2] = ["init", "deadlock"];

/// The states of a chain by what becomes of them.
#[derive(Debug)]
pub(super) struct ChainEnds {
    /// Names of the ends.
    pub names: Vec<String>,
    /// States of each end that can be reached.
    pub counts: Vec<usize>,
    /// What each state is.
    pub kinds: Vec<StateKind>,
}

/// What becomes of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StateKind {
    /// It cannot be reached.
    Unreached,
    /// It is an end.
    End(usize),
    /// It leads to an end.
    Open,
    /// It leads to none.
    Trapped,
}

impl ChainEnds {
    /// The ends `asked` for, by label or number; where none is, every absorbing state, by its label. The state `safe` beside `failed`
    /// is no end: it stands for the loops that go on for ever.
    pub fn of(chain: &ExplicitChain, asked: &[String]) -> Result<Self, ChainError> {
        let mut end = vec![None; chain.states()];
        let safe = if asked.is_empty() { safe_states(chain) } else { &[] };
        let names = if asked.is_empty() { absorbing(chain, safe, &mut end)? } else { named(chain, asked, &mut end)? };
        let reached = reachable(chain, &end);
        let is_reached = |state: &usize| reached[*state];
        if asked.is_empty()
            && !(0..end.len()).any(|state| reached[state] && (end[state].is_some() || safe.contains(&state)))
        {
            return Err(ChainError::NoEnd { start: chain.start() });
        }
        let ending = leading_to(chain, &end.iter().map(Option::is_some).collect::<Vec<_>>());
        let kind = |state: usize| match end[state] {
            _ if !reached[state] => StateKind::Unreached,
            Some(end) => StateKind::End(end),
            None if ending[state] => StateKind::Open,
            None => StateKind::Trapped,
        };
        let kinds: Vec<StateKind> = (0..chain.states()).map(kind).collect();
        let resting = leading_to(chain, &(0..end.len()).map(|state| safe.contains(&state)).collect::<Vec<_>>());
        let is_lost = |state: &usize| kinds[*state] == StateKind::Trapped && !resting[*state];
        let lost: Vec<usize> = (0..kinds.len()).filter(is_reached).filter(is_lost).collect();
        if asked.is_empty() && !lost.is_empty() {
            return Err(ChainError::Closed { states: some_of(&lost) });
        }
        let mut counts = vec![0; names.len()];
        kinds.iter().for_each(|kind| {
            if let StateKind::End(end) = kind {
                counts[*end] += 1;
            }
        });
        Ok(Self { names, counts, kinds })
    }
}

/// Marks the states of the labels and numbers asked for.
fn named(chain: &ExplicitChain, asked: &[String], end: &mut [Option<usize>]) -> Result<Vec<String>, ChainError> {
    for (index, name) in asked.iter().enumerate() {
        let label = chain.labels().iter().find(|label| label.name == *name);
        let states = match (label, name.parse::<usize>()) {
            (Some(label), _) => label.states.clone(),
            (None, Ok(state)) if state < chain.states() => vec![state],
            (None, Ok(state)) => return Err(ChainError::NoState { state, states: chain.states() }),
            (None, Err(_)) => {
                let labels: Vec<&str> = chain.labels().iter().map(|label| label.name.as_str()).collect();
                let labels = if labels.is_empty() { "none".to_owned() } else { labels.join(", ") };
                return Err(ChainError::NoLabel { name: name.clone(), labels });
            }
        };
        for state in states {
            end[state].get_or_insert(index);
        }
    }
    let called = |name: &String| if name.parse::<usize>().is_ok() { format!("state {name}") } else { name.clone() };
    Ok(asked.iter().map(called).collect())
}

/// The states from which an exported loop never fails.
fn safe_states(chain: &ExplicitChain) -> &[usize] {
    let named = |name: &str| chain.labels().iter().find(|label| label.name == name);
    named(FAILED).and(named(SAFE)).map_or(&[], |safe| &safe.states)
}

/// Marks the absorbing states that can be reached, each under its label, but those that are `safe`.
fn absorbing(chain: &ExplicitChain, safe: &[usize], end: &mut [Option<usize>]) -> Result<Vec<String>, ChainError> {
    let reached = reachable(chain, &vec![None; chain.states()]);
    let is_end = |state: &usize| reached[*state] && chain.is_absorbing(*state) && !safe.contains(state);
    let ends: Vec<usize> = (0..chain.states()).filter(is_end).collect();
    let mut label = vec![None; chain.states()];
    let useful = chain.labels().iter().enumerate().filter(|(_, label)| !NO_ENDS.contains(&label.name.as_str()));
    for (index, given) in useful {
        given.states.iter().for_each(|&state| {
            label[state].get_or_insert(index);
        });
    }
    let mut used: Vec<usize> = ends.iter().filter_map(|&state| label[state]).collect();
    used.sort_unstable();
    used.dedup();
    let name = |label: &usize| chain.labels()[*label].name.clone();
    let names: Vec<String> = used.iter().map(name).collect();
    if let Some(&state) = ends.iter().find(|&&state| label[state].is_none() && !used.is_empty()) {
        return Err(ChainError::Unlabelled { state, labels: names.join(", ") });
    }
    let several = ends.len() <= FEW;
    for (index, &state) in ends.iter().enumerate() {
        let labelled = label[state].and_then(|label| used.binary_search(&label).ok());
        end[state] = Some(labelled.unwrap_or(if several { index } else { 0 }));
    }
    Ok(match (used.is_empty(), several) {
        (false, _) => names,
        (true, true) => ends.iter().map(|state| format!("state {state}")).collect(),
        (true, false) => vec!["absorbing states".to_owned()],
    })
}

/// Which states the chain can come to, ends being left by none.
fn reachable(chain: &ExplicitChain, end: &[Option<usize>]) -> Vec<bool> {
    let mut known = vec![false; chain.states()];
    let mut open = vec![chain.start()];
    known[chain.start()] = true;
    while let Some(state) = open.pop() {
        if end[state].is_some() {
            continue;
        }
        for &(to, _) in &chain.rows()[state] {
            if !std::mem::replace(&mut known[to], true) {
                open.push(to);
            }
        }
    }
    known
}

/// Which states lead to some.
fn leading_to(chain: &ExplicitChain, goal: &[bool]) -> Vec<bool> {
    let mut before = vec![Vec::new(); chain.states()];
    for (from, row) in chain.rows().iter().enumerate().filter(|(from, _)| !goal[*from]) {
        row.iter().for_each(|&(to, _)| before[to].push(from));
    }
    let mut known = goal.to_vec();
    let mut open: Vec<usize> = (0..known.len()).filter(|&state| known[state]).collect();
    while let Some(state) = open.pop() {
        for &from in &before[state] {
            if !std::mem::replace(&mut known[from], true) {
                open.push(from);
            }
        }
    }
    known
}

/// The first few of some states, in words.
fn some_of(states: &[usize]) -> String {
    let shown: Vec<String> = states.iter().take(5).map(usize::to_string).collect();
    let rest = states.len() - shown.len();
    if rest > 0 { format!("{} and {rest} more", shown.join(", ")) } else { shown.join(", ") }
}
