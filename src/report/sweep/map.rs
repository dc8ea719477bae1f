//! Two keys that vary: a map of runway and one of P(fail), with the line R = 1, isolines and the present design.

use crate::analytic::SweepPoint;
use crate::report::axis::Axis;
use crate::report::plot::Plot;
use crate::report::shape::{Layer, PlotShape, Span};
use crate::report::theme::{INK, ISOLINE, REPRODUCTION_ONE, map_fill};
use crate::report::words::{FAR_HORIZONS, capitalised, generations, is_far, percent};
use crate::sweep::{SweepPlan, SweepResult};

use super::contour::GridFunction;
use super::levels::{MOST_CLASSES, MapLevels};
use super::said::{known_where, range_words};
use super::scale::{KeyScale, edges, fixed_values, present_value};

/// How far an isoline reaches across the sheet, in shares of both sides, from which on it is worth a label: a label would cover
/// a shorter one.
const LABELLED: f64 = 0.2;
/// Places on each piece of a line where its label may stand.
const PLACES: u32 = 4;

/// The maps of runway and of P(fail) over two of the axes; the others have one value each.
pub(super) fn plots(plan: &SweepPlan, result: &SweepResult, over: [usize; 2]) -> [Plot; 2] {
    let sheet = MapSheet::new(plan, result, over);
    let horizon = generations(result.summary.horizon as f64);
    let line = if sheet.crosses_one() { ", with the line R = 1" } else { "" };
    let runways = |point: &SweepPoint| point.mean.filter(|mean| mean.is_finite());
    // Nobody plans with the digits of a runway far beyond the horizon, unless all are.
    let horizon_of_all = result.summary.horizon;
    let all_far = result.summary.shortest.as_ref().is_some_and(|shortest| is_far(shortest.value, horizon_of_all));
    let far = if all_far { f64::INFINITY } else { FAR_HORIZONS * horizon_of_all as f64 };
    let levels = MapLevels::runways(sheet.known(runways).map(|mean| mean.min(far)));
    let mut runway = sheet.map(runways, &levels, true, &|level| level.max(f64::MIN_POSITIVE).log10());
    runway.notes.extend(blank_note(result.summary.without_mean, result.summary.endless));
    runway.title = runway_title(result, sheet.crosses_one());
    runway.caption = format!("Expected runway in generations over {}{line}.", sheet.keys);
    let failing = |point: &SweepPoint| point.failed;
    let levels = MapLevels::shares(sheet.known(failing));
    let small = levels.levels.first().is_some_and(|level| *level < 0.01);
    let mut failed = sheet.map(failing, &levels, false, &|share| {
        if small { share.max(f64::MIN_POSITIVE).log10() } else { share }
    });
    failed.notes.extend(blank_note(result.summary.without_failed, 0));
    let within = if result.summary.same_horizon { horizon } else { "its horizon".to_owned() };
    failed.title = failed_title(result, &within);
    failed.caption = format!("Probability of failing within {within} over {}{line}.", sheet.keys);
    [runway, failed]
}

fn runway_title(result: &SweepResult, parted: bool) -> String {
    let summary = &result.summary;
    let range = summary.shortest.as_ref().zip(summary.longest.as_ref()).map(|(shortest, longest)| {
        let [short, long] = range_words(shortest.value, longest.value, summary.horizon);
        let range = if short == long { short } else { format!("from {short} to {long}") };
        match known_where(summary) {
            "" => format!("Expected runway {range}"),
            known => format!("{}, the expected runway is {range}", capitalised(known)),
        }
    });
    let range = range.unwrap_or_else(|| match summary.endless == summary.cells {
        true => "The expected runway is infinite in every cell".to_owned(),
        false => "The expected runway is not known in any cell".to_owned(),
    });
    if parted { format!("{range}; R = 1 parts growth from healing") } else { range }
}

