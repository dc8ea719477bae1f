//! What a plot may draw: series of one shape each.

use plotters::style::{RGBAColor, RGBColor};

use super::theme::Stroke;

/// One series; in the legend if it has a name.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    pub legend: Option<String>,
    pub shape: PlotShape,
}

/// A value with an interval around it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Estimate {
    pub x: f64,
    pub y: f64,
    pub low: f64,
    pub high: f64,
}

/// A box in data values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    pub left: f64,
    pub right: f64,
    pub low: f64,
    pub high: f64,
}

/// On which side of its point a name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LabelSide {
    Left,
    Right,
}

/// A named point; its name is moved down by `shift` pixels.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tag {
    pub x: f64,
    pub y: f64,
    pub text: String,
    pub side: LabelSide,
    pub shift: f64,
}

#[derive(Debug, Clone)]
pub(super) enum PlotShape {
    /// (x, lower, upper).
    Area {
        points: Vec<(f64, f64, f64)>,
        fill: RGBAColor,
    },
    Line {
        points: Vec<(f64, f64)>,
        stroke: Stroke,
    },
    /// (from, to, height), standing on zero.
    Bars {
        bars: Vec<(f64, f64, f64)>,
        fill: RGBAColor,
    },
    /// Rings with error bars.
    Rings {
        points: Vec<Estimate>,
        color: RGBColor,
    },
    /// Small dots, or rings.
    Dots {
        points: Vec<(f64, f64)>,
        color: RGBColor,
        open: bool,
    },
    /// Filled dots on stems from zero.
    Stems {
        points: Vec<(f64, f64)>,
        color: RGBColor,
        stem: Stroke,
    },
    /// A horizontal line with its label in the right margin.
    Level {
        y: f64,
        label: String,
        stroke: Stroke,
    },
    /// Outlined boxes.
    Boxes {
        boxes: Vec<Span>,
        fill: RGBAColor,
    },
    /// Boxes without outlines that meet without a seam.
    Cells {
        cells: Vec<Span>,
        fill: RGBAColor,
    },
    /// Lines of several pieces, on a casing of paper, so that they show on every fill.
    Contours {
        lines: Vec<Vec<(f64, f64)>>,
        stroke: Stroke,
    },
    /// Words on paper, each centred on the first of its places where it has room.
    Labels {
        labels: Vec<(Vec<(f64, f64)>, String)>,
    },
    /// Dots, or rings, with a name beside each.
    Tags {
        tags: Vec<Tag>,
        color: RGBColor,
        open: bool,
    },
    /// Words, from their position to the right.
    Text {
        x: f64,
        y: f64,
        text: String,
    },
    /// A vertical line.
    Mark {
        x: f64,
        stroke: Stroke,
    },
}

impl Layer {
    pub fn new(legend: impl Into<String>, shape: PlotShape) -> Self {
        Self { legend: Some(legend.into()), shape }
    }

    pub const fn unnamed(shape: PlotShape) -> Self {
        Self { legend: None, shape }
    }
}
