//! Draws from the binomial law, exact for any number of trials that a count can hold.
//!
//! Where few hits are expected their number is found by inversion; where many are, by transformed rejection (W. Hörmann, The
//! generation of binomial random variates, Journal of Statistical Computation and Simulation 46, 1993: algorithm BTRS with
//! the squeezes of BTRD). Both start from ln(1 − p) and not from 1 − p, and what the squeezes leave open is decided by the
//! saddle-point form of the probabilities: differences of log-gamma functions lose the law at a billion trials.

use crate::stats::binomial::pmf;

use super::stream::RandomStream;

/// Expected hits from which on rejection is used; its hat is proven from 10 on.
const MANY: f64 = 10.0;
/// Distance from the mode up to which the ratio of probabilities is multiplied out.
const NEAR: f64 = 15.0;

/// Hits in `n` trials of probability `p`; a `p` outside [0, 1] is clamped.
pub(super) fn draw(n: u64, p: f64, stream: &mut RandomStream) -> u64 {
    // Certainties draw nothing: most loops leave most of their mechanisms switched off.
    if n == 0 || p <= 0.0 {
        return 0;
    }
    if p >= 1.0 {
        return n;
    }
    Binomial::new(n, p).draw(stream)
}

/// A binomial law, ready to be drawn from again and again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Binomial {
    n: u64,
    /// The smaller of p and 1 − p.
    p: f64,
    /// Whether misses are drawn, since they are fewer than the hits.
    misses: bool,
    method: Method,
}

#[derive(Debug, Clone, Copy)]
enum Method {
    Certain,
    Inversion(Inversion),
    Rejection(Rejection),
}

impl Binomial {
    /// Hits in `n` trials of probability `p`; a `p` outside [0, 1] is clamped, NaN is 0.
    pub fn new(n: u64, p: f64) -> Self {
        let misses = p > 0.5;
        // Exact: 1 − p loses no digit for p in [0.5, 1].
        let p = if misses { 1.0 - p } else { p };
        let method = if n == 0 || p.is_nan() || p <= 0.0 {
            Method::Certain
        } else if n as f64 * p < MANY {
            Method::Inversion(Inversion::new(n, p))
        } else {
            Method::Rejection(Rejection::new(n, p))
        };
        Self { n, p, misses, method }
    }

    /// One draw of another number of trials with the same probability.
    pub fn draw_of(&self, n: u64, stream: &mut RandomStream) -> u64 {
        if n == self.n {
            return self.draw(stream);
        }
        let fewer = draw(n, self.p, stream);
        if self.misses { n - fewer } else { fewer }
    }

    /// One draw.
    pub fn draw(&self, stream: &mut RandomStream) -> u64 {
        let fewer = match &self.method {
            Method::Certain => 0,
            Method::Inversion(inversion) => inversion.draw(self.n, self.p, stream),
            Method::Rejection(rejection) => rejection.draw(self.n, self.p, stream),
        };
        if self.misses { self.n - fewer } else { fewer }
    }
}

/// Inversion: the probabilities of 0, 1, 2, … hits are summed until they exceed a uniform number.
#[derive(Debug, Clone, Copy)]
struct Inversion {
    /// A lower bound on the probability of no hit, which spares the exponential in most draws of rare events.
    surely_none: f64,
}

impl Inversion {
    fn new(n: u64, p: f64) -> Self {
        Self { surely_none: 1.0 - n as f64 * p }
    }

    fn draw(&self, n: u64, p: f64, stream: &mut RandomStream) -> u64 {
        let share = stream.uniform();
        if share < self.surely_none {
            return 0;
        }
        let trials = n as f64;
        let odds = p / (1.0 - p);
        let mut term = (trials * (-p).ln_1p()).exp();
        let (mut sum, mut hits) = (term, 0.0);
        // The terms fall from the tenth on; a share that rounding put above their whole sum ends where they vanish.
        while share >= sum && hits < trials && term > f64::MIN_POSITIVE {
            term *= (trials - hits) / (hits + 1.0) * odds;
            sum += term;
            hits += 1.0;
        }
        hits as u64
    }
}

/// Transformed rejection with squeezes.
#[derive(Debug, Clone, Copy)]
struct Rejection {
    a: f64,
    b: f64,
    c: f64,
    /// Height up to which every value in the centre of the hat is accepted.
    centre: f64,
    alpha: f64,
    mode: f64,
    variance: f64,
}

impl Rejection {
    /// For at least [`MANY`] expected hits and a `p` of at most one half.
    fn new(n: u64, p: f64) -> Self {
        let trials = n as f64;
        let variance = trials * p * (1.0 - p);
        let sd = variance.sqrt();
        let b = 1.15 + 2.53 * sd;
        Self {
            a: -0.0873 + 0.0248 * b + 0.01 * p,
            b,
            c: trials * p + 0.5,
            centre: 0.92 - 4.2 / b,
            alpha: (2.83 + 5.1 / b) * sd,
            mode: ((trials + 1.0) * p).floor(),
            variance,
        }
    }

    fn draw(&self, n: u64, p: f64, stream: &mut RandomStream) -> u64 {
        loop {
            let (across, height) = (stream.uniform() - 0.5, stream.uniform());
            let edge = 0.5 - across.abs();
            let place = (2.0 * self.a / edge + self.b) * across + self.c;
            if edge >= 0.07 && height <= self.centre {
                return place as u64;
            }
            // At the very edge `place` is infinite, and so refused. Without a rounding instruction, which the oldest x86-64
            // lacks, the cast is the fastest floor of a number that is not negative.
            let hits = place as i64 as f64;
            if place >= 0.0 && hits <= n as f64 {
                let ratio = height * self.alpha / (self.a / (edge * edge) + self.b);
                if self.below(ratio, hits, n, p) {
                    return hits as u64;
                }
            }
        }
    }

