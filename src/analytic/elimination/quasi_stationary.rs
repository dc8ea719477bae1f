//! The quasi-stationary law: where a loop is, given that it has lasted (Darroch and Seneta 1965).

use crate::analytic::tolerances::ROWS_AT_REST;

use super::skyline::Skyline;
use super::skyline_gth::EliminatedChain;

/// Rounds of an iteration at most, however small the chain.
const PATIENCE: f64 = 2_000.0;
/// Rounds that even the largest chain gets.
const LEAST_PATIENCE: f64 = 100.0;
/// Multiplications after which a law that still moves is given up.
const WORK: f64 = 4e9;
/// Rounds after which the pace of an iteration is known.
const PACED: usize = 50;

/// The quasi-stationary law ν of the transient states and its hazard Σ ν·exit.
///
/// By inverse iteration, ν ← ν (I − Q)⁻¹ normalised: its rate of convergence is the ratio of the two smallest hazards, so
/// the rarer failure is, the faster; every term is positive, so the hazard keeps its digits. `None` if it does not come to
/// rest or failure cannot be reached.
#[must_use]
pub fn stationary(factors: &EliminatedChain, exits: &[f64]) -> Option<(Vec<f64>, f64)> {
    stationary_from(factors, exits, vec![1.0 / exits.len() as f64; exits.len()])
}

/// The same from a law of one's own, where the states that can be reached fall into parts with laws of their own.
#[must_use]
pub fn stationary_from(factors: &EliminatedChain, exits: &[f64], law: Vec<f64>) -> Option<(Vec<f64>, f64)> {
    iterate(exits, law, |law| factors.visits(law))
}

/// The same by powers, ν ← ν Q normalised: its rate is the ratio of the two largest chances to last, so that it is the faster
/// the less likely the loop is to last.
#[must_use]
pub fn by_powers(rows: &Skyline, exits: &[f64]) -> Option<(Vec<f64>, f64)> {
    iterate(exits, vec![1.0 / exits.len() as f64; exits.len()], |law| {
        let mut next = vec![0.0; law.len()];
        for (i, &weight) in law.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
            let (first, row) = rows.row(i);
            next[first..].iter_mut().zip(row).for_each(|(sum, p)| *sum += weight * p);
        }
        next
    })
}

/// Applies `step` to a law until it changes no more but for its scale.
#[must_use]
pub fn iterate(exits: &[f64], mut law: Vec<f64>, step: impl Fn(&[f64]) -> Vec<f64>) -> Option<(Vec<f64>, f64)> {
    let size = exits.len() as f64;
    let patience = (WORK / (size * size)).clamp(LEAST_PATIENCE, PATIENCE) as usize;
    let mut before = f64::INFINITY;
    for round in 0..patience {
        let next = step(&law);
        let total: f64 = next.iter().sum();
        if !(total.is_finite() && total > 0.0) {
            return None;
        }
        let next: Vec<f64> = next.iter().map(|weight| weight / total).collect();
        let change: f64 = next.iter().zip(&law).map(|(a, b)| (a - b).abs()).sum();
        law = next;
        if change < ROWS_AT_REST {
            let hazard = law.iter().zip(exits).map(|(weight, exit)| weight * exit).sum();
            return Some((law, hazard));
        }
        // Changes shrink geometrically in the end: a pace that will not lead there in time is not followed.
        let left = (ROWS_AT_REST / change).ln() / (change / before).ln();
        if round > PACED && left.is_finite() && !(0.0..2.0 * patience as f64).contains(&left) {
            return None;
        }
        before = change;
    }
    None
}
