//! An axis of a figure for an axis of a sweep.

use crate::report::axis::Axis;
use crate::sweep::{AxisSpacing, SweepAxis, SweepPlan};

/// Ratio of the largest to the smallest listed value from which an axis is logarithmic.
const WIDE: f64 = 50.0;

/// How the values of a key lie on a sheet.
pub(super) struct KeyScale {
    pub axis: Axis,
    logarithmic: bool,
    /// Where each value lies, in the order of the sweep.
    pub places: Vec<f64>,
}

impl KeyScale {
    /// The axis from the first to the last value, with half a step beyond either end if `cells` are drawn.
    pub fn new(plan: &SweepPlan, swept: &SweepAxis, cells: bool) -> Self {
        let values: Vec<f64> = swept.values.iter().map(|value| value.get()).collect();
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let logarithmic = match swept.spacing {
            AxisSpacing::Log => true,
            AxisSpacing::Linear => false,
            AxisSpacing::Listed => least > 0.0 && most > WIDE * least,
        };
        let place = |value: f64| if logarithmic { value.log10() } else { value };
        let places: Vec<f64> = values.iter().map(|&value| place(value)).collect();
        let (mut low, mut high) = (place(least), place(most));
        if cells {
            let edges = edges(&places);
            low = edges.iter().fold(low, |low, (from, _)| low.min(*from));
            high = edges.iter().fold(high, |high, (_, to)| high.max(*to));
        }
        if high <= low {
            (low, high) = (low - 0.5, high + 0.5);
        }
        let title = format!("{}: {}", swept.key, meaning(plan, swept));
        let wide = if logarithmic {
            Axis::logarithmic(&title, 10_f64.powf(low), 10_f64.powf(high))
        } else {
            Axis::between(&title, low, high)
        };
        let ticks = wide.ticks.into_iter().filter(|(at, _)| (low..=high).contains(at)).collect();
        Self { axis: Axis { title, low, high, ticks }, logarithmic, places }
    }

    /// Where a value of the key lies; `None` outside the sheet.
    pub fn place(&self, value: f64) -> Option<f64> {
        let place = if self.logarithmic { value.log10() } else { value };
        self.axis.contains(place).then_some(place)
    }
}

/// From where to where the cell of each value reaches: half way to its neighbours, and as far beyond the ends.
pub(super) fn edges(places: &[f64]) -> Vec<(f64, f64)> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by(|&a, &b| places[a].total_cmp(&places[b]));
    let mut edges = vec![(0.0, 0.0); places.len()];
    let at = |index: usize| places[order[index]];
    for (index, &own) in order.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| (at(index) - at(before)) / 2.0);
        let after = (index + 1 < order.len()).then(|| (at(index + 1) - at(index)) / 2.0);
        let (before, after) = (before.or(after).unwrap_or(0.5), after.or(before).unwrap_or(0.5));
        edges[own] = (at(index) - before, at(index) + after);
    }
    edges
}

/// What a key means, with its unit, as the schema has it.
pub(super) fn meaning(plan: &SweepPlan, axis: &SweepAxis) -> String {
    plan.scenario.key_info(&axis.key).map_or_else(String::new, |info| info.meaning.clone())
}

#[cfg(test)]
mod tests {
    use super::edges;

    #[test]
    fn cells_meet_half_way_whatever_the_order() {
        assert_eq!(edges(&[0.0, 1.0, 3.0]), [(-0.5, 0.5), (0.5, 2.0), (2.0, 4.0)]);
        assert_eq!(edges(&[3.0, 0.0, 1.0]), [(2.0, 4.0), (-0.5, 0.5), (0.5, 2.0)]);
        assert_eq!(edges(&[2.0]), [(1.5, 2.5)]);
    }
}
