//! The law of a count as a piecewise density: on each panel its logarithm is a polynomial, or a list where counts are few.
//!
//! A mixture of binomials continues analytically to real counts, and its logarithm is nearly a parabola, so that one panel
//! spans many standard deviations and keeps relative accuracy far out in the tails.

use crate::analytic::error::SolveError;
use crate::analytic::tolerances::ROUGH_DENSITY;

use super::chebyshev::{self, ChebyshevNodes};
use super::gram::ORDER;

/// Panels after which a law counts as too rough for this method.
const MOST_PANELS: usize = 5_000;
/// Parting helps if it divides the error by this.
const HELPS: f64 = 4.0;

/// Logarithms of the probabilities of neighbouring counts.
#[derive(Debug, Clone, PartialEq)]
pub struct DensityPanel {
    pub first: u64,
    pub last: u64,
    pub form: PanelForm,
}

#[derive(Debug, Clone, PartialEq)]
pub enum PanelForm {
    /// One logarithm for each count.
    Points(ChebyshevNodes),
    /// Chebyshev coefficients over [first, last], and their error.
    Smooth(ChebyshevNodes, f64),
}

impl DensityPanel {
    pub fn point(count: u64, log: f64) -> Self {
        Self { first: count, last: count, form: PanelForm::Points([log; ORDER]) }
    }

    pub const fn counts(&self) -> u64 {
        self.last - self.first + 1
    }

    /// Estimated error of the logarithms.
    pub const fn error(&self) -> f64 {
        match self.form {
            PanelForm::Points(_) => 0.0,
            PanelForm::Smooth(_, error) => error,
        }
    }

    /// Logarithms at real counts `at`, which lie inside.
    pub fn logs(&self, at: &ChebyshevNodes) -> ChebyshevNodes {
        match &self.form {
            PanelForm::Points(logs) => at.map(|x| logs[((x - self.first as f64).round() as usize).min(ORDER - 1)]),
            PanelForm::Smooth(series, _) => chebyshev::values(series, &local(at, self.first as f64, self.last as f64)),
        }
    }
}

/// Places of `at` on the interval, as numbers in [−1, 1].
pub fn local(at: &ChebyshevNodes, first: f64, last: f64) -> ChebyshevNodes {
    let (middle, half) = (0.5 * (first + last), 0.5 * (last - first));
    at.map(|x| ((x - middle) / half).clamp(-1.0, 1.0))
}

/// The Chebyshev points of the interval.
pub fn spread(first: f64, last: f64) -> ChebyshevNodes {
    let (middle, half) = (0.5 * (first + last), 0.5 * (last - first));
    chebyshev::points().map(|t| middle + half * t)
}

/// Builds panels over `first`..=`last` of the density whose logarithm is `log`, to an error of `tolerance`; appends them to
/// `panels`, rising. `log` is asked at real counts.
///
/// # Errors
/// If the density is too rough.
pub fn build(
    panels: &mut Vec<DensityPanel>,
    (first, last): (u64, u64),
    tolerance: f64,
    log: &mut impl FnMut(f64) -> f64,
) -> Result<(), SolveError> {
    // Intervals still to do with the error of the interval they come from; the next one on top.
    let mut open = vec![(first, last, f64::INFINITY)];
    while let Some((first, last, before)) = open.pop() {
        if panels.len() > MOST_PANELS {
            return Err(SolveError::TooRough { most: MOST_PANELS });
        }
        if last - first < ORDER as u64 {
            let mut logs = [f64::NEG_INFINITY; ORDER];
            for (value, count) in logs.iter_mut().zip(first..=last) {
                *value = log(count as f64);
            }
            panels.push(DensityPanel { first, last, form: PanelForm::Points(logs) });
            continue;
        }
        let values = spread(first as f64, last as f64).map(&mut *log);
        if values.iter().all(|value| *value == f64::NEG_INFINITY) {
            // Too rare for a double at every point: nothing arrives here.
            continue;
        }
        let series = chebyshev::coefficients(&values);
        let error = if values.iter().all(|value| value.is_finite()) { chebyshev::tail(&series) } else { 1.0 };
        if error <= tolerance || (error <= ROUGH_DENSITY.max(8.0 * tolerance) && error * HELPS >= before) {
            panels.push(DensityPanel { first, last, form: PanelForm::Smooth(series, error) });
        } else {
            // A last coefficient falls with the length to the power of its degree.
            let parts = (error / tolerance).powf(1.0 / (ORDER - 2) as f64).ceil().clamp(2.0, 8.0) as u64;
            let length = (last - first + 1).div_ceil(parts);
            for part in (0..parts).rev() {
                let begin = first + part * length;
                if begin <= last {
                    open.push((begin, last.min(begin + length - 1), error));
                }
            }
        }
    }
    Ok(())
}
