//! Two axes: a map of runway and one of P(fail), with the line R = 1, isolines and the present design.

use crate::analytic::SweepPoint;
use crate::report::axis::Axis;
use crate::report::plot::Plot;
use crate::report::shape::{Layer, PlotShape, Span};
use crate::report::theme::{INK, ISOLINE, REPRODUCTION_ONE, map_fill};
use crate::report::words::{FAR_HORIZONS, generations, percent, runway};
use crate::sweep::{SweepPlan, SweepResult};

use super::contour::GridFunction;
use super::levels::{MOST_CLASSES, MapLevels};
use super::scale::{KeyScale, edges};

/// Points of an isoline from which it is worth a label: shorter ones are specks.
const LABELLED: usize = 6;

/// The maps of runway and of P(fail).
pub(super) fn plots(plan: &SweepPlan, result: &SweepResult) -> [Plot; 2] {
    let sheet = MapSheet::new(plan, result);
    let horizon = generations(result.summary.horizon as f64);
    let line = if sheet.crosses_one() { ", with the line R = 1" } else { "" };
    let runways = |point: &SweepPoint| point.mean.filter(|mean| mean.is_finite());
    // Nobody plans with the digits of a runway far beyond the horizon.
    let far = FAR_HORIZONS * result.summary.horizon as f64;
    let levels = MapLevels::runways(sheet.known(runways).map(|mean| mean.min(far)));
    let mut runway = sheet.map(runways, &levels, true, &|level| level.max(f64::MIN_POSITIVE).log10());
    runway.title = runway_title(result, sheet.crosses_one());
    runway.caption = format!("Expected runway in generations over {}{line}.", sheet.keys);
    let failing = |point: &SweepPoint| point.failed;
    let levels = MapLevels::shares(sheet.known(failing));
    let small = levels.levels.first().is_some_and(|level| *level < 0.01);
    let mut failed = sheet.map(failing, &levels, false, &|share| {
        if small { share.max(f64::MIN_POSITIVE).log10() } else { share }
    });
    let within = if result.summary.same_horizon { horizon } else { "its horizon".to_owned() };
    failed.title = failed_title(result, &within);
    failed.caption = format!("Probability of failing within {within} over {}{line}.", sheet.keys);
    [runway, failed]
}

fn runway_title(result: &SweepResult, parted: bool) -> String {
    let summary = &result.summary;
    let range = summary.shortest.as_ref().zip(summary.longest.as_ref()).map(|(shortest, longest)| {
        let [short, long] = [shortest, longest].map(|extreme| runway(extreme.value, summary.horizon));
        if short == long {
            format!("Expected runway {short}")
        } else {
            format!("Expected runway from {short} to {long}")
        }
    });
    let range = range.unwrap_or_else(|| "The expected runway is not known in any cell".to_owned());
    if parted { format!("{range}; R = 1 parts growth from healing") } else { range }
}

fn failed_title(result: &SweepResult, within: &str) -> String {
    let summary = &result.summary;
    let known = summary.cells - summary.without_failed;
    if known == 0 {
        return "P(fail) is not known in any cell".to_owned();
    }
    let share = percent(summary.failing as f64 / summary.cells as f64, 3);
    format!("{share} of the cells fail within {within} with a probability of at least one half")
}

/// The points of a line, those in its middle first.
fn from_the_middle(line: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let middle = line.len() / 2;
    let mut points: Vec<(usize, (f64, f64))> = line.iter().copied().enumerate().collect();
    points.sort_by_key(|(at, _)| at.abs_diff(middle));
    points.into_iter().map(|(_, point)| point).collect()
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
}

impl<'a> MapSheet<'a> {
    fn new(plan: &SweepPlan, result: &'a SweepResult) -> Self {
        let axes = plan.grid.axes();
        let [x, y] = [&axes[0], &axes[1]].map(|axis| KeyScale::new(plan, axis, true));
        let order = [&x, &y].map(|scale| {
            let mut order: Vec<usize> = (0..scale.places.len()).collect();
            order.sort_by(|&a, &b| scale.places[a].total_cmp(&scale.places[b]));
            order
        });
        let value = |axis: usize| result.summary.present_values[axis];
        let present = value(0).zip(value(1)).and_then(|(at, up)| x.place(at).zip(y.place(up)));
        Self {
            result,
            x,
            y,
            order,
            present,
            keys: format!("{} and {}", axes[0].key, axes[1].key),
            upward: axes[1].key.clone(),
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
        let blank = self.result.cells.iter().filter(|cell| number(&cell.point).is_none()).count();
        let interpolated = |point: &SweepPoint| number(point).map(drawn);
        let mut labels = Vec::new();
        for &level in &levels.levels {
            let lines = self.lines(&interpolated, drawn(level));
            let longest = lines.iter().max_by_key(|line| line.len()).filter(|line| line.len() >= LABELLED);
            labels.extend(longest.map(|line| (from_the_middle(line), levels.label(level))));
            layers.push(Layer::unnamed(PlotShape::Contours { lines, stroke: ISOLINE, cased: false }));
        }
        let one = self.lines(&|point| point.reproduction_number, 1.0);
        if !one.is_empty() {
            layers.push(Layer::new("R = 1", PlotShape::Contours { lines: one, stroke: REPRODUCTION_ONE, cased: true }));
        }
        layers.push(Layer::unnamed(PlotShape::Labels { labels }));
        if let Some(place) = self.present {
            layers.push(Layer::new("present design", PlotShape::Dots { points: vec![place], color: INK, open: true }));
        }
        let plural = if blank == 1 { "cell" } else { "cells" };
        let notes =
            if blank > 0 { vec![format!("Blank: {blank} {plural} whose number is not known.")] } else { Vec::new() };
        // Beside the axis a narrow sheet has room for the key alone; notes are broken into lines.
        let notes = [vec![format!("Upward {}.", self.y.axis.title)], notes].concat();
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

    fn lines(&self, number: &impl Fn(&SweepPoint) -> Option<f64>, level: f64) -> Vec<Vec<(f64, f64)>> {
        let [columns, rows] = &self.order;
        let x: Vec<f64> = columns.iter().map(|&column| self.x.places[column]).collect();
        let y: Vec<f64> = rows.iter().map(|&row| self.y.places[row]).collect();
        let values: Vec<Option<f64>> = rows
            .iter()
            .flat_map(|&row| columns.iter().map(move |&column| (column, row)))
            .map(|(column, row)| number(self.point(column, row)))
            .collect();
        GridFunction { x: &x, y: &y, values: &values }.lines(level)
    }
}
