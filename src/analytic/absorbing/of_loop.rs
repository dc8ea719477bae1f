//! A scenario's loop as an explicit chain.

use thiserror::Error;

use crate::analytic::loop_states::{LoopStart, LoopStates};
use crate::analytic::settled::settled;
use crate::analytic::{chain1d, chain2d};
use crate::scenario::{Policy, Scenario};

use super::chain::{ExplicitChain, StateLabel};
use super::error::ChainError;
use super::row_sums::defect;

/// Transitions of a chain that is written out, at most: some 100 MB of text.
pub const MOST_TRANSITIONS: usize = 4_000_000;

/// Why a loop is no explicit chain of a size that can be written.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum LoopRefusal {
    /// Pools grow, or the law of one generation changes.
    #[error(
        "this loop changes as it runs ({reason}), and an explicit chain has the same transitions in every step; set {remedy}, \
         or `solve` it as it is"
    )]
    Changes {
        /// What changes.
        reason: &'static str,
        /// The keys to set.
        remedy: &'static str,
    },
    /// Generation 0 is drawn.
    #[error(
        "generation 0 of this loop is drawn (`start.draw = true`), and explicit chains start in one state; set \
         `--set start.draw=false`"
    )]
    DrawnStart,
    /// Too many transitions.
    #[error(
        "the chain of {examples} examples has {states} states and at least {transitions} transitions, and {most} are written at the \
         most; lower the examples, as with `--set examples={fitting}`"
    )]
    TooLarge {
        /// N.
        examples: u64,
        /// States.
        states: usize,
        /// Transitions.
        transitions: usize,
        /// The most transitions.
        most: usize,
        /// A number of examples that fits.
        fitting: u64,
    },
    /// The chain as it came out is none.
    #[error(transparent)]
    Chain(#[from] ChainError),
}

/// Labels of the loops that have failed, and of those that never will.
pub(super) const FAILED: &str = "failed";
pub(super) const SAFE: &str = "safe";

/// The loop state by state: each pair of counts from which it may still go either way, then `failed`, and `safe` where failure
/// cannot be reached. Ways into these two are sums over the states behind them, so that they keep their digits however rare
/// they are. Transitions below the smallest normal double (2.2e-308) are left out. Rows sum to 1 to within the last bit: what rounding
/// leaves is added to the probability of staying, which no time depends on while the ways out keep theirs.
///
/// # Errors
/// [`LoopRefusal`] for loops that change as they run, drawn starts, and more than `most` transitions.
pub fn explicit_chain(scenario: &Scenario, most: usize) -> Result<ExplicitChain, LoopRefusal> {
    if !settled(scenario, 0) {
        return Err(changes(scenario));
    }
    if scenario.start.draw {
        return Err(LoopRefusal::DrawnStart);
    }
    let pairs = scenario.has_unsound();
    let states = if pairs { chain2d::open_states(scenario, most) } else { chain1d::open_states(scenario, most) };
    let states = states.map_err(|(states, transitions)| {
        let examples = scenario.examples.get();
        // No row has more transitions than there are states, which grow with the counts or with pairs of them. A share of a whole
        // number of examples is none that wraps.
        let share = (most as f64).sqrt() / states as f64;
        let fitting = (0.95 * examples as f64 * if pairs { share.sqrt() } else { share }).max(1.0) as u64;
        LoopRefusal::TooLarge { examples, states, transitions, most, fitting }
    })?;
    Ok(written_out(scenario, states)?)
}

fn changes(scenario: &Scenario) -> LoopRefusal {
    let (reason, remedy) = if scenario.learning.policy == Policy::Accumulate {
        ("its pool of examples grows", "`--set learning.policy=replace`")
    } else if scenario.task.steps_per_generation > 0 {
        ("solutions grow longer", "`--set task.steps_per_generation=0`")
    } else if scenario.errors.erosion.get() > 0.0 {
        ("its ability wears off", "`--set errors.erosion=0`")
    } else {
        ("its steps improve", "`--set errors.step_error_gain=0`")
    };
    LoopRefusal::Changes { reason, remedy }
}

/// Makes a row sum to 1 to within the last bit, by the probability of staying where that can take it: no expected time depends on it
/// while the ways out keep theirs. Else by the largest probability, which it moves by a rounding.
fn balance(state: usize, row: &mut [(usize, f64)]) {
    let defect = defect(row.iter().map(|(_, p)| *p));
    let own = row.iter_mut().find(|(to, p)| *to == state && *p > 2.0 * defect.abs());
    if let Some((_, p)) = own {
        *p -= defect;
    } else if let Some((_, p)) = row.iter_mut().max_by(|one, other| one.1.total_cmp(&other.1)) {
        *p = (*p - defect).min(1.0);
    }
}

fn written_out(scenario: &Scenario, states: LoopStates) -> Result<ExplicitChain, ChainError> {
    let LoopStates { mut counts, mut rows, ends, start } = states;
    let failed = rows.len();
    let safe = failed + 1;
    let rests = start == LoopStart::Safe || ends.iter().any(|ends| ends[1] > 0.0);
    for (state, (row, ends)) in rows.iter_mut().zip(&ends).enumerate() {
        row.extend([failed, safe].into_iter().zip(*ends).filter(|(_, p)| *p >= f64::MIN_POSITIVE));
        balance(state, row);
    }
    rows.push(vec![(failed, 1.0)]);
    let mut labels = vec![StateLabel { name: FAILED.to_owned(), states: vec![failed] }];
    if rests {
        rows.push(vec![(safe, 1.0)]);
        labels.push(StateLabel { name: SAFE.to_owned(), states: vec![safe] });
    }
    let start = match start {
        LoopStart::Open(state) => state,
        LoopStart::Failed => failed,
        LoopStart::Safe => safe,
    };
    // Ends stand for many counts; they are told apart by a variable of their own.
    let open = counts.len();
    counts.resize(rows.len(), (0, 0));
    let ended = (0..rows.len()).map(|state| (state + 1).saturating_sub(open) as u64).collect();
    let mut variables = vec![("wrong", counts.iter().map(|counts| counts.1).collect()), ("end", ended)];
    if scenario.has_unsound() {
        variables.insert(0, ("unsound", counts.iter().map(|counts| counts.0).collect()));
    }
    let origin = vec![
        format!("the loop {:?} of {} examples, one step for each generation", scenario.name, scenario.examples.get()),
        format!("failed: an error rate of {} or more, or nothing accepted", scenario.failure.error_rate.get()),
    ];
    Ok(ExplicitChain::new(rows, start, labels)?.described(variables, origin))
}
