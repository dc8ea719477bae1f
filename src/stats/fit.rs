//! Tests of fit.

use statrs::function::gamma::gamma_ur;

/// A test of fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GoodnessOfFit {
    /// Pearson's statistic.
    pub statistic: f64,
    /// Degrees of freedom: cells used less one.
    pub degrees: u64,
    /// Probability of a statistic at least as large if the law holds; 1 where a single cell is left.
    pub p_value: f64,
}

/// Fewest observations expected in a cell: below, the statistic is far from its limit law.
const FEWEST: f64 = 10.0;

/// Pearson's chi-square test of observed counts against the probabilities of a law.
///
/// Neighbouring cells are joined from the left until each expects at least ten observations; what is left over at the right
/// joins the last of them.
#[must_use]
pub fn chi_square(observed: &[u64], law: &[f64]) -> GoodnessOfFit {
    let all = observed.iter().sum::<u64>() as f64;
    let mut cells: Vec<(f64, f64)> = Vec::new();
    let (mut seen, mut expected) = (0.0, 0.0);
    for (&count, &probability) in observed.iter().zip(law) {
        seen += count as f64;
        expected += probability * all;
        if expected >= FEWEST {
            cells.push((seen, expected));
            (seen, expected) = (0.0, 0.0);
        }
    }
    match cells.last_mut() {
        Some(last) => *last = (last.0 + seen, last.1 + expected),
        None => cells.push((seen, expected)),
    }
    let statistic = cells.iter().map(|(seen, expected)| (seen - expected) * (seen - expected) / expected).sum::<f64>();
    let degrees = cells.len() as u64 - 1;
    let p_value = match degrees {
        0 => 1.0,
        // The regularised gamma function wants a finite, positive argument.
        _ if statistic.is_finite() && statistic > 0.0 => gamma_ur(degrees as f64 / 2.0, statistic / 2.0),
        _ => f64::from(u8::from(statistic == 0.0)),
    };
    GoodnessOfFit { statistic, degrees, p_value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn the_statistic_by_hand() {
        // 2 degrees of freedom: P(X > x) = e^(-x/2).
        let fit = chi_square(&[30, 50, 20], &[0.25, 0.5, 0.25]);
        assert_relative_eq!(fit.statistic, 2.0, max_relative = 1e-12);
        assert_eq!(fit.degrees, 2);
        assert_relative_eq!(fit.p_value, (-1.0_f64).exp(), max_relative = 1e-10);
    }

    #[test]
    fn sparse_cells_are_joined() {
        let fit = chi_square(&[1, 49, 50, 0, 0], &[0.05, 0.45, 0.49, 0.005, 0.005]);
        assert_eq!(fit.degrees, 1);
        assert_eq!(chi_square(&[3, 4], &[0.5, 0.5]).p_value, 1.0);
        assert_eq!(chi_square(&[50, 50], &[0.5, 0.5]).p_value, 1.0);
    }
}
