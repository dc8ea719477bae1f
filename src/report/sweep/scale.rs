//! An axis of a figure for an axis of a sweep.

use crate::report::axis::Axis;
use crate::report::words::number;
use crate::scenario::KeyNumber;
use crate::sweep::{AxisSpacing, SweepAxis, SweepPlan, SweepResult};

/// Ratio of the largest to the smallest listed value from which an axis is logarithmic.
const WIDE: f64 = 50.0;
/// Values of a key of whole numbers that are ticks of their own, at most.
const TICKED: usize = 10;

/// How the values of a key lie on a sheet.
pub(super) struct KeyScale {
    pub axis: Axis,
    logarithmic: bool,
    /// Whether the key takes whole numbers alone, so that nothing lies between its values.
    pub whole: bool,
    /// Where each value lies, in the order of the sweep.
    pub places: Vec<f64>,
}

impl KeyScale {
    /// The axis from the smallest to the largest value and no further, since a key need not be allowed what lies beyond.
    pub fn new(plan: &SweepPlan, swept: &SweepAxis) -> Self {
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
        let (low, high) = (place(least), place(most));
        let title = format!("{}: {}", swept.key, meaning(plan, swept));
        let wide = if logarithmic {
            Axis::logarithmic(&title, 10_f64.powf(low), 10_f64.powf(high))
        } else {
            Axis::between(&title, low, high)
        };
        let whole = swept.values.iter().all(|value| matches!(value, KeyNumber::Whole(_)));
        let own = |(&value, &at): (&f64, &f64)| (at, number(value, 3));
        let ticks = if whole && values.len() <= TICKED {
            let mut ticks: Vec<(f64, String)> = values.iter().zip(&places).map(own).collect();
            ticks.sort_by(|a, b| a.0.total_cmp(&b.0));
            ticks
        } else {
            let between = |at: &f64| whole && !logarithmic && at.fract() != 0.0;
            wide.ticks.into_iter().filter(|(at, _)| (low..=high).contains(at) && !between(at)).collect()
        };
        Self { axis: Axis { title, low, high, ticks }, logarithmic, whole, places }
    }

    /// Where a value of the key lies; `None` outside the sheet.
    pub fn place(&self, value: f64) -> Option<f64> {
        let place = if self.logarithmic { value.log10() } else { value };
        self.axis.contains(place).then_some(place)
    }
}

/// From where to where the cell of each value reaches: half way to its neighbours, and no further than the outermost values.
pub(super) fn edges(places: &[f64]) -> Vec<(f64, f64)> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by(|&a, &b| places[a].total_cmp(&places[b]));
    let mut edges = vec![(0.0, 0.0); places.len()];
    let at = |index: usize| places[order[index]];
    for (index, &own) in order.iter().enumerate() {
        let low = index.checked_sub(1).map_or(at(index), |before| at(index).midpoint(at(before)));
        let high = if index + 1 < order.len() { at(index).midpoint(at(index + 1)) } else { at(index) };
        edges[own] = (low, high);
    }
    edges
}

/// The values of the keys that have one alone, as notes.
pub(super) fn fixed_values(plan: &SweepPlan) -> Vec<String> {
    let single = plan.grid.axes().iter().filter(|axis| axis.values.len() == 1);
    single.map(|axis| format!("At {} = {}.", axis.key, number(axis.values[0].get(), 3))).collect()
}

/// The present design's value of an axis, if it has one, and the same value as the sweep of every key that has one alone.
pub(super) fn present_value(plan: &SweepPlan, result: &SweepResult, of: usize) -> Option<f64> {
    let values = &result.summary.present_values;
    let mut fixed = plan.grid.axes().iter().zip(values).filter(|(axis, _)| axis.values.len() == 1);
    fixed.all(|(axis, value)| *value == Some(axis.values[0].get())).then(|| values[of]).flatten()
}

/// What a key means, with its unit, as the schema has it.
pub(super) fn meaning(plan: &SweepPlan, axis: &SweepAxis) -> String {
    plan.scenario.key_info(&axis.key).map_or_else(String::new, |info| info.meaning.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use crate::sweep::SweepGrid;

    fn scale(typed: &str) -> KeyScale {
        let scenario = Scenario::default();
        let axis = SweepAxis::parse(typed, &scenario).unwrap();
        let plan = SweepPlan { scenario, grid: SweepGrid::new(vec![axis.clone()]).unwrap(), quantiles: false };
        KeyScale::new(&plan, &axis)
    }

    /// A probability has no values below 0 or above 1, and a count none between whole numbers.
    #[test]
    fn axes_hold_legal_values_alone() {
        let share = scale("learning.persistence=0:1:6").axis;
        assert_eq!((share.low, share.high), (0.0, 1.0));
        assert!(share.ticks.iter().all(|(at, _)| (0.0..=1.0).contains(at)));
        let labels = |typed: &str| scale(typed).axis.ticks.into_iter().map(|(_, label)| label).collect::<Vec<_>>();
        assert_eq!(labels("vote.candidates=3,1,2"), ["1", "2", "3"]);
        assert_eq!(labels("examples=10,1000,100"), ["10", "100", "1000"]);
        assert!(labels("vote.candidates=1:12:12").iter().all(|label| !label.contains('.')));
    }

    #[test]
    fn cells_meet_half_way_whatever_the_order() {
        assert_eq!(edges(&[0.0, 1.0, 3.0]), [(0.0, 0.5), (0.5, 2.0), (2.0, 3.0)]);
        assert_eq!(edges(&[3.0, 0.0, 1.0]), [(2.0, 3.0), (0.0, 0.5), (0.5, 2.0)]);
    }
}
