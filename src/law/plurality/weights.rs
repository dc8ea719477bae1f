//! What the vote accepts, as one sum over the number of random answers that its candidates would give.
//!
//! On problems of one kind a candidate shows the systematic answer with a probability y that no composition changes, and else is
//! random with probability z or right. Let every candidate draw that z, also those that show the systematic answer: b of k would
//! be random, Binomial(k, z), and given b nothing depends on z. So W_b = E[winner | b] is tabulated, and acceptance is
//! Σ_b Binomial(k, z)(b) W_b, all terms positive.

use std::cell::OnceCell;

use rayon::prelude::*;

use crate::law::scalar::Scalar;
use crate::stats::binomial;

use super::occupancy::Occupancy;
use super::winner::{Limits, Voters, Winner};

/// Part of a sum that the terms left out of it may come to.
const LEFT_OUT: f64 = 1e-17;

/// W_b of one kind of problem, b = 0..=k.
#[derive(Debug)]
pub struct Weights {
    right: Vec<f64>,
    systematic: Vec<f64>,
    random: Vec<f64>,
}

impl Weights {
    /// Of `candidates` that show the systematic answer with probability `shown`.
    pub(super) fn new(table: &Occupancy, candidates: u64, limits: Limits, shown: f64) -> Self {
        let k = candidates as usize;
        // Votes of those who do not show it, among so many.
        let kept: Vec<Vec<f64>> = (0..=k).map(|n| kept(n, shown)).collect();
        let voters = Voters::new(table, limits);
        let winners: Vec<Winner> = (0..=k).into_par_iter().map(|b| expected(&voters, &kept[b], &kept[k - b])).collect();
        Self {
            right: winners.iter().map(|winner| winner.right).collect(),
            systematic: winners.iter().map(|winner| winner.systematic).collect(),
            random: winners.iter().map(|winner| winner.random).collect(),
        }
    }

    /// Probabilities (right, systematic, random) of acceptance where a candidate that shows no systematic answer is right and
    /// random with these probabilities, which sum to 1.
    pub fn accepted<S: Scalar>(&self, right: S, random: S) -> [S; 3] {
        let k = self.right.len() - 1;
        // The smaller of the two keeps its digits.
        let flipped = random.value() > 0.5;
        let p = if flipped { right } else { random }.rounded_into(0.0, 1.0);
        let law = filled(k, p.value());
        let steep: OnceCell<Vec<f64>> = OnceCell::new();
        let at = |b: usize| if flipped { k - b } else { b };
        [&self.right, &self.systematic, &self.random].map(|weights| {
            let sum = |_| law.iter().enumerate().map(|(b, p)| p * weights[at(b)]).sum::<f64>() + 0.0;
            let slope = |p: f64| {
                let law = steep.get_or_init(|| if k == 0 { Vec::new() } else { filled(k - 1, p) });
                k as f64 * law.iter().enumerate().map(|(b, p)| p * (weights[at(b + 1)] - weights[at(b)])).sum::<f64>()
            };
            p.map(sum, slope).after(|_| 256.0 + 2.0 * k as f64)
        })
    }
}

fn filled(n: usize, p: f64) -> Vec<f64> {
    let mut law = vec![0.0; n + 1];
    binomial::fill(0, n as u64, p, &mut law);
    law
}

/// Binomial(n, 1 − `shown`).
fn kept(n: usize, shown: f64) -> Vec<f64> {
    let mut law = filled(n, shown);
    law.reverse();
    law
}

/// E[winner] over the votes for random answers and for the right one; the others are systematic.
fn expected(voters: &Voters<'_>, random: &[f64], right: &[f64]) -> Winner {
    let k = random.len() + right.len() - 2;
    let scattered = voters.are_scattered();
    outward(random, scattered, |t| outward(right, scattered, |j| Winner::of(voters, j, k - j - t, t)))
}

/// Σ p_i f(i), from the largest p outwards until what is left changes no digit of any part; a random answer never wins where
/// all are `scattered`.
fn outward(law: &[f64], scattered: bool, part: impl Fn(usize) -> Winner) -> Winner {
    let mode = law.iter().enumerate().max_by(|one, other| one.1.total_cmp(other.1)).map_or(0, |(at, _)| at);
    let mut sum = Winner::default();
    let mut add = |i: usize, rest: usize| {
        let p = law[i];
        let random = if scattered { 1.0 } else { sum.random };
        let known = sum.right.min(sum.systematic).min(random);
        // Beyond the mode probabilities fall, so that the rest is at most as many of them, and every part at most 1.
        if p * rest as f64 <= LEFT_OUT * known || p == 0.0 {
            return false;
        }
        let winner = part(i);
        sum.right += p * winner.right;
        sum.systematic += p * winner.systematic;
        sum.random += p * winner.random;
        true
    };
    for i in mode..law.len() {
        if !add(i, law.len() - i) {
            break;
        }
    }
    for i in (0..mode).rev() {
        if !add(i, i + 1) {
            break;
        }
    }
    sum
}
