//! Binomial probabilities between neighbouring orders of magnitude, continued to real counts by the gamma function.
//!
//! The saddle-point form of Loader (2000) again, arranged so that many success probabilities are met by one count at once:
//! the loops have no branches and vectorise.

use std::f64::consts::{LN_2, LOG2_E, TAU};

use crate::stats::binomial::stirling_error;

use super::chebyshev::ChebyshevNodes;

/// Number of draws, and what follows from it alone.
#[derive(Debug, Clone, Copy)]
pub struct BinomialDraws {
    number: f64,
    stirling: f64,
}

impl BinomialDraws {
    pub fn new(number: u64) -> Self {
        Self { number: number as f64, stirling: stirling_error(number as f64) }
    }

    pub const fn number(&self) -> f64 {
        self.number
    }

    /// The factor of P(X = hits) that does not depend on the success probability, as a logarithm; for 0 < `hits` < number.
    pub fn front(&self, hits: f64) -> f64 {
        let misses = self.number - hits;
        0.5 * (self.number / (TAU * hits * misses)).ln() + self.stirling - stirling_error(hits) - stirling_error(misses)
    }

    /// ln C(number, hits), continued to real `hits` from 0 to number.
    pub fn choices(&self, hits: f64) -> f64 {
        let misses = self.number - hits;
        if hits <= 0.0 || misses <= 0.0 {
            return 0.0;
        }
        self.front(hits) - hits * (hits / self.number).ln() - misses * (misses / self.number).ln()
    }

    /// number · KL(hits/number ‖ mean/number), at least 0; for 0 < `hits` < number.
    pub fn deviance(&self, hits: f64, mean: f64) -> f64 {
        let misses = self.number - hits;
        let away = mean - hits;
        part(hits, away, mean) + part(misses, -away, self.number - mean)
    }

    /// ln P(X = hits) for any real 0 ≤ hits ≤ number; −∞ outside.
    pub fn log_probability(&self, hits: f64, mean: f64) -> f64 {
        if hits < 0.0 || hits > self.number {
            return f64::NEG_INFINITY;
        }
        if mean <= 0.0 || mean >= self.number {
            let only = if mean <= 0.0 { 0.0 } else { self.number };
            return if hits == only { 0.0 } else { f64::NEG_INFINITY };
        }
        if hits == 0.0 {
            return self.number * (-mean / self.number).ln_1p();
        }
        if hits == self.number {
            return self.number * (mean / self.number).ln();
        }
        self.front(hits) - self.deviance(hits, mean)
    }

    /// Σ exp(`log_weight` − deviance − `offset`) over the nodes.
    #[inline(always)]
    pub fn weigh(&self, hits: f64, log_weight: &ChebyshevNodes, mean: &ChebyshevNodes, offset: f64) -> f64 {
        let misses = self.number - hits;
        let (mut away, mut near, mut far) = ([0.0; 16], [0.0; 16], [0.0; 16]);
        for i in 0..16 {
            away[i] = mean[i] - hits;
            near[i] = away[i] / (mean[i] + hits);
            far[i] = -away[i] / (self.number - mean[i] + misses);
        }
        let widest = widest(&near, &far);
        let mut exponent = [0.0; 16];
        if widest < 0.012 {
            for i in 0..16 {
                let cubes = hits * short_cube(near[i]) + misses * short_cube(far[i]);
                exponent[i] = log_weight[i] - (away[i] * (near[i] - far[i]) - 2.0 * cubes) - offset;
            }
        } else if widest < 0.1 {
            for i in 0..16 {
                let cubes = hits * cube(near[i]) + misses * cube(far[i]);
                exponent[i] = log_weight[i] - (away[i] * (near[i] - far[i]) - 2.0 * cubes) - offset;
            }
        } else {
            for i in 0..16 {
                let inside = mean[i] > 0.0 && mean[i] < self.number;
                let deviance = far_part(hits, away[i], mean[i], near[i])
                    + far_part(misses, -away[i], self.number - mean[i], far[i]);
                exponent[i] = log_weight[i] - if inside { deviance } else { f64::INFINITY } - offset;
            }
        }
        exponentials(&exponent).iter().sum()
    }

