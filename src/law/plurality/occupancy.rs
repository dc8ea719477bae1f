//! The fullest of D cells into which t balls fall: how many random wrong answers agree.
//!
//! With `a(d, s, u)` the probability that s balls in d cells leave none with more than u, the cells that hold exactly v of t
//! balls are c with probability C(d, c) · P(these c cells hold v each) · a(d − c, t − cv, v − 1), and the sum over c is
//! a(d, t, v). Only positive terms, each from the one with a cell less, so that every probability keeps its digits.

use crate::stats::binomial;

/// Where t balls, for every t up to k, leave the fullest cells.
#[derive(Debug)]
pub(super) struct Occupancy {
    rows: Vec<OccupancyRow>,
    scattered: bool,
}

/// The law of the fullest cell for one number of balls.
#[derive(Debug, Default)]
struct OccupancyRow {
    /// Entry v − 1: the fullest cell holds v.
    fullest: Vec<Fullest>,
}

/// What there is to know of the event that the fullest cell holds v balls.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fullest {
    /// P(fullest < v).
    pub below: f64,
    /// P(fullest = v).
    pub exactly: f64,
    /// E[1 / (1 + c); fullest = v], c the number of cells that hold v: one more answer with v votes wins the tie.
    pub one_more: f64,
    /// E[1 / (2 + c); fullest = v].
    pub two_more: f64,
}

impl Occupancy {
    /// Of up to `most` balls; `cells` is D, or `None` where no two balls share a cell.
    pub fn new(most: u64, cells: Option<u64>) -> Self {
        let most = most as usize;
        let mut rows: Vec<OccupancyRow> =
            (0..=most).map(|balls| OccupancyRow { fullest: Vec::with_capacity(balls) }).collect();
        match cells {
            None => alone(&mut rows),
            Some(cells) => Levels::new(most, cells).fill(&mut rows),
        }
        Self { rows, scattered: cells.is_none() }
    }

    /// Whether no two balls share a cell.
    pub const fn scattered(&self) -> bool {
        self.scattered
    }

    /// The event that the fullest of the cells holds `votes` (at least 1) of `balls`.
    pub fn fullest(&self, balls: usize, votes: usize) -> Fullest {
        let past = Fullest { below: 1.0, ..Fullest::default() };
        self.rows[balls].fullest.get(votes - 1).copied().unwrap_or(past)
    }

    /// E[`worth`(fullest); fullest > u, at least `least`, at most `most`], for each number of balls and each u = 0, 1, …
    pub fn leads(&self, least: usize, most: usize, worth: impl Fn(usize) -> f64) -> Vec<Vec<f64>> {
        let of = |row: &OccupancyRow| {
            let mut leads = vec![0.0; row.fullest.len() + 1];
            for (below, fullest) in row.fullest.iter().enumerate().rev() {
                let within = (least..=most).contains(&(below + 1));
                leads[below] = leads[below + 1] + if within { worth(below + 1) * fullest.exactly } else { 0.0 };
            }
            leads
        };
        self.rows.iter().map(of).collect()
    }
}

/// Every ball has a cell of its own.
fn alone(rows: &mut [OccupancyRow]) {
    for (balls, row) in rows.iter_mut().enumerate().skip(1) {
        let all = balls as f64;
        row.fullest.push(Fullest {
            below: 0.0,
            exactly: 1.0,
            one_more: 1.0 / (1.0 + all),
            two_more: 1.0 / (2.0 + all),
        });
    }
}

/// a(D − i, s, u) for the present u, level by level: i cells are known to be fuller.
struct Levels {
    most: usize,
    cells: u64,
    /// Entry i: values at s = 0, 1, …
    within: Vec<Vec<f64>>,
}

impl Levels {
    /// u = 0: only no balls at all leave every cell empty.
    fn new(most: usize, cells: u64) -> Self {
        let levels = cells.min(most as u64) as usize;
        let within = (0..=levels).map(|_| (0..=most).map(|balls| f64::from(u8::from(balls == 0))).collect()).collect();
        Self { most, cells, within }
    }

    fn fill(mut self, rows: &mut [OccupancyRow]) {
        for votes in 1..=self.most {
            let terms = self.raise(votes);
            for balls in votes..=self.most {
                // The entry of `balls` without a full cell, and those with 1, 2, …
                let by_cells = || terms.iter().skip(1).enumerate().take_while(|(_, term)| balls < term.len());
                let sum =
                    |weight: fn(f64) -> f64| by_cells().map(|(c, term)| term[balls] * weight(c as f64 + 1.0)).sum();
                rows[balls].fullest.push(Fullest {
                    below: terms[0][balls],
                    exactly: sum(|_| 1.0),
                    one_more: sum(|cells| 1.0 / (1.0 + cells)),
                    two_more: sum(|cells| 1.0 / (2.0 + cells)),
                });
            }
        }
    }

