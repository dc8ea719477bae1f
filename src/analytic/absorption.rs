//! Absorbing chains solved by elimination without subtractions, so that every number keeps its relative accuracy however
//! rare absorption is.
//!
//! Source: W. K. Grassmann, M. I. Taksar and D. P. Heyman, Regenerative analysis and steady state distributions for Markov
//! chains (1985), with the exit probabilities carried as a column of their own: a state's way out is the sum of what it
//! can do, never 1 − what it cannot. A plain LU of I − Q answers −8.7e15 where the truth is +7.2e28 (model.md, section 6b).

use nalgebra::DMatrix;

/// The factors of I − Q, from which times and visits follow by substitution.
#[derive(Debug, Clone)]
pub struct Eliminated {
    /// Column i holds row i of the censored chains: left of the diagonal p_ij at the time i was eliminated, right of it
    /// p_ij at the time j was. Rows as columns, because nalgebra stores columns together.
    rows: DMatrix<f64>,
    /// First column of each row that is not zero.
    first: Vec<usize>,
    /// Probability of leaving each state, in the chain censored to it and those before.
    pivot: Vec<f64>,
}

impl Eliminated {
    /// Eliminates from the last state to the first. Column i of `transposed` holds the transition probabilities of state
    /// i to the transient states, `exits[i]` its probability of absorption; together they sum to 1.
    #[must_use]
    pub fn new(mut transposed: DMatrix<f64>, mut exits: Vec<f64>) -> Self {
        let size = exits.len();
        let mut first: Vec<usize> =
            (0..size).map(|i| transposed.column(i).iter().position(|&p| p > 0.0).unwrap_or(size)).collect();
        let mut pivot = vec![0.0; size];
        // Probability of ending in a state without a way out; kept apart, since it is neither exit nor return.
        let mut trapped = vec![0.0; size];
        let cells = transposed.as_mut_slice();
        for k in (0..size).rev() {
            let (above, row) = cells.split_at_mut(k * size);
            let row = &row[..k];
            let low = first[k].min(k);
            pivot[k] = row[low..].iter().sum::<f64>() + exits[k] + trapped[k];
            let open = pivot[k] > 0.0;
            for i in 0..k {
                let into = above[i * size + k];
                if into == 0.0 {
                    continue;
                }
                if !open {
                    trapped[i] += into;
                    continue;
                }
                let share = into / pivot[k];
                exits[i] += share * exits[k];
                trapped[i] += share * trapped[k];
                first[i] = first[i].min(low);
                let target = &mut above[i * size + low..i * size + k];
                for (cell, &through) in target.iter_mut().zip(&row[low..]) {
                    *cell += share * through;
                }
            }
        }
        Self { rows: transposed, first, pivot }
    }

    /// (I − Q)⁻¹ `reward`: the expected reward collected before absorption, from each state. Infinite where absorption is
    /// not certain, or rarer than a double can hold.
    #[must_use]
    pub fn collected(&self, reward: &[f64]) -> Vec<f64> {
        let size = self.pivot.len();
        let mut sum = reward.to_vec();
        for k in (0..size).rev() {
            for i in 0..k {
                let into = self.rows[(k, i)];
                if into > 0.0 {
                    sum[i] += into / self.pivot[k] * sum[k];
                }
            }
        }
        for k in 0..size {
            let low = self.first[k].min(k);
            let column = self.rows.column(k);
            let later: f64 = (low..k).map(|j| (column[j], sum[j])).filter(|(p, _)| *p > 0.0).map(|(p, t)| p * t).sum();
            sum[k] = (sum[k] + later) / self.pivot[k];
        }
        sum
    }

    /// `start`ᵀ (I − Q)⁻¹: expected visits to each state before absorption.
    #[must_use]
    pub fn visits(&self, start: &[f64]) -> Vec<f64> {
        let size = self.pivot.len();
        let mut visits = start.to_vec();
        for k in (0..size).rev() {
            if visits[k] == 0.0 || self.pivot[k] == 0.0 {
                continue;
            }
            let share = visits[k] / self.pivot[k];
            let column = self.rows.column(k);
            for (visits, p) in visits[..k].iter_mut().zip(column.iter()).skip(self.first[k].min(k)) {
                *visits += share * p;
            }
        }
        for k in 0..size {
            let earlier: f64 =
                (0..k).map(|i| (self.rows[(k, i)], visits[i])).filter(|(p, _)| *p > 0.0).map(|(p, v)| v * p).sum();
            let entered = visits[k] + earlier;
            visits[k] = if entered == 0.0 { 0.0 } else { entered / self.pivot[k] };
        }
        visits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// Two states: 0 stays with 1/2, goes to 1 with 1/4, leaves with 1/4; 1 goes to 0 with 1/3 and leaves with 2/3.
    fn small() -> Eliminated {
        Eliminated::new(DMatrix::from_column_slice(2, 2, &[0.5, 0.25, 1.0 / 3.0, 0.0]), vec![0.25, 2.0 / 3.0])
    }

    #[test]
    fn hand_computed_chain() {
        // t0 = 1 + t0/2 + t1/4 and t1 = 1 + t0/3 give t0 = 3, t1 = 2.
        let times = small().collected(&[1.0, 1.0]);
        assert_relative_eq!(times[0], 3.0, max_relative = 1e-15);
        assert_relative_eq!(times[1], 2.0, max_relative = 1e-15);
        // v0 = 1 + v0/2 + v1/3 and v1 = v0/4 give v0 = 12/5, v1 = 3/5.
        let visits = small().visits(&[1.0, 0.0]);
        assert_relative_eq!(visits[0], 2.4, max_relative = 1e-15);
        assert_relative_eq!(visits[1], 0.6, max_relative = 1e-15);
    }

    #[test]
    fn a_rare_exit_keeps_its_digits() {
        // 0 stays but for 1e-40, 1 returns but for 1e-30: E[T] = 1e70 (1 + …).
        let chain = Eliminated::new(DMatrix::from_column_slice(2, 2, &[1.0, 1e-40, 1.0, 0.0]), vec![0.0, 1e-30]);
        assert_relative_eq!(chain.collected(&[1.0, 1.0])[0], 1e70, max_relative = 1e-14);
    }

    #[test]
    fn a_trap_is_for_ever() {
        let chain = Eliminated::new(DMatrix::from_column_slice(2, 2, &[0.0, 0.5, 0.0, 1.0]), vec![0.5, 0.0]);
        assert_eq!(chain.collected(&[1.0, 1.0])[0], f64::INFINITY);
        assert_relative_eq!(chain.visits(&[1.0, 0.0])[0], 1.0);
        assert_eq!(chain.visits(&[1.0, 0.0])[1], f64::INFINITY);
    }
}
