//! Axes: a range, and ticks at round values inside it.

use super::svg::text_width;
use super::theme::TEXT;
use super::words::{capitalised, grouped, number, superscript};

/// A labelled range of data values.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    pub title: String,
    pub low: f64,
    pub high: f64,
    /// Values, each with its label.
    pub ticks: Vec<(f64, String)>,
}

/// The most intervals between ticks.
const INTERVALS: f64 = 7.0;

impl Axis {
    /// Whole generations from `first` to `last`, with `pad` blank on both sides.
    pub fn generations(first: u64, last: u64, pad: f64) -> Self {
        let (low, high) = (first as f64, last.max(first + 1) as f64);
        let step = round_step(high - low).max(1.0);
        let ticks = multiples(low, high, step).map(|value| (value, grouped(&format!("{value:.0}")))).collect();
        Self { title: "generation".to_owned(), low: low - pad, high: high + pad, ticks }
    }

    /// A share of what `title` names, from `low` to at least `high`: in percent, or in units of a power of ten where
    /// percentages would be mostly zeros.
    pub fn share(title: &str, low: f64, high: f64) -> Self {
        let high = if high > low { high } else { low + 0.01 };
        if high >= 1e-3 {
            let top = (high * 100.0).min(100.0).max(low * 100.0 + 1e-9);
            return Self::scaled(format!("{title} (%)"), low, top / 100.0, 0.01, Some(1.0));
        }
        let exponent = high.log10().floor().max(-300.0);
        let unit = 10_f64.powf(exponent);
        Self::scaled(format!("{title} (in units of 10{})", superscript(exponent as i32)), low, high, unit, None)
    }

    /// Plain numbers from 0 to at least `high`.
    pub fn amount(title: &str, high: f64) -> Self {
        Self::scaled(title.to_owned(), 0.0, if high > 0.0 { high } else { 1.0 }, 1.0, None)
    }

    /// The logarithm to base 10 of positive numbers from `low` to `high`, labelled with the numbers; half a decade is blank
    /// at either end, at most.
    pub fn logarithmic(title: &str, low: f64, high: f64) -> Self {
        let (bottom, top) = ((low.log10() - 0.15).floor(), (high.log10() + 0.15).ceil());
        let step = round_step(top - bottom).max(1.0);
        let between: &[f64] = if top - bottom <= 3.0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let ticks = multiples(bottom, top, step)
            .flat_map(|power| between.iter().map(move |digit| power + digit.log10()))
            .filter(|tick| *tick <= top + 1e-9)
            .map(|tick| (tick, amount_label(tick)))
            .collect();
        Self { title: title.to_owned(), low: bottom, high: top, ticks }
    }

    /// Plain numbers from `low` to at least `high`.
    pub fn between(title: &str, low: f64, high: f64) -> Self {
        Self::scaled(title.to_owned(), low, high, 1.0, None)
    }

    /// Plain numbers from −`reach` to `reach`, at least.
    pub fn symmetric(title: &str, reach: f64) -> Self {
        Self::scaled(title.to_owned(), -reach, reach, 1.0, None)
    }

    /// Ticks at round multiples of `unit`; the range grows to the next ones, at most to `limit`.
    fn scaled(title: String, low: f64, high: f64, unit: f64, limit: Option<f64>) -> Self {
        let (bottom, top) = (low / unit, high / unit);
        let step = round_step(top - bottom);
        let bottom = (bottom / step + 1e-9).floor() * step;
        let top = (top / step - 1e-9).ceil() * step;
        let top = limit.map_or(top, |limit| top.min(limit / unit));
        let decimals = (-step.log10().floor()).clamp(0.0, 12.0) as usize;
        let ticks = multiples(bottom, top, step)
            .map(|value| (value * unit, grouped_signed(&format!("{value:.decimals$}"))))
            .collect();
        Self { title, low: bottom * unit, high: top * unit, ticks }
    }

    /// The ticks as far as their labels have room side by side on `width` pixels: of numbers every second, third, …; names
    /// become numbers, which the note spells out.
    pub fn fitted(&self, width: f64) -> (Vec<(f64, String)>, Option<String>) {
        let named = self.ticks.iter().any(|(_, label)| label.chars().any(char::is_alphabetic));
        if named && !self.have_room(&self.ticks, width) {
            let names: Vec<String> = self.ticks.iter().map(|(_, label)| label.clone()).collect();
            let number = |(index, (value, _)): (usize, &(f64, String))| (*value, (index + 1).to_string());
            let note = format!("{}: {}.", capitalised(self.title.trim_end_matches(['…', ' '])), numbering(&names));
            return (self.ticks.iter().enumerate().map(number).collect(), Some(note));
        }
        let every = |step: usize| self.ticks.iter().step_by(step).cloned().collect::<Vec<_>>();
        let steps = 1..self.ticks.len().max(1);
        let fitting = steps.map(every).find(|ticks| self.have_room(ticks, width));
        (fitting.unwrap_or_else(|| every(self.ticks.len().max(1))), None)
    }

