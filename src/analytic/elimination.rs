//! The count chain eliminated: rows no wider than they need to be, and a bound on what that costs.

use crate::stats::binomial;

use super::absorption::Eliminated;
use super::chain::{Chain, landing};
use super::quadrature::NodeChain;
use super::skyline::Skyline;

/// Transitions below this are left out at first.
const LEAST: f64 = 1e-17;
/// Cells after which rows need too much room: 256 MB.
pub const MOST_CELLS: usize = 32_000_000;
/// Error of expected times, relatively, that leaving out transitions may cause.
const NEGLIGIBLE: f64 = 1e-15;
/// No transition above this is left out where failure is rarest.
const TINIEST: f64 = 1e-300;

/// The factors of a count chain.
#[derive(Debug, Clone)]
pub struct Factors {
    /// Factors of I − Q.
    pub eliminated: Eliminated,
    /// Probability of failing at once, for each transient count.
    pub exits: Vec<f64>,
    /// Expected generations to failure, from each.
    pub times: Vec<f64>,
    /// Bound on their relative error, to first order: rounding, and what was left out.
    pub error: f64,
}

/// Where the draws of each state lead on average, and where its neighbours are: what their rounding depends on.
struct Places<'a> {
    /// Count that a state stands for, rising.
    count: &'a [f64],
    /// Mean of the next count.
    mean: &'a [f64],
}

impl Places<'_> {
    /// What the roundings of all transitions can move an expected time by, relatively, to first order.
    ///
    /// A saddle-point probability is off by some roundings, and by one more for each count between it and the mean; elimination
    /// adds a few per state that a row leads to. A transition from i to j whose probability is off by δ moves the expected
    /// time by δ (t_j − t_i) at each visit of i, and what all visits cost is collected like any reward. Where failure is so
    /// rare that the differences are rounding themselves, the bound of C. A. O'Cinneide, Entrywise perturbation theory and
    /// error analysis for Markov chains (1993), is the smaller: 2n roundings of n states' transitions.
    fn doubt(&self, rows: &Skyline, exits: &[f64], times: &[f64], eliminated: &Eliminated) -> f64 {
        let failing = self.count.last().map_or(0.0, |last| last + 1.0);
        let mut most = 0.0_f64;
        let reward: Vec<f64> = (0..times.len())
            .map(|i| {
                let ((first, row), own, mean) = (rows.row(i), times[i], self.mean[i]);
                if !own.is_finite() {
                    return 0.0;
                }
                // Of sums on Gauss nodes the row's own is the one whose truth is known.
                let astray = (row.iter().sum::<f64>() + exits[i] - 1.0).abs() / f64::EPSILON;
                let steps = 8.0 + 2.0 * row.len() as f64 + astray;
                let ends = [first, first + row.len().saturating_sub(1)].into_iter().filter_map(|at| self.count.get(at));
                let farthest = ends.fold((failing - mean).abs(), |most, count| most.max((count - mean).abs()));
                most = most.max(steps + farthest);
                let cells = row.iter().zip(&times[first..]).zip(&self.count[first..]);
                let cells = cells.filter(|((p, _), _)| **p > 0.0);
                let moved: f64 = cells.map(|((p, t), c)| p * (t - own).abs() * (steps + (c - mean).abs())).sum();
                f64::EPSILON * (moved + exits[i] * own * (steps + (failing - mean).abs()))
            })
            .collect();
        let collected = eliminated.collected(&reward);
        let relative = collected.iter().zip(times).map(|(off, time)| off / time).fold(0.0, f64::max);
        relative.min(2.0 * times.len() as f64 * f64::EPSILON * most)
    }
}

impl Factors {
    /// Eliminates the open `counts` of a chain, rising; `None` if the rows need too much room. Safe counts are ends like
    /// failed ones: `exits` and `times` are those to whichever comes first.
    #[must_use]
    pub fn of(chain: &Chain, counts: &[usize]) -> Option<Self> {
        let runs = [chain.failed_runs(), chain.safe_runs()].concat();
        // A starved count is a failed one, so each of these has draws.
        let next: Vec<f64> = counts.iter().map(|&count| chain.states[count].next.unwrap_or(0.0)).collect();
        let exits = next.iter().map(|&q| landing(&runs, 0, chain.draws, q)).collect();
        let mean: Vec<f64> = next.iter().map(|q| chain.draws as f64 * q).collect();
        let count: Vec<f64> = counts.iter().map(|&count| count as f64).collect();
        let places = Places { count: &count, mean: &mean };
        Self::eliminate(exits, &places, |least| rows(chain.draws, &next, counts, least))
    }

    /// The same for a chain on Gauss nodes, with the error of its sums in the bound.
    #[must_use]
    pub fn of_nodes(chain: &NodeChain) -> Option<Self> {
        let mean = chain.means();
        Self::eliminate(chain.exits.clone(), &Places { count: &chain.count, mean: &mean }, |least| {
            chain.rows(least, MOST_CELLS)
        })
    }

    /// Eliminates with `rows` cut so finely that expected times do not suffer.
    fn eliminate(exits: Vec<f64>, places: &Places<'_>, mut rows: impl FnMut(f64) -> Option<Skyline>) -> Option<Self> {
        let ones = vec![1.0; exits.len()];
        let mut least = LEAST;
        loop {
            let whole = rows(least)?;
            let eliminated = Eliminated::cut(whole.clone(), &exits, 1e-2 * least);
            let times = eliminated.collected(&ones);
            let longest = times.iter().fold(0.0_f64, |most, &time| most.max(time));
            // Both sides of a row are cut.
            let lost = (eliminated.neglected() + 2.0 * least) * longest;
            if !(lost > NEGLIGIBLE && least > TINIEST) {
                let rounding = places.doubt(&whole, &exits, &times, &eliminated);
                let error = rounding + if lost.is_finite() { lost } else { 0.0 };
                return Some(Self { eliminated, exits, times, error });
            }
            least = (1e-3 * NEGLIGIBLE / longest).min(1e-10 * least).max(TINIEST);
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
