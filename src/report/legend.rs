//! The legend of a plot: its entries in rows, each with a sample of what it names.

use plotters::style::Color;

use super::shape::{Layer, PlotShape};
use super::svg::{Canvas, FigureError, text_width};
use super::theme::{AXIS, PAPER, Sheet, Stroke, TEXT};

/// Width of a legend's sample.
/// Radius of a ring, in pixels.
pub(super) const RING: f64 = 3.5;
pub(super) const SAMPLE: f64 = 28.0;

/// The name of a layer in the legend: its own, or there the label of its level.
pub(super) fn entry(layer: &Layer, levels: bool) -> Option<&str> {
    match &layer.shape {
        PlotShape::Level { label, .. } if levels && !label.is_empty() => Some(label),
        _ => layer.legend.as_deref(),
    }
}

/// Entries from left to right, in as many rows as they need.
pub(super) fn legend_rows(layers: &[Layer], sheet: Sheet, levels: bool) -> Vec<Vec<(f64, &Layer)>> {
    let width = sheet.width - 2.0 * sheet.margin;
    let mut rows: Vec<Vec<(f64, &Layer)>> = Vec::new();
    let mut x = 0.0;
    for layer in layers {
        let Some(name) = entry(layer, levels) else { continue };
        let entry = SAMPLE + 6.0 + text_width(name, TEXT);
        match rows.last_mut() {
            Some(row) if x + entry <= width => row.push((sheet.margin + x, layer)),
            _ => {
                x = 0.0;
                rows.push(vec![(sheet.margin, layer)]);
            }
        }
        x += entry + 14.0;
    }
    rows
}

/// A legend's sample of a shape, 28 wide, from its left end.
pub(super) fn sample(canvas: &Canvas<'_>, shape: &PlotShape, (x, y): (f64, f64)) -> Result<(), FigureError> {
    let line = |stroke: Stroke| canvas.line(&[(x, y), (x + SAMPLE, y)], stroke);
    let middle = x + SAMPLE / 2.0;
    match shape {
        PlotShape::Area { fill, .. }
        | PlotShape::Bars { fill, .. }
        | PlotShape::Boxes { fill, .. }
        | PlotShape::Cells { fill, .. } => {
            let outline = Stroke { color: AXIS, width: 0.75, dash: None };
            let (from, to) = ((x + 2.0, y - 5.5), (x + SAMPLE - 2.0, y + 5.5));
            canvas.rectangle(from, to, PAPER.mix(1.0))?;
            canvas.rectangle(from, to, *fill)?;
            canvas.line(&[from, (to.0, from.1), to, (from.0, to.1), from], outline)
        }
        PlotShape::Line { stroke, .. }
        | PlotShape::Contours { stroke, .. }
        | PlotShape::Level { stroke, .. }
        | PlotShape::Mark { stroke, .. } => line(*stroke),
        PlotShape::Rings { color, .. } => {
            let bar = Stroke { color: *color, width: 1.25, dash: None };
            canvas.line(&[(middle, y - 8.0), (middle, y + 8.0)], bar)?;
            canvas.ring((middle, y), RING, Stroke { width: 1.5, ..bar })
        }
        PlotShape::Tags { color, open: true, .. } => {
            canvas.ring((middle, y), RING + 1.0, Stroke { color: *color, width: 2.0, dash: None })
        }
        PlotShape::Tags { color, .. } => canvas.dot((middle, y), RING + 2.0, *color),
        PlotShape::Text { .. } | PlotShape::Labels { .. } => Ok(()),
        PlotShape::Dots { color, open, .. } => canvas.small((middle, y), *color, *open),
        PlotShape::Stems { color, .. } => canvas.dot((middle, y), RING - 0.5, *color),
    }
}
