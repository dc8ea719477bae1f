//! Gaussian quadrature for sums over consecutive counts.
//!
//! Σ over B neighbouring whole numbers of a smooth function is written with [`ORDER`] nodes, exactly for polynomials up to
//! degree 2·ORDER − 1. The orthogonal polynomials are Gram's (discrete Chebyshev), whose recurrence is known in closed
//! form: β_k = k² (1 − (k/B)²) / (4k² − 1) on the cell [−1, 1]. For B → ∞ they are Legendre's; for B ≤ ORDER the sum is
//! taken term by term. Source: W. Gautschi, Orthogonal Polynomials: Computation and Approximation (2004), section 1.5.

use std::collections::BTreeMap;

/// Nodes of every rule.
pub const ORDER: usize = 16;

/// Logarithm of a weight that is none.
pub const NOTHING: f64 = -1e9;

/// Rounds of the root search; it converges cubically and needs about five.
const ROUNDS: usize = 40;

/// Nodes in [−1, 1], where −1 is half a step below the first count and 1 half a step above the last, and weights that sum
/// to the number of counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GaussRule {
    /// Nodes, rising.
    pub node: [f64; ORDER],
    /// Weights; 0 past the last count where there are fewer counts than nodes.
    pub weight: [f64; ORDER],
    /// Their logarithms; a number far below any other in place of −∞.
    pub log_weight: [f64; ORDER],
}

/// Rules by their number of counts, each computed once.
#[derive(Debug, Clone, Default)]
pub struct GaussRules {
    known: BTreeMap<u64, GaussRule>,
}

impl GaussRules {
    /// The rule for `counts` neighbouring whole numbers, at least one.
    pub fn of(&mut self, counts: u64) -> GaussRule {
        *self.known.entry(counts).or_insert_with(|| GaussRule::of(counts))
    }
}

impl GaussRule {
    fn of(counts: u64) -> Self {
        let mut rule = if counts <= ORDER as u64 { Self::each(counts) } else { Self::gauss(counts as f64) };
        rule.log_weight = rule.weight.map(|weight| if weight > 0.0 { weight.ln() } else { NOTHING });
        rule
    }

    fn each(counts: u64) -> Self {
        let cells = counts.max(1) as f64;
        let mut rule = Self { node: [0.0; ORDER], weight: [0.0; ORDER], log_weight: [0.0; ORDER] };
        for (i, (node, weight)) in rule.node.iter_mut().zip(&mut rule.weight).enumerate() {
            let inside = (i as u64) < counts;
            *node = if inside { (2.0 * i as f64 + 1.0) / cells - 1.0 } else { 1.0 - 1.0 / cells };
            *weight = f64::from(u8::from(inside));
        }
        rule
    }

    /// Aberth's simultaneous root search from the nodes of Legendre's polynomial; the nodes are symmetric about 0.
    fn gauss(counts: f64) -> Self {
        let beta: [f64; ORDER + 1] = std::array::from_fn(|k| {
            let k = k as f64;
            (k * k * (1.0 - (k / counts) * (k / counts)) / (4.0 * k * k - 1.0)).max(0.0).sqrt()
        });
        let half = ORDER / 2;
        let mut root: [f64; ORDER / 2] =
            std::array::from_fn(|i| (std::f64::consts::PI * (i as f64 + 0.75) / (ORDER as f64 + 0.5)).cos());
        for _ in 0..ROUNDS {
            let mut moved = 0.0_f64;
            for i in 0..half {
                let at = root[i];
                let (value, slope, _) = polynomial(&beta, at);
                let ratio = value / slope;
                let others: f64 = (0..half).filter(|&j| j != i).map(|j| 1.0 / (at - root[j])).sum();
                let mirrored: f64 = root.iter().map(|other| 1.0 / (at + other)).sum();
                let step = ratio / (1.0 - ratio * (others + mirrored));
                if step.is_finite() {
                    root[i] = at - step;
                    moved = moved.max(step.abs());
                }
            }
            if moved < 1e-15 {
                break;
            }
        }
        root.sort_by(|a, b| b.total_cmp(a));
        let mut rule = Self { node: [0.0; ORDER], weight: [0.0; ORDER], log_weight: [0.0; ORDER] };
        for (i, &at) in root.iter().enumerate() {
            let weight = counts / polynomial(&beta, at).2;
            (rule.node[i], rule.weight[i]) = (-at, weight);
            (rule.node[ORDER - 1 - i], rule.weight[ORDER - 1 - i]) = (at, weight);
        }
        rule
    }
}

/// The orthonormal polynomial of degree ORDER at `at` up to a factor, its derivative up to the same factor, and the sum of
/// squares of those of lower degree.
fn polynomial(beta: &[f64; ORDER + 1], at: f64) -> (f64, f64, f64) {
    let (mut before, mut value) = (0.0, 1.0);
    let (mut slope_before, mut slope) = (0.0, 0.0);
    let mut squares = 0.0;
    for k in 0..ORDER {
        squares += value * value;
        // The last polynomial is needed up to a factor only; with exactly ORDER counts its own β would be 0.
        let scale = if k + 1 < ORDER { beta[k + 1] } else { 1.0 };
        let down = if k == 0 { 0.0 } else { beta[k] };
        let next = (at * value - down * before) / scale;
        let next_slope = (value + at * slope - down * slope_before) / scale;
        (before, value) = (value, next);
        (slope_before, slope) = (slope, next_slope);
    }
    (value, slope, squares)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worst(counts: u64, degree: i32) -> f64 {
        let rule = GaussRules::default().of(counts);
        let cells = counts as f64;
        let direct: f64 = (0..counts).map(|i| ((2.0 * i as f64 + 1.0) / cells - 1.0).powi(degree)).sum();
        let nodes: f64 = rule.node.iter().zip(rule.weight).map(|(t, w)| w * t.powi(degree)).sum();
        ((nodes - direct) / cells).abs()
    }

    #[test]
    fn sums_of_polynomials_are_exact() {
        for counts in [1, 2, 7, 15, 16, 17, 18, 20, 25, 40, 64, 100, 1000, 54_321] {
            for degree in 0..2 * ORDER as i32 {
                assert!(worst(counts, degree) < 2e-14, "{counts} counts, degree {degree}: {}", worst(counts, degree));
            }
        }
    }

    #[test]
    fn weights_are_positive_and_nodes_rise() {
        for counts in [17, 19, 33, 1_000_000_000] {
            let rule = GaussRules::default().of(counts);
            assert!(rule.weight.iter().all(|&w| w > 0.0));
            assert!(rule.node.windows(2).all(|pair| pair[0] < pair[1]) && rule.node[15] < 1.0);
        }
    }
}
