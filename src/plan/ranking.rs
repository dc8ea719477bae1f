//! Designs in order: those that do what is asked, those that come near, and those that no other beats.

use super::planned::{PlanQuestion, PlannedDesign};

/// A design that is likelier than this to fail is on no front.
const LIKELY: f64 = 0.5;
/// Relative difference below which two numbers count as equal.
const EQUAL: f64 = 1e-9;

/// The designs that do what is asked, best first.
pub(super) fn ranking(designs: &[PlannedDesign], question: PlanQuestion) -> Vec<usize> {
    let cost = |index: usize| designs[index].cost.unwrap_or(f64::INFINITY);
    let mut order: Vec<usize> = (0..designs.len()).filter(|&index| designs[index].meets).collect();
    order.sort_by(|&a, &b| {
        let longer = match question {
            PlanQuestion::Longest { .. } => designs[b].generations.cmp(&designs[a].generations),
            PlanQuestion::Cheapest { .. } => std::cmp::Ordering::Equal,
        };
        longer.then(cost(a).total_cmp(&cost(b))).then(designs[a].failed.total_cmp(&designs[b].failed))
    });
    order
}

/// Of the designs that are cheaper than `chosen` and fail too often, the one that fails least.
pub(super) fn cheaper_miss(
    designs: &[PlannedDesign],
    chosen: &PlannedDesign,
    question: PlanQuestion,
) -> Option<PlannedDesign> {
    let PlanQuestion::Cheapest { .. } = question else { return None };
    let cheaper = |one: &&PlannedDesign| !one.meets && one.cost.zip(chosen.cost).is_some_and(|(one, best)| one < best);
    designs.iter().filter(cheaper).min_by(|a, b| a.failed.total_cmp(&b.failed)).cloned()
}

/// Designs that no other beats, by rising cost: in failure, or in the length of the run.
pub(super) fn front(designs: &[PlannedDesign], question: PlanQuestion) -> Vec<PlannedDesign> {
    // The smaller, the better.
    let value = |one: &PlannedDesign| match question {
        PlanQuestion::Cheapest { .. } => one.failed,
        PlanQuestion::Longest { .. } => -(one.generations as f64),
    };
    let priced = designs.iter().filter(|one| one.failed <= LIKELY && one.generations > 0);
    let mut order: Vec<(f64, &PlannedDesign)> = priced.filter_map(|one| Some((one.cost?, one))).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(value(a.1).total_cmp(&value(b.1))));
    let mut front: Vec<PlannedDesign> = Vec::new();
    for (_, one) in order {
        // A difference in the last digits is none.
        if front.last().is_none_or(|best| value(one) < value(best) - EQUAL * value(best).abs()) {
            front.push(one.clone());
        }
    }
    front
}
