//! Runway against cost, with the designs that no other beats in both.

use crate::plan::{ComparedDesign, DesignComparison, RunwayMeasure};
use crate::report::front::{FrontPoint, amount_axis, steps, tags};
use crate::report::plot::Plot;
use crate::report::shape::{Layer, PlotShape, Tag};
use crate::report::theme::{EXACT, FRONT, SOFT_INK};
use crate::report::words::{FAR_HORIZONS, is_far, number, runway};

use super::chosen::{caveat, is_failing, short};
use super::sentence;

/// Relative difference below which two points are one.
const EQUAL: f64 = 1e-9;

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
    let (x, scale_x) = amount_axis(&format!("price of a generation of runway ({unit})"), &costs);
    let (y, scale_y) = amount_axis(runway_title(measure), &runways);
    let place = |point: &ParetoPoint<'_>| FrontPoint {
        x: scale_x(point.cost),
        y: scale_y(point.runway),
        name: short(&point.design.name),
        leads: point.design.dominated_by.is_none(),
    };
    let places: Vec<FrontPoint> = points.iter().map(place).collect();
    let front = steps(&places);
    let tags = tags(&places, &front, (&x, &y));
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
