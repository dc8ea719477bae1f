//! Weights on the pairs of counts, seen as weights on error rates.

/// Classes of error rate that a result lists; a grid of 300 examples would list 45,000 levels.
const CLASSES: usize = 256;

/// Error rates, rising, and the weight at each. Levels are merged into classes of equal width, each at its weighted mean, so
/// that the mean over all is what it was.
pub(super) fn by_error(error: &[f64], weights: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let weighted = || error.iter().zip(weights).filter(|(_, weight)| **weight > 0.0);
    let low = weighted().map(|(e, _)| *e).fold(f64::INFINITY, f64::min);
    let high = weighted().map(|(e, _)| *e).fold(f64::NEG_INFINITY, f64::max);
    let scale = if high > low { CLASSES as f64 / (high - low) } else { 0.0 };
    let mut classes = vec![(0.0, 0.0); CLASSES];
    for (e, weight) in weighted() {
        let class = (((e - low) * scale) as usize).min(CLASSES - 1);
        let (moment, sum) = &mut classes[class];
        *moment += weight * e;
        *sum += weight;
    }
    classes.into_iter().filter(|(_, sum)| *sum > 0.0).map(|(moment, sum)| (moment / sum, sum)).unzip()
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn classes_keep_sum_and_mean() {
        let error: Vec<f64> = (0..1000).map(|i| 0.1 + 0.5 * f64::from((i * 37) % 1000) / 1000.0).collect();
        let weights: Vec<f64> = (0..1000).map(|i| f64::from(i % 7)).collect();
        let (levels, sums) = by_error(&error, &weights);
        let moment = |e: &[f64], w: &[f64]| e.iter().zip(w).map(|(e, w)| e * w).sum::<f64>();
        assert!(levels.len() <= CLASSES && levels.is_sorted());
        assert_relative_eq!(sums.iter().sum::<f64>(), weights.iter().sum::<f64>(), max_relative = 1e-14);
        assert_relative_eq!(moment(&levels, &sums), moment(&error, &weights), max_relative = 1e-13);
        assert_eq!(by_error(&[0.3, 0.2], &[1.0, 0.0]), (vec![0.3], vec![1.0]));
        assert_eq!(by_error(&[], &[]), (vec![], vec![]));
    }
}
