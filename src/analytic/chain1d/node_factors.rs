//! The count chain eliminated: rows no wider than they need to be, and a bound on what that costs.

use crate::analytic::adjoint_stage::RestingTimes;
use crate::analytic::elimination::skyline::Skyline;
use crate::analytic::elimination::skyline_gth::EliminatedChain;
use crate::analytic::rounding::{ExpectedTimes, RowErrors};
use crate::analytic::tolerances::{ELIMINATED_TRANSITION, LONG_TIME, RAREST_TRANSITION, TRUNCATED_TIME};
use crate::stats::binomial;

use super::count_chain::{CountChain, landing};
use super::quadrature::NodeChain;

/// Cells after which rows need too much room: 256 MB.
pub const MOST_CELLS: usize = 32_000_000;

/// The factors of a count chain.
#[derive(Debug, Clone)]
pub struct NodeFactors {
    /// Factors of I − Q.
    pub eliminated: EliminatedChain,
    /// Probability of failing at once, for each transient count.
    pub exits: Vec<f64>,
    /// Expected generations to failure, from each.
    pub times: Vec<f64>,
    /// The same in a form whose differences keep their digits.
    pub lasting: ExpectedTimes,
    /// Bound on their relative error, to first order: rounding, and what was left out.
    pub error: f64,
}

/// Where the draws of each state lead, and where its neighbours are: what their rounding depends on.
struct Places<'a> {
    /// Count that a state stands for, rising.
    count: &'a [f64],
    /// Errors of each state's transitions.
    row: Vec<RowErrors>,
    /// The smallest failed count, where all above it fail and none below.
    failing: Option<f64>,
}

impl Places<'_> {
    /// What the roundings of all transitions can move an expected time by, relatively, to first order.
    ///
    /// To the errors of the transitions (`rounding`) elimination adds a few roundings per state that a row leads to, for each
    /// unit of time as well. What all visits cost is collected like any reward. Where that is more, the bound of C. A.
    /// O'Cinneide, Entrywise perturbation theory and error analysis for Markov chains (1993), holds: 2n times the largest
    /// relative error of n states' transitions.
    fn doubt(
        &self,
        rows: &Skyline,
        exits: &[f64],
        times: &[f64],
        eliminated: &EliminatedChain,
        lasting: &ExpectedTimes,
    ) -> f64 {
        let mut most = 0.0_f64;
        let reward: Vec<f64> = (0..times.len())
            .map(|i| {
                let ((first, row), own, errors) = (rows.row(i), times[i], self.row[i]);
                if !own.is_finite() {
                    return 0.0;
                }
                // Of sums on Gauss nodes the row's own is the one whose truth is known.
                let astray = (row.iter().sum::<f64>() + exits[i] - 1.0).abs() / f64::EPSILON;
                let steps = 2.0 * row.len() as f64 + astray;
                most = most.max(steps + errors.at_most());
                let cells = row.iter().zip(first..).filter(|(p, _)| **p > 0.0);
                let moved: f64 = cells.map(|(p, j)| p * lasting.apart(i, j) * (steps + errors.at(self.count[j]))).sum();
                let failing = exits[i] * own * (steps + errors.beyond(self.failing, exits[i]));
                f64::EPSILON * (moved + failing + steps)
            })
            .collect();
        let collected = eliminated.collected(&reward);
        let relative = collected.iter().zip(times).map(|(off, time)| off / time).fold(0.0, f64::max);
        relative.min(2.0 * times.len() as f64 * f64::EPSILON * most)
    }

    /// The times as they are where they are short; else by way of the state that the mean field comes to.
    fn lasting(&self, rows: &Skyline, exits: &[f64], times: &[f64], least: f64) -> ExpectedTimes {
        let longest = times.iter().filter(|time| time.is_finite()).fold(0.0_f64, |most, &time| most.max(time));
        let plain = || ExpectedTimes { before: times.to_vec(), failing: vec![0.0; times.len()], again: 0.0 };
        if longest < LONG_TIME {
            return plain();
        }
        let again = self.settles_at();
        if !times[again].is_finite() {
            return plain();
        }
        let (mut others, mut ends) = (rows.clone(), exits.to_vec());
        others.row_mut(again).1.fill(0.0);
        ends[again] = 1.0;
        let eliminated = EliminatedChain::cut(others, &ends, least);
        let elsewhere = |value: &dyn Fn(usize) -> f64| {
            (0..times.len()).map(|i| if i == again { 0.0 } else { value(i) }).collect::<Vec<_>>()
        };
        ExpectedTimes {
            before: eliminated.collected(&elsewhere(&|_| 1.0)),
            failing: eliminated.collected(&elsewhere(&|i| exits[i])),
            again: times[again],
        }
    }

    /// The state nearest to where the mean field comes to rest from the lowest.
    fn settles_at(&self) -> usize {
        let last = self.count.len() - 1;
        let mut at = 0;
        for _ in 0..self.count.len() {
            let next = self.count.partition_point(|&count| count < self.row[at].mean().round()).min(last);
            if next == at {
                break;
            }
            at = next;
        }
        at
    }
}

