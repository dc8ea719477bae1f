//! What a stopping rule can be about, and how far the draws behind it bear it out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::answer::{first_failure, remaining, reproduction_number};
use super::course::{CHAIN_BATCHES, chain_batch};
use super::fitted::Fitted;
use super::result::CredibleInterval;

/// The numbers of a fit that stopping rules are about, all at the last generation of its log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct StopSignals {
    /// P(failure within n generations) for n = 1, 2, … up to the horizon: the share of the courses drawn.
    pub failing_within: Vec<f64>,
    /// R.
    pub reproduction_number: CredibleInterval,
    /// P(R > 1).
    pub above_one: f64,
}

impl StopSignals {
    /// From its parts.
    #[must_use]
    pub const fn new(failing_within: Vec<f64>, reproduction_number: CredibleInterval, above_one: f64) -> Self {
        Self { failing_within, reproduction_number, above_one }
    }
}

/// A probability as the share of the draws of a fit, and how far another sample of them would move it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DrawnShare {
    /// The share.
    pub value: f64,
    /// Its Monte-Carlo standard error.
    pub standard_error: f64,
    /// Independent draws that would have the same error.
    pub effective_draws: f64,
}

impl DrawnShare {
    /// Of draws in batches, each with whether it counts. Draws below [`CHAIN_BATCHES`] are those of one forecast, the others those of
    /// the other, and each forecast has its fixed part of the whole. The error is that of the sums of batches, which are independent
    /// where their draws are not; it is no smaller than that of as many independent draws.
    fn of(draws: impl Iterator<Item = (usize, bool)>) -> Self {
        let mut forecasts: [BTreeMap<usize, (f64, f64)>; 2] = Default::default();
        for (batch, counts) in draws {
            let forecast = &mut forecasts[usize::from(batch >= CHAIN_BATCHES)];
            let (all, part) = forecast.entry(batch).or_default();
            *all += 1.0;
            *part += f64::from(u8::from(counts));
        }
        let (mut all, mut part, mut variance) = (0.0, 0.0, 0.0);
        for batches in forecasts.iter().filter(|batches| !batches.is_empty()) {
            let (n, x) = batches.values().fold((0.0, 0.0), |(n, x), (all, part)| (n + all, x + part));
            let apart: f64 = batches.values().map(|(all, part)| (part - all * x / n).powi(2)).sum();
            let count = batches.len() as f64;
            // One batch tells nothing of its own spread.
            variance += apart * if count > 1.0 { count / (count - 1.0) } else { 1.0 };
            (all, part) = (all + n, part + x);
        }
        let all = f64::max(all, 1.0);
        // No share of so many draws is known to be 0 or 1.
        let inside = (part + 0.5) / (all + 1.0);
        let independent = inside * (1.0 - inside);
        let standard_error = (variance.sqrt() / all).max((independent / all).sqrt());
        Self { value: part / all, standard_error, effective_draws: independent / standard_error.powi(2) }
    }
}

impl Fitted<'_> {
    /// The numbers that stopping rules are about.
    #[must_use]
    pub fn signals(&self) -> StopSignals {
        let remaining = remaining(self.run, &self.courses, self.options);
        let within = |n: u64| remaining.partition_point(|ahead| *ahead <= n) as f64 / remaining.len().max(1) as f64;
        StopSignals {
            failing_within: (1..=self.options.horizon).map(within).collect(),
            above_one: self.reproduction_above(1.0).value,
            reproduction_number: CredibleInterval::of(self.reproduction_numbers()),
        }
    }

    /// R of every path.
    pub(super) fn reproduction_numbers(&self) -> Vec<f64> {
        let (model, run) = (&self.posterior.model, self.options.run);
        self.paths.iter().map(|path| reproduction_number(model, run, &path.learner)).collect()
    }

    /// P(failure within this many generations, up to the horizon), with its Monte-Carlo error.
    #[must_use]
    pub fn failing_within(&self, generations: u64) -> DrawnShare {
        let fails = |course| first_failure(self.run, course, self.options) <= generations;
        DrawnShare::of(self.courses.iter().map(|course| (course.batch, fails(course))))
    }

    /// P(R > `bound`), with its Monte-Carlo error.
    #[must_use]
    pub fn reproduction_above(&self, bound: f64) -> DrawnShare {
        let numbers = self.reproduction_numbers();
        let batched = |(index, r): (usize, &f64)| (chain_batch(index, numbers.len()), *r > bound);
        DrawnShare::of(numbers.iter().enumerate().map(batched))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::sampler;
    use approx::assert_relative_eq;
    use rand::RngExt;

    #[test]
    fn independent_draws_have_the_binomial_error() {
        // 30 of 100 in a batch, in each of 20 batches: no spread between them, and that of the draws is left.
        let draws = (0..2000).map(|index| (CHAIN_BATCHES + index / 100, index % 100 < 30));
        let share = DrawnShare::of(draws);
        assert_eq!(share.value, 0.3);
        assert_relative_eq!(share.standard_error, (0.3_f64 * 0.7 / 2000.0).sqrt(), max_relative = 1e-3);
        assert_relative_eq!(share.effective_draws, 2000.0, max_relative = 1e-9);
        // Neither certainty is certain.
        for sure in [DrawnShare::of((0..1000).map(|_| (0, true))), DrawnShare::of((0..1000).map(|_| (0, false)))] {
            assert!(sure.standard_error > 4e-4 && sure.standard_error < 1e-3, "{sure:?}");
        }
        assert!(DrawnShare::of(std::iter::empty()).value == 0.0);
    }

    /// Draws that are the same within a batch are as many as there are batches.
    #[test]
    fn draws_in_common_count_once() {
        let share = DrawnShare::of((0..1000).map(|index| (CHAIN_BATCHES + index / 10, index / 10 % 4 == 0)));
        assert_relative_eq!(share.effective_draws, 100.0, max_relative = 0.02);
    }

    /// 400 samples of batches that differ, in two forecasts: the mean squared z-score lies within 4 standard errors of 1.
    #[test]
    fn errors_are_those_of_repeated_samples() {
        let mut rng = sampler::stream(7, 0);
        let mut sample = || {
            let mut draws: Vec<(usize, bool)> = Vec::new();
            for batch in 0..CHAIN_BATCHES + 60 {
                let rate = if batch < CHAIN_BATCHES { 0.1 + 0.4 * rng.random::<f64>() } else { rng.random::<f64>() };
                draws.extend((0..40).map(|_| (batch, rng.random::<f64>() < rate)));
            }
            DrawnShare::of(draws.into_iter())
        };
        let truth = (0.3 * CHAIN_BATCHES as f64 + 0.5 * 60.0) / (CHAIN_BATCHES as f64 + 60.0);
        let squares: Vec<f64> =
            (0..400).map(|_| sample()).map(|one| ((one.value - truth) / one.standard_error).powi(2)).collect();
        let mean = squares.iter().sum::<f64>() / 400.0;
        assert!((mean - 1.0).abs() < 4.0 * (2.0_f64 / 400.0).sqrt(), "{mean}");
    }
}
