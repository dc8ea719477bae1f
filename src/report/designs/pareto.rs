//! Runway against cost, with the designs that no other beats in both.

use crate::plan::{Compared, Comparison, Measure};
use crate::report::axis::Axis;
use crate::report::plot::{Layer, Plot, Shape, Side, Tag};
use crate::report::svg::text_width;
use crate::report::theme::{FRONT, PLOT_HEIGHT, TEXT, WIDTH};
use crate::report::words::number;

use super::strokes;

/// Ratio of the largest to the smallest value from which an axis is logarithmic.
const WIDE: f64 = 20.0;
/// Width of the plotting area, roughly: labels are placed before the sheet is laid out.
const ACROSS: f64 = WIDTH - 90.0;
/// Height of a label.
const LINE: f64 = TEXT * 1.35;

/// A design as a point.
struct Point<'a> {
    design: &'a Compared,
    cost: f64,
    runway: f64,
}

pub(super) fn plot(comparison: &Comparison) -> Option<Plot> {
    let measure = comparison.measure;
    let points: Vec<Point<'_>> = comparison
        .designs
        .iter()
        .filter_map(|design| {
            let (cost, runway) = (measure.price(design.cost.as_ref()?)?, measure.runway(design)?);
            (cost.is_finite() && cost > 0.0 && runway.is_finite() && runway > 0.0).then_some(Point {
                design,
                cost,
                runway,
            })
        })
        .collect();
    let unit = comparison.designs.iter().find_map(|one| Some(one.cost.as_ref()?.unit.as_str()))?;
    if points.is_empty() || points.iter().any(|point| point.design.cost.as_ref().is_some_and(|cost| cost.unit != unit))
    {
        return None;
    }
    let costs: Vec<f64> = points.iter().map(|point| point.cost).collect();
    let runways: Vec<f64> = points.iter().map(|point| point.runway).collect();
    let (x, scale_x) = axis(&format!("cost per sustained generation ({unit})"), &costs);
    let (y, scale_y) = axis(runway_title(measure), &runways);
    let places: Vec<(f64, f64)> = points.iter().map(|point| (scale_x(point.cost), scale_y(point.runway))).collect();
    let front = front(&points, &places);
    let tags = tags(&points, &places, &front, (&x, &y));
    let mut layers = vec![Layer::new("Pareto front", Shape::Line { points: front, stroke: FRONT })];
    let colors = strokes(comparison);
    for (design, stroke) in colors {
        let own: Vec<Tag> = points
            .iter()
            .zip(&tags)
            .filter(|(point, _)| std::ptr::eq(point.design, design))
            .map(|(_, tag)| tag.clone())
            .collect();
        if !own.is_empty() {
            let open = design.dominated_by.is_some();
            layers.push(Layer::unnamed(Shape::Tags { tags: own, color: stroke.color, open }));
        }
    }
    let missing = comparison.designs.len() - points.len();
    let mut notes = vec!["Filled: no other design lasts as long for less. Rings: dominated.".to_owned()];
    if missing > 0 {
        notes.push(format!(
            "Without a point, for want of a runway or a price: {missing} of {} designs.",
            comparison.designs.len()
        ));
    }
    Some(Plot {
        title: title(&points, unit),
        notes,
        caption: format!("Runway of every design against what a generation of it costs, in {unit}."),
        x,
        y,
        layers,
    })
}

const fn runway_title(measure: Measure) -> &'static str {
    match measure {
        Measure::UntilFailure => "expected runway (generations)",
        Measure::ToHorizon => "expected runway up to the horizon (generations)",
    }
}

type Scale = fn(f64) -> f64;

/// A linear axis, or a logarithmic one where the values lie far apart.
fn axis(title: &str, values: &[f64]) -> (Axis, Scale) {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(0.0, f64::max);
    if high > WIDE * low {
        (Axis::logarithmic(title, low, high), f64::log10)
    } else {
        (Axis::amount(title, high * 1.08), |value| value)
    }
}

/// The undominated points by rising cost, as steps: at a price, the longest runway to be had for it.
fn front(points: &[Point<'_>], places: &[(f64, f64)]) -> Vec<(f64, f64)> {
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

/// Labels beside their points, moved up or down where two would overlap, or one the front.
fn tags(points: &[Point<'_>], places: &[(f64, f64)], front: &[(f64, f64)], (x, y): (&Axis, &Axis)) -> Vec<Tag> {
    let sheet = |(px, py): (f64, f64)| (x.fraction(px) * ACROSS, (1.0 - y.fraction(py)) * PLOT_HEIGHT);
    let mut taken: Vec<[f64; 4]> =
        places.iter().map(|&place| sheet(place)).map(|(px, py)| [px - 6.0, py - 6.0, px + 6.0, py + 6.0]).collect();
    taken.extend(front.windows(2).map(|ends| {
        let (from, to) = (sheet(ends[0]), sheet(ends[1]));
        [from.0.min(to.0), from.1.min(to.1), from.0.max(to.0), from.1.max(to.1)]
    }));
    let mut tags = Vec::new();
    for (point, &place) in points.iter().zip(places) {
        let name = &point.design.name;
        let (px, py) = sheet(place);
        let width = text_width(name, TEXT) + 12.0;
        let sides = if px + width > ACROSS { [Side::Left, Side::Right] } else { [Side::Right, Side::Left] };
        let shifts = [0.0, -1.0, 1.0, -2.0, 2.0, -3.0, 3.0].map(|lines| lines * LINE);
        let mut tried = shifts.iter().flat_map(|&shift| sides.map(|side| (side, shift))).map(|(side, shift)| {
            let left = if side == Side::Right { px + 8.0 } else { px - width };
            let (top, bottom) = (py + shift - LINE / 2.0, py + shift + LINE / 2.0);
            (side, shift, [left, top, left + width - 8.0, bottom])
        });
        let inside = |b: &[f64; 4]| b[0] > 0.0 && b[2] < ACROSS && b[1] > -LINE && b[3] < PLOT_HEIGHT;
        let apart = |a: &[f64; 4], b: &[f64; 4]| a[2] < b[0] || b[2] < a[0] || a[3] < b[1] || b[3] < a[1];
        let free = tried.find(|(_, _, area)| inside(area) && taken.iter().all(|other| apart(other, area)));
        let (side, shift, area) = free.unwrap_or((sides[0], 0.0, [px, py, px, py]));
        taken.push(area);
        tags.push(Tag { x: place.0, y: place.1, text: name.clone(), side, shift });
    }
    tags
}

fn title(points: &[Point<'_>], unit: &str) -> String {
    let longest = points.iter().max_by(|a, b| a.runway.total_cmp(&b.runway));
    let cheapest = points.iter().min_by(|a, b| a.cost.total_cmp(&b.cost));
    let (Some(longest), Some(cheapest)) = (longest, cheapest) else { return "Runway against cost".to_owned() };
    let price = |point: &Point<'_>| number(point.cost, 3);
    if longest.design.name == cheapest.design.name {
        return format!(
            "“{}” lasts longest and costs least: {} {unit} per generation",
            longest.design.name,
            price(longest)
        );
    }
    format!(
        "“{}” lasts longest, at {} {unit} per generation; “{}” costs least, at {}",
        longest.design.name,
        price(longest),
        cheapest.design.name,
        price(cheapest)
    )
}
