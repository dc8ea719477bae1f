//! Floating-point numbers of 256 bits, some 76 digits, with an exponent that neither overflows nor underflows.
//!
//! Results are cut and not rounded: each operation errs by less than 2^-253 of its result, a quotient by less than 2^-240.

use std::cmp::Ordering;
use std::ops::{Add, Div, Mul, Sub};

const LIMBS: usize = 4;
const BITS: i64 = 64 * LIMBS as i64;

/// ± 0.mantissa · 2^exponent, the mantissa's lowest limb first and its top bit set; all zeros are 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Precise {
    negative: bool,
    exponent: i64,
    mantissa: [u64; LIMBS],
}

impl Precise {
    pub const ZERO: Self = Self { negative: false, exponent: 0, mantissa: [0; LIMBS] };

    /// 1.
    pub fn one() -> Self {
        Self::of(1.0)
    }

    /// A double, exactly.
    pub fn of(value: f64) -> Self {
        assert!(value.is_finite());
        if value == 0.0 {
            return Self::ZERO;
        }
        let bits = value.to_bits();
        let (field, fraction) = ((bits >> 52) as i64 & 0x7ff, bits & ((1 << 52) - 1));
        let (whole, exponent) = if field == 0 { (fraction, -1074) } else { (fraction | 1 << 52, field - 1075) };
        let mut mantissa = [0; LIMBS];
        let shift = whole.leading_zeros();
        mantissa[LIMBS - 1] = whole << shift;
        Self { negative: value < 0.0, exponent: exponent + 64 - i64::from(shift), mantissa }
    }

    /// A whole number.
    pub fn count(value: u64) -> Self {
        let shift = value.leading_zeros();
        let mut mantissa = [0; LIMBS];
        if value == 0 {
            return Self::ZERO;
        }
        mantissa[LIMBS - 1] = value << shift;
        Self { negative: false, exponent: 64 - i64::from(shift), mantissa }
    }

    /// The nearest double, but for one unit of its last place; infinite or 0 beyond the doubles.
    pub fn value(self) -> f64 {
        if self.is_zero() {
            return 0.0;
        }
        let tops = self.mantissa[LIMBS - 1] as f64 + self.mantissa[LIMBS - 2] as f64 / 2.0_f64.powi(64);
        let size = match self.exponent {
            1025.. => f64::INFINITY,
            ..-1100 => 0.0,
            // In two parts, each within the doubles.
            exponent => tops * 2.0_f64.powi(-64 + exponent as i32 / 2) * 2.0_f64.powi((exponent - exponent / 2) as i32),
        };
        if self.negative { -size } else { size }
    }

    /// log10 of its size.
    pub fn log10(self) -> f64 {
        Self { negative: false, exponent: 0, ..self }.value().log10() + self.exponent as f64 * 2.0_f64.log10()
    }

    pub fn is_zero(self) -> bool {
        self.mantissa[LIMBS - 1] == 0
    }

    pub fn is_positive(self) -> bool {
        !self.is_zero() && !self.negative
    }

    pub fn abs(self) -> Self {
        Self { negative: false, ..self }
    }

    pub fn negated(self) -> Self {
        Self { negative: !self.negative && !self.is_zero(), ..self }
    }

    /// 1 − self.
    pub fn rest(self) -> Self {
        Self::one() - self
    }

    pub fn min(self, other: Self) -> Self {
        if (self - other).is_positive() { other } else { self }
    }

    pub fn max(self, other: Self) -> Self {
        if (self - other).is_positive() { self } else { other }
    }

    /// self^power.
    pub fn power(self, mut power: u64) -> Self {
        let (mut square, mut result) = (self, Self::one());
        while power > 0 {
            if power & 1 == 1 {
                result = result * square;
            }
            square = square * square;
            power >>= 1;
        }
        result
    }

    pub fn root(self) -> Self {
        if !self.is_positive() {
            return Self::ZERO;
        }
        // Newton from a double's root of the part within the doubles.
        let even = self.exponent & !1;
        let part = Self { exponent: self.exponent - even, ..self };
        let mut root = Self::of(part.value().sqrt());
        for _ in 0..4 {
            root = (root + part / root) * Self::of(0.5);
        }
        Self { exponent: root.exponent + even / 2, ..root }
    }

    /// Distance of a double from this number, as a share of it.
    pub fn off(self, value: f64) -> f64 {
        if value.is_infinite() {
            return if self.exponent > 1024 { 0.0 } else { f64::INFINITY };
        }
        let distance = (Self::of(value) - self).abs();
        if distance.is_zero() { 0.0 } else { (distance / self.abs().max(Self::of(f64::MIN_POSITIVE))).value() }
    }

    /// Distance of a double from this number.
    pub fn distance(self, value: f64) -> f64 {
        (Self::of(value) - self).abs().value()
    }

    fn normal(negative: bool, exponent: i64, mut mantissa: [u64; LIMBS]) -> Self {
        let Some(top) = mantissa.iter().rposition(|&limb| limb != 0) else { return Self::ZERO };
        let limbs = LIMBS - 1 - top;
        let bits = mantissa[top].leading_zeros();
        mantissa.rotate_right(limbs);
        if bits > 0 {
            for i in (0..LIMBS).rev() {
                let below = if i > 0 { mantissa[i - 1] >> (64 - bits) } else { 0 };
                mantissa[i] = mantissa[i] << bits | below;
            }
        }
        Self { negative, exponent: exponent - 64 * limbs as i64 - i64::from(bits), mantissa }
    }