    /// From u = `votes` − 1 to u = `votes`. Returns the terms of all D cells: entry c, s is the probability that s balls leave
    /// c cells with `votes` and none with more.
    fn raise(&mut self, votes: usize) -> Vec<Vec<f64>> {
        let deepest = (self.most / votes).min(self.within.len() - 1);
        let mut terms: Vec<Vec<f64>> = Vec::new();
        for level in (0..=deepest).rev() {
            let cells = self.cells - level as u64;
            let balls = self.most - level * votes;
            terms = self.lifted(terms, level, cells, balls, votes);
            let all = &mut self.within[level];
            all.clear();
            all.resize(balls + 1, 0.0);
            for term in &terms {
                for (sum, part) in all.iter_mut().zip(term) {
                    *sum += part;
                }
            }
        }
        // Deeper levels are not asked for again: fuller cells are fewer.
        self.within.truncate(deepest + 1);
        terms
    }

    /// The terms of one level from those of the level with a cell less.
    fn lifted(&self, deeper: Vec<Vec<f64>>, level: usize, cells: u64, balls: usize, votes: usize) -> Vec<Vec<f64>> {
        let mut terms = vec![self.within[level][..=balls].to_vec()];
        if cells == 0 || balls < votes {
            return terms;
        }
        let share = 1.0 / cells as f64;
        let held: Vec<f64> = (votes..=balls).map(|s| binomial::pmf(votes as u64, s as u64, share)).collect();
        for (before, term) in deeper.into_iter().enumerate() {
            let ways = cells as f64 / (before as f64 + 1.0);
            let mut lifted = vec![0.0; balls + 1];
            for ((place, held), left) in lifted[votes..].iter_mut().zip(&held).zip(&term) {
                *place = ways * held * left;
            }
            terms.push(lifted);
        }
        terms
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// Every way of putting the balls into the cells.
    fn counted(balls: u32, cells: u32, votes: u64) -> Fullest {
        let mut law = Fullest::default();
        let all = u64::from(cells).pow(balls);
        for mut way in 0..all {
            let mut held = vec![0_u64; cells as usize];
            for _ in 0..balls {
                held[(way % u64::from(cells)) as usize] += 1;
                way /= u64::from(cells);
            }
            let most = held.iter().copied().max().unwrap();
            let full = held.iter().filter(|&&one| one == votes).count() as f64;
            let weight = 1.0 / all as f64;
            law.below += if most < votes { weight } else { 0.0 };
            if most == votes {
                law.exactly += weight;
                law.one_more += weight / (1.0 + full);
                law.two_more += weight / (2.0 + full);
            }
        }
        law
    }

    #[test]
    fn agrees_with_enumeration() {
        for cells in 1..=4_u32 {
            let table = Occupancy::new(7, Some(u64::from(cells)));
            for balls in 0..=7 {
                for votes in 1..=7 {
                    let (found, right) = (table.fullest(balls, votes), counted(balls as u32, cells, votes as u64));
                    for (found, right) in [
                        (found.below, right.below),
                        (found.exactly, right.exactly),
                        (found.one_more, right.one_more),
                        (found.two_more, right.two_more),
                    ] {
                        assert_relative_eq!(found, right, max_relative = 1e-12, epsilon = 1e-300);
                    }
                    let leads = table.leads(2, votes, |_| 1.0)[balls].get(2).copied().unwrap_or(0.0);
                    let sum: f64 = (3..=votes).map(|v| table.fullest(balls, v).exactly).sum();
                    assert_relative_eq!(leads, sum, max_relative = 1e-14);
                }
            }
        }
    }

    #[test]
    fn probabilities_sum_to_one_for_any_number_of_cells() {
        for cells in [Some(1), Some(2), Some(50), Some(1_000_000_000_000), None] {
            let table = Occupancy::new(200, cells);
            for balls in [1, 2, 63, 200] {
                let sum: f64 = (1..=balls).map(|votes| table.fullest(balls, votes).exactly).sum();
                assert_relative_eq!(sum, 1.0, max_relative = 1e-12);
                let last = table.fullest(balls, balls);
                let all = cells.map_or(f64::from(u8::from(balls == 1)), |cells| (cells as f64).powi(1 - balls as i32));
                assert_relative_eq!(last.exactly, all, max_relative = 1e-11);
            }
        }
    }

    #[test]
    fn scattered_answers_never_coincide() {
        let table = Occupancy::new(9, None);
        let four = table.fullest(4, 1);
        assert_eq!((four.below, four.exactly, four.one_more), (0.0, 1.0, 0.2));
        assert_eq!(
            (table.fullest(4, 2).below, table.fullest(0, 1).below, table.fullest(0, 1).exactly),
            (1.0, 1.0, 0.0)
        );
    }
}
