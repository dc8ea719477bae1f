//! Numbers as people write them: one style for cells, titles and sentences.
//!
//! Three significant digits ([`number`]); shares and probabilities in percent, however small ([`percent`]); a whole column
//! in one unit that stands in its head ([`shares`]); a runway far beyond the horizon in words ([`runway`]). Every digit is
//! in the JSON.

/// A space at which no line breaks.
const NO_BREAK: char = '\u{a0}';
/// A narrow space at which no line breaks, between groups of thousands.
const NARROW: char = '\u{202f}';
/// Below this a column of shares is counted in a power of ten: as percentages it would be mostly zeros.
const TINY: f64 = 1e-5;
/// A runway of more horizons than this is said in words: nobody plans with its digits.
pub(super) const FAR_HORIZONS: f64 = 1000.0;

/// `value` to `digits` significant digits: 16.7, 0.0312, 463 000, 7.16 × 10²⁸. Whole numbers below a million are counts, and
/// keep all their digits.
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
        let rounded = if value.fract() == 0.0 { value.abs() } else { scientific.parse().unwrap_or(value.abs()) };
        return format!("{sign}{}", grouped(&trimmed(&format!("{rounded:.decimals$}"))));
    }
    format!("{sign}{}{NO_BREAK}×{NO_BREAK}10{}", trimmed(mantissa), superscript(exponent))
}

/// A number with all its digits, as programs read it: 0.0677, 7.16e28, 40; nothing where it is none.
#[must_use]
pub fn plain(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let scientific = format!("{value:e}");
    let near = value == 0.0 || (1e-5..1e16).contains(&value.abs());
    if near { value.to_string() } else { scientific }
}

/// A cell of a table: a text, or a dash where there is none.
#[must_use]
pub fn or_dash(cell: Option<String>) -> String {
    cell.unwrap_or_else(|| "–".to_owned())
}

/// A probability or share, always in percent: to `digits` significant digits, and near 1 with the digits that tell it
/// from 1 (99.9987 %; 1.4 × 10⁻²⁷ %).
#[must_use]
pub fn percent(share: f64, digits: usize) -> String {
    if share.is_finite() { format!("{}{NO_BREAK}%", hundredths(share, digits)) } else { number(share, digits) }
}

/// A probability that is known up to an absolute `error`: only the digits that are, or a bound where there is none. The one way
/// in which a computed probability is printed, so that no two pages tell it differently.
#[must_use]
pub fn probability(value: f64, error: f64) -> String {
    if !(error > 0.0 && value.is_finite()) {
        return percent(value, 3);
    }
    let known = (value.min(1.0 - value) / error).log10();
    if known < 1.0 {
        let bound = if value < 0.5 { value + error } else { value - error };
        return format!("{} {}", if value < 0.5 { "below" } else { "above" }, percent(bound, 1));
    }
    percent(value, (known.floor() as usize).min(3))
}

/// A share in percent, without the sign.
fn hundredths(share: f64, digits: usize) -> String {
    let rest = 1.0 - share;
    if rest <= 0.0 || rest >= 0.01 {
        return number(100.0 * share, digits);
    }
    // Ten decimals of a percentage are the last that a reader could use, and that the difference still holds.
    let decimals = ((2.0 - (100.0 * rest).log10().floor()) as usize).saturating_sub(1).min(10);
    trimmed(&format!("{:.decimals$}", 100.0 * share))
}

/// A column of shares or probabilities in one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareColumn {
    /// For the column's head: "%", or a power of ten where all shares are tiny.
    pub unit: String,
    /// The shares in this unit, to three significant digits; "–" for what is not finite.
    pub cells: Vec<String>,
}

impl ShareColumn {
    /// The column's head: "error (%)", "failed (in units of 10⁻⁹)".
    #[must_use]
    pub fn head(&self, title: &str) -> String {
        if self.unit == "%" { format!("{title} (%)") } else { format!("{title} (in units of {})", self.unit) }
    }
}

/// Puts a column of shares into one unit, percent wherever one of them reaches 0.001 %. No cell has a unit of its own: the
/// head of the column must say it ([`ShareColumn::head`]).
#[must_use]
pub fn shares(values: &[f64]) -> ShareColumn {
    let largest = values.iter().filter(|value| value.is_finite()).fold(0.0, |most: f64, value| most.max(value.abs()));
    let cells = |show: &dyn Fn(f64) -> String| {
        values.iter().map(|&value| if value.is_finite() { show(value) } else { "–".to_owned() }).collect()
    };
    if largest == 0.0 || largest >= TINY {
        return ShareColumn { unit: "%".to_owned(), cells: cells(&|share| hundredths(share, 3)) };
    }
    // Beyond this the unit itself would be a subnormal number.
    let exponent = largest.log10().floor().max(-300.0);
    let unit = 10_f64.powf(exponent);
    ShareColumn { unit: format!("10{}", superscript(exponent as i32)), cells: cells(&|share| number(share / unit, 3)) }
}

