//! A figure as a description (title, axes, layers), and its layout on a sheet.
//!
//! Nothing is laid over data: the legend stands above the plotting area, labels of levels in the right margin.

use plotters::style::{Color, RGBAColor, RGBColor};

use super::axis::Axis;
use super::legend::{RING, SAMPLE, entry, legend_rows, sample};
use super::shape::{Estimate, LabelSide, Layer, PlotShape, Span, Tag};
use super::svg::{Anchor, Canvas, FigureError, Label, Type, document, text_width, wrapped};
use super::theme::{AXIS, INK, MESH, NARROW, PAPER, SOFT_INK, Sheet, Stroke, TEXT, WIDE};
use super::thin;

/// A figure before it is drawn. Without layers it is a sentence: title and notes, no axes.
#[derive(Debug, Clone)]
pub(super) struct Plot {
    /// The finding.
    pub title: String,
    /// What the reader must know to read the figure, below the title.
    pub notes: Vec<String>,
    /// What is shown, for the caption.
    pub caption: String,
    pub x: Axis,
    pub y: Axis,
    /// From the back to the front.
    pub layers: Vec<Layer>,
}

const TEXT_FACE: Type = Type { size: TEXT, color: INK, bold: false };
const NOTE_FACE: Type = Type { size: TEXT, color: SOFT_INK, bold: false };

/// Height of a line of the title, in its font size.
const TITLE_LEADING: f64 = 1.35;
const TEXT_LINE: f64 = TEXT * 1.5;
const GAP: f64 = 8.0;
/// Width of the paper on both sides of a line on a map.
const CASING: f64 = 2.0;
/// How far cells of a map reach over their neighbours.
const SEAM: f64 = 0.5;
/// Levels named in the legend of a narrow sheet at most; of more, each is a row with its label beside it.
const LEVELS: usize = 2;

/// Where everything goes.
struct Layout<'a> {
    plot: &'a Plot,
    sheet: Sheet,
    /// Whether labels of levels stand in the legend.
    levels_in_legend: bool,
    /// Ticks of the horizontal axis that have room.
    ticks: Vec<(f64, String)>,
    titles: Vec<String>,
    notes: Vec<String>,
    /// Rows of the legend: x of each entry and its layer.
    legend: Vec<Vec<(f64, &'a Layer)>>,
    left: f64,
    right: f64,
    top: f64,
}

impl Plot {
    /// The figure as an SVG document; `origin` tells where it came from.
    pub fn draw(&self, origin: &str) -> Result<String, FigureError> {
        self.on(WIDE, origin)
    }

    /// The same for a narrow screen; `None` where names beside points, or of rows, would not have room.
    pub fn draw_narrow(&self, origin: &str) -> Option<Result<String, FigureError>> {
        let named = self.layers.iter().any(|layer| matches!(layer.shape, PlotShape::Tags { .. }));
        let rows = self.y.ticks.iter().any(|(_, label)| text_width(label, TEXT) > NARROW.width / 2.0);
        (!named && !rows).then(|| self.on(NARROW, origin))
    }

    fn on(&self, sheet: Sheet, origin: &str) -> Result<String, FigureError> {
        let layout = Layout::of(self, sheet);
        let alternative = format!("{}. {}", self.title, self.caption);
        document((layout.sheet.width, layout.height()), Label { alternative: &alternative, origin }, |canvas| {
            layout.draw(canvas)
        })
    }
}

impl<'a> Layout<'a> {
    fn of(plot: &'a Plot, sheet: Sheet) -> Self {
        let widest = |labels: &mut dyn Iterator<Item = &str>| {
            labels.map(|label| text_width(label, TEXT)).fold(0.0_f64, f64::max)
        };
        let levels_in_legend = sheet.narrow && plot.levels().count() <= LEVELS;
        let levels = if levels_in_legend { 0.0 } else { widest(&mut plot.levels().map(|(_, label)| label)) };
        let last = widest(&mut plot.x.ticks.iter().rev().take(1).map(|(_, label)| label.as_str()));
        let left = sheet.margin + widest(&mut plot.y.ticks.iter().map(|(_, label)| label.as_str())) + GAP + 2.0;
        let beyond = sheet.margin + if levels > 0.0 { levels + GAP } else { last / 2.0 };
        // Labels on both sides leave the plot a third of the usual sheet; what they then lack, the sheet gains.
        let least = left + (sheet.width - 2.0 * sheet.margin) / 3.0 + beyond;
        let sheet = Sheet { width: sheet.width.max(least), ..sheet };
        let (right, inner) = (sheet.width - beyond, sheet.width - 2.0 * sheet.margin);
        // Bold letters are wider.
        let titles = wrapped(&plot.title, sheet.title, inner / 1.07);
        let (ticks, numbering) = plot.x.fitted(right - left);
        let notes = plot.notes.iter().chain(&numbering).flat_map(|note| wrapped(note, TEXT, inner)).collect::<Vec<_>>();
        let legend = legend_rows(&plot.layers, sheet, levels_in_legend);
        let above = sheet.margin
            + sheet.title * TITLE_LEADING * titles.len() as f64
            + TEXT_LINE * notes.len() as f64
            + if legend.is_empty() { 0.0 } else { GAP + TEXT_LINE * legend.len() as f64 };
        Self {
            left,
            right,
            top: above + GAP + TEXT_LINE + GAP,
            plot,
            sheet,
            levels_in_legend,
            ticks,
            titles,
            notes,
            legend,
        }
    }

