//! One key that varies: runway and P(fail) along a key, with the quantiles of T as a band where they were asked for.

use crate::analytic::SweepPoint;
use crate::report::axis::Axis;
use crate::report::plot::Plot;
use crate::report::shape::{Layer, PlotShape};
use crate::report::theme::{CRITICAL, EXACT, INK, STEM, exact_band};
use crate::report::words::{capitalised, generations, number, percent};
use crate::sweep::{SweepCell, SweepPlan, SweepResult};

use super::said::{known_where, range_words};
use super::scale::{KeyScale, fixed_values, present_value};

/// Ratio of the largest to the smallest runway from which its axis is logarithmic.
const WIDE: f64 = 20.0;

/// The curves of runway and of P(fail) along one of the axes; the others have one value each.
pub(super) fn plots(plan: &SweepPlan, result: &SweepResult, along: usize) -> [Plot; 2] {
    let sheet = CurveSheet::new(plan, result, along);
    [sheet.runway(plan), sheet.failed()]
}

/// Cells by rising place.
struct CurveSheet<'a> {
    result: &'a SweepResult,
    along: usize,
    key: String,
    scale: KeyScale,
    cells: Vec<(f64, &'a SweepCell)>,
    /// Where the present design lies.
    present: Option<f64>,
    /// The values of the other axes.
    fixed: Vec<String>,
}

impl<'a> CurveSheet<'a> {
    fn new(plan: &SweepPlan, result: &'a SweepResult, along: usize) -> Self {
        let axis = &plan.grid.axes()[along];
        let scale = KeyScale::new(plan, axis);
        let mut cells: Vec<(f64, &SweepCell)> = scale.places.iter().copied().zip(&result.cells).collect();
        cells.sort_by(|a, b| a.0.total_cmp(&b.0));
        let present = present_value(plan, result, along).and_then(|value| scale.place(value));
        Self { result, along, key: axis.key.clone(), scale, cells, present, fixed: fixed_values(plan) }
    }

    fn runway(&self, plan: &SweepPlan) -> Plot {
        let known = |point: &SweepPoint| point.mean.filter(|mean| mean.is_finite());
        let banded = |point: &SweepPoint| Some((point.quantiles[0]?, point.quantiles[2]?));
        let values: Vec<f64> = self.cells.iter().filter_map(|(_, cell)| known(&cell.point)).collect();
        let ends = self.cells.iter().filter_map(|(_, cell)| banded(&cell.point)).filter(|_| plan.quantiles);
        let all: Vec<f64> = values.iter().copied().chain(ends.flat_map(|(low, high)| [low, high])).collect();
        let least = all.iter().copied().fold(f64::INFINITY, f64::min);
        let most = all.iter().copied().fold(0.0, f64::max);
        let title = "runway T (generations)";
        let logarithmic = least > 0.0 && most > WIDE * least;
        let y = if logarithmic { Axis::logarithmic(title, least, most) } else { Axis::amount(title, most) };
        let drawn = |value: f64| if logarithmic { value.log10() } else { value };
        let mut layers = Vec::new();
        if plan.quantiles {
            let points = self
                .cells
                .iter()
                .filter_map(|(at, cell)| banded(&cell.point).map(|(low, high)| (*at, drawn(low), drawn(high))));
            layers.extend(self.band("5 to 95 % quantiles of T", points.collect()));
        }
        layers.extend(self.line("expected runway E[T]", &|point| known(point).map(drawn)));
        layers.extend(self.marks(known(&self.result.summary.present).map(drawn), &y));
        let endless = self.cells.iter().filter(|(_, cell)| cell.point.is_endless()).count();
        Plot {
            title: self.runway_title(),
            notes: self.notes(self.cells.len() - values.len(), endless),
            caption: format!("Expected runway along {}.", self.key),
            x: self.scale.axis.clone(),
            y,
            layers,
        }
    }

    fn runway_title(&self) -> String {
        let (summary, key) = (&self.result.summary, &self.key);
        let known: Vec<(f64, &SweepCell)> =
            self.cells.iter().filter_map(|(_, cell)| cell.point.mean.map(|mean| (mean, *cell))).collect();
        let Some((shortest, longest)) = extremes(&known) else {
            return match summary.endless == summary.cells {
                true => format!("The expected runway is infinite whatever {key} is"),
                false => format!("The expected runway is not known along {key}"),
            };
        };
        let [short, long] = range_words(shortest.0, longest.0, summary.horizon);
        let subject = match known_where(summary) {
            "" => "The expected runway".to_owned(),
            known => format!("{}, the expected runway", capitalised(known)),
        };
        match known.len() {
            _ if shortest.0 < longest.0 => {
                let (at, from) = (self.spelled(longest.1), self.spelled(shortest.1));
                format!("{subject} is longest, {long} at {at}, and shortest, {short} at {from}")
            }
            1 => format!("{subject} is {short} at {}", self.spelled(shortest.1)),
            _ if summary.without_mean == 0 => format!("{subject} is {short} whatever {key} is"),
            of => format!("{subject} is {short} at all {of} values of {key}"),
        }
    }

    /// "errors.step_error = 0.00126", in three digits.
    fn spelled(&self, cell: &SweepCell) -> String {
        format!("{} = {}", self.key, number(cell.values[self.along].get(), 3))
    }

