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
use super::winner::{VoteLimits, Voters, Winner};

/// Part of a sum that the terms left out of it may come to.
const LEFT_OUT: f64 = 1e-17;

/// W_b of one kind of problem, b = 0..=k.
#[derive(Debug)]
pub struct VoteWeights(Vec<Winner>);

impl VoteWeights {
    /// Of `candidates` that show the systematic answer with probability `shown`.
    pub(super) fn new(table: &Occupancy, candidates: u64, limits: VoteLimits, shown: f64) -> Self {
        let k = candidates as usize;
        // Votes of those who do not show it, among this number.
        let kept: Vec<Vec<f64>> = (0..=k).map(|n| kept(n, shown)).collect();
        let voters = Voters::new(table, limits);
        let winners: Vec<Vec<Winner>> = (0..=k).map(|random| by_right(&voters, k, random)).collect();
        let scattered = voters.are_scattered();
        let expected = |b: usize| expected(&winners, scattered, &kept[b], &kept[k - b]);
        Self((0..=k).into_par_iter().map(expected).collect())
    }

    /// Derivatives of the weights along `shown`: a candidate less that gives an answer of its own, random or right, times how
    /// many of either there are.
    pub(super) fn slopes(table: &Occupancy, candidates: u64, limits: VoteLimits, shown: f64) -> Self {
        let k = candidates as usize;
        let kept: Vec<Vec<f64>> = (0..=k).map(|n| kept(n, shown)).collect();
        let voters = Voters::new(table, limits);
        let winners: Vec<Vec<Winner>> = (0..=k).map(|random| by_right(&voters, k, random)).collect();
        // The change that one more of a kind makes, on average over the votes of the others.
        let mean = |random: &[f64], right: &[f64], more: (usize, usize)| {
            let mut sum = Winner::default();
            for (i, p) in random.iter().enumerate() {
                for (j, weight) in right.iter().enumerate() {
                    sum.add(p * weight, &winners[i + more.0][j + more.1].less(&winners[i][j]));
                }
            }
            sum
        };
        let slope = |b: usize| {
            let mut slope = Winner::default();
            if let Some(others) = b.checked_sub(1) {
                slope.add(-(b as f64), &mean(&kept[others], &kept[k - b], (1, 0)));
            }
            if let Some(others) = (k - b).checked_sub(1) {
                slope.add(-((k - b) as f64), &mean(&kept[b], &kept[others], (0, 1)));
            }
            slope
        };
        Self((0..=k).into_par_iter().map(slope).collect())
    }
}

/// How the candidates of one problem would answer if none of them showed the systematic answer.
#[derive(Debug)]
pub struct DrawnWeights<S> {
    /// Whether `law` counts the right answers and not the random ones: the less probable of the two keep their digits.
    flipped: bool,
    /// Probability of the counted kind.
    p: S,
    /// Law of how many there are.
    law: Vec<f64>,
    /// The same among all candidates but one.
    fewer: OnceCell<Vec<f64>>,
}

impl<S: Scalar> DrawnWeights<S> {
    /// Of `candidates` that are right and random with these probabilities, which sum to 1.
    pub fn new(candidates: u64, right: S, random: S) -> Self {
        let flipped = random.value() > 0.5;
        let p = if flipped { right } else { random }.rounded_into(0.0, 1.0);
        Self { flipped, p, law: binomial::law(candidates, p.value()), fewer: OnceCell::new() }
    }

    /// Probabilities (right, systematic, random) of acceptance.
    pub fn accepted(&self, weights: &VoteWeights) -> [S; 3] {
        let k = self.law.len() - 1;
        let mut sum = Winner::default();
        for (b, p) in self.law.iter().enumerate() {
            sum.add(*p, self.winner(weights, b));
        }
        let (rise, turn) = (OnceCell::new(), OnceCell::new());
        let rise = || rise.get_or_init(|| self.rise(weights));
        let turn = || turn.get_or_init(|| self.turn(weights));
        let (all, pairs) = (k as f64, k as f64 * (k as f64 - 1.0));
        let parts: [fn(&Winner) -> f64; 3] = [|one| one.right, |one| one.systematic, |one| one.random];
        parts.map(|part| {
            let probability = self.p.map(|_| part(&sum), |_| all * part(rise()), |_| pairs * part(turn()));
            probability.after(|_| 256.0 + 2.0 * all)
        })
    }

    /// Where this number of candidates are of the counted kind.
    fn winner<'a>(&self, weights: &'a VoteWeights, counted: usize) -> &'a Winner {
        &weights.0[if self.flipped { weights.0.len() - 1 - counted } else { counted }]
    }

    /// What one more candidate of the counted kind changes, on average.
    fn rise(&self, weights: &VoteWeights) -> Winner {
        let others = (self.law.len() as u64).checked_sub(2);
        let fewer = self.fewer.get_or_init(|| others.map_or_else(Vec::new, |n| binomial::law(n, self.p.value())));
        let mut rise = Winner::default();
        for (b, p) in fewer.iter().enumerate() {
            rise.add(*p, &self.winner(weights, b + 1).less(self.winner(weights, b)));
        }
        rise
    }

    /// What one more of them changes in that, on average.
    fn turn(&self, weights: &VoteWeights) -> Winner {
        let others = (self.law.len() as u64).checked_sub(3);
        let law = others.map_or_else(Vec::new, |n| binomial::law(n, self.p.value()));
        let mut turn = Winner::default();
        for (b, p) in law.iter().enumerate() {
            let rise = |b: usize| self.winner(weights, b + 1).less(self.winner(weights, b));
            turn.add(*p, &rise(b + 1).less(&rise(b)));
        }
        turn
    }
}

/// Binomial(n, 1 − `shown`).
fn kept(n: usize, shown: f64) -> Vec<f64> {
    let mut law = binomial::law(n as u64, shown);
    law.reverse();
    law
}

/// Winners where `random` of k candidates give random answers, by the number of those that are right; the others are systematic.
fn by_right(voters: &Voters<'_>, k: usize, random: usize) -> Vec<Winner> {
    (0..=k - random).map(|right| Winner::of(voters, right, k - right - random, random)).collect()
}

/// E[winner] over the votes for random answers and for the right one, from the most probable number of random ones outwards
/// until what is left changes no digit of any part; a random answer never wins where all are `scattered`.
fn expected(winners: &[Vec<Winner>], scattered: bool, random: &[f64], right: &[f64]) -> Winner {
    let mode = random.iter().enumerate().max_by(|one, other| one.1.total_cmp(other.1)).map_or(0, |(at, _)| at);
    let mut sum = Winner::default();
    let mut add = |votes: usize, rest: usize| {
        let p = random[votes];
        let known = sum.right.min(sum.systematic).min(if scattered { 1.0 } else { sum.random });
        // Beyond the mode probabilities fall, so that the rest is at most as many of them, and every part at most 1.
        if p * rest as f64 <= LEFT_OUT * known || p == 0.0 {
            return false;
        }
        let mut winner = Winner::default();
        for (weight, one) in right.iter().zip(&winners[votes]) {
            winner.add(*weight, one);
        }
        sum.add(p, &winner);
        true
    };
    for votes in mode..random.len() {
        if !add(votes, random.len() - votes) {
            break;
        }
    }
    for votes in (0..mode).rev() {
        if !add(votes, votes + 1) {
            break;
        }
    }
    sum
}
