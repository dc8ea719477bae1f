//! Round levels that part the numbers of a map into classes.

use crate::report::words::{number, percent, superscript};

/// The most classes of a map: neighbouring colours must be told apart.
pub(super) const MOST_CLASSES: usize = 8;

/// Levels between classes, rising, and how they are written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct MapLevels {
    pub levels: Vec<f64>,
    shares: bool,
}

impl MapLevels {
    /// Powers of ten, or 1, 2, 5 and so on where these are few, between the smallest and the largest of positive numbers.
    pub fn runways(values: impl Iterator<Item = f64>) -> Self {
        Self { levels: between(values), shares: false }
    }

    /// Shares that a reader asks for, or powers of ten where all are small.
    pub fn shares(values: impl Iterator<Item = f64> + Clone) -> Self {
        let most = values.clone().fold(0.0, f64::max);
        let least = values.clone().fold(1.0, f64::min);
        let asked = [0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99];
        let levels = if most < 0.05 {
            between(values.filter(|value| *value > 0.0))
        } else {
            asked.into_iter().filter(|level| least < *level && *level <= most).collect()
        };
        Self { levels, shares: true }
    }

    /// The class of a value: how many levels it reaches.
    pub fn class(&self, value: f64) -> usize {
        self.levels.iter().take_while(|level| value >= **level).count()
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.levels.len() + 1
    }

    /// A level as it is written.
    pub fn label(&self, level: f64) -> String {
        let exponent = level.log10();
        if !self.shares && exponent > 4.5 {
            return format!("10{}", superscript(exponent.round() as i32));
        }
        if self.shares { percent(level, 2) } else { number(level, 2) }
    }

    /// A class as it is written.
    pub fn name(&self, class: usize) -> String {
        let level = |at: usize| self.levels.get(at).map(|level| self.label(*level));
        match (class.checked_sub(1).and_then(level), level(class)) {
            (Some(low), Some(high)) => format!("{low} to {high}"),
            (Some(low), None) => format!("from {low}"),
            (None, Some(high)) => format!("below {high}"),
            (None, None) => "all cells".to_owned(),
        }
    }
}

/// Round levels strictly between the least and the most of positive numbers, at most one fewer than there may be classes.
fn between(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let (mut least, mut most) = (f64::INFINITY, 0.0_f64);
    for value in values.filter(|value| *value > 0.0) {
        (least, most) = (least.min(value), most.max(value));
    }
    if least >= most {
        return Vec::new();
    }
    let (low, high) = (least.log10().floor() as i32, most.log10().ceil() as i32);
    let digits: [&[f64]; 2] = [&[1.0, 2.0, 5.0], &[1.0]];
    let inside = |level: &f64| *level > least && *level <= most;
    let tried = digits.iter().map(|digits| {
        let powers = low..=high;
        powers.flat_map(|power| digits.iter().map(move |digit| digit * 10_f64.powi(power))).filter(inside).collect()
    });
    let mut tried: Vec<Vec<f64>> = tried.collect();
    // Every second power of ten, every fifth, …
    for step in [2, 5, 10, 20, 50, 100] {
        let powers = (low..=high).filter(|power| power.rem_euclid(step) == 0);
        tried.push(powers.map(|power| 10_f64.powi(power)).filter(inside).collect());
    }
    tried.into_iter().find(|levels| levels.len() < MOST_CLASSES).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_round_few_and_inside() {
        assert_eq!(MapLevels::runways([2.3, 90.0].into_iter()).levels, [5.0, 10.0, 20.0, 50.0]);
        assert_eq!(MapLevels::runways([2.0, 7e28].into_iter()).levels, [1e5, 1e10, 1e15, 1e20, 1e25]);
        assert_eq!(MapLevels::runways([3.0].into_iter()).classes(), 1);
        assert_eq!(MapLevels::shares([0.0, 0.3].into_iter()).levels, [0.01, 0.05, 0.2]);
        assert_eq!(MapLevels::shares([1e-12, 1e-9].into_iter()).levels.first(), Some(&1e-11));
        let levels = MapLevels::runways([2.3, 90.0].into_iter());
        let names: Vec<String> = (0..levels.classes()).map(|class| levels.name(class)).collect();
        assert_eq!(names, ["below 5", "5 to 10", "10 to 20", "20 to 50", "from 50"]);
        assert_eq!([4.9, 5.0, 51.0].map(|value| levels.class(value)), [0, 1, 4]);
    }
}