    fn failed(&self) -> Plot {
        let summary = &self.result.summary;
        let within = if summary.same_horizon { generations(summary.horizon as f64) } else { "the horizon".to_owned() };
        let known: Vec<(f64, &SweepCell)> =
            self.cells.iter().filter_map(|(_, cell)| cell.point.failed.map(|failed| (failed, *cell))).collect();
        let most = known.iter().map(|(failed, _)| *failed).fold(0.0, f64::max);
        let y = Axis::share(&format!("P(fail within {within})"), 0.0, most);
        let mut layers = self.line(&format!("P(fail within {within})"), &|point| point.failed);
        layers.extend(self.marks(summary.present.failed, &y));
        Plot {
            title: self.failed_title(&known, &within),
            notes: self.notes(self.cells.len() - known.len(), 0),
            caption: capitalised(&format!("probability of failing within {within} along {}.", self.key)),
            x: self.scale.axis.clone(),
            y,
            layers,
        }
    }

    fn failed_title(&self, known: &[(f64, &SweepCell)], within: &str) -> String {
        let key = &self.key;
        let Some((least, most)) = extremes(known) else {
            return format!("P(fail) is not known along {key}");
        };
        let all = known.len() == self.cells.len();
        let subject = match all {
            true => format!("The probability of failing within {within}"),
            false => format!("Where it is known, the probability of failing within {within}"),
        };
        let (low, high) = (percent(least.0, 3), percent(most.0, 3));
        match known.len() {
            _ if least.0 < most.0 => {
                let (from, to) = (self.spelled(least.1), self.spelled(most.1));
                format!("{subject} goes from {low} at {from} to {high} at {to}")
            }
            1 => format!("{subject} is {low} at {}", self.spelled(least.1)),
            _ if all => format!("{subject} is {low} whatever {key} is"),
            of => format!("{subject} is {low} at all {of} values of {key}"),
        }
    }

    /// What the reader must know: the values of the other axes, and where numbers are missing.
    fn notes(&self, unknown: usize, endless: usize) -> Vec<String> {
        let breaks = if self.scale.whole { "No dot stands" } else { "The line breaks" };
        let of = |count: usize| format!("{count} {}", if count == 1 { "value" } else { "values" });
        let mut notes = self.fixed.clone();
        if endless > 0 {
            notes.push(format!("{breaks} where the runway is infinite: {}.", of(endless)));
        }
        if unknown > endless {
            notes.push(format!("{breaks} where a number is not known: {}.", of(unknown - endless)));
        }
        notes
    }

    /// What lies between two quantiles: an area, or a bar at each whole number.
    fn band(&self, name: &str, points: Vec<(f64, f64, f64)>) -> Vec<Layer> {
        if !self.scale.whole {
            return vec![Layer::new(name, PlotShape::Area { points, fill: exact_band() })];
        }
        let bar = |(at, low, high)| PlotShape::Line { points: vec![(at, low), (at, high)], stroke: STEM };
        named_once(name, points.into_iter().map(bar))
    }

    /// The known values: dots at whole numbers; else lines that break where one is not known, with a dot for a value between two
    /// unknown ones.
    fn line(&self, name: &str, drawn: &dyn Fn(&SweepPoint) -> Option<f64>) -> Vec<Layer> {
        let values: Vec<Option<(f64, f64)>> =
            self.cells.iter().map(|(at, cell)| drawn(&cell.point).map(|value| (*at, value))).collect();
        let dots = |points| PlotShape::Dots { points, color: EXACT.color, open: false };
        if self.scale.whole {
            return vec![Layer::new(name, dots(values.into_iter().flatten().collect()))];
        }
        let pieces = values.split(Option::is_none).filter(|piece| !piece.is_empty());
        let shape = |piece: &[Option<(f64, f64)>]| match piece.iter().flatten().copied().collect() {
            points if piece.len() == 1 => dots(points),
            points => PlotShape::Line { points, stroke: EXACT },
        };
        named_once(name, pieces.map(shape))
    }

    /// Where R = 1, and the present design at a height.
    fn marks(&self, height: Option<f64>, y: &Axis) -> Vec<Layer> {
        let mut layers = Vec::new();
        for (index, x) in self.crossings().into_iter().enumerate() {
            let shape = PlotShape::Mark { x, stroke: CRITICAL };
            layers.push(if index == 0 { Layer::new("R = 1", shape) } else { Layer::unnamed(shape) });
        }
        if let Some((place, height)) = self.present.zip(height).filter(|(_, height)| y.contains(*height)) {
            let shape = PlotShape::Dots { points: vec![(place, height)], color: INK, open: true };
            layers.push(Layer::new("present design", shape));
        }
        layers
    }

    /// Where R, interpolated between neighbours, is 1.
    fn crossings(&self) -> Vec<f64> {
        let pairs = self.cells.windows(2).filter_map(|pair| {
            let [a, b] = [pair[0].1.point.reproduction_number? - 1.0, pair[1].1.point.reproduction_number? - 1.0];
            ((a < 0.0) != (b < 0.0)).then(|| pair[0].0 + (pair[1].0 - pair[0].0) * a / (a - b))
        });
        pairs.collect()
    }
}

/// Layers of which the legend names the first.
fn named_once(name: &str, shapes: impl Iterator<Item = PlotShape>) -> Vec<Layer> {
    let layer = |(index, shape)| if index == 0 { Layer::new(name, shape) } else { Layer::unnamed(shape) };
    shapes.enumerate().map(layer).collect()
}

/// A cell, and its number that is spoken of.
type KnownCell<'c> = (f64, &'c SweepCell);

/// The cells with the least and the greatest number, if there are any.
fn extremes<'c>(known: &[KnownCell<'c>]) -> Option<(KnownCell<'c>, KnownCell<'c>)> {
    let least = known.iter().min_by(|a, b| a.0.total_cmp(&b.0))?;
    let most = known.iter().max_by(|a, b| a.0.total_cmp(&b.0))?;
    Some((*least, *most))
}