    fn bottom(&self) -> f64 {
        self.top + self.sheet.plot_height
    }

    fn height(&self) -> f64 {
        if self.plot.layers.is_empty() {
            return (self.top - GAP - TEXT_LINE).ceil();
        }
        let titles = self.x_title().len() as f64;
        (self.bottom() + GAP + (1.0 + titles) * TEXT_LINE + self.sheet.margin).ceil()
    }

    fn x(&self, value: f64) -> f64 {
        self.left + self.plot.x.fraction(value) * (self.right - self.left)
    }

    fn y(&self, value: f64) -> f64 {
        self.bottom() - self.plot.y.fraction(value) * self.sheet.plot_height
    }

    fn x_title(&self) -> Vec<String> {
        wrapped(&self.plot.x.title, TEXT, self.sheet.width - 2.0 * self.sheet.margin)
    }

    fn draw(&self, canvas: &Canvas<'_>) -> Result<(), FigureError> {
        self.heading(canvas)?;
        if self.plot.layers.is_empty() {
            return Ok(());
        }
        self.mesh(canvas)?;
        for layer in &self.plot.layers {
            self.shape(canvas, &layer.shape)?;
        }
        self.frame(canvas)
    }

    fn heading(&self, canvas: &Canvas<'_>) -> Result<(), FigureError> {
        let mut y = self.sheet.margin;
        let title = Type { size: self.sheet.title, color: INK, bold: true };
        let (title_line, left) = (self.sheet.title * TITLE_LEADING, self.sheet.margin);
        for (lines, face, height) in [(&self.titles, title, title_line), (&self.notes, NOTE_FACE, TEXT_LINE)] {
            for line in lines {
                canvas.text(line, (left, y + height / 2.0), Anchor::Left, face)?;
                y += height;
            }
        }
        y += GAP;
        for row in &self.legend {
            for (x, layer) in row {
                let centre = y + TEXT_LINE / 2.0;
                sample(canvas, &layer.shape, (*x, centre))?;
                let name = entry(layer, self.levels_in_legend).unwrap_or_default();
                canvas.text(name, (x + SAMPLE + 6.0, centre), Anchor::Left, TEXT_FACE)?;
            }
            y += TEXT_LINE;
        }
        Ok(())
    }

    fn mesh(&self, canvas: &Canvas<'_>) -> Result<(), FigureError> {
        for (value, _) in &self.plot.y.ticks {
            let y = self.y(*value);
            canvas.line(&[(self.left, y), (self.right, y)], Stroke { color: MESH, width: 0.75, dash: None })?;
        }
        Ok(())
    }

    /// Axis, ticks and labels, on top of the data so that areas do not cover them.
    fn frame(&self, canvas: &Canvas<'_>) -> Result<(), FigureError> {
        let line = Stroke { color: AXIS, width: 1.0, dash: None };
        let bottom = self.bottom();
        canvas.line(&[(self.left, self.top), (self.left, bottom), (self.right, bottom)], line)?;
        for (value, label) in &self.ticks {
            let x = self.x(*value);
            canvas.line(&[(x, bottom), (x, bottom + 4.0)], line)?;
            canvas.text(label, (x, bottom + 4.0 + TEXT_LINE / 2.0), Anchor::Centre, TEXT_FACE)?;
        }
        for (value, label) in &self.plot.y.ticks {
            let y = self.y(*value);
            canvas.line(&[(self.left - 4.0, y), (self.left, y)], line)?;
            canvas.text(label, (self.left - GAP, y), Anchor::Right, TEXT_FACE)?;
        }
        let title = self.x_title();
        // A title nearly as wide as the sheet stands in its middle, so that it is not cut.
        let widest = title.iter().map(|line| text_width(line, TEXT)).fold(0.0, f64::max);
        let reach = (self.sheet.width / 2.0 - self.sheet.margin - widest / 2.0).max(0.0);
        let sheet_middle = self.sheet.width / 2.0;
        let middle = ((self.left + self.right) / 2.0).clamp(sheet_middle - reach, sheet_middle + reach);
        for (index, line) in title.iter().enumerate() {
            let at = (middle, bottom + GAP + (index as f64 + 1.5) * TEXT_LINE);
            canvas.text(line, at, Anchor::Centre, NOTE_FACE)?;
        }
        canvas.text(
            &self.plot.y.title,
            (self.sheet.margin, self.top - GAP - TEXT_LINE / 2.0),
            Anchor::Left,
            NOTE_FACE,
        )?;
        for (y, label) in self.plot.levels().filter(|_| !self.levels_in_legend) {
            canvas.text(label, (self.right + GAP, self.y(y)), Anchor::Left, TEXT_FACE)?;
        }
        Ok(())
    }