    /// Takes the deviance of each of `hits` from `mean` off `logs`.
    #[inline(always)]
    pub fn subtract_deviances(&self, hits: &ChebyshevNodes, mean: f64, logs: &mut ChebyshevNodes) {
        let (mut away, mut near, mut far) = ([0.0; 16], [0.0; 16], [0.0; 16]);
        let rest = self.number - mean;
        for i in 0..16 {
            away[i] = mean - hits[i];
            near[i] = away[i] / (mean + hits[i]);
            far[i] = -away[i] / (rest + (self.number - hits[i]));
        }
        let widest = widest(&near, &far);
        if widest < 0.012 {
            for i in 0..16 {
                let cubes = hits[i] * short_cube(near[i]) + (self.number - hits[i]) * short_cube(far[i]);
                logs[i] -= away[i] * (near[i] - far[i]) - 2.0 * cubes;
            }
        } else if widest < 0.1 {
            for i in 0..16 {
                let cubes = hits[i] * cube(near[i]) + (self.number - hits[i]) * cube(far[i]);
                logs[i] -= away[i] * (near[i] - far[i]) - 2.0 * cubes;
            }
        } else {
            let inside = mean > 0.0 && mean < self.number;
            for i in 0..16 {
                let known = inside && hits[i] > 0.0 && hits[i] < self.number;
                let misses = self.number - hits[i];
                let deviance = far_part(hits[i], away[i], mean, near[i]) + far_part(misses, -away[i], rest, far[i]);
                logs[i] -= if known { deviance } else { f64::INFINITY };
            }
        }
    }
}

/// The largest absolute value, or something that is not below any number where a value is none; halved together, so that
/// it vectorises.
#[inline(always)]
fn widest(near: &ChebyshevNodes, far: &ChebyshevNodes) -> f64 {
    let larger = |a: f64, b: f64| if a > b { a } else { b };
    let mut most: ChebyshevNodes = std::array::from_fn(|i| larger(near[i].abs(), far[i].abs()));
    for half in [8, 4, 2, 1] {
        for i in 0..half {
            most[i] = larger(most[i], most[i + half]);
        }
    }
    most[0]
}

/// s³ (1/3 + s²/5 + …) for |s| < 0.012.
#[inline(always)]
fn short_cube(s: f64) -> f64 {
    let q = s * s;
    s * q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * (1.0 / 7.0 + q / 9.0)))
}

/// s³ (1/3 + s²/5 + s⁴/7 + …) for |s| < 0.1, so that ln(1 + u) = 2s + 2·this with s = u/(2 + u).
#[inline(always)]
fn cube(s: f64) -> f64 {
    let q = s * s;
    let series = 1.0 / 3.0
        + q * (1.0 / 5.0
            + q * (1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0 + q * (1.0 / 13.0 + q * (1.0 / 15.0 + q / 17.0))))));
    s * q * series
}

/// x (u − ln(1 + u)) with u = `away`/x and `mean` = x + `away`.
fn part(x: f64, away: f64, mean: f64) -> f64 {
    let s = away / (x + mean);
    if s.abs() < 0.1 { away * s - 2.0 * x * cube(s) } else { away - x * (mean / x).ln() }
}

/// The same with s at hand, and both forms worked out so that it vectorises.
#[inline(always)]
fn far_part(x: f64, away: f64, mean: f64, s: f64) -> f64 {
    let (series, logarithmic) = (away * s - 2.0 * x * cube(s), away + x * logarithm(x / mean));
    if s.abs() < 0.1 { series } else { logarithmic }
}

/// The logarithm of a positive, normal number, relative error below 4e-16; without branches, so that it vectorises.
#[inline(always)]
fn logarithm(x: f64) -> f64 {
    const ROOT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
    const ONE: u64 = 1023 << 52;
    const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    let bits = x.to_bits();
    // x = z 2^(e − 1023) with z between √½ and √2.
    let e = bits.wrapping_add(ONE - ROOT_HALF) >> 52;
    let z = f64::from_bits(bits.wrapping_sub(e << 52).wrapping_add(ONE));
    // 2^52 with e in its last bits.
    let power = f64::from_bits(e | (1075 << 52)) - (4_503_599_627_370_496.0 + 1023.0);
    let s = (z - 1.0) / (z + 1.0);
    let q = s * s;
    let mut sum = 2.0 / 23.0;
    for odd in [21.0, 19.0, 17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0] {
        sum = sum * q + 2.0 / odd;
    }
    power * LN_2_HIGH + (power * LN_2_LOW + (2.0 * s + s * q * sum))
}

