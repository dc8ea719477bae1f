//! Counts as they were measured, and their beta-binomial law.

/// ln Γ(x) for x > 0, to about 1e-13: Stirling's series from 10 on, below it by Γ(x + 1) = x Γ(x).
fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut product) = (x, 1.0);
    while x < 10.0 {
        product *= x;
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    let series =
        (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square * (1.0 / 1680.0 - square / 1188.0)))) / x;
    (x - 0.5) * x.ln() - x + HALF_LN_TAU + series - if product == 1.0 { 0.0 } else { product.ln() }
}

/// ln √(2π).
const HALF_LN_TAU: f64 = 0.918_938_533_204_672_7;

/// ln C(n, k).
fn log_choices(n: f64, k: f64) -> f64 {
    ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0)
}

/// k of n, with ln C(n, k).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct DispersedTally {
    pub k: f64,
    pub n: f64,
    choices: f64,
}

impl DispersedTally {
    pub fn new(k: u64, n: u64) -> Self {
        let (k, n) = (k as f64, n as f64);
        Self { k, n, choices: log_choices(n, k) }
    }

    /// The largest ln probability that any mean and dispersion give: a binomial's at its own share.
    pub fn most_probable(&self) -> f64 {
        let term = |count: f64| if count > 0.0 { count * (count / self.n).ln() } else { 0.0 };
        self.choices + term(self.k) + term(self.n - self.k)
    }

    /// The tally as a beta-binomial with correlation `dispersion`.
    pub fn dispersed(self, dispersion: f64) -> Dispersed {
        let size = 1.0 / dispersion - 1.0;
        Dispersed { tally: self, size, constant: self.choices + ln_gamma(size) - ln_gamma(size + self.n) }
    }
}

/// The beta-binomial law of a count of `n` at one mean, ready for every count.
#[derive(Debug, Clone, Copy)]
pub(super) struct CountLaw {
    n: f64,
    a: f64,
    b: f64,
    constant: f64,
}

impl CountLaw {
    /// With correlation `dispersion`.
    pub fn new(n: u64, mean: f64, dispersion: f64) -> Self {
        let (n, p, size) = (n as f64, Dispersed::possible(mean), 1.0 / dispersion - 1.0);
        let (a, b) = (p * size, (1.0 - p) * size);
        Self { n, a, b, constant: ln_gamma(size) - ln_gamma(size + n) - ln_gamma(a) - ln_gamma(b) }
    }

    /// ln probability of a tally of `n`.
    pub fn log_probability(&self, tally: &DispersedTally) -> f64 {
        tally.choices + self.constant + ln_gamma(self.a + tally.k) + ln_gamma(self.b + self.n - tally.k)
    }
}

/// A tally and its beta-binomial law, given the mean: what one generation needs once for all of its counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dispersed {
    tally: DispersedTally,
    size: f64,
    constant: f64,
}

impl Dispersed {
    /// A model that calls a thing impossible would forbid it in every generation: one in a billion is left.
    pub fn possible(p: f64) -> f64 {
        p.clamp(1e-9, 1.0 - 1e-9)
    }

    /// The same law at another count, which need not be whole.
    pub fn at(&self, k: f64) -> Self {
        let DispersedTally { n, choices, .. } = self.tally;
        let own = log_choices(n, k);
        Self { tally: DispersedTally { k, n, choices: own }, constant: self.constant - choices + own, ..*self }
    }

    /// ln probability under mean `p`.
    pub fn log_probability(&self, p: f64) -> f64 {
        let p = Self::possible(p);
        let (DispersedTally { k, n, .. }, a, b) = (self.tally, p * self.size, (1.0 - p) * self.size);
        self.constant + ln_gamma(a + k) - ln_gamma(a) + ln_gamma(b + n - k) - ln_gamma(b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::binomial;
    use approx::assert_relative_eq;

    #[test]
    fn ln_gamma_is_that_of_the_library() {
        for x in [1e-9, 1e-3, 0.5, 1.0, 2.0, 7.3, 10.0, 123.4, 1e6, 1e9] {
            let expected = statrs::function::gamma::ln_gamma(x);
            assert_relative_eq!(ln_gamma(x), expected, max_relative = 1e-12, epsilon = 1e-12);
        }
    }

    #[test]
    fn a_law_for_every_count_is_that_of_each() {
        for (p, dispersion) in [(0.3, 0.05), (0.01, 1e-4), (0.9, 0.3), (0.0, 0.1)] {
            let law = CountLaw::new(30, p, dispersion);
            for k in 0..=30 {
                let tally = DispersedTally::new(k, 30);
                let expected = tally.dispersed(dispersion).log_probability(p);
                assert_relative_eq!(law.log_probability(&tally), expected, max_relative = 1e-9, epsilon = 1e-8);
            }
        }
    }

    #[test]
    fn the_beta_binomial_sums_to_one() {
        for (p, dispersion) in [(0.3, 0.05), (0.01, 1e-4), (0.9, 0.3)] {
            let total: f64 =
                (0..=30).map(|k| DispersedTally::new(k, 30).dispersed(dispersion).log_probability(p).exp()).sum();
            assert_relative_eq!(total, 1.0, max_relative = 1e-9);
        }
        let nearly = DispersedTally::new(4, 30).dispersed(1e-9).log_probability(0.2).exp();
        assert_relative_eq!(nearly, binomial::pmf(4, 30, 0.2), max_relative = 1e-5);
    }
}
