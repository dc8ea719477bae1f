//! Which of many designs a figure names, and what must be said with the name of one that fails.

use crate::plan::{ComparedDesign, DesignComparison};
use crate::report::shape::{Layer, PlotShape};
use crate::report::theme::{Stroke, design_stroke, other_stroke};
use crate::report::words::probability;

/// The most curves that are told apart by their strokes.
const CURVES: usize = 8;
/// Curves that are named among more.
const NAMED: usize = 6;
/// The longest name in a figure, in characters: that of a `[[design]]`. Loops that are compared may have longer ones.
const LONGEST: usize = 40;
/// A design that is likelier than this to fail within the horizon is never praised without saying so.
const LIKELY: f64 = 0.5;

/// At most `limit` designs in their order: the baseline, and those that last longest.
pub(super) fn leading(comparison: &DesignComparison, limit: usize) -> Vec<&ComparedDesign> {
    let mut order: Vec<&ComparedDesign> = comparison.designs.iter().collect();
    if order.len() <= limit {
        return order;
    }
    let runway = |one: &ComparedDesign| comparison.measure.runway(one).unwrap_or(0.0);
    order.sort_by(|a, b| {
        let baseline = |one: &ComparedDesign| one.name == comparison.baseline;
        baseline(b).cmp(&baseline(a)).then(runway(b).total_cmp(&runway(a)))
    });
    let chosen = &order[..limit];
    comparison.designs.iter().filter(|one| chosen.iter().any(|named| std::ptr::eq(*named, *one))).collect()
}

/// One line for each design: with a stroke and a name of its own, or grey where there are too many.
pub(super) fn lines(comparison: &DesignComparison, points: impl Fn(&ComparedDesign) -> Vec<(f64, f64)>) -> Vec<Layer> {
    let named = named(comparison);
    let line = |one: &ComparedDesign, stroke: Stroke| PlotShape::Line { points: points(one), stroke };
    let others = comparison.designs.iter().filter(|one| !named.iter().any(|chosen| std::ptr::eq(*chosen, *one)));
    let mut layers: Vec<Layer> = others.map(|one| Layer::unnamed(line(one, other_stroke()))).collect();
    let grey = layers.len();
    if let Some(first) = layers.first_mut() {
        first.legend = Some(format!("{grey} others"));
    }
    let strokes = (0..).map(design_stroke);
    layers.extend(named.iter().zip(strokes).map(|(one, stroke)| Layer::new(short(&one.name), line(one, stroke))));
    layers
}

fn named(comparison: &DesignComparison) -> Vec<&ComparedDesign> {
    leading(comparison, if comparison.designs.len() > CURVES { NAMED } else { CURVES })
}

/// What a figure with grey curves must say.
pub(super) fn greyed(comparison: &DesignComparison) -> Option<String> {
    (comparison.designs.len() > CURVES).then(|| {
        format!("Named are the baseline and the {} designs that last longest; the others are grey.", NAMED - 1)
    })
}

/// A name, cut in its middle where it is too long for a figure: names differ at either end.
pub(super) fn short(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= LONGEST {
        return name.to_owned();
    }
    let (head, tail) = (LONGEST / 2, LONGEST - LONGEST / 2 - 1);
    letters[..head].iter().chain(&['…']).chain(&letters[letters.len() - tail..]).collect()
}

/// Whether a design is likelier than not to fail within its horizon.
pub(super) fn is_failing(one: &ComparedDesign) -> bool {
    one.failed_by_horizon > LIKELY
}

/// What follows on the name of a design that is praised: nothing, or that it fails.
pub(super) fn caveat(one: &ComparedDesign) -> String {
    if is_failing(one) {
        format!(
            " (fails within the horizon in {} of runs)",
            probability(one.failed_by_horizon, one.failed_by_horizon_error.unwrap_or(0.0))
        )
    } else {
        String::new()
    }
}

/// The designs with the smallest value, in words ("“a”", "“a” and 2 others"), with that value and the first of them;
/// values within `EQUAL` of it count as equal.
pub(super) fn least<'a>(
    designs: &[&'a ComparedDesign],
    value: impl Fn(&ComparedDesign) -> f64,
) -> Option<(f64, &'a ComparedDesign, String)> {
    const EQUAL: f64 = 1e-9;
    let finite = || designs.iter().filter(|one| value(one).is_finite());
    let first = finite().min_by(|a, b| value(a).total_cmp(&value(b)))?;
    let best = value(first);
    let others = finite().filter(|one| value(one) <= best + EQUAL * best.abs()).count() - 1;
    let words = match others {
        0 => format!("“{}”", first.name),
        1 => format!("“{}” and one other", first.name),
        more => format!("“{}” and {more} others", first.name),
    };
    Some((best, first, words))
}
