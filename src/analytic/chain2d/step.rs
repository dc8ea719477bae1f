//! One generation forward: from the law of the present state to the law of the next.
//!
//! The sum over present states x of p(x) · Multinomial(N, q(x)) is a product of matrices in disguise. For a tile of a few
//! n_W, let n₀ be the largest number N − n_W of examples left. With v the conditional share of unsound examples,
//!   Bin(n_U; N − n_W, v) = Bin(n_U; n₀, v) · (1 − v)^(N − n_W − n₀) · C(N − n_W, n_U) / C(n₀, n_U):
//! a factor in (x, n_U), one in (x, n_W), and one in (n_W, n_U) that leaves the sum. All terms are positive, so that small
//! probabilities keep their digits.

use rayon::prelude::*;

use crate::analytic::elimination::dense_kernel::{self, Lane, WIDTH};
use crate::analytic::tolerances::{GRID_TRUNCATED, NARROW_ROW};
use crate::stats::binomial;

use super::grid::{BinomialDraw, CountGrid, LawField};

/// Values of n_W in one tile; (1 − v)^-32 must stay far from overflow, see [`NARROW_ROW`].
const TILE: usize = 32;
/// Present states whose rows are multiplied together: two panels of this depth fit the first-level cache.
const CHUNK: usize = 64;

/// The law of the next state.
#[derive(Debug, Clone)]
pub(super) struct GridStep {
    /// Mass of each state of the grid.
    pub next: Vec<f64>,
    /// Bound on the mass lost outside windows.
    pub truncated: f64,
    /// Multiplications done, as a measure of cost that does not depend on the machine.
    pub work: u64,
}

/// A present state with its mass, and the window of n_W outside which its successors are truncated.
#[derive(Debug, Clone, Copy)]
struct SourceRow {
    mass: f64,
    draw: BinomialDraw,
    wrong: (usize, usize),
    /// Mass that the window may lose, and each window of n_U in a tile.
    cut: f64,
}

/// The law after one generation, for the sub-probability `mass` on the grid. States that accept nothing stay where they are.
pub(super) fn step(grid: CountGrid, field: &LawField, mass: &[f64]) -> GridStep {
    let cut = if grid.is_summed_whole() { f64::MIN_POSITIVE } else { GRID_TRUNCATED };
    let mut step = GridStep { next: vec![0.0; grid.len()], truncated: 0.0, work: 0 };
    let mut sources = Vec::new();
    // One of n_W, and one of n_U for each tile.
    let windows = grid.examples / TILE + 2;
    for (index, (&mass, draw)) in mass.iter().zip(&field.next).enumerate() {
        match draw {
            None => step.next[index] += mass,
            Some(_) if mass <= cut => step.truncated += mass,
            Some(draw) => {
                sources.push(SourceRow::new(grid, mass, *draw, cut));
                step.truncated += cut * windows as f64;
            }
        }
    }
    let mut tiles = Vec::with_capacity(grid.examples / TILE + 1);
    let mut rest = step.next.as_mut_slice();
    for first in (0..=grid.examples).step_by(TILE) {
        let end = (first + TILE).min(grid.examples + 1);
        let (tile, after) = rest.split_at_mut(grid.row(end) - grid.row(first));
        tiles.push((Tile { grid, first, end }, tile));
        rest = after;
    }
    step.work = tiles.into_par_iter().map(|(tile, out)| tile.sum(&sources, out)).sum();
    step
}

impl SourceRow {
    fn new(grid: CountGrid, mass: f64, draw: BinomialDraw, cut: f64) -> Self {
        let (low, high) = binomial::window(grid.examples as u64, draw.wrong, share(cut, mass));
        Self { mass, draw, wrong: (low as usize, high as usize), cut }
    }

    /// Window of n_U where `mass` of the successors have left from `fewest` to `most` examples.
    fn unsound(&self, mass: f64, fewest: usize, most: usize) -> (usize, usize) {
        let share = share(self.cut, mass);
        // The tails of the binomial move with the number of trials: the low end from the fewest, the high end from the most.
        let low = binomial::window(fewest as u64, self.draw.unsound, share).0;
        let high = binomial::window(most as u64, self.draw.unsound, share).1;
        (low as usize, high as usize)
    }
}

/// The part of a mass that a cut may take; a mass below the cut still has its mode.
fn share(cut: f64, mass: f64) -> f64 {
    (cut / mass).min(0.5)
}

/// The states with `first` ≤ n_W < `end`.
#[derive(Debug, Clone, Copy)]
struct Tile {
    grid: CountGrid,
    first: usize,
    end: usize,
}

