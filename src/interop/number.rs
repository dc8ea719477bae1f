//! Probabilities as files write them: decimals, or fractions of whole numbers of any length.

use num_bigint::BigUint;

/// Digits of a fraction's parts at most; doubles need 1,100.
const MOST_DIGITS: usize = 10_000;

/// The double nearest to a probability; what is wrong with it otherwise.
pub(super) fn probability(text: &str) -> Result<f64, String> {
    let value = match text.split_once('/') {
        Some((above, below)) => fraction(text, above, below)?,
        None => text.parse().map_err(|_| format!("{text:?} is no number; write 0.25, 1e-20 or 1/4"))?,
    };
    let written =
        text.bytes().take_while(|byte| !matches!(byte, b'e' | b'E')).any(|byte| (b'1'..=b'9').contains(&byte));
    match value {
        0.0 if written => Err(format!("{text} is below what a double holds (5e-324), and would be lost")),
        value if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err(format!("{text} is no probability, which lies in [0, 1]")),
    }
}

fn fraction(text: &str, above: &str, below: &str) -> Result<f64, String> {
    let part = |digits: &str| {
        let plain = digits.len() <= MOST_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        if plain { digits.parse::<BigUint>().ok() } else { None }
    };
    let parts = part(above).zip(part(below)).filter(|(_, below)| *below != BigUint::ZERO);
    let (above, below) = parts.ok_or_else(|| format!("{text:?} is no fraction of two whole numbers"))?;
    quotient(&above, &below).ok_or_else(|| format!("{text:?} is past the doubles"))
}

/// The double nearest to `above` / `below`; `None` if it is above 2^60, and 0 if it is below the normal doubles.
pub(super) fn quotient(above: &BigUint, below: &BigUint) -> Option<f64> {
    /// Binary digits of the quotient that is rounded, or one fewer: more than a double has.
    const DIGITS: u64 = 64;
    let (long, short) = (above.bits(), below.bits());
    if above.bits() == 0 {
        return Some(0.0);
    }
    if long > short + 60 {
        return None;
    }
    let shift = DIGITS + short - long;
    let shifted = above << shift;
    let whole = &shifted / below;
    // A remainder breaks ties, nothing else.
    let rest = u128::from(&whole * below != shifted);
    let digits = u128::try_from(&whole).ok()? << 1 | rest;
    if shift > 1_100 + DIGITS {
        return Some(0.0);
    }
    // Two powers of two, since one might be below the doubles; both products are exact while the result is normal.
    let shift = i32::try_from(shift + 1).ok()?;
    let value = digits as f64 * 2.0_f64.powi(-(shift / 2)) * 2.0_f64.powi(-(shift - shift / 2));
    Some(if value < f64::MIN_POSITIVE { 0.0 } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decimals_and_fractions() {
        for (text, value) in [("0.25", 0.25), ("1/4", 0.25), ("1e-300", 1e-300), ("1", 1.0), ("0", 0.0), ("0e5", 0.0)] {
            assert_eq!(probability(text), Ok(value));
        }
        for text in ["1/3", "2/3", "1/10", "7/1000000000000000000000000000000"] {
            let (above, below) = text.split_once('/').unwrap();
            let plain = above.parse::<f64>().unwrap() / below.parse::<f64>().unwrap();
            assert!((probability(text).unwrap() / plain - 1.0).abs() <= f64::EPSILON, "{text}");
        }
        for text in ["", "x", "1.5", "-0.1", "NaN", "inf", "1e-400", "1/0", "a/2", "3/2", "1/2/3", "-1/2"] {
            assert!(probability(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn quotients_of_doubles_are_exact(mantissa in 1_u64..1 << 53, exponent in 60_u64..1_000) {
            let value = quotient(&BigUint::from(mantissa), &(BigUint::from(1_u8) << exponent)).unwrap();
            prop_assert_eq!(value, mantissa as f64 * 2.0_f64.powi(-(exponent as i32)));
        }

        #[test]
        fn quotients_of_small_numbers_are_those_of_the_machine(above in 1_u64..1 << 53, below in 1_u64..1 << 53) {
            // Division of doubles is rounded correctly.
            if let Some(value) = quotient(&BigUint::from(above), &BigUint::from(below)) {
                prop_assert_eq!(value, above as f64 / below as f64);
            }
        }
    }
}
