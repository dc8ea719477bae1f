//! Numbers as people write them.

/// A space at which no line breaks.
const NO_BREAK: char = '\u{a0}';
/// A narrow space at which no line breaks, between groups of thousands.
const NARROW: char = '\u{202f}';

/// `value` to `digits` significant digits: 16.7, 0.0312, 463 232, 7.16 × 10²⁸. Whole digits are never rounded away below
/// a million.
#[must_use]
pub fn number(value: f64, digits: usize) -> String {
    if value.is_nan() {
        return "undefined".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "∞".to_owned() } else { "−∞".to_owned() };
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let sign = if value < 0.0 { "−" } else { "" };
    let scientific = format!("{:.*e}", digits.saturating_sub(1), value.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-3..6).contains(&exponent) {
        let decimals = usize::try_from(digits as i32 - 1 - exponent).unwrap_or(0);
        return format!("{sign}{}", grouped(&trimmed(&format!("{:.decimals$}", value.abs()))));
    }
    format!("{sign}{}{NO_BREAK}×{NO_BREAK}10{}", trimmed(mantissa), superscript(exponent))
}

/// A probability or share: in percent to `digits` significant digits, near 1 with the digits that tell it from 1, and as a
/// plain number where a percentage would be mostly zeros.
#[must_use]
pub fn percent(share: f64, digits: usize) -> String {
    let rest = 1.0 - share;
    if share != 0.0 && share.abs() < 1e-5 || !share.is_finite() {
        return number(share, digits);
    }
    if share < 1.0 && rest < 0.01 {
        // Ten decimals of a percentage are the last that a reader could use, and that the difference still holds.
        let decimals = ((2.0 - (100.0 * rest).log10().floor()) as usize).saturating_sub(1).min(10);
        return format!("{}{NO_BREAK}%", trimmed(&format!("{:.decimals$}", 100.0 * share)));
    }
    format!("{}{NO_BREAK}%", number(100.0 * share, digits))
}

/// R, with the digits that tell it from 1.
#[must_use]
pub fn ratio(value: f64) -> String {
    let distance = (value - 1.0).abs();
    if !(1e-9..0.1).contains(&distance) {
        return number(value, 3);
    }
    let decimals = (1.0 - distance.log10().floor()).max(2.0) as usize;
    trimmed(&format!("{value:.decimals$}"))
}

/// "1 generation", "16.7 generations".
#[must_use]
pub fn generations(count: f64) -> String {
    let written = number(count, 3);
    let noun = if written == "1" { "generation" } else { "generations" };
    format!("{written} {noun}")
}

/// The exponent of a power of ten, raised.
#[must_use]
pub fn superscript(exponent: i32) -> String {
    exponent
        .to_string()
        .chars()
        .map(|c| match c {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            '4' => '⁴',
            '5' => '⁵',
            '6' => '⁶',
            '7' => '⁷',
            '8' => '⁸',
            '9' => '⁹',
            _ => '⁰',
        })
        .collect()
}

/// Whole numbers of five digits and more in groups of three.
#[must_use]
pub fn grouped(digits: &str) -> String {
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, part)| (whole, Some(part)));
    let mut text = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if whole.len() > 4 && index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(NARROW);
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// Without the zeros that end a fraction.
fn trimmed(digits: &str) -> String {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.').to_owned() } else { digits.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: String) -> String {
        text.replace([NO_BREAK, NARROW], " ")
    }

    #[test]
    fn numbers_for_people() {
        for (value, written) in [
            (16.700_486_877_2, "16.7"),
            (7.155_806_793_04e28, "7.16 × 10²⁸"),
            (463_231.913_427, "463 232"),
            (0.001_234_56, "0.00123"),
            (1.4e-29, "1.4 × 10⁻²⁹"),
            (999_999.9, "1 × 10⁶"),
            (9.999, "10"),
            (-2.5, "−2.5"),
            (0.0, "0"),
            (1000.0, "1000"),
            (f64::INFINITY, "∞"),
        ] {
            assert_eq!(plain(number(value, 3)), written);
        }
    }

    #[test]
    fn shares_keep_what_tells_them_from_one() {
        for (value, written) in [
            (0.5, "50 %"),
            (0.067_71, "6.77 %"),
            (0.999_987_165_2, "99.9987 %"),
            (0.999_5, "99.95 %"),
            (0.995, "99.5 %"),
            (1.0, "100 %"),
            (0.0, "0 %"),
            (7.9e-28, "7.9 × 10⁻²⁸"),
            (3e-5, "0.003 %"),
        ] {
            assert_eq!(plain(percent(value, 3)), written);
        }
    }

    #[test]
    fn ratios_keep_what_tells_them_from_one() {
        for (value, written) in
            [(1.047_336, "1.047"), (1.000_5, "1.0005"), (0.778_9, "0.779"), (1.0, "1"), (0.999_99, "0.99999")]
        {
            assert_eq!(plain(ratio(value)), written);
        }
    }
}
