//! Rows of fractions that sum to exactly 1.
//!
//! Every double is a whole number of powers of two, so that a row of them has an exact sum, which misses 1 by rounding. What is
//! missing, or too much, is put on the probability of staying, where no way out changes; on the largest probability of the row
//! where that of staying is too small to take it.

use num_bigint::BigUint;

/// A row in fractions, and the largest change of one of its probabilities, absolute.
pub(super) struct ExactRow {
    pub entries: Vec<(usize, String)>,
    pub change: f64,
}

/// Binary digits after the point that any double in [0, 1] needs.
const MOST_DIGITS: u64 = 1_074;

/// Row `state` in fractions that sum to 1; `None` where its sum misses 1 by more than any of its probabilities can take.
pub(super) fn exact_row(state: usize, row: &[(usize, f64)]) -> Option<ExactRow> {
    let digits = row.iter().map(|(_, p)| parts(*p).1).max()?;
    let mut whole: Vec<BigUint> = row
        .iter()
        .map(|(_, p)| {
            let (mantissa, after) = parts(*p);
            BigUint::from(mantissa) << (digits - after)
        })
        .collect();
    let one = BigUint::from(1_u8) << digits;
    let sum: BigUint = whole.iter().sum();
    let largest = (0..row.len()).max_by(|&a, &b| row[a].1.total_cmp(&row[b].1))?;
    let own = row.iter().position(|(to, _)| *to == state);
    let change = if sum <= one {
        let missing = &one - &sum;
        whole[own.unwrap_or(largest)] += &missing;
        missing
    } else {
        let excess = &sum - &one;
        let takes = own.filter(|&at| whole[at] > excess).or_else(|| (whole[largest] > excess).then_some(largest))?;
        whole[takes] -= &excess;
        excess
    };
    let entries = row.iter().zip(&whole).map(|(&(to, _), whole)| (to, fraction(whole, digits)));
    Some(ExactRow { entries: entries.collect(), change: value(&change, digits) })
}

/// m and k of p = m / 2^k, for p in (0, 1].
fn parts(p: f64) -> (u64, u64) {
    let bits = p.to_bits();
    let exponent = (bits >> 52) & 0x7ff;
    let mantissa = bits & ((1 << 52) - 1);
    // Doubles up to 1 have an exponent of 1023 at most; subnormal ones stand as if it were 1.
    let (mantissa, after) =
        if exponent == 0 { (mantissa, MOST_DIGITS) } else { (mantissa | 1 << 52, MOST_DIGITS + 1 - exponent) };
    let zeros = u64::from(mantissa.trailing_zeros()).min(after);
    (mantissa >> zeros, after - zeros)
}

/// `whole` / 2^`digits` in lowest terms.
fn fraction(whole: &BigUint, digits: u64) -> String {
    let zeros = whole.trailing_zeros().unwrap_or(0).min(digits);
    let below = BigUint::from(1_u8) << (digits - zeros);
    if zeros == digits { (whole >> zeros).to_string() } else { format!("{}/{below}", whole >> zeros) }
}

/// About `whole` / 2^`digits`.
fn value(whole: &BigUint, digits: u64) -> f64 {
    super::number::quotient(whole, &(BigUint::from(1_u8) << digits)).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interop::number::probability;

    fn sum_is_one(row: &ExactRow) -> bool {
        let parse = |text: &str| {
            let (above, below) = text.split_once('/').unwrap_or((text, "1"));
            (above.parse::<BigUint>().unwrap(), below.parse::<BigUint>().unwrap())
        };
        let parts: Vec<_> = row.entries.iter().map(|(_, text)| parse(text)).collect();
        let below = parts.iter().map(|(_, below)| below).max().unwrap();
        let above: BigUint = parts.iter().map(|(above, own)| above * (below / own)).sum();
        above == *below
    }

    #[test]
    fn fractions_are_the_doubles_and_sum_to_one() {
        let row = [(0, 0.1), (1, 0.2), (2, 0.7), (3, 1e-300)];
        let exact = exact_row(0, &row).unwrap();
        assert!(sum_is_one(&exact));
        // Only the probability of staying moved.
        for (&(to, p), (other, text)) in row.iter().zip(&exact.entries).skip(1) {
            assert_eq!((to, p.to_bits()), (*other, probability(text).unwrap().to_bits()));
        }
        assert!(exact.change < 1e-16 && exact.change > 0.0);
        // Too much, and nothing to take it from but the largest.
        let exact = exact_row(0, &[(0, 1e-40), (1, 0.5), (2, 0.5 + f64::EPSILON)]).unwrap();
        assert!(sum_is_one(&exact));
        assert_eq!(exact.entries[1].1, "1/2");
        assert_eq!(exact.change, f64::EPSILON);
        assert_eq!(exact_row(0, &[(0, 1.0)]).unwrap().entries[0].1, "1");
        assert!(exact_row(0, &[(1, 1.0), (2, 1.0)]).is_none());
    }
}