fn failed_title(result: &SweepResult, within: &str) -> String {
    let summary = &result.summary;
    let known = summary.cells - summary.without_failed;
    if known == 0 {
        return "P(fail) is not known in any cell".to_owned();
    }
    let share = percent(summary.failing as f64 / known as f64, 3);
    let cells = if known < summary.cells { "cells whose P(fail) is known" } else { "cells" };
    format!("{share} of the {cells} fail within {within} with a probability of at least one half")
}

/// What the blank cells are, of which some have an infinite runway.
fn blank_note(cells: u64, endless: u64) -> Option<String> {
    let what = match endless {
        0 => "whose number is not known",
        _ if endless == cells => "whose runway is infinite",
        _ => "whose runway is infinite or not known",
    };
    let plural = if cells == 1 { "cell" } else { "cells" };
    (cells > 0).then(|| format!("Blank: {cells} {plural} {what}."))
}

/// Places along a line for its label, those in its middle first.
fn from_the_middle(line: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let between = |pair: &[(f64, f64)], step: u32| {
        let share = f64::from(step) / f64::from(PLACES);
        (pair[0].0 + share * (pair[1].0 - pair[0].0), pair[0].1 + share * (pair[1].1 - pair[0].1))
    };
    let pieces = line.windows(2).flat_map(|pair| (0..PLACES).map(move |step| between(pair, step)));
    let places: Vec<(f64, f64)> = pieces.chain(line.last().copied()).collect();
    let middle = places.len() / 2;
    let mut places: Vec<(usize, (f64, f64))> = places.into_iter().enumerate().collect();
    places.sort_by_key(|(at, _)| at.abs_diff(middle));
    places.into_iter().map(|(_, place)| place).collect()
}

/// Cells and where they lie.
struct MapSheet<'a> {
    result: &'a SweepResult,
    x: KeyScale,
    y: KeyScale,
    /// Indices of columns and rows by rising place.
    order: [Vec<usize>; 2],
    /// The present design, where it lies on the sheet.
    present: Option<(f64, f64)>,
    keys: String,
    /// The key of the second axis.
    upward: String,
    /// The values of the other axes.
    fixed: Vec<String>,
}

impl<'a> MapSheet<'a> {
    fn new(plan: &SweepPlan, result: &'a SweepResult, over: [usize; 2]) -> Self {
        let axes = over.map(|at| &plan.grid.axes()[at]);
        let [x, y] = axes.map(|axis| KeyScale::new(plan, axis));
        let order = [&x, &y].map(|scale| {
            let mut order: Vec<usize> = (0..scale.places.len()).collect();
            order.sort_by(|&a, &b| scale.places[a].total_cmp(&scale.places[b]));
            order
        });
        let [at, up] = over.map(|axis| present_value(plan, result, axis));
        let present = at.zip(up).and_then(|(at, up)| x.place(at).zip(y.place(up)));
        Self {
            result,
            x,
            y,
            order,
            present,
            keys: format!("{} and {}", axes[0].key, axes[1].key),
            upward: axes[1].key.clone(),
            fixed: fixed_values(plan),
        }
    }

    fn point(&self, column: usize, row: usize) -> &SweepPoint {
        &self.result.cells[column * self.y.places.len() + row].point
    }

    fn known<F: Fn(&SweepPoint) -> Option<f64> + Clone>(&self, number: F) -> impl Iterator<Item = f64> + Clone {
        self.result.cells.iter().filter_map(move |cell| number(&cell.point))
    }

    /// Whether the line R = 1 runs through the map.
    fn crosses_one(&self) -> bool {
        !self.lines(&|point| point.reproduction_number, 1.0).is_empty()
    }

