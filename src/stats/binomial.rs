//! Binomial probabilities with full relative accuracy, in both tails and for any number of trials.
//!
//! Source: C. Loader, Fast and accurate computation of binomial probabilities (2000). The saddle-point form adds small
//! corrections to a dominant term; differences of log-gamma functions would lose all digits at n = 1e9.

use std::f64::consts::TAU;

use super::interval;

/// δ(n) = ln n! − ln(√(2πn) (n/e)^n) for n = 1..=15; the entry at 0 is not used.
const STIRLING_ERROR: [f64; 16] = [
    0.0,
    0.081_061_466_795_327_26,
    0.041_340_695_955_409_29,
    0.027_677_925_684_998_34,
    0.020_790_672_103_765_093,
    0.016_644_691_189_821_193,
    0.013_876_128_823_070_748,
    0.011_896_709_945_891_77,
    0.010_411_265_261_972_096,
    0.009_255_462_182_712_733,
    0.008_330_563_433_362_87,
    0.007_573_675_487_951_841,
    0.006_942_840_107_209_53,
    0.006_408_994_188_004_207,
    0.005_951_370_112_758_848,
    0.005_554_733_551_962_801,
];

/// Recurrences between neighbouring probabilities are begun anew from the saddle-point form after this many steps, so that
/// rounding errors cannot pile up.
const RUN: usize = 32;

/// δ(x) = ln Γ(x + 1) − ln(√(2πx) (x/e)^x) for any real x > 0: what Stirling's formula leaves out.
#[must_use]
pub fn stirling_error(x: f64) -> f64 {
    if x < 15.5 {
        let whole = x as usize;
        return if whole as f64 == x { STIRLING_ERROR[whole] } else { shifted_stirling_error(x) };
    }
    let square = x * x;
    let series = 1.0 / 12.0
        - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - (1.0 / 1188.0) / square) / square) / square) / square;
    series / x
}

/// By δ(x) = δ(x + 1) + (x + ½) ln(1 + 1/x) − 1 up to where the series holds.
fn shifted_stirling_error(mut x: f64) -> f64 {
    let mut sum = 0.0;
    while x < 15.5 {
        sum += (x + 0.5) * (1.0 / x).ln_1p() - 1.0;
        x += 1.0;
    }
    sum + stirling_error(x)
}

/// x ln(x/m) + m − x, without cancellation near x = m.
fn deviance(x: f64, mean: f64) -> f64 {
    if (x - mean).abs() >= 0.1 * (x + mean) {
        return x * (x / mean).ln() + mean - x;
    }
    let v = (x - mean) / (x + mean);
    let square = v * v;
    let mut sum = (x - mean) * v;
    let mut power = 2.0 * x * v;
    let mut odd = 1.0;
    loop {
        power *= square;
        odd += 2.0;
        let next = sum + power / odd;
        if next == sum {
            return sum;
        }
        sum = next;
    }
}

/// P(X = k) for X ~ Binomial(n, p).
#[must_use]
pub fn pmf(k: u64, n: u64, p: f64) -> f64 {
    let q = 1.0 - p;
    if k > n {
        return 0.0;
    }
    if p == 0.0 || q == 0.0 {
        let only = if p == 0.0 { 0 } else { n };
        return if k == only { 1.0 } else { 0.0 };
    }
    let (trials, hits, misses) = (n as f64, k as f64, (n - k) as f64);
    if k == 0 {
        return (trials * (-p).ln_1p()).exp();
    }
    if k == n {
        return (trials * p.ln()).exp();
    }
    let exponent = stirling_error(trials)
        - stirling_error(hits)
        - stirling_error(misses)
        - deviance(hits, trials * p)
        - deviance(misses, trials * q);
    (trials / (TAU * hits * misses)).sqrt() * exponent.exp()
}

