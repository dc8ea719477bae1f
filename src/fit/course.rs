//! One course that a run may have taken and may take: what every member of the forecast draws.

use super::prior::PriorScale;
use super::score::{quantile, sorted};

/// Error rates of a run.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ErrorCourse {
    /// Of each generation of the log, then of each forecast one.
    pub error: Vec<f64>,
    /// What an evaluation of each forecast generation measures.
    pub measured: Vec<f64>,
    /// Courses of one batch have their parameters in common, or draws of one stretch of the sampler; those of others are
    /// independent. Batches of the mechanism come before those of the trend.
    pub batch: usize,
}

impl ErrorCourse {
    /// The same without forecasts beyond a horizon.
    pub fn up_to(mut self, horizon: usize) -> Self {
        self.error.truncate(self.error.len() - self.measured.len().saturating_sub(horizon));
        self.measured.truncate(horizon);
        self
    }
}

/// Batches of the mechanism's draws: stretches of the sampler that are longer than its memory.
pub(super) const CHAIN_BATCHES: usize = 8;

/// The batch of a draw of the mechanism, by its place among them all.
pub(super) fn chain_batch(index: usize, draws: usize) -> usize {
    index * CHAIN_BATCHES / draws.max(1)
}

/// Draws what one member forecasts towards its median of each generation: `kept` of every distance stays, on the logit scale.
/// Measurements stay among the rates that this number of `trials` can give.
///
/// The average of forecasts that are each as wide as they should be is too wide, since its members differ; narrowing each of
/// them mends that (the spread-adjusted linear pool: Gneiting & Ranjan, Electronic Journal of Statistics 7, 2013).
pub(super) fn narrow(courses: &mut [ErrorCourse], kept: f64, trials: u64) {
    let Some((past, horizon)) = courses.first().map(|one| (one.error.len() - one.measured.len(), one.measured.len()))
    else {
        return;
    };
    if kept == 1.0 {
        return;
    }
    let trials = trials.max(1) as f64;
    for index in 0..horizon {
        towards_median(courses, kept, |course| course.error.get_mut(past + index));
        towards_median(courses, kept, |course| course.measured.get_mut(index));
        for measured in courses.iter_mut().filter_map(|course| course.measured.get_mut(index)) {
            *measured = (*measured * trials).round() / trials;
        }
    }
}

fn towards_median(courses: &mut [ErrorCourse], kept: f64, mut of: impl FnMut(&mut ErrorCourse) -> Option<&mut f64>) {
    let column = sorted(courses.iter_mut().filter_map(|course| of(course).map(|rate| *rate)));
    let middle = PriorScale::Logit.transformed(quantile(&column, 0.5));
    for rate in courses.iter_mut().filter_map(of) {
        let away = PriorScale::Logit.transformed(*rate);
        // Of 0 and 1 there is no logit.
        if middle.is_finite() && away.is_finite() {
            *rate = PriorScale::Logit.natural(middle + kept * (away - middle));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;
    use proptest::prelude::*;

    fn courses(rates: &[(f64, u64)]) -> Vec<ErrorCourse> {
        let course = |&(error, wrong): &(f64, u64)| ErrorCourse {
            error: vec![0.3, error],
            measured: vec![wrong as f64 / 200.0],
            batch: 0,
        };
        rates.iter().map(course).collect()
    }

    #[test]
    fn distances_shrink_on_the_logit_scale() {
        let mut three = courses(&[(0.1, 0), (0.2, 40), (0.5, 200)]);
        narrow(&mut three, 0.5, 200);
        let (low, middle) = (PriorScale::Logit.transformed(0.1), PriorScale::Logit.transformed(0.2));
        assert_relative_eq!(three[0].error[1], PriorScale::Logit.natural(0.5 * (low + middle)), max_relative = 1e-12);
        assert_relative_eq!(three[1].error[1], 0.2, max_relative = 1e-12);
        // 0.5 has a logit of 0: half of the way from −1.386 is 1 in 3.
        assert_relative_eq!(three[2].error[1], 1.0 / 3.0, max_relative = 1e-12);
        // What was is not touched; all right and all wrong stay.
        assert!(three.iter().all(|course| course.error[0] == 0.3));
        let measured: Vec<f64> = three.iter().map(|course| course.measured[0]).collect();
        assert_eq!(measured, [0.0, 0.2, 1.0]);
    }

    proptest! {
        /// Order, median and the values that this number of answers can give stay; no rate moves away from the median.
        #[test]
        fn order_and_median_stay(
            rates in proptest::collection::vec((0.0..=1.0_f64, 0_u64..=200), 1..40), kept in 0.5..1.0_f64,
        ) {
            let before = courses(&rates);
            let mut after = before.clone();
            narrow(&mut after, kept, 200);
            let column = |courses: &[ErrorCourse], of: fn(&ErrorCourse) -> f64| courses.iter().map(of).collect::<Vec<_>>();
            for (of, tick) in [(|course: &ErrorCourse| course.error[1]) as fn(&ErrorCourse) -> f64, |course| course.measured[0]]
                .into_iter()
                .zip([0.0, 0.005])
            {
                let (old, new) = (column(&before, of), column(&after, of));
                let middle = quantile(&sorted(old.iter().copied()), 0.5);
                for (a, b) in old.iter().zip(&new) {
                    prop_assert!((b - middle).abs() <= (a - middle).abs() + 0.5 * tick + 1e-12);
                    prop_assert!((a - middle) * (b - middle) >= -tick * tick - 1e-12);
                    for (c, d) in old.iter().zip(&new) {
                        prop_assert!(a > c || b <= &(d + 1e-12));
                    }
                }
            }
            for course in &after {
                prop_assert!((course.measured[0] * 200.0 - (course.measured[0] * 200.0).round()).abs() < 1e-9);
            }
        }
    }
}
