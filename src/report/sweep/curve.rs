//! One axis: runway and P(fail) along a key, with the quantiles of T as a band where they were asked for.

use crate::analytic::SweepPoint;
use crate::report::axis::Axis;
use crate::report::plot::Plot;
use crate::report::shape::{Layer, PlotShape};
use crate::report::theme::{CRITICAL, EXACT, INK, exact_band};
use crate::report::words::{capitalised, generations, number, percent, runway};
use crate::sweep::{SweepCell, SweepPlan, SweepResult};

use super::scale::KeyScale;

/// Ratio of the largest to the smallest runway from which its axis is logarithmic.
const WIDE: f64 = 20.0;

/// The curves of runway and of P(fail).
pub(super) fn plots(plan: &SweepPlan, result: &SweepResult) -> [Plot; 2] {
    let sheet = CurveSheet::new(plan, result);
    [sheet.runway(plan), sheet.failed()]
}

/// Cells by rising place.
struct CurveSheet<'a> {
    result: &'a SweepResult,
    key: String,
    scale: KeyScale,
    cells: Vec<(f64, &'a SweepCell)>,
}

impl<'a> CurveSheet<'a> {
    fn new(plan: &SweepPlan, result: &'a SweepResult) -> Self {
        let axis = &plan.grid.axes()[0];
        let scale = KeyScale::new(plan, axis, false);
        let mut cells: Vec<(f64, &SweepCell)> = scale.places.iter().copied().zip(&result.cells).collect();
        cells.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self { result, key: axis.key.clone(), scale, cells }
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
            let band = PlotShape::Area { points: points.collect(), fill: exact_band() };
            layers.push(Layer::new("5 to 95 % quantiles of T", band));
        }
        layers.extend(self.line("expected runway E[T]", &|point| known(point).map(drawn)));
        layers.extend(self.marks(known(&self.result.summary.present).map(drawn), &y));
        let unknown = self.cells.len() - values.len();
        Plot {
            title: self.runway_title(),
            notes: unknown_note(unknown),
            caption: format!("Expected runway along {}.", self.key),
            x: self.scale.axis.clone(),
            y,
            layers,
        }
    }

    fn runway_title(&self) -> String {
        let summary = &self.result.summary;
        let Some((shortest, longest)) = summary.shortest.as_ref().zip(summary.longest.as_ref()) else {
            return format!("The expected runway is not known along {}", self.key);
        };
        if shortest.value == longest.value {
            return format!(
                "The expected runway is {} whatever {} is",
                runway(longest.value, summary.horizon),
                self.key
            );
        }
        let told = |value: f64, cell: &str| format!("{} at {}", runway(value, summary.horizon), self.spelled(cell));
        format!(
            "The expected runway is longest, {}, and shortest, {}",
            told(longest.value, &longest.cell),
            told(shortest.value, &shortest.cell)
        )
    }

    /// "errors.step_error = 0.00126" of a cell's name, in three digits.
    fn spelled(&self, cell: &str) -> String {
        let value = cell.split_once('=').and_then(|(_, value)| value.parse().ok()).map(|value: f64| number(value, 3));
        value.map_or_else(|| cell.to_owned(), |value| format!("{} = {value}", self.key))
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
        let of = |cell: &SweepCell| format!("{} = {}", self.key, number(cell.values[0].get(), 3));
        let title =
            match (known.iter().min_by(|a, b| a.0.total_cmp(&b.0)), known.iter().max_by(|a, b| a.0.total_cmp(&b.0))) {
                (Some(least), Some(most)) if least.0 < most.0 => format!(
                    "The probability of failing within {within} goes from {} at {} to {} at {}",
                    percent(least.0, 3),
                    of(least.1),
                    percent(most.0, 3),
                    of(most.1)
                ),
                (Some(only), _) => {
                    format!(
                        "The probability of failing within {within} is {} whatever {} is",
                        percent(only.0, 3),
                        self.key
                    )
                }
                _ => format!("P(fail) is not known along {}", self.key),
            };
        Plot {
            title,
            notes: unknown_note(self.cells.len() - known.len()),
            caption: capitalised(&format!("probability of failing within {within} along {}.", self.key)),
            x: self.scale.axis.clone(),
            y,
            layers,
        }
    }

    /// The known values as lines that break where one is not known; a value between two unknown ones is a dot.
    fn line(&self, name: &str, drawn: &dyn Fn(&SweepPoint) -> Option<f64>) -> Vec<Layer> {
        let values: Vec<Option<(f64, f64)>> =
            self.cells.iter().map(|(at, cell)| drawn(&cell.point).map(|value| (*at, value))).collect();
        let pieces: Vec<Vec<(f64, f64)>> = values
            .split(Option::is_none)
            .filter(|piece| !piece.is_empty())
            .map(|piece| piece.iter().flatten().copied().collect())
            .collect();
        let shape = |points: Vec<(f64, f64)>| match points.len() {
            1 => PlotShape::Dots { points, color: EXACT.color, open: false },
            _ => PlotShape::Line { points, stroke: EXACT },
        };
        let layer = |(index, points)| match index {
            0 => Layer::new(name, shape(points)),
            _ => Layer::unnamed(shape(points)),
        };
        pieces.into_iter().enumerate().map(layer).collect()
    }

    /// Where R = 1, and the present design at a height.
    fn marks(&self, height: Option<f64>, y: &Axis) -> Vec<Layer> {
        let mut layers = Vec::new();
        for (index, x) in self.crossings().into_iter().enumerate() {
            let shape = PlotShape::Mark { x, stroke: CRITICAL };
            layers.push(if index == 0 { Layer::new("R = 1", shape) } else { Layer::unnamed(shape) });
        }
        let place = self.result.summary.present_values[0].and_then(|value| self.scale.place(value));
        if let Some((place, height)) = place.zip(height).filter(|(_, height)| y.contains(*height)) {
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

fn unknown_note(cells: usize) -> Vec<String> {
    let plural = if cells == 1 { "value" } else { "values" };
    if cells > 0 { vec![format!("The line breaks where a number is not known: {cells} {plural}.")] } else { Vec::new() }
}