impl NodeFactors {
    /// Eliminates the open `counts` of a chain, rising; `None` if the rows need too much room. Safe counts are ends like
    /// failed ones: `exits` and `times` are those to whichever comes first.
    #[must_use]
    pub fn of(chain: &CountChain, counts: &[usize]) -> Option<Self> {
        let runs = [chain.failed_runs(), chain.safe_runs()].concat();
        // A starved count is a failed one, so each of these has draws.
        let next: Vec<f64> = counts.iter().map(|&count| chain.states[count].next.unwrap_or(0.0)).collect();
        let exits = next.iter().map(|&q| landing(&runs, 0, chain.draws, q)).collect();
        let errors = |&count: &usize| {
            RowErrors::new(chain.draws, chain.states[count].next.unwrap_or(0.0), chain.states[count].doubt)
        };
        let count: Vec<f64> = counts.iter().map(|&count| count as f64).collect();
        let whole = counts.iter().enumerate().all(|(i, &count)| i == count);
        let failing = whole.then_some(counts.len() as f64);
        let places = Places { count: &count, row: counts.iter().map(errors).collect(), failing };
        Self::eliminate(exits, &places, |least| rows(chain.draws, &next, counts, least))
    }

    /// The same for a chain on Gauss nodes, with the error of its sums in the bound.
    #[must_use]
    pub fn of_nodes(chain: &NodeChain) -> Option<Self> {
        let places = Places { count: &chain.count, row: chain.errors(), failing: Some(chain.failing as f64) };
        Self::eliminate(chain.exits.clone(), &places, |least| chain.rows(least, MOST_CELLS))
    }

    /// Times and visits from the law `start` over these states; `spread` puts what is known of them among all states, with the
    /// value of failed ones.
    ///
    /// # Errors
    /// Where failure is rarer than a double can hold.
    pub fn resting(&self, start: &[f64], spread: impl Fn(&[f64], f64) -> Vec<f64>) -> Result<RestingTimes, String> {
        let mean: f64 = start.iter().zip(&self.times).filter(|(mass, _)| **mass > 0.0).map(|(mass, t)| mass * t).sum();
        if !mean.is_finite() {
            return Err("E[T] is longer than a double can hold".to_owned());
        }
        let visits = self.eliminated.visits(start);
        // Σ g Qᵍ = (I − Q)⁻² − (I − Q)⁻¹.
        let again = self.eliminated.visits(&visits);
        let ages: Vec<f64> = again.iter().zip(&visits).map(|(twice, once)| twice - once).collect();
        Ok(RestingTimes {
            mean,
            visits: spread(&visits, 0.0),
            ages: spread(&ages, 0.0),
            before: spread(&self.lasting.before, 0.0),
            failing: spread(&self.lasting.failing, 1.0),
            again: self.lasting.again,
        })
    }

    /// Eliminates with `rows` cut so finely that expected times do not suffer.
    fn eliminate(exits: Vec<f64>, places: &Places<'_>, mut rows: impl FnMut(f64) -> Option<Skyline>) -> Option<Self> {
        let ones = vec![1.0; exits.len()];
        let mut least = ELIMINATED_TRANSITION;
        loop {
            let whole = rows(least)?;
            let through = 1e-2 * least;
            let eliminated = EliminatedChain::cut(whole.clone(), &exits, through);
            let times = eliminated.collected(&ones);
            let longest = times.iter().fold(0.0_f64, |most, &time| most.max(time));
            // Both sides of a row are cut.
            let lost = (eliminated.truncated() + 2.0 * least) * longest;
            if !(lost > TRUNCATED_TIME && least > RAREST_TRANSITION) {
                let lasting = places.lasting(&whole, &exits, &times, through);
                let rounding = places.doubt(&whole, &exits, &times, &eliminated, &lasting);
                let error = rounding + if lost.is_finite() { lost } else { 0.0 };
                return Some(Self { eliminated, exits, times, lasting, error });
            }
            least = (1e-3 * TRUNCATED_TIME / longest).min(1e-10 * least).max(RAREST_TRANSITION);
        }
    }
}

/// Transition probabilities between the transient `counts`, but for less than `least` on either side of each row; `None` if
/// they need too much room. `next` are the success probabilities of the draws.
#[must_use]
pub fn rows(draws: u64, next: &[f64], counts: &[usize], least: f64) -> Option<Skyline> {
    let place = |count: u64| counts.partition_point(|&other| (other as u64) < count);
    let spans: Vec<(usize, usize)> = next
        .iter()
        .map(|&q| {
            let (low, high) = binomial::window(draws, q, least);
            (place(low), place(high + 1))
        })
        // An empty row is a span that ends before it begins; its one cell stays 0.
        .map(|(first, end)| (first.min(counts.len().saturating_sub(1)), end.saturating_sub(1)))
        .collect();
    let mut rows = Skyline::within(&spans, MOST_CELLS)?;
    let whole = counts.windows(2).all(|pair| pair[0] + 1 == pair[1]);
    for (i, (&q, &(first, last))) in next.iter().zip(&spans).enumerate() {
        let (begin, row) = rows.row_mut(i);
        if last < first {
            continue;
        }
        let row = &mut row[first - begin..];
        if whole {
            binomial::fill(counts[first] as u64, draws, q, row);
        } else {
            let mut all = vec![0.0; counts[last] - counts[first] + 1];
            binomial::fill(counts[first] as u64, draws, q, &mut all);
            for (cell, &count) in row.iter_mut().zip(&counts[first..=last]) {
                *cell = all[count - counts[first]];
            }
        }
    }
    Some(rows)
}
