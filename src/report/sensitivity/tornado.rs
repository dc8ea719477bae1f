//! Tornadoes: a bar for each key, from the fate of the loop at one end of its range to that at the other.

use crate::report::axis::Axis;
use crate::report::plot::Plot;
use crate::report::shape::{Layer, PlotShape, Span};
use crate::report::theme::{MEDIAN, exact_bars, soft_bars};
use crate::report::words::{FAR_HORIZONS, number};
use crate::sensitivity::{KeyReach, LoopFate, RangeEnd, RunwayAbsence};

use super::inputs::SensitivityInputs;
use super::words;

/// The most keys in a figure.
const ROWS: usize = 12;
/// Ratio of the ends from which an axis is logarithmic.
const WIDE: f64 = 10.0;
/// Half the height of a bar; rows are 1 apart.
const HALF: f64 = 0.34;

/// Where a value stands on an axis.
type AxisScale = fn(f64) -> f64;

/// A number of a loop, if it has one.
type FateNumber = Box<dyn Fn(&LoopFate) -> Option<f64>>;

/// Share of the axis that is left free for what stands at open ends.
const OPEN_ROOM: f64 = 0.12;

/// A number of the loop that bars are drawn of.
struct BarNumber {
    axis: fn(&[f64]) -> (Axis, AxisScale),
    of: FateNumber,
    title: String,
    caption: &'static str,
    notes: Vec<String>,
    /// What stands at the end of a bar that goes on.
    open_end: fn(&LoopFate) -> Option<&'static str>,
}

/// The expected runway.
pub(super) fn runway(inputs: SensitivityInputs<'_>) -> Option<Plot> {
    let horizon = inputs.scenario.horizon().get();
    let of = move |fate: &LoopFate| fate.lasting(horizon);
    let both = || inputs.found.reach.iter().flat_map(|key| [&key.low, &key.high]);
    let any = |is: &dyn Fn(&RangeEnd) -> bool| both().any(is);
    let far = any(&|end| end.fate.runway.is_some_and(|runway| runway > FAR_HORIZONS * horizon as f64));
    let far = far.then(|| format!("Drawn at {} × the horizon where the loop lasts longer.", number(FAR_HORIZONS, 3)));
    let endless = any(&|end| end.fate.runway.is_none() && end.fate.failed.is_some());
    let endless = endless.then(|| {
        "Open ends: the expected runway is infinite (∞), beyond 1e308 (>) or unknown (?); their bars go to where a loop stands that fails as \
         often up to the horizon."
            .to_owned()
    });
    tornado(
        inputs,
        BarNumber {
            axis: |values| {
                let (low, high) = ends(values);
                if high > WIDE * low && low > 0.0 {
                    (Axis::logarithmic("expected runway (generations)", low, high), f64::log10)
                } else {
                    (Axis::amount("expected runway (generations)", high * 1.02), |value| value)
                }
            },
            of: Box::new(of),
            title: words::headline(inputs.scenario, inputs.found).trim_end_matches('.').replace('`', ""),
            caption: "Expected runway with one key at a time at either end of its plausible range.",
            notes: far.into_iter().chain(endless).collect(),
            open_end: |fate| {
                Some(match fate.runway_absent? {
                    RunwayAbsence::Infinite => "→ ∞",
                    RunwayAbsence::BeyondDoubles => "→ >",
                    RunwayAbsence::Unknown => "→ ?",
                })
            },
        },
    )
}

/// The probability of failing within the horizon.
pub(super) fn failure(inputs: SensitivityInputs<'_>) -> Option<Plot> {
    tornado(
        inputs,
        BarNumber {
            axis: |values| {
                let (low, high) = ends(values);
                if low > 0.0 && high > WIDE * low && high < 0.1 {
                    (Axis::logarithmic("P(failed by the horizon)", low, high), f64::log10)
                } else {
                    (Axis::share("failed by the horizon", 0.0, high), |value| value)
                }
            },
            of: Box::new(|fate| fate.failed),
            title: words::failure_headline(inputs.scenario, inputs.found)?.replace('`', ""),
            caption: "Probability of failing within the horizon with one key at a time at either end of its plausible range.",
            notes: Vec::new(),
            open_end: |_| None,
        },
    )
}

fn ends(values: &[f64]) -> (f64, f64) {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    (low, values.iter().copied().fold(0.0, f64::max))
}

fn tornado(inputs: SensitivityInputs<'_>, drawn: BarNumber) -> Option<Plot> {
    let now = (drawn.of)(&inputs.found.fate)?;
    let both = |key: &KeyReach| Some(((drawn.of)(&key.low.fate)?, (drawn.of)(&key.high.fate)?));
    let mut rows: Vec<(&KeyReach, f64, f64)> =
        inputs.found.reach.iter().filter_map(|key| both(key).map(|(low, high)| (key, low, high))).collect();
    let values: Vec<f64> = rows.iter().flat_map(|(_, low, high)| [*low, *high]).chain([now]).collect();
    let (mut x, scale) = (drawn.axis)(&values);
    if rows.iter().any(|(key, ..)| [key.low.fate, key.high.fate].iter().any(|fate| (drawn.open_end)(fate).is_some())) {
        x.high += OPEN_ROOM * (x.high - x.low);
    }
    let floor = |value: f64| scale(value).max(x.low).min(x.high);
    let width = |(_, low, high): &(&KeyReach, f64, f64)| (floor(*low) - floor(*high)).abs();
    rows.sort_by(|one, other| width(other).total_cmp(&width(one)));
    let shown = rows.len().min(ROWS);
    let all = rows.len();
    rows.truncate(ROWS);
    if rows.iter().all(|row| width(row) == 0.0) {
        return None;
    }
    let (mut lower, mut upper, mut ticks) = (Vec::new(), Vec::new(), Vec::new());
    let mut open_ends = Vec::new();
    for (index, (key, low, high)) in rows.iter().enumerate() {
        let middle = (shown - 1 - index) as f64;
        let bar = |from: f64| Span {
            left: floor(from).min(floor(now)),
            right: floor(from).max(floor(now)),
            low: middle - HALF,
            high: middle + HALF,
        };
        lower.push(bar(*low));
        upper.push(bar(*high));
        ticks.push((middle, key.range.key.clone()));
        // An end is marked where a bar leads to it, also from an end where the loop itself stands.
        let ends = [(key.low, *low), (key.high, *high)].into_iter().filter(|_| floor(*low) != floor(*high));
        let marked = ends.filter_map(|(end, value)| Some((floor(value), (drawn.open_end)(&end.fate)?)));
        open_ends
            .extend(marked.map(|(x, text)| Layer::unnamed(PlotShape::Text { x, y: middle, text: text.to_owned() })));
    }
    let mut layers = vec![
        Layer::new("at the lower end of its range", PlotShape::Boxes { boxes: lower, fill: soft_bars() }),
        Layer::new("at the upper end", PlotShape::Boxes { boxes: upper, fill: exact_bars() }),
        Layer::new("the loop as it is", PlotShape::Mark { x: floor(now), stroke: MEDIAN }),
    ];
    layers.extend(open_ends);
    let mut notes = drawn.notes;
    if shown < all {
        notes.push(format!("The {shown} keys of {all} that move it most; the table has the others."));
    }
    Some(Plot {
        title: drawn.title,
        notes,
        caption: drawn.caption.to_owned(),
        x,
        y: Axis { title: String::new(), low: -0.6, high: shown as f64 - 0.4, ticks },
        layers,
    })
}
