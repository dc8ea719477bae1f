//! The quasi-stationary law: where a loop is, given that it has lasted (Darroch and Seneta 1965).

use super::absorption::Eliminated;

/// Rounds of the iteration after which a law that still moves is given up.
const PATIENCE: usize = 2_000;
/// Rounds after which the pace of the iteration is known.
const PACED: usize = 50;
/// Σ |change| of a law that has come to rest.
const AT_REST: f64 = 1e-14;

/// The quasi-stationary law ν of the transient states and its hazard Σ ν·exit.
///
/// By inverse iteration, ν ← ν (I − Q)⁻¹ normalised: its rate of convergence is the ratio of the two smallest hazards, so
/// the rarer failure is, the faster; every term is positive, so the hazard keeps its digits. `None` if it does not come to
/// rest or failure cannot be reached.
#[must_use]
pub fn stationary(factors: &Eliminated, exits: &[f64]) -> Option<(Vec<f64>, f64)> {
    let size = exits.len();
    let mut law = vec![1.0 / size as f64; size];
    let mut before = f64::INFINITY;
    for round in 0..PATIENCE {
        let visits = factors.visits(&law);
        let total: f64 = visits.iter().sum();
        if !(total.is_finite() && total > 0.0) {
            return None;
        }
        let next: Vec<f64> = visits.iter().map(|visit| visit / total).collect();
        let change: f64 = next.iter().zip(&law).map(|(a, b)| (a - b).abs()).sum();
        law = next;
        if change < AT_REST {
            let hazard = law.iter().zip(exits).map(|(weight, exit)| weight * exit).sum();
            return Some((law, hazard));
        }
        // Changes shrink geometrically in the end: a pace that will not lead there in time is not followed.
        let left = (AT_REST / change).ln() / (change / before).ln();
        if round > PACED && left.is_finite() && !(0.0..2.0 * PATIENCE as f64).contains(&left) {
            return None;
        }
        before = change;
    }
    None
}
