//! The law of absorption: when a chain ends, and where.

use crate::analytic::elimination::quasi_stationary;
use crate::analytic::elimination::skyline::Skyline;
use crate::analytic::elimination::skyline_gth::EliminatedChain;
use crate::analytic::error::Undefined;
use crate::analytic::runway_sum::{BEYOND_DOUBLES, spread};

use super::chain::ExplicitChain;
use super::ends::{ChainEnds, StateKind};
use super::error::ChainError;
use super::follow::{FollowedChain, OpenStates, follow, step};
use super::order::{self, MOST_CELLS};
use super::result::{AbsorbingEnd, AbsorptionLaw, StateLaw};
use super::row_sums::{RowDoubt, RowSums};

/// Why a chain that starts where no end can be reached has no time of its own.
const NEVER: &str = "the chain never ends";
/// Bound on the relative error of the expected time above which an answer is none.
const MOST_DOUBT: f64 = 1e-2;

/// The law of absorption, with curves up to step `horizon`. The ends are labels or numbers of states; without any, every
/// absorbing state that can be reached is one, by its label.
///
/// # Errors
/// [`ChainError`] where the chain has no such law, or its rows do not say which.
pub fn absorption(chain: &ExplicitChain, ends: &[String], horizon: u64) -> Result<AbsorptionLaw, ChainError> {
    let ends = ChainEnds::of(chain, ends)?;
    let solved = SolvedChain::new(chain, &ends)?;
    Ok(solved.law(chain, &ends, horizon))
}

/// The open states of a chain, eliminated.
struct SolvedChain {
    /// Number of each open state in the chain.
    names: Vec<usize>,
    open: OpenStates,
    /// Any end or trap, from each.
    exits: Vec<f64>,
    /// One at the start; empty where that is an end itself.
    start: Vec<f64>,
    eliminated: EliminatedChain,
    /// Expected steps to an end or a trap, from each.
    times: Vec<f64>,
    rows: RowSums,
    /// Expected number of times that the chain goes astray, from the start.
    astray: f64,
    /// Bound on the relative error from rounding.
    rounding: f64,
}

impl SolvedChain {
    fn new(chain: &ExplicitChain, ends: &ChainEnds) -> Result<Self, ChainError> {
        let (names, open) = open_states(chain, ends)?;
        let size = names.len();
        let spans = order::spans(&open.rows, &(0..size).collect::<Vec<_>>());
        let mut skyline = Skyline::new(&spans);
        let widths: Vec<usize> = (0..size).map(|i| skyline.row(i).1.len()).collect();
        for (i, row) in open.rows.iter().enumerate() {
            let (first, cells) = skyline.row_mut(i);
            row.iter().for_each(|&(to, p)| cells[to - first] = p);
        }
        let exits: Vec<f64> = (0..size).map(|i| open.exits.iter().map(|exits| exits[i]).sum()).collect();
        let mut start = vec![0.0; size];
        names.iter().zip(&mut start).filter(|(name, _)| **name == chain.start()).for_each(|(_, one)| *one = 1.0);
        let eliminated = EliminatedChain::new(skyline, &exits);
        let times = eliminated.collected(&vec![1.0; size]);
        let is_end = |state: usize| matches!(ends.kinds[state], StateKind::End(_));
        let doubt = |&name: &usize| RowDoubt::of(&chain.rows()[name], is_end, chain.states());
        let doubts: Vec<RowDoubt> = names.iter().map(doubt).collect();
        let (astray, bound) = doubtful(&names, &doubts, &eliminated, &times, &start)?;
        let defect = |doubt: &RowDoubt| if doubt.astray > 0.0 { 0.0 } else { doubt.defect.abs() };
        let rounded = doubts.iter().map(defect).fold(0.0, f64::max);
        let ways = open.exits.iter().rev().skip(1).flatten().filter(|exit| **exit > 0.0);
        let rows = RowSums {
            largest_defect: doubts.iter().fold(0.0, |most, doubt| most.max(doubt.defect.abs())),
            doubtful: doubts.iter().filter(|doubt| doubt.astray > 0.0).count(),
            smallest_exit: ways.copied().reduce(f64::min),
            bound,
        };
        let mut solved = Self { names, open, exits, start, eliminated, times, rows, astray, rounding: 0.0 };
        solved.rounding = solved.rounding(&widths, rounded);
        Ok(solved)
    }