/// eˣ of each, relative error below 1e-15, for x ≤ 700; below −700 a number under 1e-304.
#[inline(always)]
pub fn exponentials(exponent: &ChebyshevNodes) -> ChebyshevNodes {
    // Adding this pushes a number's whole part into the last bits of the mantissa.
    const SHIFT: f64 = 6_755_399_441_055_744.0;
    const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    debug_assert!((LN_2_HIGH + LN_2_LOW - LN_2).abs() < 1e-16);
    let mut result = [0.0; 16];
    for i in 0..16 {
        let x = exponent[i].clamp(-700.0, 700.0);
        let shifted = x * LOG2_E + SHIFT;
        let whole = shifted - SHIFT;
        let r = x - whole * LN_2_HIGH - whole * LN_2_LOW;
        let mut sum = 1.0 / 479_001_600.0;
        for factor in [
            1.0 / 39_916_800.0,
            1.0 / 3_628_800.0,
            1.0 / 362_880.0,
            1.0 / 40_320.0,
            1.0 / 5_040.0,
            1.0 / 720.0,
            1.0 / 120.0,
            1.0 / 24.0,
            1.0 / 6.0,
            0.5,
            1.0,
            1.0,
        ] {
            sum = sum * r + factor;
        }
        // The low bits of `shifted` hold the whole number in two's complement.
        let power = f64::from_bits((shifted.to_bits() << 52).wrapping_add(1023 << 52));
        result[i] = sum * power;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::binomial;
    use approx::assert_relative_eq;

    #[test]
    fn exponentials_are_exponentials() {
        for base in [-690.0, -30.0, -1.0, 0.0, 0.3, 5.0, 600.0] {
            let x: ChebyshevNodes = std::array::from_fn(|i| base + 0.077 * i as f64);
            for (e, x) in exponentials(&x).iter().zip(x) {
                assert_relative_eq!(*e, x.exp(), max_relative = 1e-15);
            }
        }
        assert!(exponentials(&[f64::NEG_INFINITY; 16])[0] < 1e-300);
    }

    #[test]
    fn logarithms_are_logarithms() {
        for x in [1e-300, 1e-9, 0.3, 0.7, 0.72, 0.999, 1.0, 1.001, 1.4, 1.42, 2.0, 37.5, 1e12, 1e300] {
            assert_relative_eq!(logarithm(x), f64::ln(x), max_relative = 4e-16);
        }
    }

    #[test]
    fn whole_counts_have_their_probability() {
        for (n, p) in [(20, 0.3), (1000, 0.01), (1_000_000, 0.4), (1_000_000_000, 1e-3)] {
            let draws = BinomialDraws::new(n);
            let mean = n as f64 * p;
            for z in [-3.0, -1.0, 0.0, 0.5, 4.0_f64] {
                let k = (mean + z * (mean * (1.0 - p)).sqrt()).round().clamp(0.0, n as f64);
                let exact = binomial::pmf(k as u64, n, p).ln();
                assert_relative_eq!(draws.log_probability(k, mean), exact, max_relative = 1e-12, epsilon = 1e-11);
            }
        }
    }

    #[test]
    fn weighing_adds_up() {
        let draws = BinomialDraws::new(1000);
        for (hits, low, step) in [(50.0, 45.0, 0.7), (3.0, 0.5, 2.0), (990.0, 900.0, 6.0)] {
            let mean: ChebyshevNodes = std::array::from_fn(|i| low + step * i as f64);
            let log_weight: ChebyshevNodes = std::array::from_fn(|i| -0.1 * i as f64);
            let direct: f64 = (0..16).map(|i| (log_weight[i] - draws.deviance(hits, mean[i]) + 2.0).exp()).sum();
            assert_relative_eq!(draws.weigh(hits, &log_weight, &mean, -2.0), direct, max_relative = 1e-13);
        }
    }
}