    fn map(
        &self,
        number: impl Fn(&SweepPoint) -> Option<f64>,
        levels: &MapLevels,
        light_is_much: bool,
        drawn: &dyn Fn(f64) -> f64,
    ) -> Plot {
        let mut layers = self.fills(&number, levels, light_is_much);
        let interpolated = |point: &SweepPoint| number(point).map(drawn);
        let mut labels = Vec::new();
        for &level in &levels.levels {
            let lines = self.lines(&interpolated, drawn(level));
            let mut longest: Vec<_> = lines.iter().filter(|line| self.reach(line) >= LABELLED).collect();
            longest.sort_by(|a, b| self.reach(b).total_cmp(&self.reach(a)));
            let places: Vec<_> = longest.into_iter().flat_map(|line| from_the_middle(line)).collect();
            labels.extend((!places.is_empty()).then(|| (places, levels.label(level))));
            layers.push(Layer::unnamed(PlotShape::Contours { lines, stroke: ISOLINE }));
        }
        let one = self.lines(&|point| point.reproduction_number, 1.0);
        if !one.is_empty() {
            layers.push(Layer::new("R = 1", PlotShape::Contours { lines: one, stroke: REPRODUCTION_ONE }));
        }
        layers.push(Layer::unnamed(PlotShape::Labels { labels }));
        if let Some(place) = self.present {
            layers.push(Layer::new("present design", PlotShape::Dots { points: vec![place], color: INK, open: true }));
        }
        // Beside the axis a narrow sheet has room for the key alone; notes are broken into lines.
        let notes = [vec![format!("Upward {}.", self.y.axis.title)], self.fixed.clone()].concat();
        let (x, y) = (self.x.axis.clone(), Axis { title: self.upward.clone(), ..self.y.axis.clone() });
        Plot { title: String::new(), notes, caption: String::new(), x, y, layers }
    }

    /// One layer for each class that has cells, neighbours in a row as one box.
    fn fills(
        &self,
        number: &impl Fn(&SweepPoint) -> Option<f64>,
        levels: &MapLevels,
        light_is_much: bool,
    ) -> Vec<Layer> {
        let mut classes: Vec<Vec<Span>> = vec![Vec::new(); levels.classes()];
        let (across, up) = (edges(&self.x.places), edges(&self.y.places));
        for &row in &self.order[1] {
            let mut before = None;
            for &column in &self.order[0] {
                let class = number(self.point(column, row)).map(|value| levels.class(value));
                if let Some(class) = class {
                    let span =
                        Span { left: across[column].0, right: across[column].1, low: up[row].0, high: up[row].1 };
                    match classes[class].last_mut().filter(|_| before == Some(class)) {
                        Some(last) => last.right = span.right,
                        None => classes[class].push(span),
                    }
                }
                before = class;
            }
        }
        let all = levels.classes();
        let filled = classes.into_iter().enumerate().filter(|(_, cells)| !cells.is_empty());
        filled
            .map(|(class, cells)| {
                let fill = map_fill(if light_is_much { class } else { all - 1 - class }, all.min(MOST_CLASSES));
                Layer::new(levels.name(class), PlotShape::Cells { cells, fill })
            })
            .collect()
    }

    /// How far a line reaches across the sheet, in shares of its width and height together.
    fn reach(&self, line: &[(f64, f64)]) -> f64 {
        let span = |shares: &mut dyn Iterator<Item = f64>| {
            let (low, high) = shares.fold((f64::INFINITY, 0.0_f64), |(low, high), at| (low.min(at), high.max(at)));
            high - low
        };
        let across = span(&mut line.iter().map(|point| self.x.axis.fraction(point.0)));
        across + span(&mut line.iter().map(|point| self.y.axis.fraction(point.1)))
    }

    /// Lines at a level; along the sides of cells where a key takes whole numbers alone, since nothing lies between them.
    fn lines(&self, number: &impl Fn(&SweepPoint) -> Option<f64>, level: f64) -> Vec<Vec<(f64, f64)>> {
        let [columns, rows] = &self.order;
        let x: Vec<f64> = columns.iter().map(|&column| self.x.places[column]).collect();
        let y: Vec<f64> = rows.iter().map(|&row| self.y.places[row]).collect();
        let values: Vec<Option<f64>> = rows
            .iter()
            .flat_map(|&row| columns.iter().map(move |&column| (column, row)))
            .map(|(column, row)| number(self.point(column, row)))
            .collect();
        let function = GridFunction { x: &x, y: &y, values: &values };
        if self.x.whole || self.y.whole { function.steps(level, &edges(&x), &edges(&y)) } else { function.lines(level) }
    }
}