    /// Expectation at the start.
    fn at_start(&self, values: &[f64]) -> f64 {
        self.start.iter().zip(values).filter(|(weight, _)| **weight > 0.0).map(|(_, value)| value).sum()
    }

    /// Bound on the relative error of the expected time from rounding, to first order: of the entries by `rounded`, and of each step
    /// of elimination in rows of `widths`. Each visit to a row moves the time by what its entries are off times where they lead;
    /// where that is more, 2n times the largest error of n states' transitions (C. A. O'Cinneide 1993).
    fn rounding(&self, widths: &[usize], rounded: f64) -> f64 {
        let each = |i: usize| rounded + f64::EPSILON * 2.0 * (widths[i] as f64 + 2.0);
        let reward: Vec<f64> = (0..self.times.len())
            .map(|i| {
                let own = self.times[i];
                let row = self.open.rows[i].iter().map(|&(to, p)| p * (self.times[to] - own).abs());
                each(i) * (row.sum::<f64>() + self.exits[i] * own + 1.0)
            })
            .collect();
        let most = (0..self.times.len()).map(each).fold(0.0, f64::max);
        let mean = self.at_start(&self.times);
        let first = if mean > 0.0 { self.at_start(&self.eliminated.collected(&reward)) / mean } else { 0.0 };
        first.min(2.0 * self.times.len() as f64 * most)
    }

    /// Variance of T from the start.
    ///
    /// By the law of total variance, which sums over all visits what one step does to the expected time, so that a T that hardly
    /// varies keeps its digits; or as E[T²] − E[T]², which has them where T is about geometric. Differences of expected times are off by
    /// their rounding, squared at each visit; the squares by that of the larger: whichever is less is taken.
    fn variance(&self) -> f64 {
        let (mean, longest) = (self.at_start(&self.times), self.times.iter().copied().fold(0.0, f64::max));
        let moved = |i: usize| {
            let ahead = self.times[i] - 1.0;
            let row = self.open.rows[i].iter().map(|&(to, p)| p * (self.times[to] - ahead).powi(2));
            row.sum::<f64>() + self.exits[i] * ahead * ahead
        };
        let twice: Vec<f64> = self.times.iter().map(|time| 2.0 * time - 1.0).collect();
        let second = self.at_start(&self.eliminated.collected(&twice));
        let noise = 4.0 * f64::EPSILON * longest;
        if mean * noise * noise <= self.times.len() as f64 * f64::EPSILON * second {
            self.at_start(&self.eliminated.collected(&(0..self.names.len()).map(moved).collect::<Vec<_>>()))
        } else {
            spread(second, mean).powi(2)
        }
    }

    fn law(&self, chain: &ExplicitChain, ends: &ChainEnds, horizon: u64) -> AbsorptionLaw {
        let mut undefined = Undefined::new();
        let is_trapped = ends.kinds[chain.start()] == StateKind::Trapped;
        let never = if is_trapped { 1.0 } else { self.open.exits.last().map_or(0.0, |exits| self.reaching(exits)) };
        // Where the start is an end nothing is open, and T is 0; where it leads to none, T is infinite.
        let at_end = self.names.is_empty();
        let resting = if at_end || never > 0.0 { None } else { self.stationary() };
        let resting = resting.filter(|(_, hazard)| *hazard > 0.0);
        let followed = if at_end {
            let started = |end: usize| f64::from(u8::from(ends.kinds[chain.start()] == StateKind::End(end)));
            FollowedChain::at_once(ends.names.len(), horizon, started)
        } else {
            let known = resting.as_ref().map(|(law, hazard)| (law.as_slice(), *hazard));
            follow(&self.open, self.start.clone(), horizon, known)
        };
        let mean = self.moment(self.at_start(&self.times), never, "mean", &mut undefined);
        let sd = self.moment(self.variance().sqrt(), never, "sd", &mut undefined);
        self.explain(never, &followed, resting.is_some(), at_end, &mut undefined);
        let ended = |n: usize| followed.absorbed[..ends.names.len()].iter().map(|curve| curve[n]).sum::<f64>();
        AbsorptionLaw {
            states: chain.states(),
            transitions: chain.transitions(),
            open: self.names.len(),
            start: chain.start(),
            mean,
            mean_error: mean.map(|mean| mean * (self.rounding + self.rows.bound)),
            sd,
            q05: followed.quantiles[0],
            q50: followed.quantiles[1],
            q95: followed.quantiles[2],
            never,
            ends: self.ends(ends, &followed),
            steps: (0..=horizon).collect(),
            absorbed: (0..followed.survival.len()).map(|n| ended(n).min(1.0)).collect(),
            survival: followed.survival,
            hazard: resting.as_ref().map(|(_, hazard)| *hazard),
            quasi_stationary: resting.map(|(law, _)| self.state_law(law)),
            rows: self.rows.clone(),
            method: format!(
                "GTH elimination of {} states in a band, one step at a time for the curves",
                self.names.len()
            ),
            undefined,
        }
    }