    fn shape(&self, canvas: &Canvas<'_>, shape: &PlotShape) -> Result<(), FigureError> {
        match shape {
            PlotShape::Area { points, fill } => self.area(canvas, points, *fill),
            PlotShape::Line { points, stroke } => {
                let points: Vec<(f64, f64)> = points.iter().map(|&(x, y)| (self.x(x), self.y(y))).collect();
                canvas.line(&thin::line(&points), *stroke)
            }
            PlotShape::Bars { bars, fill } => {
                bars.iter().filter(|(_, _, height)| *height > 0.0).try_for_each(|&(from, to, height)| {
                    canvas.rectangle((self.x(from), self.y(height)), (self.x(to), self.y(0.0)), *fill)
                })
            }
            PlotShape::Rings { points, color } => {
                points.iter().try_for_each(|point| self.estimate(canvas, point, *color))
            }
            PlotShape::Dots { points, color, open } => {
                points.iter().try_for_each(|&(x, y)| canvas.small((self.x(x), self.y(y)), *color, *open))
            }
            PlotShape::Stems { points, color, stem } => points.iter().try_for_each(|&(x, y)| {
                let (x, y) = (self.x(x), self.y(y));
                canvas.line(&[(x, self.y(0.0)), (x, y)], *stem)?;
                canvas.dot((x, y), RING - 0.5, *color)
            }),
            PlotShape::Level { y, stroke, .. } => {
                canvas.line(&[(self.left, self.y(*y)), (self.right, self.y(*y))], *stroke)
            }
            PlotShape::Boxes { boxes, fill } => boxes.iter().try_for_each(|span| self.boxed(canvas, span, *fill)),
            PlotShape::Cells { cells, fill } => cells.iter().try_for_each(|cell| self.cell(canvas, cell, *fill)),
            PlotShape::Contours { lines, stroke } => {
                lines.iter().try_for_each(|line| self.contour(canvas, line, *stroke))
            }
            PlotShape::Labels { labels } => self.labels(canvas, labels),
            PlotShape::Tags { tags, color, open } => {
                tags.iter().try_for_each(|tag| self.tag(canvas, tag, *color, *open))
            }
            PlotShape::Text { x, y, text } => {
                canvas.text(text, (self.x(*x) + GAP, self.y(*y)), Anchor::Left, TEXT_FACE)
            }
            PlotShape::Mark { x, stroke } => {
                canvas.line(&[(self.x(*x), self.bottom()), (self.x(*x), self.top)], *stroke)
            }
        }
    }

    fn boxed(&self, canvas: &Canvas<'_>, span: &Span, fill: RGBAColor) -> Result<(), FigureError> {
        let (from, to) = ((self.x(span.left), self.y(span.high)), (self.x(span.right), self.y(span.low)));
        canvas.rectangle(from, to, fill)?;
        canvas.line(&[from, (to.0, from.1), to, (from.0, to.1), from], Stroke { color: INK, width: 0.5, dash: None })
    }

    /// A box that reaches a little over its right and lower neighbours, so that no paper shows between them.
    fn cell(&self, canvas: &Canvas<'_>, span: &Span, fill: RGBAColor) -> Result<(), FigureError> {
        let (right, low) = (self.x(span.right) + SEAM, self.y(span.low) + SEAM);
        canvas.rectangle((self.x(span.left), self.y(span.high)), (right.min(self.right), low.min(self.bottom())), fill)
    }

    fn contour(&self, canvas: &Canvas<'_>, line: &[(f64, f64)], stroke: Stroke) -> Result<(), FigureError> {
        let points: Vec<(f64, f64)> = line.iter().map(|&(x, y)| (self.x(x), self.y(y))).collect();
        let points = thin::line(&points);
        canvas.line(&points, Stroke { color: PAPER, width: stroke.width + CASING, dash: None })?;
        canvas.line(&points, stroke)
    }

