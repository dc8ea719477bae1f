//! Points and the front of those that no other beats: axes for amounts, the front as steps, names that do not overlap.

use plotters::style::RGBColor;

use super::axis::Axis;
use super::shape::{LabelSide, Layer, PlotShape, Tag};
use super::svg::text_width;
use super::theme::{PLOT_HEIGHT, TEXT, WIDTH};

/// Ratio of the largest to the smallest value from which an axis is logarithmic.
const WIDE: f64 = 20.0;
/// Width of the plotting area, roughly: labels are placed before the sheet is laid out.
const ACROSS: f64 = WIDTH - 90.0;
/// Height of a label.
const LINE: f64 = TEXT * 1.35;

/// A point on the scales of its axes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FrontPoint {
    pub x: f64,
    pub y: f64,
    /// Empty for a point that needs no name.
    pub name: String,
    /// Whether it is on the front; these are named first.
    pub leads: bool,
}

impl FrontPoint {
    /// The point as a mark whose name stands in the legend, behind what it is.
    pub fn marked(self, what: &str, color: RGBColor, open: bool) -> Layer {
        let tag = Tag { x: self.x, y: self.y, text: String::new(), side: LabelSide::Right, shift: 0.0 };
        Layer::new(format!("{what}: {}", self.name), PlotShape::Tags { tags: vec![tag], color, open })
    }
}

/// From an amount to its place on an axis.
pub(super) type AmountScale = fn(f64) -> f64;

/// A linear axis, or a logarithmic one where the values lie far apart.
pub(super) fn amount_axis(title: &str, values: &[f64]) -> (Axis, AmountScale) {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(0.0, f64::max);
    if high > WIDE * low {
        (Axis::logarithmic(title, low, high), f64::log10)
    } else {
        (Axis::amount(title, high * 1.08), |value| value)
    }
}

/// The leading points from left to right, as steps: the best value to be had up to each place.
pub(super) fn steps(points: &[FrontPoint]) -> Vec<(f64, f64)> {
    let mut best: Vec<(f64, f64)> = points.iter().filter(|point| point.leads).map(|point| (point.x, point.y)).collect();
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
pub(super) fn tags(points: &[FrontPoint], front: &[(f64, f64)], (x, y): (&Axis, &Axis)) -> Vec<Tag> {
    let sheet = |(px, py): (f64, f64)| (x.fraction(px) * ACROSS, (1.0 - y.fraction(py)) * PLOT_HEIGHT);
    let place = |point: &FrontPoint| sheet((point.x, point.y));
    let mut taken: Vec<Area> =
        points.iter().map(place).map(|(px, py)| [px - 6.0, py - 6.0, px + 6.0, py + 6.0]).collect();
    taken.extend(front.windows(2).map(|ends| {
        let (from, to) = (sheet(ends[0]), sheet(ends[1]));
        [from.0.min(to.0), from.1.min(to.1), from.0.max(to.0), from.1.max(to.1)]
    }));
    let unnamed =
        |point: &FrontPoint| Tag { x: point.x, y: point.y, text: String::new(), side: LabelSide::Right, shift: 0.0 };
    let mut tags: Vec<Tag> = points.iter().map(unnamed).collect();
    let mut order: Vec<usize> = (0..points.len()).filter(|&index| !points[index].name.is_empty()).collect();
    order.sort_by_key(|&index| !points[index].leads);
    for index in order {
        let text = points[index].name.clone();
        if let Some((side, shift, area)) = room(&text, place(&points[index]), &taken) {
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
