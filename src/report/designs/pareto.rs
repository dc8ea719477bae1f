//! Runway against cost, with the designs that no other beats in both.

use crate::plan::{ComparedDesign, DesignComparison, RunwayMeasure};
use crate::report::axis::Axis;
use crate::report::plot::Plot;
use crate::report::shape::{LabelSide, Layer, PlotShape, Tag};
use crate::report::svg::text_width;
use crate::report::theme::{EXACT, FRONT, PLOT_HEIGHT, SOFT_INK, TEXT, WIDTH};
use crate::report::words::{FAR_HORIZONS, is_far, number, runway};

use super::chosen::{caveat, is_failing, short};
use super::sentence;

/// Ratio of the largest to the smallest value from which an axis is logarithmic.
const WIDE: f64 = 20.0;
/// Relative difference below which two points are one.
const EQUAL: f64 = 1e-9;
/// Width of the plotting area, roughly: labels are placed before the sheet is laid out.
const ACROSS: f64 = WIDTH - 90.0;
/// Height of a label.
const LINE: f64 = TEXT * 1.35;

/// A design as a point.
struct ParetoPoint<'a> {
    design: &'a ComparedDesign,
    cost: f64,
    /// In generations, at most [`FAR_HORIZONS`] horizons: nobody plans with the digits of longer ones.
    runway: f64,
    is_far: bool,
}

impl<'a> ParetoPoint<'a> {
    fn of(design: &'a ComparedDesign, measure: RunwayMeasure) -> Option<Self> {
        let (cost, runway) = (measure.price(design.cost.as_ref()?)?, measure.runway(design)?);
        let horizon = design.scenario.horizon.get();
        (cost.is_finite() && cost > 0.0 && runway > 0.0).then_some(ParetoPoint {
            design,
            cost,
            runway: runway.min(FAR_HORIZONS * horizon as f64),
            is_far: is_far(runway, horizon),
        })
    }
}

/// Nothing without prices in one unit.
pub(super) fn plot(comparison: &DesignComparison) -> Option<Plot> {
    let measure = comparison.measure;
    let points: Vec<ParetoPoint<'_>> =
        comparison.designs.iter().filter_map(|one| ParetoPoint::of(one, measure)).collect();
    let unit = comparison.designs.iter().find_map(|one| Some(one.cost.as_ref()?.unit.as_str()))?;
    let alike = |point: &ParetoPoint<'_>| point.design.cost.as_ref().is_some_and(|cost| cost.unit == unit);
    if points.len() < 2 || !points.iter().all(alike) {
        return None;
    }
    let caption = format!("Runway of every design against what a generation of it costs, in {unit}.");
    if is_one(&points) {
        return Some(sentence("Every design lasts as long and costs as much as any other".to_owned(), &caption));
    }
    let costs: Vec<f64> = points.iter().map(|point| point.cost).collect();
    let runways: Vec<f64> = points.iter().map(|point| point.runway).collect();
    let (x, scale_x) = axis(&format!("price of a generation of runway ({unit})"), &costs);
    let (y, scale_y) = axis(runway_title(measure), &runways);
    let places: Vec<(f64, f64)> = points.iter().map(|point| (scale_x(point.cost), scale_y(point.runway))).collect();
    let front = front(&points, &places);
    let tags = tags(&points, &places, &front, (&x, &y));
    let notes = notes(&points, &tags, comparison.designs.len());
    let mut layers = vec![Layer::new("Pareto front", PlotShape::Line { points: front, stroke: FRONT })];
    layers.extend(marks(&points, tags));
    Some(Plot { title: title(&points, unit), notes, caption, x, y, layers })
}