    /// Words on paper, each at the first of its places where it has room.
    fn labels(&self, canvas: &Canvas<'_>, labels: &[(Vec<(f64, f64)>, String)]) -> Result<(), FigureError> {
        let mut taken: Vec<[f64; 4]> = Vec::new();
        for (places, text) in labels {
            let (half, tall) = (text_width(text, TEXT) / 2.0 + 2.0, TEXT * 0.62);
            let around =
                |&(x, y): &(f64, f64)| [self.x(x) - half, self.y(y) - tall, self.x(x) + half, self.y(y) + tall];
            let free = |area: &[f64; 4]| {
                let inside =
                    area[0] > self.left && area[2] < self.right && area[1] > self.top && area[3] < self.bottom();
                let apart = |b: &[f64; 4]| area[2] < b[0] || b[2] < area[0] || area[3] < b[1] || b[3] < area[1];
                inside && taken.iter().all(apart)
            };
            let Some(area) = places.iter().map(around).find(free) else { continue };
            canvas.rectangle((area[0], area[1]), (area[2], area[3]), PAPER.mix(1.0))?;
            let middle = ((area[0] + area[2]) / 2.0, (area[1] + area[3]) / 2.0);
            canvas.text(text, middle, Anchor::Centre, TEXT_FACE)?;
            taken.push(area);
        }
        Ok(())
    }

    fn tag(&self, canvas: &Canvas<'_>, tag: &Tag, color: RGBColor, open: bool) -> Result<(), FigureError> {
        let (x, y) = (self.x(tag.x), self.y(tag.y));
        if open {
            canvas.ring((x, y), RING + 1.0, Stroke { color, width: 2.0, dash: None })?;
        } else {
            canvas.dot((x, y), RING + 2.0, color)?;
        }
        let (anchor, reach) = if tag.side == LabelSide::Right { (Anchor::Left, 9.0) } else { (Anchor::Right, -9.0) };
        canvas.text(&tag.text, (x + reach, y + tag.shift), anchor, TEXT_FACE)
    }

    fn area(&self, canvas: &Canvas<'_>, points: &[(f64, f64, f64)], fill: RGBAColor) -> Result<(), FigureError> {
        let points: Vec<(f64, f64, f64)> =
            points.iter().map(|&(x, low, high)| (self.x(x), self.y(low), self.y(high))).collect();
        let points = thin::area(&points);
        let upper = points.iter().map(|&(x, _, high)| (x, high));
        let lower = points.iter().rev().map(|&(x, low, _)| (x, low));
        canvas.polygon(&upper.chain(lower).collect::<Vec<_>>(), fill)
    }

    fn estimate(&self, canvas: &Canvas<'_>, point: &Estimate, color: RGBColor) -> Result<(), FigureError> {
        let (x, low, high) = (self.x(point.x), self.y(point.low), self.y(point.high));
        let bar = Stroke { color, width: 1.25, dash: None };
        canvas.line(&[(x, low), (x, high)], bar)?;
        if low - high > 2.0 * RING {
            for end in [low, high] {
                canvas.line(&[(x - RING, end), (x + RING, end)], bar)?;
            }
        }
        canvas.ring((x, self.y(point.y)), RING, Stroke { width: 1.5, ..bar })
    }
}

impl Plot {
    fn levels(&self) -> impl Iterator<Item = (f64, &str)> {
        self.layers.iter().filter_map(|layer| match &layer.shape {
            PlotShape::Level { y, label, .. } => Some((*y, label.as_str())),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::theme::ROW;

    fn plot(row: &str, level: &str) -> Plot {
        let label = level.to_owned();
        Plot {
            title: "Rows".to_owned(),
            notes: Vec::new(),
            caption: String::new(),
            x: Axis::logarithmic("ratio", 0.1, 10.0),
            y: Axis { title: "log".to_owned(), low: -0.6, high: 0.6, ticks: vec![(0.0, row.to_owned())] },
            layers: vec![Layer::unnamed(PlotShape::Level { y: 0.0, label, stroke: ROW })],
        }
    }

    #[test]
    fn labels_on_both_sides_stay_on_the_sheet() {
        let long = "addition-mlp48-d8-t100-vote5of5-n110-l1300-anchor10, run 12, cut 10";
        for (row, level, widens) in [("short", "1 / 2", false), (long, "0.0364 / < 0.001 of many generations", true)] {
            let plot = plot(row, level);
            let layout = Layout::of(&plot, WIDE);
            let end = layout.right + GAP + text_width(level, TEXT) + layout.sheet.margin;
            assert!(end <= layout.sheet.width + 1e-9, "{end} of {}", layout.sheet.width);
            assert!(layout.left + (WIDE.width - 2.0 * WIDE.margin) / 3.0 <= layout.right + 1e-9);
            assert_eq!(layout.sheet.width > WIDE.width, widens);
        }
    }
}
