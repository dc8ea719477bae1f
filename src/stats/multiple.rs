//! Many tests under one level: the probability that any of them is wrong.

/// The level of each of `tests` tests so that their family keeps `level` (Bonferroni).
#[must_use]
pub fn bonferroni(level: f64, tests: usize) -> f64 {
    level / tests.max(1) as f64
}

/// Which of the hypotheses with these p-values are rejected at the family-wise `level`.
///
/// Source: S. Holm (1979): the k-th smallest of n is compared with level/(n − k + 1), until one is not rejected. A NaN is never
/// rejected.
#[must_use]
pub fn holm(p_values: &[f64], level: f64) -> Vec<bool> {
    // Every index below comes from this range, so each is within bounds.
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&one, &other| p_values[one].total_cmp(&p_values[other]));
    let mut rejected = vec![false; p_values.len()];
    for (rank, index) in order.into_iter().enumerate() {
        // A NaN fails this comparison too.
        if p_values[index] <= bonferroni(level, p_values.len() - rank) {
            rejected[index] = true;
        } else {
            break;
        }
    }
    rejected
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holm_steps_down_and_stops() {
        // 0.05/3, 0.05/2, 0.05.
        assert_eq!(holm(&[0.02, 0.9, 0.01], 0.05), [true, false, true]);
        assert_eq!(holm(&[0.03, 0.04, 0.02], 0.05), [false, false, false]);
        assert_eq!(holm(&[f64::NAN, 0.0], 0.05), [false, true]);
        assert_eq!(holm(&[], 0.05), [false; 0]);
        assert_eq!(bonferroni(0.05, 0), 0.05);
    }
}
