//! Colours, strokes and sizes of the figures, in CSS pixels.
//!
//! Colours: Okabe & Ito's palette for colour-blind readers. In grey print series are told apart by form: what is exact is a
//! solid line, what is simulated are circles, the mean field is dashed, bands and areas differ in lightness.

use crate::explain::MistakeClass;

use plotters::style::{Color, RGBAColor, RGBColor};

/// Width of a figure's file, and of its plot on a page wide enough for it.
pub(super) const WIDTH: f64 = 760.0;
/// Height of the plotting area.
pub(super) const PLOT_HEIGHT: f64 = 310.0;
/// Blank border.
pub(super) const MARGIN: f64 = 16.0;

/// Font size of the title.
const TITLE: f64 = 18.0;
/// Font size of everything else.
pub(super) const TEXT: f64 = 13.0;

/// Sizes of a figure's drawing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sheet {
    pub width: f64,
    pub plot_height: f64,
    pub margin: f64,
    /// Font size of the title.
    pub title: f64,
    /// Whether labels of levels stand in the legend instead of the right margin, if there are but a few.
    pub narrow: bool,
}

pub(super) const WIDE: Sheet =
    Sheet { width: WIDTH, plot_height: PLOT_HEIGHT, margin: MARGIN, title: TITLE, narrow: false };
/// For a telephone of 400 pixels, where the other would shrink to letters of 6 pixels.
pub(super) const NARROW: Sheet = Sheet { width: 368.0, plot_height: 230.0, margin: 4.0, title: 16.0, narrow: true };

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
pub(super) const SAMPLE: Stroke = stroke(FAINT, 0.75, None);
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

/// A published value, and its distance from the model's.
pub(super) const INK_BAR: Stroke = stroke(INK, 3.0, None);
pub(super) const GAP: Stroke = stroke(AXIS, 1.5, None);

pub(super) const FRONT: Stroke = stroke(AXIS, 1.25, Some((4.0, 4.0)));

/// Lines of a map.
pub(super) const ISOLINE: Stroke = stroke(INK, 0.75, None);
pub(super) const REPRODUCTION_ONE: Stroke = stroke(INK, 2.25, None);
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

/// A design among too many to tell apart.
pub(super) const fn other_stroke() -> Stroke {
    stroke(FAINT, 1.0, None)
}

/// Stroke of the `index`-th design; they come again after eight.
pub(super) const fn design_stroke(index: usize) -> Stroke {
    DESIGNS[index % DESIGNS.len()]
}

/// Dark brown, the worst of six classes.
const BROWN: RGBColor = RGBColor(0x7a, 0x2d, 0x00);
const PALE_SKY: RGBColor = RGBColor(0x9a, 0xd0, 0xf0);
const PALE_YELLOW: RGBColor = RGBColor(0xf7, 0xf0, 0xa0);
const RUST: RGBColor = RGBColor(0xa0, 0x3c, 0x00);
const FAINT: RGBColor = RGBColor(0xb4, 0xb4, 0xb4);

/// Every colour of a figure, and the one that takes its place on a dark screen: paper and ink change sides, the others keep
/// their hue and differ from the paper as clearly as before.
const DARK: [(RGBColor, RGBColor); 16] = [
    (PAPER, RGBColor(0x14, 0x17, 0x1a)),
    (INK, RGBColor(0xec, 0xec, 0xec)),
    (SOFT_INK, RGBColor(0xbc, 0xbc, 0xbc)),
    (MESH, RGBColor(0x36, 0x3a, 0x3e)),
    (AXIS, RGBColor(0x90, 0x90, 0x90)),
    (FAINT, RGBColor(0x6c, 0x70, 0x74)),
    (BLUE, RGBColor(0x5b, 0x9b, 0xff)),
    (SKY, SKY),
    (GREEN, RGBColor(0x2c, 0xc7, 0x9a)),
    (PURPLE, PURPLE),
    (ORANGE, ORANGE),
    (VERMILLION, VERMILLION),
    (BROWN, RGBColor(0xa8, 0x48, 0x1a)),
    (PALE_SKY, PALE_SKY),
    (PALE_YELLOW, PALE_YELLOW),
    (RUST, RGBColor(0xc8, 0x5a, 0x1e)),
];

