//! What the derivatives of a loop's fate ask of one generation of an exact chain, whatever its states are.

use crate::law::Composition;

/// One generation of a chain: its states, how they draw the next ones, and which have failed.
pub trait AdjointStage {
    /// The composition at each state, or `None` at a state that has failed.
    fn states(&self) -> &[Option<Composition>];

    /// The expectation over the next state of a function of it, from each state, with its derivatives along the shares that the
    /// draws have. Of failed states nothing is said.
    fn expect(&self, next: &[f64]) -> Vec<NextMean>;

    /// The law of the next state, from that of the present one over states that have not failed.
    fn push(&self, present: &[f64]) -> Vec<f64>;

    /// Times and visits of the loop if this generation's law stays for ever, from a law of the present state.
    ///
    /// # Errors
    /// Why there are none.
    fn at_rest(&self, present: &[f64]) -> Result<RestingTimes, String>;
}

/// A mean over the next state, and its derivatives along the shares that are drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct NextMean {
    /// The mean.
    pub value: f64,
    /// Its derivative along q_U, at the cost of sound beliefs.
    pub unsound: f64,
    /// Its derivative along q_W.
    pub wrong: f64,
}

/// Expected times t = `before` + (1 − `failing`) `again` from each state of an unchanging chain, in a form whose differences keep
/// their digits (see [`ExpectedTimes`](super::rounding::ExpectedTimes)), and expected visits.
#[derive(Debug, Clone)]
pub struct RestingTimes {
    /// Expected time from the law asked for.
    pub mean: f64,
    /// Expected visits to each state.
    pub visits: Vec<f64>,
    /// Expected sum of the generations, counted from here, at which each state is visited.
    pub ages: Vec<f64>,
    /// Time before failure or the return; 0 where the loop has failed.
    pub before: Vec<f64>,
    /// Probability that failure comes first; 1 where it has.
    pub failing: Vec<f64>,
    /// Time from the state returned to.
    pub again: f64,
}

/// Derivatives of the mean of a function over the start, along its shares of unsound and of wrong beliefs.
pub type StartSlopes = Box<dyn Fn(&[f64]) -> [f64; 2]>;

/// Law of generation 0 over the states, and how a function's mean over it moves with the shares of a start that is drawn.
pub struct StartLaw {
    /// The law.
    pub law: Vec<f64>,
    /// Derivatives of the mean of a function along the shares: unsound, wrong.
    pub slopes: StartSlopes,
}

impl StartLaw {
    /// One state.
    pub fn at(state: usize, states: usize) -> Self {
        let mut law = vec![0.0; states];
        if let Some(mass) = law.get_mut(state) {
            *mass = 1.0;
        }
        Self { law, slopes: Box::new(|_| [0.0; 2]) }
    }

    /// The mean of a function over it.
    #[must_use]
    pub fn mean(&self, value: &[f64]) -> f64 {
        self.law.iter().zip(value).filter(|(mass, _)| **mass > 0.0).map(|(mass, value)| mass * value).sum()
    }
}
