//! Quantiles of a law given as quadrature.

use super::density::DensityPanel;
use super::gram::{GaussRules, ORDER};
use super::kernel::exponentials;
use super::quadrature_source::QuadratureSource;

/// The smallest count up to which the law holds at least `mass`.
pub fn count(panels: &[DensityPanel], sources: &[QuadratureSource], mass: f64, rules: &mut GaussRules) -> u64 {
    let mut left = mass;
    for source in sources {
        let here: f64 = source.weight().iter().sum();
        if here >= left {
            return within(&panels[source.panel], source, left, here, rules);
        }
        left -= here;
    }
    sources.last().map_or(0, |source| source.last)
}

/// The same inside one interval that holds `all`, by secants between bounds.
fn within(panel: &DensityPanel, source: &QuadratureSource, mass: f64, all: f64, rules: &mut GaussRules) -> u64 {
    // The sum up to `low` is below `mass`, that up to `high` is not.
    let (mut low, mut below) = (source.first as i128 - 1, 0.0);
    let (mut high, mut above) = (i128::from(source.last), all);
    let mut halve = false;
    while high - low > 1 {
        let share = if halve { 0.5 } else { ((mass - below) / (above - below)).clamp(0.0, 1.0) };
        let step = (((high - low) as f64) * share).round() as i128;
        let at = (low + step).clamp(low + 1, high - 1);
        let sum = up_to(panel, source.first, at as u64, rules);
        halve = !halve;
        if sum >= mass { (high, above) = (at, sum) } else { (low, below) = (at, sum) }
    }
    high as u64
}

/// Σ of the probabilities of `first`..=`last`, which lie in one quadrature interval.
fn up_to(panel: &DensityPanel, first: u64, last: u64, rules: &mut GaussRules) -> f64 {
    let rule = rules.of(last - first + 1);
    let (middle, half) = (0.5 * (first as f64 + last as f64), 0.5 * (last - first + 1) as f64);
    let logs = panel.logs(&rule.node.map(|t| middle + half * t));
    let exponents: [f64; ORDER] = std::array::from_fn(|i| logs[i] + rule.log_weight[i]);
    exponentials(&exponents).iter().sum()
}
