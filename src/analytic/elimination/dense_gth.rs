//! Elimination without subtractions for an absorbing chain.
//!
//! Source: W. K. Grassmann, M. I. Taksar, D. P. Heyman, Regenerative analysis and steady state distributions for Markov
//! chains, Operations Research 33 (1985) 1107–1116. States are eliminated from the last to the first; 1 − p_kk is never
//! formed but replaced by the sum of the other probabilities of row k, so that every digit survives however close to 1
//! the chain's persistence is.

use rayon::prelude::*;

use super::dense_kernel::{self, Lane, WIDTH};

/// States eliminated together: their rows, cut into panels, stay in the cache while all other rows are updated.
const BLOCK: usize = 64;
/// Rows updated by one task.
const ROWS: usize = 16;

/// A chain eliminated: I − Q = (I − F)(D − L), F strictly upper and L strictly lower triangular, all entries non-negative.
pub struct DenseElimination {
    states: usize,
    /// F above the diagonal, L below it, row by row.
    factors: Vec<f64>,
    /// D, probability of leaving state k for a lower state or failure, in the chain watched on states 0..=k only.
    leaving: Vec<f64>,
}

/// A set of states that is never left, from this state on down: failure is not reached from everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trapped;

impl DenseElimination {
    /// Eliminates the chain with transition probabilities `chain` (square, row by row; the diagonal is not read) among
    /// transient states and absorption probabilities `exit`.
    pub fn new(mut chain: Vec<f64>, mut exit: Vec<f64>) -> Result<Self, Trapped> {
        let states = exit.len();
        let mut leaving = vec![0.0; states];
        let mut end = states;
        while end > 0 {
            let begin = (end - 1) / BLOCK * BLOCK;
            eliminate_block(&mut chain, &mut exit, &mut leaving, begin..end)?;
            update_rest(&mut chain, &mut exit, &leaving, begin..end);
            end = begin;
        }
        Ok(Self { states, factors: chain, leaving })
    }

    fn row(&self, k: usize) -> &[f64] {
        &self.factors[k * self.states..(k + 1) * self.states]
    }

    /// (I − Q)⁻¹ `right`, for non-negative right-hand sides without a subtraction.
    pub fn solve(&self, right: &[f64]) -> Vec<f64> {
        self.solve_until(right, false)
    }

    /// The same, of which only what is collected before the chain comes to state 0 counts; 0 there.
    pub fn solve_before_start(&self, right: &[f64]) -> Vec<f64> {
        self.solve_until(right, true)
    }

    fn solve_until(&self, right: &[f64], start: bool) -> Vec<f64> {
        let mut solution = right.to_vec();
        for k in (0..self.states).rev() {
            solution[k] += dense_kernel::dot(&self.row(k)[k + 1..], &solution[k + 1..]);
        }
        if let (true, Some(first)) = (start, solution.first_mut()) {
            *first = 0.0;
        }
        for k in usize::from(start)..self.states {
            let below = dense_kernel::dot(&self.row(k)[..k], &solution[..k]);
            solution[k] = (solution[k] + below) / self.leaving[k];
        }
        solution
    }

    /// e₀ᵀ(I − Q)⁻¹: expected generations at each state before absorption, from state 0.
    pub fn visits(&self) -> Vec<f64> {
        let mut start = vec![0.0; self.states];
        start.iter_mut().take(1).for_each(|first| *first = 1.0);
        self.visits_from(&start)
    }

    /// The same from a law of the state.
    pub fn visits_from(&self, start: &[f64]) -> Vec<f64> {
        let mut visits = start.to_vec();
        for k in (0..self.states).rev() {
            if visits[k] == 0.0 {
                continue;
            }
            visits[k] /= self.leaving[k];
            let here = visits[k];
            dense_kernel::add_scaled(&mut visits[..k], here, &self.row(k)[..k]);
        }
        for k in 0..self.states {
            let here = visits[k];
            dense_kernel::add_scaled(&mut visits[k + 1..], here, &self.row(k)[k + 1..]);
        }
        visits
    }
}