/// A style sheet that recolours the drawing on a dark screen, alone or in a page; paper stays white.
pub(super) fn dark_style() -> String {
    let hex = |RGBColor(r, g, b): RGBColor| format!("#{r:02X}{g:02X}{b:02X}");
    let rule = |(light, dark): &(RGBColor, RGBColor)| {
        let (light, dark) = (hex(*light), hex(*dark));
        format!("svg [fill=\"{light}\"]{{fill:{dark}}}svg [stroke=\"{light}\"]{{stroke:{dark}}}")
    };
    let rules: String = DARK.iter().filter(|(light, dark)| light != dark).map(rule).collect();
    format!("@media screen and (prefers-color-scheme:dark){{{rules}}}")
}

/// Fill of a class of mistakes: six steps of lightness, from what is worst to what is freshest and mildest.
pub(super) fn class_fill(class: MistakeClass) -> RGBAColor {
    match class {
        MistakeClass::InheritedWrong => BROWN,
        MistakeClass::FreshRandom => PALE_SKY,
        MistakeClass::FreshSystematic => BLUE,
        MistakeClass::TurnedWrong => VERMILLION,
        MistakeClass::InheritedUnsound => ORANGE,
        MistakeClass::FreshUnsound => PALE_YELLOW,
    }
    .mix(1.0)
}

/// Fill of a class of a map, from the darkest to the lightest of so many; they stay on a dark screen.
pub(super) fn map_fill(class: usize, classes: usize) -> RGBAColor {
    let last = MAP.len() - 1;
    let step = if classes > 1 { class.min(classes - 1) * last / (classes - 1) } else { last / 2 };
    MAP[step].mix(1.0)
}

/// Viridis (S. van der Walt and N. Smith, 2015): even steps to the eye, rising in lightness, so that grey print keeps them.
const MAP: [RGBColor; 9] = [
    RGBColor(0x44, 0x01, 0x54),
    RGBColor(0x47, 0x2d, 0x7b),
    RGBColor(0x3b, 0x52, 0x8b),
    RGBColor(0x2c, 0x72, 0x8e),
    RGBColor(0x21, 0x91, 0x8c),
    RGBColor(0x28, 0xae, 0x80),
    RGBColor(0x5e, 0xc9, 0x62),
    RGBColor(0xad, 0xdc, 0x30),
    RGBColor(0xfd, 0xe7, 0x25),
];

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

/// The other half of a bar in two parts, lighter so that grey print tells them apart.
pub(super) fn soft_bars() -> RGBAColor {
    SKY.mix(0.35)
}

/// Fills of the composition; in grey from light to dark as the beliefs get worse.
pub(super) fn sound_area() -> RGBAColor {
    SKY.mix(0.25)
}

pub(super) fn unsound_area() -> RGBAColor {
    ORANGE.mix(0.9)
}

pub(super) fn wrong_area() -> RGBAColor {
    RUST.mix(1.0)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (WCAG 2.1).
    fn luminance(RGBColor(r, g, b): RGBColor) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    }

    fn contrast(a: RGBColor, b: RGBColor) -> f64 {
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        a.max(b) / a.min(b)
    }

    fn dark(color: RGBColor) -> RGBColor {
        DARK.iter().find(|(light, _)| *light == color).unwrap().1
    }

    #[test]
    fn texts_and_lines_stand_out_on_both_papers() {
        for (color, least) in [(INK, 12.0), (SOFT_INK, 7.0), (BLUE, 4.5), (VERMILLION, 3.0), (GREEN, 3.0), (AXIS, 3.0)]
        {
            assert!(contrast(color, PAPER) >= least, "{color:?} on white: {}", contrast(color, PAPER));
            let on_dark = contrast(dark(color), dark(PAPER));
            assert!(on_dark >= least, "{color:?} on dark: {on_dark}");
        }
    }

    #[test]
    fn maps_rise_in_lightness_and_use_no_colour_twice() {
        assert!(MAP.windows(2).all(|pair| luminance(pair[0]) < luminance(pair[1])));
        for classes in 2..=MAP.len() {
            let fills: Vec<RGBAColor> = (0..classes).map(|class| map_fill(class, classes)).collect();
            assert!(fills.windows(2).all(|pair| pair[0] != pair[1]), "{classes}");
        }
    }

    #[test]
    fn six_classes_differ_in_lightness_on_both_papers() {
        let mut classes = [BROWN, PALE_SKY, BLUE, VERMILLION, ORANGE, PALE_YELLOW];
        for recolour in [|color| color, dark] {
            classes.sort_by(|a, b| luminance(recolour(*a)).total_cmp(&luminance(recolour(*b))));
            for pair in classes.windows(2) {
                let ratio = contrast(recolour(pair[0]), recolour(pair[1]));
                assert!(ratio > 1.2, "{pair:?}: {ratio}");
            }
        }
    }
}