/// Two panels under construction, and the tile's sums.
struct Panels {
    /// Factor in (x, n_W): `TILE` / `WIDTH` lanes by `CHUNK` sources, source by source within a lane.
    left: Vec<Lane>,
    /// Factor in (x, n_U), likewise.
    right: Vec<Lane>,
    /// For each lane of n_U the sources that reach it, from..to.
    active: Vec<(usize, usize)>,
    row: Vec<f64>,
    sums: Vec<f64>,
    stride: usize,
}

impl Panels {
    fn new(most: usize) -> Self {
        let lanes = most / WIDTH + 1;
        Self {
            left: vec![[0.0; WIDTH]; TILE / WIDTH * CHUNK],
            right: vec![[0.0; WIDTH]; lanes * CHUNK],
            active: vec![(CHUNK, 0); lanes],
            row: vec![0.0; most + 1],
            sums: vec![0.0; TILE * lanes * WIDTH],
            stride: lanes * WIDTH,
        }
    }
}

impl Tile {
    /// n₀, the most examples that a row of the tile leaves.
    fn most(self) -> usize {
        self.grid.examples - self.first
    }

    /// Adds the successors of `sources` that lie in the tile to `out`; returns the multiplications done.
    fn sum(self, sources: &[SourceRow], out: &mut [f64]) -> u64 {
        let reaches = |s: &&SourceRow| s.wrong.0 < self.end && s.wrong.1 >= self.first;
        let (narrow, wide): (Vec<&SourceRow>, Vec<&SourceRow>) =
            sources.iter().filter(reaches).partition(|source| 1.0 - source.draw.unsound < NARROW_ROW);
        let mut work = 0;
        let mut panels = Panels::new(self.most());
        for chunk in wide.chunks(CHUNK) {
            for (place, source) in chunk.iter().enumerate() {
                self.place(source, place, &mut panels);
            }
            work += multiply(&mut panels);
        }
        self.collect(&panels, out);
        for source in narrow {
            work += self.add_alone(source, out);
        }
        work
    }

    /// The part of a source's window of n_W in this tile, from..to.
    fn rows(self, source: &SourceRow) -> (usize, usize) {
        (source.wrong.0.max(self.first), (source.wrong.1 + 1).min(self.end))
    }

    /// Writes the factors of one source into both panels.
    fn place(self, source: &SourceRow, place: usize, panels: &mut Panels) {
        let n = self.grid.examples as u64;
        let (from, to) = self.rows(source);
        let mut rows = [0.0; TILE];
        let own = &mut rows[from - self.first..to - self.first];
        binomial::fill(from as u64, n, source.draw.wrong, own);
        let mass = source.mass * own.iter().sum::<f64>();
        let growth = 1.0 / (1.0 - source.draw.unsound);
        let mut factor = source.mass * growth.powi((from - self.first) as i32);
        for p in own {
            *p *= factor;
            factor *= growth;
        }
        for (lane, values) in rows.as_chunks::<WIDTH>().0.iter().enumerate() {
            panels.left[lane * CHUNK + place] = *values;
        }

        let (low, high) = source.unsound(mass, self.grid.examples + 1 - to, self.most());
        let begin = low / WIDTH;
        let row = &mut panels.row[..high + 1 - begin * WIDTH];
        binomial::fill((begin * WIDTH) as u64, self.most() as u64, source.draw.unsound, row);
        for (lane, values) in row.chunks(WIDTH).enumerate() {
            let lane = begin + lane;
            let (since, until) = &mut panels.active[lane];
            if *until > 0 {
                // Sources between two that reach the lane need not: their places still hold an earlier chunk's values.
                panels.right[lane * CHUNK..][*until..place].fill([0.0; WIDTH]);
            }
            (*since, *until) = ((*since).min(place), place + 1);
            let mut values_of_lane = [0.0; WIDTH];
            values_of_lane.iter_mut().zip(values).for_each(|(to, from)| *to = *from);
            panels.right[lane * CHUNK + place] = values_of_lane;
        }
    }

    /// Multiplies the tile's sums by the factor in (n_W, n_U), C(N − n_W, n_U) / C(n₀, n_U), and adds them to `out`.
    fn collect(self, panels: &Panels, out: &mut [f64]) {
        let mut factor = vec![1.0; self.most() + 1];
        let mut rest = out;
        for (sums, wrong) in panels.sums.chunks(panels.stride).zip(self.first..self.end) {
            let left = self.grid.examples - wrong;
            let (row, after) = rest.split_at_mut(left + 1);
            for ((to, sum), factor) in row.iter_mut().zip(sums).zip(&factor) {
                *to += sum * factor;
            }
            for (unsound, factor) in factor.iter_mut().enumerate().take(left) {
                *factor *= (left - unsound) as f64 / left as f64;
            }
            rest = after;
        }
    }