/// Whether all points lie on one.
fn is_one(points: &[ParetoPoint<'_>]) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() <= EQUAL * b;
    points.iter().all(|point| near(point.cost, points[0].cost) && near(point.runway, points[0].runway))
}

/// Dots for the front, rings for what is dominated.
fn marks(points: &[ParetoPoint<'_>], tags: Vec<Tag>) -> Vec<Layer> {
    let (mut free, mut dominated) = (Vec::new(), Vec::new());
    for (point, tag) in points.iter().zip(tags) {
        if point.design.dominated_by.is_none() { free.push(tag) } else { dominated.push(tag) }
    }
    [(free, "no other lasts as long for less", EXACT.color, false), (dominated, "dominated", SOFT_INK, true)]
        .into_iter()
        .filter(|(tags, ..)| !tags.is_empty())
        .map(|(tags, name, color, open)| Layer::new(name, PlotShape::Tags { tags, color, open }))
        .collect()
}

fn notes(points: &[ParetoPoint<'_>], tags: &[Tag], all: usize) -> Vec<String> {
    let mut notes = Vec::new();
    let far: Vec<&str> = points.iter().filter(|point| point.is_far).map(|point| point.design.name.as_str()).collect();
    if !far.is_empty() {
        let cap = number(FAR_HORIZONS, 3);
        notes.push(format!("Drawn at {cap} × the horizon, because they last longer than that: {}.", far.join(", ")));
    }
    let free: Vec<&str> = points
        .iter()
        .map(|point| point.design)
        .filter(|one| one.has_free_truth())
        .map(|one| one.name.as_str())
        .collect();
    if !free.is_empty() {
        notes.push(format!("Truth is free here: its price is missing in {}.", free.join(", ")));
    }
    let unnamed = tags.iter().filter(|tag| tag.text.is_empty()).count();
    if unnamed > 0 {
        notes.push(format!("Without a name, for want of room: {unnamed} designs."));
    }
    if points.len() < all {
        notes.push(format!(
            "Without a point, for want of a runway or a price: {} of {all} designs.",
            all - points.len()
        ));
    }
    notes
}

const fn runway_title(measure: RunwayMeasure) -> &'static str {
    match measure {
        RunwayMeasure::UntilFailure => "expected runway (generations)",
        RunwayMeasure::ToHorizon => "expected runway up to the horizon (generations)",
    }
}

type CostScale = fn(f64) -> f64;

/// A linear axis, or a logarithmic one where the values lie far apart.
fn axis(title: &str, values: &[f64]) -> (Axis, CostScale) {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(0.0, f64::max);
    if high > WIDE * low {
        (Axis::logarithmic(title, low, high), f64::log10)
    } else {
        (Axis::amount(title, high * 1.08), |value| value)
    }
}

/// The undominated points by rising cost, as steps: at a price, the longest runway to be had for it.
fn front(points: &[ParetoPoint<'_>], places: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let free = points.iter().zip(places).filter(|(point, _)| point.design.dominated_by.is_none());
    let mut best: Vec<(f64, f64)> = free.map(|(_, place)| *place).collect();
    best.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut line: Vec<(f64, f64)> = Vec::new();
    for (x, y) in best {
        line.extend(line.last().map(|&(_, before)| (x, before)));
        line.push((x, y));
    }
    line
}

/// Labels beside their points, those of the front first, moved up or down where two would overlap, or one the front; none where
/// there is no room at all.
fn tags(points: &[ParetoPoint<'_>], places: &[(f64, f64)], front: &[(f64, f64)], (x, y): (&Axis, &Axis)) -> Vec<Tag> {
    let sheet = |(px, py): (f64, f64)| (x.fraction(px) * ACROSS, (1.0 - y.fraction(py)) * PLOT_HEIGHT);
    let mut taken: Vec<Area> =
        places.iter().map(|&place| sheet(place)).map(|(px, py)| [px - 6.0, py - 6.0, px + 6.0, py + 6.0]).collect();
    taken.extend(front.windows(2).map(|ends| {
        let (from, to) = (sheet(ends[0]), sheet(ends[1]));
        [from.0.min(to.0), from.1.min(to.1), from.0.max(to.0), from.1.max(to.1)]
    }));
    let mut tags: Vec<Tag> =
        places.iter().map(|&(x, y)| Tag { x, y, text: String::new(), side: LabelSide::Right, shift: 0.0 }).collect();
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by_key(|&index| points[index].design.dominated_by.is_some());
    for index in order {
        let text = short(&points[index].design.name);
        if let Some((side, shift, area)) = room(&text, sheet(places[index]), &taken) {
            taken.push(area);
            tags[index] = Tag { text, side, shift, ..tags[index].clone() };
        }
    }
    tags
}

/// Left, top, right and bottom on the sheet.
type Area = [f64; 4];

/// The nearest free place for a label beside a point.
fn room(text: &str, (px, py): (f64, f64), taken: &[Area]) -> Option<(LabelSide, f64, Area)> {
    let width = text_width(text, TEXT) + 12.0;
    let sides =
        if px + width > ACROSS { [LabelSide::Left, LabelSide::Right] } else { [LabelSide::Right, LabelSide::Left] };
    let shifts = [0.0, -1.0, 1.0, -2.0, 2.0, -3.0, 3.0].map(|lines| lines * LINE);
    let mut tried = shifts.iter().flat_map(|&shift| sides.map(|side| (side, shift))).map(|(side, shift)| {
        let left = if side == LabelSide::Right { px + 8.0 } else { px - width };
        let (top, bottom) = (py + shift - LINE / 2.0, py + shift + LINE / 2.0);
        (side, shift, [left, top, left + width - 8.0, bottom])
    });
    let inside = |b: &Area| b[0] > 0.0 && b[2] < ACROSS && b[1] > -LINE && b[3] < PLOT_HEIGHT;
    let apart = |a: &Area, b: &Area| a[2] < b[0] || b[2] < a[0] || a[3] < b[1] || b[3] < a[1];
    tried.find(|(_, _, area)| inside(area) && taken.iter().all(|other| apart(other, area)))
}

/// Who lasts longest and who costs least, and whether they fail all the same.
fn title(points: &[ParetoPoint<'_>], unit: &str) -> String {
    let by_cost = |a: &&ParetoPoint<'_>, b: &&ParetoPoint<'_>| a.cost.total_cmp(&b.cost);
    let price = |point: &ParetoPoint<'_>| format!("{} {unit}", number(point.cost, 3));
    let name = |point: &ParetoPoint<'_>| short(&point.design.name);
    let far: Vec<&ParetoPoint<'_>> = points.iter().filter(|point| point.is_far).collect();
    if let (Some(one), true) = (far.iter().copied().min_by(by_cost), far.len() > 1) {
        return format!(
            "{} designs last more than {} × the horizon; the cheapest of them, “{}”, costs {} per generation",
            if far.len() == points.len() {
                format!("All {}", far.len())
            } else {
                format!("{} of {}", far.len(), points.len())
            },
            number(FAR_HORIZONS, 3),
            name(one),
            price(one)
        );
    }
    let longest = points.iter().max_by(|a, b| a.runway.total_cmp(&b.runway).then(b.cost.total_cmp(&a.cost)));
    let (Some(longest), Some(cheapest)) = (longest, points.iter().min_by(by_cost)) else {
        return "Runway against cost".to_owned();
    };
    if points.iter().all(|point| is_failing(point.design)) {
        return format!(
            "Every design here is likelier than not to fail within the horizon; “{}” lasts longest, {} at {} each",
            name(longest),
            runway(longest.runway, longest.design.scenario.horizon.get()),
            price(longest)
        );
    }
    let fails = |point: &ParetoPoint<'_>| caveat(point.design);
    if std::ptr::eq(longest, cheapest) {
        return format!(
            "“{}”{} lasts longest and costs least, {} per generation",
            name(longest),
            fails(longest),
            price(longest)
        );
    }
    format!(
        "“{}”{} lasts longest, at {} per generation; “{}”{} costs least, {}",
        name(longest),
        fails(longest),
        price(longest),
        name(cheapest),
        fails(cheapest),
        price(cheapest)
    )
}
