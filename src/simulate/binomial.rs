//! Draws from the binomial law.
//!
//! rand_distr forms 1 − p where few hits are expected and so misses the law for extreme parameters (n = 2e16, p = 1.5e-16
//! gives 0 twice as often as it should). There the hits are found one by one, by jumps over the misses; only the many
//! are left to its rejection method (BTPE: Kachitvichyanukul and Schmeiser 1988), which a test holds against the law.

use rand_distr::Binomial;

use super::stream::{Jump, Stream};

/// Expected hits above which rejection is faster than jumps; BTPE is defined from 10 on.
const MANY: f64 = 10.0;

/// Hits in `n` trials of probability `p`; a `p` outside [0, 1] counts as the nearer end.
pub(super) fn draw(n: u64, p: f64, stream: &mut Stream) -> u64 {
    if p >= 1.0 {
        n
    } else if p > 0.5 {
        // Exact: 1 − p loses no digit for p in [0.5, 1].
        n - fewer(n, 1.0 - p, stream)
    } else {
        fewer(n, p, stream)
    }
}

/// Hits for a probability of at most one half.
fn fewer(n: u64, p: f64, stream: &mut Stream) -> u64 {
    if n as f64 * p >= MANY
        && let Ok(many) = Binomial::new(n, p)
    {
        return stream.sample(&many);
    }
    let jump = Jump::new(p.max(0.0));
    let (mut left, mut hits) = (n, 0);
    while let Some(steps) = jump.within(left, stream) {
        left -= steps;
        hits += 1;
    }
    hits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::Engine;
    use crate::stats::binomial::{pmf, upper_tail};
    use crate::stats::fit::chi_square;

    const DRAWS: usize = 200_000;

    /// Chi-square of draws against the law, with both tails lumped into the end cells.
    fn p_value(n: u64, p: f64, mut draw: impl FnMut() -> u64) -> f64 {
        let (mean, sd) = (n as f64 * p, (n as f64 * p * (1.0 - p)).sqrt());
        let low = (mean - 4.0 * sd).floor().max(0.0) as u64;
        let high = (mean + 4.0 * sd + 4.0).ceil().min(n as f64) as u64;
        // At most 100 cells: wide laws are compared by groups of values.
        let width = (high - low) / 100 + 1;
        let cells = (high - low) / width + 1;
        let mut seen = vec![0; cells as usize];
        for _ in 0..DRAWS {
            seen[((draw().clamp(low, high) - low) / width) as usize] += 1;
        }
        let mut law: Vec<f64> = (0..cells)
            .map(|cell| (low + cell * width..(low + (cell + 1) * width).min(high + 1)).map(|k| pmf(k, n, p)).sum())
            .collect();
        *law.first_mut().unwrap() += if low == 0 { 0.0 } else { upper_tail(n - low + 1, n, 1.0 - p) };
        *law.last_mut().unwrap() += upper_tail(high + 1, n, p);
        chi_square(&seen, &law).p_value
    }

    #[test]
    fn draws_follow_the_law() {
        let cases = [
            (1, 0.3),
            (10, 0.5),
            (40, 0.02),
            (1000, 0.00999),
            (1000, 0.0101),
            (20, 0.49),
            (21, 0.51),
            (30, 0.34),
            (50, 0.9),
            (1000, 0.025),
            (1000, 0.5),
            (1000, 0.97),
            (100_000, 0.001),
            (1_000_000, 0.3),
            (1_000_000_000_000, 3e-12),
            (1_000_000_000_000, 9.9e-12),
            (1_000_000_000_000, 4e-11),
            (1_000_000_000_000, 1e-9),
            (20_000_000_000_000_000, 1.5e-16),
        ];
        for (number, (n, p)) in (0..).zip(cases) {
            let mut stream = Stream::new(11, Engine::Counts, number);
            let value = p_value(n, p, || draw(n, p, &mut stream));
            assert!(value > 1e-4, "n = {n}, p = {p}: {value}");
        }
    }

    /// The reason for the jumps. Should this ever fail, the library has been mended and they can go.
    #[test]
    fn the_library_misses_the_law_for_extreme_parameters() {
        let (n, p) = (20_000_000_000_000_000, 1.5e-16);
        let mut stream = Stream::new(12, Engine::Counts, 0);
        let library = Binomial::new(n, p).unwrap();
        assert!(p_value(n, p, || stream.sample(&library)) < 1e-12);
    }

    #[test]
    fn certainties_are_certain() {
        let mut stream = Stream::new(13, Engine::Counts, 0);
        assert_eq!(draw(7, 0.0, &mut stream), 0);
        assert_eq!(draw(7, 1.0, &mut stream), 7);
        assert_eq!(draw(0, 0.3, &mut stream), 0);
    }
}
