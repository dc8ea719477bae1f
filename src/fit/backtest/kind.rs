//! What kind of course a finished run took.

use serde::Serialize;

use crate::fit::log::Row;

/// The course of a whole run, as its measurements show it in hindsight. A forecast knows nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CourseKind {
    /// Errors grew.
    Avalanche,
    /// Accuracy rose first and fell later.
    RiseThenFall,
    /// Errors fell.
    Improving,
    /// Errors neither grew nor fell by more than chance.
    Flat,
}

/// Change of the error rate below which a run counts as flat, whatever its noise.
const LEAST: f64 = 0.03;
/// Standard errors of the difference of two levels that chance is granted.
const CHANCE: f64 = 3.0;
/// Generations whose mean is a level: the first, the last, and those around the lowest.
const LEVEL: usize = 2;

impl CourseKind {
    /// Every kind, in the order of tables.
    pub const ALL: [Self; 4] = [Self::Avalanche, Self::RiseThenFall, Self::Improving, Self::Flat];

    /// The kind in a word or a few.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Avalanche => "avalanche",
            Self::RiseThenFall => "rise, then fall",
            Self::Improving => "improving",
            Self::Flat => "flat",
        }
    }

    /// The kind of a run, from the levels at its beginning, at its end, and where its errors are fewest.
    #[must_use]
    pub fn of(rows: &[Row]) -> Self {
        let levels: Vec<(f64, f64)> = rows.windows(LEVEL.min(rows.len().max(1))).map(level).collect();
        let (Some(&first), Some(&last)) = (levels.first(), levels.last()) else { return Self::Flat };
        let lowest = levels.iter().copied().min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or(first);
        let above = |one: (f64, f64), other: (f64, f64)| one.0 - other.0 > LEAST.max(CHANCE * (one.1 + other.1).sqrt());
        match (above(first, lowest), above(last, lowest)) {
            (true, true) => Self::RiseThenFall,
            _ if above(last, first) => Self::Avalanche,
            _ if above(first, last) => Self::Improving,
            _ => Self::Flat,
        }
    }
}

/// The error rate of some generations together, and its variance.
fn level(rows: &[Row]) -> (f64, f64) {
    let (wrong, all) = rows.iter().fold((0, 0), |(wrong, all), row| (wrong + row.wrong, all + row.evaluated));
    let rate = wrong as f64 / all.max(1) as f64;
    (rate, rate * (1.0 - rate) / all.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(errors: &[u64]) -> CourseKind {
        let rows: Vec<Row> = (0..)
            .zip(errors)
            .map(|(generation, &wrong)| Row { generation, evaluated: 1000, wrong, ..Row::default() })
            .collect();
        CourseKind::of(&rows)
    }

    #[test]
    fn courses_are_told_by_their_beginning_their_end_and_their_lowest_errors() {
        assert_eq!(kind(&[50, 60, 90, 200, 500, 800]), CourseKind::Avalanche);
        assert_eq!(kind(&[500, 400, 300, 280, 350, 450, 600]), CourseKind::RiseThenFall);
        assert_eq!(kind(&[500, 450, 300, 250, 240, 245]), CourseKind::Improving);
        assert_eq!(kind(&[200, 215, 190, 205, 198, 210]), CourseKind::Flat);
        assert_eq!(kind(&[200]), CourseKind::Flat);
        assert_eq!(kind(&[]), CourseKind::Flat);
    }
}