    /// Adds one source's successors row by row.
    fn add_alone(self, source: &SourceRow, out: &mut [f64]) -> u64 {
        let mut work = 0;
        let (from, to) = self.rows(source);
        let mut row = vec![0.0; self.most() + 1];
        for wrong in from..to {
            let left = self.grid.examples - wrong;
            let weight = source.mass * binomial::pmf(wrong as u64, self.grid.examples as u64, source.draw.wrong);
            // The rows of a tile share one window's loss.
            let (low, high) = source.unsound(weight * TILE as f64, left, left);
            let window = &mut row[..high + 1 - low];
            binomial::fill(low as u64, left as u64, source.draw.unsound, window);
            let begin = self.grid.index(low, wrong) - self.grid.row(self.first);
            dense_kernel::add_scaled(&mut out[begin..], weight, window);
            work += window.len() as u64;
        }
        work
    }
}

/// Adds the product of the panels to the sums and clears the lanes' marks; returns the multiplications done.
fn multiply(panels: &mut Panels) -> u64 {
    let mut work = 0;
    for (lane, active) in panels.active.iter_mut().enumerate() {
        let (since, until) = std::mem::replace(active, (CHUNK, 0));
        if since >= until {
            continue;
        }
        let right = &panels.right[lane * CHUNK..][since..until];
        for (group, left) in panels.left.chunks(CHUNK).enumerate() {
            let product = dense_kernel::product(&left[since..until], right);
            for (row, sums) in product.iter().enumerate() {
                let begin = (group * WIDTH + row) * panels.stride + lane * WIDTH;
                dense_kernel::add_scaled(&mut panels.sums[begin..], 1.0, sums);
            }
        }
        work += ((until - since) * WIDTH * TILE) as u64;
    }
    work
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Origin, Scenario};
    use approx::assert_relative_eq;

    fn scenario(text: &str) -> Scenario {
        Scenario::parse(&format!("name = \"t\"\n{text}"), Origin::Text, &[]).unwrap()
    }

    /// Row by row over the whole grid.
    fn plainly(grid: CountGrid, field: &LawField, mass: &[f64]) -> Vec<f64> {
        let (mut next, mut row) = (vec![0.0; grid.len()], vec![0.0; grid.len()]);
        for (x, &mass) in mass.iter().enumerate() {
            match field.next[x] {
                None => next[x] += mass,
                Some(draw) => {
                    draw.fill(grid, &mut row);
                    dense_kernel::add_scaled(&mut next, mass, &row);
                }
            }
        }
        next
    }

    #[test]
    fn tiles_and_panels_are_the_plain_sum() {
        for text in [
            "examples = 45\n[errors]\nrecovery = 0.05\namplification = 20",
            "examples = 70\n[errors]\nrecovery = 0.4\nstep_error = 0.02\namplification = 20",
            "examples = 33\n[errors]\nrecovery = 0.9\nstep_error = 0.9\n[learning]\npersistence = 1.0\nimprint = 1.0",
            "examples = 33\n[errors]\nrecovery = 1.0\nstep_error = 1.0\n[learning]\npersistence = 1.0\nimprint = 1.0",
            "examples = 64",
        ] {
            let grid = CountGrid { examples: scenario(text).examples.get() as usize };
            let field = LawField::new(&scenario(text), 0, grid);
            let mut mass = vec![0.0; grid.len()];
            mass[0] = 1.0;
            for _ in 0..3 {
                let (fast, slow) = (step(grid, &field, &mass), plainly(grid, &field, &mass));
                for (fast, slow) in fast.next.iter().zip(&slow) {
                    assert_relative_eq!(fast, slow, max_relative = 1e-12, epsilon = 1e-290);
                }
                assert_relative_eq!(fast.next.iter().sum::<f64>(), 1.0, max_relative = 1e-13);
                mass = slow;
            }
        }
    }

    #[test]
    fn windows_lose_no_more_than_they_say() {
        let text = "examples = 120\n[errors]\nrecovery = 0.05\namplification = 20";
        let grid = CountGrid { examples: 120 };
        let field = LawField::new(&scenario(text), 0, grid);
        let mut mass = vec![0.0; grid.len()];
        mass[0] = 1.0;
        for _ in 0..4 {
            let (fast, slow) = (step(grid, &field, &mass), plainly(grid, &field, &mass));
            let lost: f64 = fast.next.iter().zip(&slow).map(|(fast, slow)| (slow - fast).max(0.0)).sum();
            // Rounding aside, which is relative to each term.
            let rounding = 1e-13;
            assert!(
                lost <= fast.truncated + rounding && fast.truncated < 1e-22,
                "{lost:e}, bound {:e}",
                fast.truncated
            );
            for (fast, slow) in fast.next.iter().zip(&slow).filter(|(_, slow)| **slow > 1e-20) {
                assert_relative_eq!(fast, slow, max_relative = 1e-5);
            }
            mass = slow;
        }
    }
}
