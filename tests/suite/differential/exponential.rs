//! Exponential, logarithm and real powers in 76 digits.

use super::precise::Precise;

impl Precise {
    /// e^self, for sizes up to some thousands: the series of a part below 2^-8, squared again.
    pub fn exp(self) -> Self {
        let mut halvings = 0;
        let mut part = self;
        while part.abs().value() > 1.0 / 256.0 {
            part = part * Self::of(0.5);
            halvings += 1;
        }
        let (mut term, mut sum) = (Self::one(), Self::one());
        for i in 1..40 {
            term = term * part / Self::count(i);
            sum = sum + term;
        }
        (0..halvings).fold(sum, |power, _| power * power)
    }

    /// ln self, of a positive number: Halley's iteration on e^y, from a double's logarithm.
    pub fn ln(self) -> Self {
        assert!(self.is_positive(), "logarithm of 0 or less");
        let mut y = Self::of(self.log10() * std::f64::consts::LN_10);
        // Each round triples the digits.
        for _ in 0..3 {
            let power = y.exp();
            y = y + Self::of(2.0) * (self - power) / (self + power);
        }
        y
    }

    /// 1 − (1 − self)^power, of a share, to all digits also of a small one.
    pub fn hazard_times(self, power: Self) -> Self {
        if power.is_zero() || self.is_zero() {
            return Self::ZERO;
        }
        if self.log10() < -3.0 {
            return self.small_hazard_times(power);
        }
        let rest = self.rest();
        if rest.is_positive() { (power * rest.ln()).exp().rest() } else { Self::one() }
    }

    /// The same by the binomial series, without its leading 1.
    fn small_hazard_times(self, power: Self) -> Self {
        let mut term = power * self;
        let mut sum = term;
        for i in 1..30 {
            term = term * self * (Self::count(i) - power) / Self::count(i + 1);
            sum = sum + term;
        }
        sum
    }
}

#[test]
fn powers_of_256_bits_are_right() {
    let near = |a: Precise, b: Precise| {
        let off = (a - b).abs();
        assert!(off.is_zero() || (off / b.abs()).log10() < -68.0, "{:e} and {:e}", a.value(), b.value());
    };
    // e to 80 digits, in parts that doubles hold exactly or nearly: against the sum of 1/i!.
    let mut factorial = Precise::one();
    let e: Precise = (0..70)
        .map(|i| {
            factorial = if i > 0 { factorial * Precise::count(i) } else { factorial };
            Precise::one() / factorial
        })
        .sum();
    near(Precise::one().exp(), e);
    assert!(e.off(std::f64::consts::E) < 2e-16);
    for value in [1e-30, 0.001, 0.3, 0.9999, 1.0001, 2.0, 700.0, 1e40] {
        let value = Precise::of(value);
        near(value.ln().exp(), value);
        near((value * value).ln().exp(), value * value);
    }
    // Whole powers by multiplication, half ones by roots; either side of the switch to the series.
    for share in [1e-40, 9e-4, 1.1e-3, 0.2, 0.999_999] {
        let share = Precise::of(share);
        for power in 1..5 {
            let by_products = (0..power).fold(Precise::ZERO, |sum, i| sum + share * share.rest().power(i));
            near(share.hazard_times(Precise::count(power)), by_products);
        }
        let root = share.rest().root();
        near(share.hazard_times(Precise::of(0.5)), share / (Precise::one() + root));
        near(share.hazard_times(Precise::of(1.5)), share.hazard_times(Precise::of(0.5)) + share * root);
    }
    near(Precise::one().hazard_times(Precise::of(0.3)), Precise::one());
}
