//! Colours, strokes and sizes of the figures, in CSS pixels.
//!
//! Colours: Okabe & Ito's palette for colour-blind readers. In grey print series are told apart by form: what is exact is a
//! solid line, what is simulated are circles, the mean field is dashed, bands and areas differ in lightness.

use crate::explain::Class;

use plotters::style::{Color, RGBAColor, RGBColor};

/// Width of every figure.
pub(super) const WIDTH: f64 = 760.0;
/// Height of the plotting area.
pub(super) const PLOT_HEIGHT: f64 = 310.0;
/// Blank border.
pub(super) const MARGIN: f64 = 16.0;

/// Font size of the title.
pub(super) const TITLE: f64 = 18.0;
/// Font size of everything else.
pub(super) const TEXT: f64 = 13.0;

pub(super) const PAPER: RGBColor = RGBColor(255, 255, 255);
pub(super) const INK: RGBColor = RGBColor(0x1a, 0x1a, 0x1a);
pub(super) const SOFT_INK: RGBColor = RGBColor(0x4a, 0x4a, 0x4a);
pub(super) const MESH: RGBColor = RGBColor(0xe4, 0xe4, 0xe4);
pub(super) const AXIS: RGBColor = RGBColor(0x80, 0x80, 0x80);

const BLUE: RGBColor = RGBColor(0x00, 0x72, 0xb2);
const SKY: RGBColor = RGBColor(0x56, 0xb4, 0xe9);
const GREEN: RGBColor = RGBColor(0x00, 0x9e, 0x73);
const PURPLE: RGBColor = RGBColor(0xcc, 0x79, 0xa7);
const ORANGE: RGBColor = RGBColor(0xe6, 0x9f, 0x00);
pub(super) const VERMILLION: RGBColor = RGBColor(0xd5, 0x5e, 0x00);

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stroke {
    pub color: RGBColor,
    pub width: f64,
    /// Lengths of dash and gap.
    pub dash: Option<(f64, f64)>,
}

const fn stroke(color: RGBColor, width: f64, dash: Option<(f64, f64)>) -> Stroke {
    Stroke { color, width, dash }
}

pub(super) const EXACT: Stroke = stroke(BLUE, 2.25, None);
pub(super) const MEAN_FIELD: Stroke = stroke(GREEN, 2.0, Some((8.0, 5.0)));
pub(super) const SAMPLE: Stroke = stroke(RGBColor(0xb4, 0xb4, 0xb4), 0.75, None);
pub(super) const THRESHOLD: Stroke = stroke(INK, 1.25, Some((2.0, 3.0)));
pub(super) const MEDIAN: Stroke = stroke(INK, 1.25, Some((9.0, 4.0)));
pub(super) const MEAN: Stroke = stroke(INK, 1.25, Some((2.0, 3.0)));
pub(super) const CRITICAL: Stroke = stroke(INK, 1.25, Some((9.0, 4.0)));
pub(super) const STEM: Stroke = stroke(BLUE, 1.0, None);
pub(super) const ZERO: Stroke = stroke(AXIS, 1.0, None);
pub(super) const BOUNDARY: Stroke = stroke(INK, 0.75, None);

/// Generations of a log, and those that are forecast.
pub(super) const FILTERED: Stroke = stroke(BLUE, 2.25, None);
pub(super) const FORECAST: Stroke = stroke(VERMILLION, 2.25, Some((8.0, 5.0)));
pub(super) const FORECAST_EDGE: Stroke = stroke(VERMILLION, 1.0, Some((2.0, 4.0)));
pub(super) const LAST: Stroke = stroke(AXIS, 1.25, None);
pub(super) const PRIOR: Stroke = stroke(INK, 1.75, Some((6.0, 3.0)));
pub(super) const DIAGONAL: Stroke = stroke(INK, 1.25, Some((2.0, 3.0)));
/// Guide from a row to its label in the margin.
pub(super) const ROW: Stroke = stroke(MESH, 0.75, None);

pub(super) const FRONT: Stroke = stroke(AXIS, 1.25, Some((4.0, 4.0)));

/// Strokes of designs, told apart by dash and lightness as well as by colour.
const DESIGNS: [Stroke; 8] = [
    stroke(INK, 2.25, None),
    stroke(BLUE, 2.25, Some((10.0, 4.0))),
    stroke(ORANGE, 3.0, None),
    stroke(GREEN, 2.25, Some((2.0, 3.0))),
    stroke(VERMILLION, 2.25, Some((6.0, 3.0))),
    stroke(PURPLE, 3.0, Some((16.0, 5.0))),
    stroke(SKY, 3.0, Some((3.0, 6.0))),
    stroke(INK, 0.75, None),
];

/// Stroke of the `index`-th design; they come again after eight.
pub(super) const fn design_stroke(index: usize) -> Stroke {
    DESIGNS[index % DESIGNS.len()]
}

/// Fill of a class of mistakes: six steps of lightness, from what is worst to what is freshest and mildest.
pub(super) fn class_fill(class: Class) -> RGBAColor {
    match class {
        Class::InheritedWrong => RGBColor(0x7a, 0x2d, 0x00),
        Class::FreshRandom => RGBColor(0x9a, 0xd0, 0xf0),
        Class::FreshSystematic => BLUE,
        Class::TurnedWrong => VERMILLION,
        Class::InheritedUnsound => ORANGE,
        Class::FreshUnsound => RGBColor(0xf7, 0xf0, 0xa0),
    }
    .mix(1.0)
}

/// Fill of the band around an exact curve.
pub(super) fn exact_band() -> RGBAColor {
    SKY.mix(0.3)
}

/// Fill of the band around a simulated curve.
pub(super) fn simulated_band() -> RGBAColor {
    ORANGE.mix(0.3)
}

/// Fill of the bars of an exact law.
pub(super) fn exact_bars() -> RGBAColor {
    SKY.mix(1.0)
}

/// Fills of the composition; in grey from light to dark as the beliefs get worse.
pub(super) fn sound_area() -> RGBAColor {
    SKY.mix(0.25)
}

pub(super) fn unsound_area() -> RGBAColor {
    ORANGE.mix(0.9)
}

pub(super) fn wrong_area() -> RGBAColor {
    RGBColor(0xa0, 0x3c, 0x00).mix(1.0)
}

/// Fill of the band that holds a generation of a log with this probability.
pub(super) fn filtered(probability: f64) -> RGBAColor {
    BLUE.mix(if probability > 0.7 { 0.3 } else { 0.6 })
}

/// The same for a generation that is forecast: lighter, also in grey.
pub(super) fn forecast(probability: f64) -> RGBAColor {
    ORANGE.mix(if probability > 0.7 { 0.2 } else { 0.45 })
}

/// Fill behind an interval of the runway.
pub(super) fn interval(probability: f64) -> RGBAColor {
    AXIS.mix(if probability > 0.7 { 0.18 } else { 0.4 })
}

/// Fill of a prior's box.
pub(super) fn prior_box() -> RGBAColor {
    MESH.mix(0.7)
}