/// Eliminates the states of `block` from the rows of `block`.
fn eliminate_block(
    chain: &mut [f64],
    exit: &mut [f64],
    leaving: &mut [f64],
    block: std::ops::Range<usize>,
) -> Result<(), Trapped> {
    let states = exit.len();
    for k in block.clone().rev() {
        let (head, tail) = chain.split_at_mut((k + 1) * states);
        let row = &mut head[k * states..];
        for j in (k + 1..block.end).rev() {
            let factor = row[j] / leaving[j];
            row[j] = factor;
            let above = &tail[(j - k - 1) * states..];
            dense_kernel::add_scaled(&mut row[..j], factor, &above[..j]);
            exit[k] += factor * exit[j];
        }
        leaving[k] = row[..k].iter().sum::<f64>() + exit[k];
        if leaving[k] < f64::MIN_POSITIVE {
            return Err(Trapped);
        }
    }
    Ok(())
}

/// Carries the elimination of `block` over to all rows before it.
fn update_rest(chain: &mut [f64], exit: &mut [f64], leaving: &[f64], block: std::ops::Range<usize>) {
    let states = exit.len();
    let (rest, done) = chain.split_at_mut(block.start * states);
    let (exits, done_exits) = exit.split_at_mut(block.start);
    let eliminated = EliminatedBlock {
        states,
        block: block.clone(),
        rows: &done[..block.len() * states],
        exits: &done_exits[..block.len()],
        leaving: &leaving[block.clone()],
        panels: panels(done, states, &block),
    };
    rest.par_chunks_mut(ROWS * states).zip(exits.par_chunks_mut(ROWS)).for_each(|(rows, exits)| {
        let mut weights = vec![[0.0; WIDTH]; ROWS / WIDTH * block.len()];
        for (index, (row, exit)) in rows.chunks_mut(states).zip(exits).enumerate() {
            let lane = &mut weights[index / WIDTH * block.len()..][..block.len()];
            eliminated.factor(row, exit, lane, index % WIDTH);
        }
        eliminated.add(rows, &weights);
    });
}

/// The block's rows left of the block, as columns of lanes: column by column, all rows of the block.
fn panels(done: &[f64], states: usize, block: &std::ops::Range<usize>) -> Vec<Lane> {
    let mut panels = vec![[0.0; WIDTH]; block.start / WIDTH * block.len()];
    for (k, row) in done.chunks(states).take(block.len()).enumerate() {
        for (column, lane) in row[..block.start].as_chunks::<WIDTH>().0.iter().enumerate() {
            panels[column * block.len() + k] = *lane;
        }
    }
    panels
}

/// A block of states already eliminated from its own rows.
struct EliminatedBlock<'a> {
    states: usize,
    block: std::ops::Range<usize>,
    rows: &'a [f64],
    exits: &'a [f64],
    leaving: &'a [f64],
    panels: Vec<Lane>,
}

