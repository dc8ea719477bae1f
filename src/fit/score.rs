//! Proper scores and quantiles of samples.

/// Quantile of a sorted sample, interpolated between order statistics (Hyndman & Fan's type 7).
#[must_use]
pub fn quantile(sorted: &[f64], p: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let place = p.clamp(0.0, 1.0) * last as f64;
    let below = (place.floor() as usize).min(last);
    let at = |index: usize| sorted.get(index.min(last)).copied().unwrap_or(f64::NAN);
    let share = place - below as f64;
    if share == 0.0 { at(below) } else { at(below) * (1.0 - share) + at(below + 1) * share }
}

/// Smallest value whose share of the sorted sample at or below it reaches `p`: the quantile of a count.
#[must_use]
pub fn count_quantile(sorted: &[u64], p: f64) -> u64 {
    let place = (p * sorted.len() as f64).ceil().max(1.0) as usize - 1;
    sorted.get(place.min(sorted.len().saturating_sub(1))).copied().unwrap_or(0)
}

/// A copy in rising order.
#[must_use]
pub fn sorted(values: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values
}

/// Continuous ranked probability score of a sorted sample, E|X − y| − E|X − X'|/2, in the unit of y; lower is better.
/// (Gneiting & Raftery 2007.)
#[must_use]
pub fn crps(sorted: &[f64], outcome: f64) -> f64 {
    let n = sorted.len() as f64;
    let distance: f64 = sorted.iter().map(|x| (x - outcome).abs()).sum();
    let spread: f64 = sorted.iter().enumerate().map(|(rank, x)| x * (2.0 * rank as f64 + 1.0 - n)).sum();
    distance / n - spread / (n * n)
}

/// Whether the outcome lies in the central interval of this probability.
#[must_use]
pub fn covered(sorted: &[f64], outcome: f64, probability: f64) -> bool {
    let tail = 0.5 * (1.0 - probability);
    // A measured share and a simulated one may differ in the last digit.
    const SLACK: f64 = 1e-12;
    outcome >= quantile(sorted, tail) - SLACK && outcome <= quantile(sorted, 1.0 - tail) + SLACK
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn crps_is_that_of_the_definition() {
        let sample = sorted([0.3, 0.1, 0.7, 0.2]);
        let outcome = 0.4;
        let n = sample.len() as f64;
        let distance: f64 = sample.iter().map(|x| (x - outcome).abs()).sum::<f64>() / n;
        let pairs: f64 = sample.iter().flat_map(|x| sample.iter().map(move |y| (x - y).abs())).sum();
        assert_relative_eq!(crps(&sample, outcome), distance - pairs / (2.0 * n * n), max_relative = 1e-14);
        assert_relative_eq!(crps(&[0.25], 0.75), 0.5);
    }

    #[test]
    fn quantiles_of_small_samples() {
        assert_eq!(quantile(&[1.0, 2.0, 3.0], 0.5), 2.0);
        assert_eq!(quantile(&[1.0, 2.0], 0.75), 1.75);
        assert_eq!(count_quantile(&[1, 2, 3, 4], 0.5), 2);
        assert_eq!(count_quantile(&[1, 2, 3, 4], 0.05), 1);
    }
}