    /// Whether `ratio` is at most P(hits)/P(mode).
    fn below(&self, ratio: f64, hits: f64, n: u64, p: f64) -> bool {
        let away = (hits - self.mode).abs();
        if away <= NEAR {
            return self.below_near(ratio, hits, n as f64, p);
        }
        // The squeeze of Kachitvichyanukul and Schmeiser (1988), within the distance for which they prove it.
        if away > 20.0 && away < 0.5 * self.variance - 1.0 {
            let scaled = away / self.variance;
            let slack = scaled * ((away * (away / 3.0 + 0.625) + 1.0 / 6.0) / self.variance + 0.5);
            let normal = -0.5 * away * scaled;
            let log = ratio.ln();
            if log < normal - slack {
                return true;
            }
            if log > normal + slack {
                return false;
            }
        }
        ratio * pmf(self.mode as u64, n, p) <= pmf(hits as u64, n, p)
    }

    /// The same from the ratios of neighbours, P(k)/P(k − 1) = (n + 1 − k)/k · p/(1 − p).
    fn below_near(&self, ratio: f64, hits: f64, trials: f64, p: f64) -> bool {
        let odds = p / (1.0 - p);
        let (mut up, mut down) = (1.0, ratio);
        let mut k = self.mode.min(hits);
        let to = self.mode.max(hits);
        let upwards = hits > self.mode;
        while k < to {
            k += 1.0;
            let step = (trials + 1.0 - k) / k * odds;
            if upwards {
                up *= step;
            } else {
                down *= step;
            }
        }
        down <= up
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::Engine;
    use crate::stats::binomial::upper_tail;
    use crate::stats::fit::chi_square;

    const DRAWS: usize = 200_000;

    /// Chi-square of draws against the law, with both tails lumped into the end cells.
    fn p_value(n: u64, p: f64, draws: usize, mut draw: impl FnMut() -> u64) -> f64 {
        let (mean, sd) = (n as f64 * p, (n as f64 * p * (1.0 - p)).sqrt());
        let low = (mean - 4.0 * sd).floor().max(0.0) as u64;
        let high = (mean + 4.0 * sd + 4.0).ceil().min(n as f64) as u64;
        // At most 100 cells: wide laws are compared by groups of values.
        let width = (high - low) / 100 + 1;
        let cells = (high - low) / width + 1;
        let mut seen = vec![0; cells as usize];
        for _ in 0..draws {
            seen[((draw().clamp(low, high) - low) / width) as usize] += 1;
        }
        let mut law: Vec<f64> = (0..cells)
            .map(|cell| (low + cell * width..(low + (cell + 1) * width).min(high + 1)).map(|k| pmf(k, n, p)).sum())
            .collect();
        *law.first_mut().unwrap() += if low == 0 { 0.0 } else { upper_tail(n - low + 1, n, 1.0 - p) };
        *law.last_mut().unwrap() += upper_tail(high + 1, n, p);
        chi_square(&seen, &law).p_value
    }

    const CASES: [(u64, f64); 22] = [
        (1, 0.3),
        (10, 0.5),
        (40, 0.02),
        (1000, 0.00999),
        (1000, 0.0101),
        (20, 0.49),
        (20, 0.5),
        (21, 0.51),
        (30, 0.34),
        (50, 0.9),
        (1000, 0.025),
        (1000, 0.5),
        (1000, 0.97),
        (10_000, 0.03),
        (100_000, 0.001),
        (1_000_000, 0.3),
        (1_000_000_000_000, 3e-12),
        (1_000_000_000_000, 9.9e-12),
        (1_000_000_000_000, 4e-11),
        (1_000_000_000_000, 1e-9),
        (20_000_000_000_000_000, 1.5e-16),
        (20_000_000_000_000_000, 1e-15),
    ];

    #[test]
    fn draws_follow_the_law() {
        for (number, (n, p)) in (0..).zip(CASES) {
            let mut stream = RandomStream::new(11, Engine::Counts, number);
            let value = p_value(n, p, DRAWS, || draw(n, p, &mut stream));
            assert!(value > 1e-4, "n = {n}, p = {p}: {value}");
        }
    }

    /// Every path of the rejection, the outcome of each of which is checked against the law apart from the draws.
    #[test]
    fn squeezes_decide_as_the_law_does() {
        for (n, p) in [(1000, 0.3), (20_000, 0.5), (1_000_000, 0.01), (1_000_000_000_000, 1e-9)] {
            let rejection = Rejection::new(n, p);
            let sd = rejection.variance.sqrt();
            for place in -60..=60 {
                let hits = (rejection.mode + f64::from(place) * sd / 10.0).floor();
                let exact = pmf(hits as u64, n, p) / pmf(rejection.mode as u64, n, p);
                assert!(rejection.below(exact * (1.0 - 1e-9), hits, n, p), "n = {n}, p = {p}, {hits}");
                assert!(!rejection.below(exact * (1.0 + 1e-9), hits, n, p), "n = {n}, p = {p}, {hits}");
            }
        }
    }

    #[test]
    fn certainties_are_certain() {
        let mut stream = RandomStream::new(13, Engine::Counts, 0);
        assert_eq!(draw(7, 0.0, &mut stream), 0);
        assert_eq!(draw(7, 1.0, &mut stream), 7);
        assert_eq!(draw(0, 0.3, &mut stream), 0);
        assert_eq!(draw(5, f64::NAN, &mut stream), 0);
        assert_eq!(Binomial::new(9, 1.0).draw(&mut stream), 9);
        assert_eq!(Binomial::new(9, 0.0).draw(&mut stream), 0);
    }
}