    /// Probability of leaving by `exits`, from the start.
    fn reaching(&self, exits: &[f64]) -> f64 {
        self.at_start(&self.eliminated.collected(exits)).min(1.0)
    }

    /// Each end with its probability.
    fn ends(&self, ends: &ChainEnds, followed: &FollowedChain) -> Vec<AbsorbingEnd> {
        let named = ends.names.iter().zip(&ends.counts).enumerate();
        let end = |(end, (name, &states)): (usize, (&String, &usize))| {
            let absorbed = followed.absorbed[end].clone();
            // A chain that starts in an end has come there at once.
            let at_once = absorbed.first().copied().unwrap_or(0.0);
            let (probability, error) = if self.names.is_empty() {
                (at_once, 0.0)
            } else {
                let probability = self.reaching(&self.open.exits[end]);
                (probability, (self.rounding * probability + self.astray).min(1.0))
            };
            AbsorbingEnd { name: name.clone(), states, probability, error, absorbed }
        };
        named.map(end).collect()
    }

    /// The law of what has lasted, and its hazard: by inverse iteration, or, where most chains end soon, by powers.
    fn stationary(&self) -> Option<(Vec<f64>, f64)> {
        quasi_stationary::stationary_from(&self.eliminated, &self.exits, self.start.clone()).or_else(|| {
            quasi_stationary::iterate(&self.exits, self.start.clone(), |law| {
                let mut next = vec![0.0; law.len()];
                step(&self.open, law, &mut next);
                next
            })
        })
    }

    /// A moment of T, or the reason why it is absent.
    fn moment(&self, value: f64, never: f64, key: &str, undefined: &mut Undefined) -> Option<f64> {
        let reason = match (never > 0.0, value.is_finite()) {
            (true, _) if never == 1.0 => format!("infinite: {NEVER}"),
            (true, _) => format!("infinite: with probability {} the chain comes to no end", in_digits(never)),
            (false, false) => BEYOND_DOUBLES.replace("generations", "steps"),
            (false, true) => return Some(value),
        };
        undefined.insert(key.to_owned(), reason);
        None
    }

    /// Why quantiles and the quasi-stationary law are absent.
    fn explain(&self, never: f64, followed: &FollowedChain, rests: bool, at_end: bool, undefined: &mut Undefined) {
        let keys = ["q05", "q50", "q95"];
        for ((key, quantile), level) in keys.into_iter().zip(followed.quantiles).zip([0.05, 0.5, 0.95]) {
            if quantile.is_none() {
                let reason = if 1.0 - never < level {
                    if never == 1.0 {
                        NEVER.to_owned()
                    } else {
                        format!("never: the chain ends with probability {} alone", in_digits(1.0 - never))
                    }
                } else {
                    format!("not reached in the {} steps that were followed", followed.steps)
                };
                undefined.insert(key.to_owned(), reason);
            }
        }
        if !rests {
            let reason = match (at_end, never > 0.0) {
                (true, true) => NEVER,
                (true, _) => "the chain ends where it starts",
                (_, true) => "chains that last are those that never end: their hazard falls to 0",
                _ => "the law given that the chain has lasted does not come to rest, or its hazard is past the doubles",
            };
            for key in ["hazard", "quasi_stationary"] {
                undefined.insert(key.to_owned(), reason.to_owned());
            }
        }
    }

    /// A law in the numbering of the chain.
    fn state_law(&self, law: Vec<f64>) -> StateLaw {
        let mut pairs: Vec<(usize, f64)> = self.names.iter().copied().zip(law).filter(|(_, p)| *p > 0.0).collect();
        pairs.sort_unstable_by_key(|(state, _)| *state);
        let (state, probability) = pairs.into_iter().unzip();
        StateLaw { state, probability }
    }
}

