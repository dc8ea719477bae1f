//! A sheet of SVG: plotters draws on a canvas four times as large, since it rounds to whole pixels.

use std::fmt::Write;

use plotters::coord::Shift;
use plotters::element::{Circle, DashedPathElement, PathElement, Polygon, Rectangle};
use plotters::prelude::{DrawingArea, IntoDrawingArea, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBAColor, RGBColor, ShapeStyle, TextStyle};
use thiserror::Error;

use super::theme::{PAPER, Stroke, dark_style};

/// Canvas units in one CSS pixel.
const SCALE: f64 = 4.0;
/// What plotters divides font sizes by before it writes them.
const FONT_SCALE: f64 = 1.24;

/// A figure that could not be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("cannot draw the figure: {0}")]
pub struct FigureError(String);

impl FigureError {
    fn of(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// What a screen reader says of a figure, and where the figure came from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Label<'a> {
    pub alternative: &'a str,
    pub origin: &'a str,
}

/// Where a text is tied to its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Left,
    Centre,
    Right,
}

/// A text's size in CSS pixels, colour and weight.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    pub size: f64,
    pub color: RGBColor,
    pub bold: bool,
}

/// The sheet; positions and lengths in CSS pixels from the upper left.
pub(super) struct Canvas<'a>(DrawingArea<SVGBackend<'a>, Shift>);

/// An SVG document of the given size with whatever `draw` puts on it.
pub(super) fn document(
    (width, height): (f64, f64),
    label: Label<'_>,
    draw: impl FnOnce(&Canvas<'_>) -> Result<(), FigureError>,
) -> Result<String, FigureError> {
    let size = ((width * SCALE).ceil() as u32, (height * SCALE).ceil() as u32);
    let mut drawn = String::new();
    let canvas = Canvas(SVGBackend::with_string(&mut drawn, size).into_drawing_area());
    canvas.rectangle((0.0, 0.0), (width, height), PAPER.mix(1.0))?;
    draw(&canvas)?;
    canvas.0.present().map_err(FigureError::of)?;
    drop(canvas);
    // The first tag is plotters' own <svg>, in canvas units; ours has the true size and a label.
    let (_, body) = drawn.split_once('>').ok_or_else(|| FigureError::of("the document is empty"))?;
    let mut text = String::new();
    write!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\" \
         stroke-linejoin=\"round\" role=\"img\" aria-label=\"{}\">\n<desc>{}</desc>\n<style>{}</style>{body}",
        f64::from(size.0) / SCALE,
        f64::from(size.1) / SCALE,
        size.0,
        size.1,
        escaped(label.alternative),
        escaped(label.origin),
        dark_style(),
    )
    .map_err(FigureError::of)?;
    Ok(text)
}

/// Text for an XML document. Characters that XML 1.0 cannot hold in any form become the replacement character.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

/// Canvas units; finite values saturate, so nothing overflows.
fn units(length: f64) -> i32 {
    (length * SCALE).round() as i32
}

fn place((x, y): (f64, f64)) -> (i32, i32) {
    (units(x), units(y))
}

impl Canvas<'_> {
    pub fn line(&self, points: &[(f64, f64)], stroke: Stroke) -> Result<(), FigureError> {
        let style = ShapeStyle::from(&stroke.color).stroke_width(units(stroke.width).unsigned_abs());
        let points: Vec<(i32, i32)> = points.iter().copied().map(place).collect();
        match stroke.dash {
            None => self.0.draw(&PathElement::new(points, style)),
            Some((dash, gap)) => self.0.draw(&DashedPathElement::new(points, units(dash), units(gap), style)),
        }
        .map_err(FigureError::of)
    }

    pub fn polygon(&self, points: &[(f64, f64)], fill: RGBAColor) -> Result<(), FigureError> {
        let points: Vec<(i32, i32)> = points.iter().copied().map(place).collect();
        self.0.draw(&Polygon::new(points, fill.filled())).map_err(FigureError::of)
    }

    pub fn rectangle(&self, from: (f64, f64), to: (f64, f64), fill: RGBAColor) -> Result<(), FigureError> {
        self.0.draw(&Rectangle::new([place(from), place(to)], fill.filled())).map_err(FigureError::of)
    }

    /// A ring around white paper, so that it shows on top of a line.
    pub fn ring(&self, centre: (f64, f64), radius: f64, stroke: Stroke) -> Result<(), FigureError> {
        let outline = ShapeStyle::from(&stroke.color).stroke_width(units(stroke.width).unsigned_abs());
        self.0.draw(&Circle::new(place(centre), units(radius), PAPER.filled())).map_err(FigureError::of)?;
        self.0.draw(&Circle::new(place(centre), units(radius), outline)).map_err(FigureError::of)
    }

    pub fn dot(&self, centre: (f64, f64), radius: f64, color: RGBColor) -> Result<(), FigureError> {
        self.0.draw(&Circle::new(place(centre), units(radius), color.filled())).map_err(FigureError::of)
    }

    /// A small dot, or a ring of its size.
    pub fn small(&self, centre: (f64, f64), color: RGBColor, open: bool) -> Result<(), FigureError> {
        if open {
            self.ring(centre, 3.0, Stroke { color, width: 1.25, dash: None })
        } else {
            self.dot(centre, 2.5, color)
        }
    }

    /// One line of text, centred vertically on the position.
    pub fn text(&self, text: &str, at: (f64, f64), anchor: Anchor, face: Type) -> Result<(), FigureError> {
        let weight = if face.bold { FontStyle::Bold } else { FontStyle::Normal };
        let font = FontDesc::new(FontFamily::SansSerif, face.size * SCALE * FONT_SCALE, weight);
        let horizontal = match anchor {
            Anchor::Left => HPos::Left,
            Anchor::Centre => HPos::Center,
            Anchor::Right => HPos::Right,
        };
        let style = TextStyle::from(font).color(&face.color).pos(Pos::new(horizontal, VPos::Center));
        self.0.draw_text(text, &style, place(at)).map_err(FigureError::of)
    }
}

/// Width that a text of this font size takes at most, in CSS pixels. The reader's font is unknown; few are wider.
pub(super) fn text_width(text: &str, size: f64) -> f64 {
    text.chars().map(|c| if "il.,:;|'! ".contains(c) { 0.36 } else { 0.62 }).sum::<f64>() * size
}

/// Breaks a text at its spaces into lines no wider than `width`, as far as single words allow.
pub(super) fn wrapped(text: &str, size: f64, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if text_width(line, size) + text_width(word, size) + 0.4 * size <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