/// P(X ≥ m) for X ~ Binomial(n, p).
#[must_use]
pub fn upper_tail(m: u64, n: u64, p: f64) -> f64 {
    if m == 0 {
        return 1.0;
    }
    if m > n || p == 0.0 {
        return 0.0;
    }
    if p == 1.0 {
        return 1.0;
    }
    if m as f64 > n as f64 * p {
        away(m, n, p)
    } else {
        // P(X < m) as the upper tail of the misses; it is at most about one half here.
        (1.0 - away(n - m + 1, n, 1.0 - p)).max(0.0)
    }
}

/// P(X ≥ m) for an m above the mean: positive terms, falling from the first on.
fn away(m: u64, n: u64, p: f64) -> f64 {
    let odds = p / (1.0 - p);
    let mut term = pmf(m, n, p);
    let mut sum = term;
    for k in m..n {
        term *= (n - k) as f64 / (k + 1) as f64 * odds;
        let next = sum + term;
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

/// Writes P(X = first), P(X = first + 1), … for X ~ Binomial(n, p) into `out`.
///
/// Values past n are 0. Within a run of a few dozen values neighbours follow from each other away from the mode, where
/// the recurrence is stable.
pub fn fill(first: u64, n: u64, p: f64, out: &mut [f64]) {
    if p == 0.0 || p == 1.0 {
        for (k, value) in (first..).zip(out.iter_mut()) {
            *value = pmf(k, n, p);
        }
        return;
    }
    let odds = p / (1.0 - p);
    let (low, high) = window(n, p, f64::MIN_POSITIVE);
    for (run, values) in (0_u64..).zip(out.chunks_mut(RUN)) {
        let begin = first + run * RUN as u64;
        if begin > high || begin + RUN as u64 <= low {
            // Underflow: not worth the time to compute.
            values.fill(0.0);
            continue;
        }
        let mut value = pmf(begin, n, p);
        if value < 1e-290 {
            // A value near underflow cannot start a recurrence.
            for (k, out) in (begin..).zip(values.iter_mut()) {
                *out = pmf(k, n, p);
            }
            continue;
        }
        // All quotients at once, which vectorises.
        let (trials, at) = (n as f64, begin as f64);
        let ratio: [f64; RUN] =
            std::array::from_fn(|i| (trials - at - i as f64).max(0.0) / (at + i as f64 + 1.0) * odds);
        for (out, ratio) in values.iter_mut().zip(ratio) {
            *out = value;
            value *= ratio;
        }
    }
}

/// P(X = 0), …, P(X = n) for X ~ Binomial(n, p).
#[must_use]
pub fn law(n: u64, p: f64) -> Vec<f64> {
    let mut law = vec![0.0; n as usize + 1];
    fill(0, n, p, &mut law);
    law
}

/// The interval of values outside which the probabilities of Binomial(n, p) sum to less than about `neglected`.
///
/// From Bernstein's inequality, so a bound and not an estimate.
#[must_use]
pub fn window(n: u64, p: f64, neglected: f64) -> (u64, u64) {
    let mean = n as f64 * p;
    let log = std::f64::consts::LN_2 - neglected.ln();
    let reach = log / 3.0 + (log * log / 9.0 + 2.0 * log * mean * (1.0 - p)).sqrt();
    let low = (mean - reach).floor().max(0.0) as u64;
    let high = (mean + reach).ceil().min(n as f64) as u64;
    (low, high)
}

/// Smallest k with P(X ≤ k) ≥ `level` for X ~ Binomial(n, p); a `level` outside (0, 1) is clamped.
#[must_use]
pub fn quantile(level: f64, n: u64, p: f64) -> u64 {
    if n == 0 || p <= 0.0 {
        return 0;
    }
    if p >= 1.0 {
        return n;
    }
    let beyond = 1.0 - level.clamp(0.0, 1.0);
    let (mean, sd) = (n as f64 * p, (n as f64 * p * (1.0 - p)).sqrt());
    let normal = interval::normal_quantile(level.clamp(1e-300, 1.0 - f64::EPSILON));
    // The second term of the Cornish–Fisher expansion brings the first guess within a step or two.
    let guess = mean + sd * normal + (normal * normal - 1.0) * (1.0 - 2.0 * p) / 6.0;
    let mut k = guess.clamp(0.0, n as f64) as u64;
    let mut above = upper_tail(k + 1, n, p);
    while above > beyond && k < n {
        k += 1;
        above -= pmf(k, n, p);
    }
    while k > 0 {
        let further = above + pmf(k, n, p);
        if further > beyond {
            break;
        }
        above = further;
        k -= 1;
    }
    k
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// C(n, k) p^k (1−p)^(n−k) with whole-number binomial coefficients.
    fn direct(k: u64, n: u64, p: f64) -> f64 {
        let choose = (0..k).fold(1_u128, |c, i| c * u128::from(n - i) / u128::from(i + 1));
        choose as f64 * p.powi(k as i32) * (1.0 - p).powi((n - k) as i32)
    }

    #[test]
    fn agrees_with_the_definition() {
        for n in [1, 2, 7, 31, 60] {
            for p in [1e-9, 0.01, 0.3, 0.5, 0.97] {
                for k in 0..=n {
                    assert_relative_eq!(pmf(k, n, p), direct(k, n, p), max_relative = 2e-14);
                }
            }
        }
    }

    #[test]
    fn tails_add_up_and_keep_their_digits() {
        for (n, p) in [(10, 0.2), (1000, 0.03), (1000, 0.9)] {
            for m in 1..=n {
                let sum: f64 = (m..=n).rev().map(|k| pmf(k, n, p)).sum();
                assert_relative_eq!(upper_tail(m, n, p), sum, max_relative = 1e-12);
            }
        }
        // 100-digit arithmetic: P(Bin(1000, 0.01) >= 200) and P(Bin(1e9, 1e-3) >= 1_010_000).
        assert_relative_eq!(upper_tail(200, 1000, 0.01), REFERENCE_TAIL_1000, max_relative = 1e-12);
        assert_relative_eq!(upper_tail(1_010_000, 1_000_000_000, 1e-3), REFERENCE_TAIL_1E9, max_relative = 1e-11);
    }

    #[test]
    fn between_whole_numbers_the_gamma_function_holds() {
        for x in [0.25, 0.5, 1.5, 7.9, 14.75, 15.25_f64] {
            let exact = statrs::function::gamma::ln_gamma(x + 1.0) - (x + 0.5) * x.ln() + x - 0.5 * TAU.ln();
            // The logarithms cancel, and take their digits with them.
            assert_relative_eq!(stirling_error(x), exact, epsilon = 1e-12);
        }
        assert_relative_eq!(shifted_stirling_error(3.0 + 1e-13), STIRLING_ERROR[3], max_relative = 1e-11);
    }

    const REFERENCE_TAIL_1000: f64 = 2.221_482_673_839_392e-188;
    const REFERENCE_TAIL_1E9: f64 = 8.593_753_051_898_274e-24;

    #[test]
    fn filling_a_row_is_the_same_as_asking_for_each() {
        for (first, n, p) in [(0, 1000, 0.02), (300, 1000, 0.5), (0, 40, 1.0), (990, 1000, 0.001), (0, 5, 0.0)] {
            let mut row = vec![0.0; 200];
            fill(first, n, p, &mut row);
            for (k, value) in (first..).zip(row) {
                assert_relative_eq!(value, pmf(k, n, p), max_relative = 1e-13);
            }
        }
    }

    #[test]
    fn windows_hold_what_they_promise() {
        for (n, p) in [(50, 0.1), (1000, 0.5), (1_000_000, 1e-5)] {
            let (low, high) = window(n, p, 1e-20);
            let outside = upper_tail(high + 1, n, p) + if low > 0 { upper_tail(n - low + 1, n, 1.0 - p) } else { 0.0 };
            assert!(outside < 1e-20, "{outside} outside {low}..={high}");
        }
    }
}