    /// The mantissa moved to the right.
    fn shifted(self, by: i64) -> [u64; LIMBS] {
        if by >= BITS {
            return [0; LIMBS];
        }
        let (limbs, bits) = (by as usize / 64, by as u32 % 64);
        std::array::from_fn(|i| {
            let low = self.mantissa.get(i + limbs).copied().unwrap_or(0);
            let high = self.mantissa.get(i + limbs + 1).copied().unwrap_or(0);
            if bits == 0 { low } else { low >> bits | high << (64 - bits) }
        })
    }
}

impl Add for Precise {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        if self.is_zero() {
            return other;
        }
        if other.is_zero() {
            return self;
        }
        let mantissas = |n: &Self| n.mantissa.iter().rev().copied().collect::<Vec<u64>>();
        let order = self.exponent.cmp(&other.exponent);
        let order = if order == Ordering::Equal { mantissas(&self).cmp(&mantissas(&other)) } else { order };
        let (large, small) = if order == Ordering::Less { (other, self) } else { (self, other) };
        let shifted = small.shifted(large.exponent - small.exponent);
        let mut result = [0; LIMBS];
        let mut carry = false;
        let subtract = large.negative != small.negative;
        for i in 0..LIMBS {
            let (first, over) = if subtract {
                large.mantissa[i].overflowing_sub(shifted[i])
            } else {
                large.mantissa[i].overflowing_add(shifted[i])
            };
            let (second, again) = if subtract {
                first.overflowing_sub(u64::from(carry))
            } else {
                first.overflowing_add(u64::from(carry))
            };
            result[i] = second;
            carry = over || again;
        }
        if carry {
            // The sum's top bit is the carry.
            let halved = Self { mantissa: result, ..large }.shifted(1);
            result = halved;
            result[LIMBS - 1] |= 1 << 63;
            return Self { negative: large.negative, exponent: large.exponent + 1, mantissa: result };
        }
        Self::normal(large.negative, large.exponent, result)
    }
}

impl Sub for Precise {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        std::ops::Add::add(self, other.negated())
    }
}

impl Mul for Precise {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        if self.is_zero() || other.is_zero() {
            return Self::ZERO;
        }
        let mut product = [0_u64; 2 * LIMBS];
        for (i, &a) in self.mantissa.iter().enumerate() {
            let mut carry = 0_u128;
            for (j, &b) in other.mantissa.iter().enumerate() {
                let sum = u128::from(a) * u128::from(b) + u128::from(product[i + j]) + carry;
                product[i + j] = sum as u64;
                carry = sum >> 64;
            }
            product[i + LIMBS] = carry as u64;
        }
        let mut top = [0; LIMBS];
        top.copy_from_slice(&product[LIMBS..]);
        // Both factors are at least one half, so that at most one bit is missing.
        Self::normal(self.negative != other.negative, self.exponent + other.exponent, top)
    }
}

impl Div for Precise {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        assert!(!other.is_zero(), "division by 0");
        let divisor = Self { negative: false, exponent: 0, ..other };
        // Newton: each round doubles the digits of the reciprocal.
        let mut reciprocal = Self::of(1.0 / divisor.value());
        for _ in 0..3 {
            reciprocal = reciprocal + reciprocal * (divisor * reciprocal).rest();
        }
        let quotient = self * reciprocal;
        let negative = !quotient.is_zero() && self.negative != other.negative;
        Self { negative, exponent: quotient.exponent - other.exponent, ..quotient }
    }
}

impl std::iter::Sum for Precise {
    fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
        numbers.fold(Self::ZERO, |sum, number| sum + number)
    }
}

#[test]
fn arithmetic_of_256_bits_is_right() {
    let of = Precise::of;
    let near = |a: Precise, b: Precise, bits: i64| {
        let off = (a - b).abs();
        off.is_zero() || off.exponent <= b.exponent - bits
    };
    // 1/3 summed thrice, (1 + 2^-200) − 1, a quotient times its divisor, roots and powers against each other.
    assert!(near(of(1.0) / of(3.0) * of(3.0), Precise::one(), 240));
    let small = of(0.5).power(200);
    assert_eq!((Precise::one() + small) - Precise::one(), small);
    assert_eq!(Precise::count(7).power(20).value(), 7.0_f64.powi(20).round());
    assert_eq!(of(-3.5) + of(3.5), Precise::ZERO);
    assert_eq!((of(2.0) - of(5.0)).value(), -3.0);
    let mut x = of(0.123_456_789);
    for i in 1..200_u64 {
        let other = Precise::count(i * i + 1) / Precise::count(i + 7);
        assert!(near((x * other) / other, x, 235), "{i}");
        assert!(near((x + other) - other, x, 235), "{i}");
        assert!(near(x.root() * x.root(), x, 235), "{i}");
        // The binomial theorem, term by term.
        let n = 1 + i % 9;
        let terms = (0..=n).scan(Precise::one(), |choose, k| {
            let term = *choose * x.power(k) * other.power(n - k);
            *choose = *choose * Precise::count(n - k) / Precise::count(k + 1);
            Some(term)
        });
        assert!(near(terms.sum(), (x + other).power(n), 230), "{i}");
        x = x * other - Precise::one();
        assert!(!x.is_zero());
        assert!((x.value() - Precise::of(x.value()).value()).abs() == 0.0);
        x = if x.is_positive() { x } else { x.negated() };
        x = if x.exponent > 6 { x * of(0.01) } else { x };
    }
    // Beyond the doubles: (1e-300)^3 cubed again and back.
    let tiny = of(1e-300).power(9);
    assert_eq!(tiny.value(), 0.0);
    assert!((tiny.log10() + 2700.0).abs() < 1e-9);
    assert!(near(tiny / of(1e-300).power(8), of(1e-300), 230));
    for value in [5e-324, 1e-310, f64::MAX, 1.0, -0.1] {
        assert_eq!(of(value).value(), value);
    }
}