/// A runway of `value` generations, as told where the horizon is `horizon`: "16.7 generations", or "more than 1000 × the
/// horizon".
#[must_use]
pub fn runway(value: f64, horizon: u64) -> String {
    if is_far(value, horizon) { beyond() } else { generations(value) }
}

/// The same for a cell whose column or row already says that it counts generations: "16.7", or "more than 1000 × the
/// horizon".
#[must_use]
pub fn runway_cell(value: f64, horizon: u64) -> String {
    if is_far(value, horizon) { beyond() } else { number(value, 3) }
}

/// Whether a runway is so much longer than the horizon that its digits tell a reader nothing.
#[must_use]
pub fn is_far(value: f64, horizon: u64) -> bool {
    value > FAR_HORIZONS * horizon as f64
}

fn beyond() -> String {
    format!("more than {}{NO_BREAK}× the horizon", number(FAR_HORIZONS, 3))
}

/// An estimate with its error, as "16.678 ± 0.026": the error to two significant digits, the estimate to the same decimal.
#[must_use]
pub fn estimate(value: f64, error: f64) -> String {
    if !(error > 0.0 && error.is_finite() && value.is_finite()) {
        return format!("{} ± {}", number(value, 3), number(error, 2));
    }
    let reach = error.log10().floor();
    let unit = 10_f64.powf(reach - 1.0);
    let value = if unit > 0.0 { (value / unit).round() * unit } else { value };
    // Beyond sixteen digits a double has none.
    let digits = (value.abs().log10().floor() - reach + 2.0).clamp(1.0, 16.0) as usize;
    format!("{} ± {}", number(value, digits), number(error, 2))
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

/// With a capital letter in front.
pub(super) fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
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
            (463_231.913_427, "463 000"),
            (20_001.0, "20 001"),
            (1234.5, "1230"),
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
            (7.9e-28, "7.9 × 10⁻²⁶ %"),
            (8.024e-7, "8.02 × 10⁻⁵ %"),
            (3e-5, "0.003 %"),
        ] {
            assert_eq!(plain(percent(value, 3)), written);
        }
    }

    #[test]
    fn a_column_has_one_unit() {
        let written = |values: &[f64]| {
            let column = shares(values);
            (column.head("failed"), column.cells.into_iter().map(plain).collect::<Vec<_>>())
        };
        let cells = |cells: &[&str]| cells.iter().map(|&cell| cell.to_owned()).collect::<Vec<_>>();
        assert_eq!(
            written(&[0.0, 8.024e-7, 2.663e-5, 0.5, 0.999_987_165_2, f64::NAN]),
            ("failed (%)".to_owned(), cells(&["0", "8.02 × 10⁻⁵", "0.00266", "50", "99.9987", "–"]))
        );
        assert_eq!(
            written(&[0.0, 2.5e-12, 3.14159e-9]),
            ("failed (in units of 10⁻⁹)".to_owned(), cells(&["0", "0.0025", "3.14"]))
        );
        assert_eq!(written(&[0.0]), ("failed (%)".to_owned(), cells(&["0"])));
    }

    #[test]
    fn far_beyond_the_horizon_is_said_in_words() {
        for (value, full, cell) in [
            (16.700_486, "16.7 generations", "16.7"),
            (1.0, "1 generation", "1"),
            (59_999.5, "60 000 generations", "60 000"),
            (60_001.0, "more than 1000 × the horizon", "more than 1000 × the horizon"),
            (f64::INFINITY, "more than 1000 × the horizon", "more than 1000 × the horizon"),
        ] {
            assert_eq!((plain(runway(value, 60)).as_str(), plain(runway_cell(value, 60)).as_str()), (full, cell));
        }
    }

    #[test]
    fn an_estimate_has_the_digits_that_its_error_leaves() {
        for (value, error, written) in [
            (16.678_31, 0.0261, "16.678 ± 0.026"),
            (0.0312, 1.0, "0 ± 1"),
            (0.44, 1.0, "0.4 ± 1"),
            (1234.567, 25.0, "1235 ± 25"),
            (7.0, 0.0, "7 ± 0"),
            (1.5e-9, 2e-10, "1.5 × 10⁻⁹ ± 2 × 10⁻¹⁰"),
        ] {
            assert_eq!(plain(estimate(value, error)), written);
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