impl EliminatedBlock<'_> {
    /// The weights with which the block's rows enter `row`: into the row itself, and into one place of each lane.
    fn factor(&self, row: &mut [f64], exit: &mut f64, lanes: &mut [Lane], place: usize) {
        let own = &mut row[self.block.clone()];
        for k in (0..own.len()).rev() {
            let factor = own[k] / self.leaving[k];
            own[k] = factor;
            lanes[k][place] = factor;
            let above = &self.rows[k * self.states + self.block.start..];
            dense_kernel::add_scaled(&mut own[..k], factor, &above[..k]);
            *exit += factor * self.exits[k];
        }
    }

    /// Adds the block's rows, weighted, to a task's rows left of the block.
    fn add(&self, rows: &mut [f64], weights: &[Lane]) {
        let depth = self.block.len();
        for (column, panel) in self.panels.chunks(depth).enumerate() {
            for (group, lanes) in rows.chunks_mut(WIDTH * self.states).zip(weights.chunks(depth)) {
                let sums = dense_kernel::product(lanes, panel);
                for (row, sum) in group.chunks_mut(self.states).zip(&sums) {
                    dense_kernel::add_scaled(&mut row[column * WIDTH..], 1.0, sum);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// Gauss in whole numbers: `E[T]` from state 0 of a chain with weights out of `total`, as a fraction's value.
    fn by_fractions(weights: &[Vec<i128>], total: i128) -> f64 {
        // Bareiss: (total I − W) t = total 1, fraction-free, so exact.
        let n = weights.len();
        let mut rows: Vec<Vec<i128>> = (0..n)
            .map(|i| {
                let mut row: Vec<i128> = (0..n).map(|j| i128::from(i == j) * total - weights[i][j]).collect();
                row.push(total);
                row
            })
            .collect();
        let mut previous = 1;
        for k in (1..n).rev() {
            for i in 0..k {
                for j in (0..=n).filter(|&j| j != k) {
                    rows[i][j] = (rows[k][k] * rows[i][j] - rows[i][k] * rows[k][j]) / previous;
                }
                rows[i][k] = 0;
            }
            previous = rows[k][k];
        }
        rows[0][n] as f64 / rows[0][0] as f64
    }

    #[test]
    fn agrees_with_whole_numbers() {
        let weights: Vec<Vec<i128>> =
            vec![vec![90, 5, 3, 1], vec![40, 30, 20, 9], vec![10, 30, 30, 20], vec![5, 5, 5, 5]];
        let chain = weights.iter().flatten().map(|&w| w as f64 / 100.0).collect();
        let exit = weights.iter().map(|row| (100 - row.iter().sum::<i128>()) as f64 / 100.0).collect();
        let solved = DenseElimination::new(chain, exit).unwrap();
        let times = solved.solve(&[1.0; 4]);
        for (row, time) in weights.iter().zip(&times) {
            let back: f64 = row.iter().zip(&times).map(|(&w, t)| w as f64 / 100.0 * t).sum();
            assert_relative_eq!(1.0 + back, *time, max_relative = 1e-14);
        }
        assert_relative_eq!(times[0], by_fractions(&weights, 100), max_relative = 1e-14);
        assert_relative_eq!(solved.visits().iter().sum::<f64>(), times[0], max_relative = 1e-14);
    }

    /// A chain that crosses block and task borders, against elimination without blocks.
    #[test]
    fn blocks_change_nothing() {
        let n = 203;
        let entry = |i: usize, j: usize| ((i * 7919 + j * 104_729 + 13) % 1009 + 1) as f64 / (1010.0 * n as f64);
        let chain: Vec<f64> = (0..n * n).map(|at| entry(at / n, at % n)).collect();
        let exit: Vec<f64> = (0..n).map(|i| 1e-25 * (i % 5 + 1) as f64).collect();
        let solved = DenseElimination::new(chain.clone(), exit.clone()).unwrap();

        let (mut plain, mut time, mut out) = (chain, vec![1.0; n], exit);
        for k in (1..n).rev() {
            let leaving: f64 = plain[k * n..k * n + k].iter().sum::<f64>() + out[k];
            for i in 0..k {
                let factor = plain[i * n + k] / leaving;
                for j in 0..k {
                    plain[i * n + j] += factor * plain[k * n + j];
                }
                time[i] += factor * time[k];
                out[i] += factor * out[k];
            }
        }
        let expected = time[0] / out[0];
        assert!(expected > 1e24, "{expected}");
        assert_relative_eq!(solved.solve(&vec![1.0; n])[0], expected, max_relative = 1e-12);
        assert_relative_eq!(solved.visits().iter().sum::<f64>(), expected, max_relative = 1e-12);
    }

    #[test]
    fn a_trap_is_told() {
        assert_eq!(DenseElimination::new(vec![0.5, 0.25, 0.0, 1.0], vec![0.25, 0.0]).err(), Some(Trapped));
    }
}