    fn have_room(&self, ticks: &[(f64, String)], width: f64) -> bool {
        ticks.windows(2).all(|pair| {
            let apart = (self.fraction(pair[1].0) - self.fraction(pair[0].0)) * width;
            let labels = text_width(&pair[0].1, TEXT) + text_width(&pair[1].1, TEXT);
            labels / 2.0 + 4.0 <= apart
        })
    }

    /// Where a value lies between the ends, 0 to 1.
    pub fn fraction(&self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    pub fn contains(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

/// "1 a, 2 b"; lines break between the names only.
pub(super) fn numbering(names: &[String]) -> String {
    let entry = |(index, name): (usize, &String)| format!("{}\u{a0}{}", index + 1, name.replace(' ', "\u{a0}"));
    names.iter().enumerate().map(entry).collect::<Vec<_>>().join(", ")
}

/// 10^`exponent` as a tick says it.
fn amount_label(exponent: f64) -> String {
    let whole = (exponent - exponent.round()).abs() < 1e-9;
    if whole && !(-3.0..=4.0).contains(&exponent) {
        return format!("10{}", superscript(exponent.round() as i32));
    }
    number(10_f64.powf(exponent), 2)
}

fn grouped_signed(digits: &str) -> String {
    match digits.strip_prefix('-') {
        Some(rest) if rest.chars().any(|c| ('1'..='9').contains(&c)) => format!("−{}", grouped(rest)),
        Some(rest) => grouped(rest),
        None => grouped(digits),
    }
}

/// 1, 2 or 5 times a power of ten, so that `span` holds at most [`INTERVALS`] of it.
pub(super) fn round_step(span: f64) -> f64 {
    let rough = span / INTERVALS;
    let power = 10_f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|digit| digit * power)
        .find(|step| *step >= rough * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

/// The multiples of `step` from `low` to `high`, both included.
fn multiples(low: f64, high: f64, step: f64) -> impl Iterator<Item = f64> {
    let first = (low / step - 1e-9).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    (first..=last).map(move |index| index as f64 * step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn generations_have_whole_ticks() {
        assert_eq!(labels(&Axis::generations(0, 1, 0.0)), ["0", "1"]);
        assert_eq!(labels(&Axis::generations(0, 60, 0.5)), ["0", "10", "20", "30", "40", "50", "60"]);
        assert_eq!(labels(&Axis::generations(0, 0, 0.0)), ["0", "1"]);
        assert!(Axis::generations(0, 100_000, 0.0).ticks.len() <= 8);
    }

    #[test]
    fn shares_end_at_a_round_tick_and_never_above_all() {
        let axis = Axis::share("error", 0.0, 0.83);
        assert_eq!((axis.title.as_str(), axis.high), ("error (%)", 1.0));
        assert_eq!(labels(&axis), ["0", "20", "40", "60", "80", "100"]);
        assert_eq!(Axis::share("error", 0.0, 1.04).high, 1.0);
        let tiny = Axis::share("error", 0.0, 3.3e-12);
        assert_eq!(tiny.title, "error (in units of 10⁻¹²)");
        assert_eq!(labels(&tiny).first(), Some(&"0.0"));
        assert_eq!(labels(&Axis::share("error", 0.0, 0.0)).last(), Some(&"1.0"));
        assert!(Axis::share("error", 0.0, f64::MIN_POSITIVE).ticks.len() > 1);
    }

    #[test]
    fn labels_that_would_overlap_are_thinned_or_numbered() {
        let axis = Axis::generations(0, 60_000, 0.0);
        let kept = |width| axis.fitted(width).0.into_iter().map(|(_, label)| label).collect::<Vec<_>>();
        assert_eq!(kept(700.0).len(), 7);
        assert_eq!(kept(200.0), ["0", "20\u{202f}000", "40\u{202f}000", "60\u{202f}000"]);
        let ticks = vec![(0.0, "one candidate".to_owned()), (1.0, "vote".to_owned())];
        let named = Axis { title: "after …".to_owned(), low: -0.5, high: 1.5, ticks };
        assert_eq!(named.fitted(400.0), (named.ticks.clone(), None));
        let numbers = vec![(0.0, "1".to_owned()), (1.0, "2".to_owned())];
        assert_eq!(named.fitted(60.0), (numbers, Some("After: 1\u{a0}one\u{a0}candidate, 2\u{a0}vote.".to_owned())));
    }

    #[test]
    fn symmetric_ranges_hold_zero() {
        let axis = Axis::symmetric("z", 4.4);
        assert_eq!(labels(&axis), ["−6", "−4", "−2", "0", "2", "4", "6"]);
    }
}
