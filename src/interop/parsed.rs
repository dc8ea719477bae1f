//! What every reader gathers: transitions with their lines, start and labels.

use crate::analytic::absorbing::{ExplicitChain, StateLabel};

use super::error::ChainFileError;
use super::number::probability;

/// States at most: more than can be solved, and few enough to be held.
const MOST_STATES: usize = 4_000_000;

/// A file's text with its name.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChainText<'a> {
    pub path: &'a str,
    pub text: &'a str,
}

impl<'a> ChainText<'a> {
    /// Numbers, from 1, and lines that are not empty, trimmed.
    pub fn lines(self) -> impl Iterator<Item = (usize, &'a str)> {
        (1..).zip(self.text.lines().map(str::trim)).filter(|(_, line)| !line.is_empty())
    }

    /// The refusal of a line.
    pub fn line(self, line: usize, wrong: impl Into<String>) -> ChainFileError {
        ChainFileError::Line { path: self.path.to_owned(), line, wrong: wrong.into() }
    }

    /// The refusal of the file.
    pub fn whole(self, wrong: impl Into<String>) -> ChainFileError {
        ChainFileError::File { path: self.path.to_owned(), wrong: wrong.into() }
    }

    /// The number of a state, counted from `first`.
    pub fn state(self, line: usize, text: &str, first: usize) -> Result<usize, ChainFileError> {
        let number = text.parse::<usize>().ok().and_then(|number| number.checked_sub(first));
        let number = number.filter(|number| *number < MOST_STATES);
        number.ok_or_else(|| {
            let rule = format!("states are whole numbers from {first}, and fewer than {MOST_STATES}");
            self.line(line, format!("{text:?} is no state: {rule}"))
        })
    }

    /// A number of states, or of something as many.
    pub fn number(self, line: usize, text: &str, what: &str) -> Result<usize, ChainFileError> {
        text.parse().map_err(|_| self.line(line, format!("{text:?} is no number of {what}")))
    }
}

/// A chain as far as it has been read.
#[derive(Debug, Default)]
pub(super) struct ParsedChain {
    /// (to, probability, line) of each row.
    rows: Vec<Vec<(usize, f64, usize)>>,
    /// Number of states, where the file tells.
    states: Option<(usize, usize)>,
    starts: Vec<(usize, usize)>,
    labels: Vec<StateLabel>,
}

impl ParsedChain {
    /// The number of states, as line `line` tells.
    pub fn has_states(&mut self, text: ChainText<'_>, line: usize, states: usize) -> Result<(), ChainFileError> {
        if !(1..=MOST_STATES).contains(&states) {
            return Err(text.line(line, format!("{states} states: a chain has 1 to {MOST_STATES}")));
        }
        self.states = Some((states, line));
        Ok(())
    }

    /// A transition.
    pub fn add(
        &mut self,
        text: ChainText<'_>,
        line: usize,
        (from, to): (usize, usize),
        p: &str,
    ) -> Result<(), ChainFileError> {
        let p = probability(p).map_err(|wrong| text.line(line, wrong))?;
        self.make_room(text, line, from.max(to))?;
        self.rows[from].push((to, p, line));
        Ok(())
    }

    /// A name of a state; `init` marks the start.
    pub fn label(&mut self, text: ChainText<'_>, line: usize, state: usize, name: &str) -> Result<(), ChainFileError> {
        self.make_room(text, line, state)?;
        if name == "init" {
            self.starts.push((state, line));
        } else {
            match self.labels.iter_mut().find(|label| label.name == name) {
                Some(label) => label.states.push(state),
                None => self.labels.push(StateLabel { name: name.to_owned(), states: vec![state] }),
            }
        }
        Ok(())
    }

    /// Transitions so far.
    pub fn transitions(&self) -> usize {
        self.rows.iter().map(Vec::len).sum()
    }

    fn make_room(&mut self, text: ChainText<'_>, line: usize, state: usize) -> Result<(), ChainFileError> {
        if let Some((states, told)) = self.states.filter(|(states, _)| state >= *states) {
            let rule = format!("line {told} tells of {states} states, and the numbers end there");
            return Err(text.line(line, format!("there is no state {state}: {rule} (the first is 0)")));
        }
        if self.rows.len() <= state {
            self.rows.resize(state + 1, Vec::new());
        }
        Ok(())
    }

    /// The chain.
    pub fn finish(mut self, text: ChainText<'_>) -> Result<ExplicitChain, ChainFileError> {
        if let Some((states, _)) = self.states {
            self.rows.resize(states, Vec::new());
        }
        if self.rows.is_empty() {
            return Err(text.whole("it has no transitions; `runaway export LOOP --to csv` writes an example"));
        }
        for row in &mut self.rows {
            row.sort_by_key(|&(to, _, line)| (to, line));
            if let Some(pair) = row.windows(2).find(|pair| pair[0].0 == pair[1].0) {
                let (to, first, again) = (pair[0].0, pair[0].2, pair[1].2);
                let wrong = format!(
                    "this transition to state {to} stands in line {first} already; add the two up, or delete one"
                );
                return Err(text.line(again, wrong));
            }
        }
        if let [(first, _), (other, line), ..] = self.starts[..] {
            let rule = "a chain that is solved starts in one; delete the other label, or lead from one start to both";
            return Err(text.line(line, format!("states {first} and {other} are both initial, and {rule}")));
        }
        let start = self.starts.first().map_or(0, |start| start.0);
        let plain = |row: Vec<(usize, f64, usize)>| row.into_iter().map(|(to, p, _)| (to, p)).collect();
        let rows = self.rows.into_iter().map(plain).collect();
        let chain = ExplicitChain::new(rows, start, self.labels);
        let chain = chain.map(|chain| if self.starts.is_empty() { chain.with_start_assumed() } else { chain });
        chain.map_err(|reason| ChainFileError::Chain { path: text.path.to_owned(), reason: Box::new(reason) })
    }
}