impl FollowedChain {
    /// A chain that starts in an end, or where it can come to none.
    fn at_once(ends: usize, horizon: u64, started: impl Fn(usize) -> f64) -> Self {
        let many = usize::try_from(horizon).unwrap_or(usize::MAX - 1) + 1;
        let ended: f64 = (0..ends).map(&started).sum();
        Self {
            survival: vec![1.0 - ended; many],
            absorbed: (0..ends).map(|end| vec![started(end); many]).collect(),
            quantiles: [(ended > 0.0).then_some(0.0); 3],
            steps: 0,
        }
    }
}

/// The open states in the order of elimination, with their transitions and exits.
fn open_states(chain: &ExplicitChain, ends: &ChainEnds) -> Result<(Vec<usize>, OpenStates), ChainError> {
    let names: Vec<usize> = (0..chain.states()).filter(|&state| ends.kinds[state] == StateKind::Open).collect();
    let mut place = vec![usize::MAX; chain.states()];
    names.iter().enumerate().for_each(|(at, &name)| place[name] = at);
    let inside = |&(to, p): &(usize, f64)| (ends.kinds[to] == StateKind::Open).then(|| (place[to], p));
    let rows: Vec<Vec<(usize, f64)>> =
        names.iter().map(|&name| chain.rows()[name].iter().filter_map(inside).collect()).collect();
    let (order, cells) = order::best(&rows);
    if cells > MOST_CELLS {
        return Err(ChainError::TooLarge { transient: names.len(), cells, most: MOST_CELLS });
    }
    let names: Vec<usize> = order.iter().map(|&at| names[at]).collect();
    let place = order::places(&order);
    let moved = |row: &Vec<(usize, f64)>| row.iter().map(|&(to, p)| (place[to], p)).collect();
    let rows = order.iter().map(|&at| moved(&rows[at])).collect();
    let mut exits = vec![vec![0.0; names.len()]; ends.names.len() + 1];
    for (at, &name) in names.iter().enumerate() {
        for &(to, p) in &chain.rows()[name] {
            match ends.kinds[to] {
                StateKind::End(end) => exits[end][at] += p,
                StateKind::Trapped => exits[ends.names.len()][at] += p,
                StateKind::Open | StateKind::Unreached => {}
            }
        }
    }
    Ok((names, OpenStates { rows, exits }))
}

/// How often the chain goes astray from the start, in expectation, and the bound on the relative error of the expected time
/// that follows.
///
/// With A the most from anywhere and t the times as the rows say, true times are at most t_max / (1 − A), since
/// t' = t + (I − Q)⁻¹ (Q' − Q) t' and row i of Q' − Q has a mass of astray_i; so |t' − t| ≤ a t_max / (1 − A).
fn doubtful(
    names: &[usize],
    doubts: &[RowDoubt],
    eliminated: &EliminatedChain,
    times: &[f64],
    start: &[f64],
) -> Result<(f64, f64), ChainError> {
    let astray: Vec<f64> = doubts.iter().map(|doubt| doubt.astray).collect();
    if astray.iter().all(|&astray| astray == 0.0) {
        return Ok((0.0, 0.0));
    }
    let collected = eliminated.collected(&astray);
    let most = collected.iter().copied().fold(0.0, f64::max);
    let from_start = |values: &[f64]| start.iter().zip(values).map(|(weight, value)| weight * value).sum::<f64>();
    let (own, longest) = (from_start(&collected), times.iter().copied().fold(0.0, f64::max));
    let bound = own * longest / (1.0 - most) / from_start(times);
    if most < 1.0 && bound <= MOST_DOUBT {
        return Ok((own, bound));
    }
    let visits = eliminated.visits(start);
    let share = |at: &usize| visits[*at] * astray[*at];
    let worst = (0..names.len()).max_by(|one, other| share(one).total_cmp(&share(other))).unwrap_or_default();
    let defect = doubts[worst].defect;
    let sum = if defect == 0.0 {
        "1".to_owned()
    } else {
        format!("1 {} {:.3e}", if defect < 0.0 { "−" } else { "+" }, defect.abs())
    };
    Err(ChainError::Doubtful {
        state: names[worst],
        sum,
        visits: in_digits(visits[worst]),
        missing: format!("{:.3e}", astray[worst]),
        bound: if most < 1.0 && bound.is_finite() {
            format!("by up to {} of itself, and more than 1 % is no answer", in_digits(bound))
        } else {
            "without a bound".to_owned()
        },
    })
}

/// A number for an error message.
fn in_digits(value: f64) -> String {
    if (1e-3..1e4).contains(&value) { format!("{value:.3}") } else { format!("{value:.2e}") }
}
