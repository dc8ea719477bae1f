//! The rows of a chain and the names of its states.

use super::error::ChainError;

/// Some states under one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateLabel {
    /// The name.
    pub name: String,
    /// The states, rising.
    pub states: Vec<usize>,
}

/// A Markov chain in discrete time, state by state, numbered from 0.
///
/// ```
/// use runaway::analytic::absorbing::{ExplicitChain, absorption};
///
/// // Heads or tails until two heads in a row: none, one, done.
/// let rows = vec![vec![(0, 0.5), (1, 0.5)], vec![(0, 0.5), (2, 0.5)], vec![(2, 1.0)]];
/// let chain = ExplicitChain::new(rows, 0, vec![])?;
/// assert_eq!(absorption(&chain, &[], 10)?.mean, Some(6.0));
/// # Ok::<(), runaway::analytic::absorbing::ChainError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ExplicitChain {
    rows: Vec<Vec<(usize, f64)>>,
    start: usize,
    start_told: bool,
    labels: Vec<StateLabel>,
    variables: Vec<(&'static str, Vec<u64>)>,
    origin: Vec<String>,
}

impl ExplicitChain {
    /// A chain from the (state, probability) pairs of each row, in any order; a state without any is absorbing.
    ///
    /// # Errors
    /// [`ChainError`] for a state that there is not, a pair that is given twice, and a probability outside [0, 1]. Whether
    /// rows sum to 1 is judged by [`super::absorption`].
    pub fn new(
        mut rows: Vec<Vec<(usize, f64)>>,
        start: usize,
        mut labels: Vec<StateLabel>,
    ) -> Result<Self, ChainError> {
        let states = rows.len();
        for (from, row) in rows.iter_mut().enumerate() {
            if let Some(&(to, probability)) = row.iter().find(|(_, p)| !(0.0..=1.0).contains(p)) {
                return Err(ChainError::Probability { from, to, probability });
            }
            row.retain(|(_, p)| *p > 0.0);
            row.sort_unstable_by_key(|(to, _)| *to);
            if let Some(pair) = row.windows(2).find(|pair| pair[0].0 == pair[1].0) {
                return Err(ChainError::Twice { from, to: pair[0].0 });
            }
            if let Some(&(state, _)) = row.last().filter(|(to, _)| *to >= states) {
                return Err(ChainError::NoState { state, states });
            }
        }
        for label in &mut labels {
            label.states.sort_unstable();
            label.states.dedup();
            if let Some(&state) = label.states.last().filter(|state| **state >= states) {
                return Err(ChainError::NoState { state, states });
            }
        }
        let chain = Self { rows, start: 0, start_told: true, labels, variables: Vec::new(), origin: Vec::new() };
        chain.starting_at(start)
    }

    /// The same chain from another state.
    ///
    /// # Errors
    /// [`ChainError::NoState`] if there is no such state.
    pub fn starting_at(self, start: usize) -> Result<Self, ChainError> {
        let states = self.rows.len();
        if start < states {
            Ok(Self { start, start_told: true, ..self })
        } else {
            Err(ChainError::NoState { state: start, states })
        }
    }

    /// The same, of which nobody has said where it starts.
    #[must_use]
    pub fn with_start_assumed(self) -> Self {
        Self { start_told: false, ..self }
    }

    /// Whether it was said where it starts.
    #[must_use]
    pub const fn is_start_told(&self) -> bool {
        self.start_told
    }

    /// The same with what each state stands for, and where the chain came from, a line each.
    pub(super) fn described(self, variables: Vec<(&'static str, Vec<u64>)>, origin: Vec<String>) -> Self {
        Self { variables, origin, ..self }
    }

    /// (state, probability) pairs of each state, rising, all above 0.
    #[must_use]
    pub fn rows(&self) -> &[Vec<(usize, f64)>] {
        &self.rows
    }

    /// Where it sets out.
    #[must_use]
    pub const fn start(&self) -> usize {
        self.start
    }

    /// Names of states; that of the start is not among them.
    #[must_use]
    pub fn labels(&self) -> &[StateLabel] {
        &self.labels
    }

    /// Names and values, state by state, of the counts that states stand for.
    #[must_use]
    pub fn variables(&self) -> &[(&'static str, Vec<u64>)] {
        &self.variables
    }

    /// Where it came from, a line each.
    #[must_use]
    pub fn origin(&self) -> &[String] {
        &self.origin
    }

    /// Adds lines about where it came from.
    pub fn note_origin(&mut self, lines: impl IntoIterator<Item = String>) {
        self.origin.extend(lines);
    }

    /// Number of states.
    #[must_use]
    pub fn states(&self) -> usize {
        self.rows.len()
    }

    /// Number of transitions of positive probability.
    #[must_use]
    pub fn transitions(&self) -> usize {
        self.rows.iter().map(Vec::len).sum()
    }

    /// Whether a state is never left: its row is empty, or stays with probability 1.
    #[must_use]
    pub fn is_absorbing(&self, state: usize) -> bool {
        matches!(self.rows[state][..], [] | [(_, 1.0)]) && self.rows[state].iter().all(|(to, _)| *to == state)
    }
}
