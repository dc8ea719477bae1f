//! Curves by generation from the law of the state.

use crate::analytic::generation_point::quantile_above;
use crate::analytic::result::Curves;
use crate::analytic::runway_sum::LEVELS;
use crate::analytic::tolerances::BEYOND_REACH;

use super::grid_propagation::GridPropagation;

/// Curves with room for `len` generations.
pub(super) fn empty(len: usize) -> Curves {
    let room = || Vec::with_capacity(len);
    Curves {
        survival: room(),
        failed: room(),
        expected_error: room(),
        sd_error: room(),
        reach_error: room(),
        error_q05: room(),
        error_q50: room(),
        error_q95: room(),
        mean_unsound: room(),
        mean_wrong: room(),
        expected_yield: room(),
    }
}

/// Appends the present generation.
pub(super) fn record(curves: &mut Curves, propagation: &GridPropagation) {
    let law = propagation.law();
    let total: f64 = law.iter().sum();
    let mean = |values: &[f64]| law.iter().zip(values).map(|(p, x)| p * x).sum::<f64>() / total;
    let error = &propagation.field.error;
    let expected = mean(error);
    let variance = law.iter().zip(error).map(|(p, e)| p * (e - expected) * (e - expected)).sum::<f64>() / total;
    let (mut unsound, mut wrong) = (0.0, 0.0);
    for (p, (u, w)) in law.iter().zip(propagation.grid.counts()) {
        unsound += p * u as f64;
        wrong += p * w as f64;
    }
    let beliefs = total * propagation.grid.examples as f64;
    let quantiles = quantiles(&law, total, error, &propagation.field.by_error);

    curves.survival.push(propagation.survival);
    curves.failed.push(propagation.failed);
    curves.expected_error.push(expected);
    curves.sd_error.push(variance.sqrt());
    curves.reach_error.push(reach(&law, total, error, &propagation.field.by_error, expected));
    curves.error_q05.push(quantiles[0]);
    curves.error_q50.push(quantiles[1]);
    curves.error_q95.push(quantiles[2]);
    curves.mean_unsound.push(unsound / beliefs);
    curves.mean_wrong.push(wrong / beliefs);
    curves.expected_yield.push(mean(&propagation.field.accepted));
}

/// Appends the last generation again, `times` times, where the law of the state no longer moves; failures go on with the
/// hazard given.
pub(super) fn repeat(curves: &mut Curves, hazard: f64, times: usize) {
    for _ in 0..times {
        let (survival, failed) = (last(&curves.survival), last(&curves.failed));
        curves.survival.push(survival - survival * hazard);
        curves.failed.push(failed + survival * hazard);
        for values in [
            &mut curves.expected_error,
            &mut curves.sd_error,
            &mut curves.reach_error,
            &mut curves.error_q05,
            &mut curves.error_q50,
            &mut curves.error_q95,
            &mut curves.mean_unsound,
            &mut curves.mean_wrong,
            &mut curves.expected_yield,
        ] {
            values.push(last(values));
        }
    }
}

/// Whether none of the means would move by more than a part `share` of itself in `times` generations like the last one, or
/// moves by rounding alone. A law may be at rest while the few mistakes that there are still grow.
pub(super) fn are_still(curves: &Curves, times: u64, share: f64) -> bool {
    let most = (share / times as f64).max(4.0 * f64::EPSILON);
    let means = [&curves.expected_error, &curves.mean_unsound, &curves.mean_wrong, &curves.expected_yield];
    means.iter().all(|values| match values[..] {
        [.., before, now] => (now - before).abs() <= most * now.abs(),
        _ => false,
    })
}

fn last(values: &[f64]) -> f64 {
    values.last().copied().unwrap_or(f64::NAN)
}

/// Distance from `mean` that the error exceeds with probability [`BEYOND_REACH`] at most.
fn reach(law: &[f64], total: f64, error: &[f64], by_error: &[usize], mean: f64) -> f64 {
    let least = 0.5 * BEYOND_REACH * total;
    let away = |&state: &usize| (law[state], (error[state] - mean).abs());
    let ends =
        [quantile_above(by_error.iter().map(away), least), quantile_above(by_error.iter().rev().map(away), least)];
    ends.into_iter().flatten().fold(0.0, f64::max)
}

/// Smallest error rates e with P(err ≤ e) of at least 5, 50 and 95 %.
fn quantiles(law: &[f64], total: f64, error: &[f64], by_error: &[usize]) -> [f64; 3] {
    let mut found = [f64::NAN; 3];
    let (mut sum, mut next) = (0.0, 0);
    for &state in by_error.iter().filter(|&&state| law[state] > 0.0) {
        sum += law[state];
        while next < 3 && sum >= LEVELS[next] * total {
            found[next] = error[state];
            next += 1;
        }
    }
    found
}
