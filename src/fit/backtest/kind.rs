//! What became of a run: its course over all of its generations.

use serde::{Deserialize, Serialize};

use crate::fit::log::LogRow;

/// Change of the error rate that counts, at the least.
const LEAST: f64 = 0.03;
/// Change that counts, in its standard errors: a run has some ten generations, each with its noise.
const STANDARD_ERRORS: f64 = 3.0;

/// The course of a run, by what was measured from its first generation to its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CourseKind {
    /// The error rate ends above its start, and was not far below it in between.
    Avalanche,
    /// The accuracy rises, then falls: the error rate falls well below its start and ends well above its lowest.
    RiseThenFall,
    /// The error rate ends below its start, near its lowest.
    Improving,
    /// No change beyond the noise of the evaluations.
    Flat,
}

impl CourseKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Avalanche, Self::RiseThenFall, Self::Improving, Self::Flat];

    /// The course of a finished run. A change counts from 3 percentage points and three standard errors on.
    #[must_use]
    pub fn of(rows: &[LogRow]) -> Self {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Self::Flat };
        let lowest = rows.iter().min_by(|a, b| a.error_rate().total_cmp(&b.error_rate())).unwrap_or(first);
        if rises(lowest, last) && rises(lowest, first) {
            Self::RiseThenFall
        } else if rises(first, last) {
            Self::Avalanche
        } else if rises(last, first) {
            Self::Improving
        } else {
            Self::Flat
        }
    }

    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Avalanche => "avalanche",
            Self::RiseThenFall => "accuracy rises, then falls",
            Self::Improving => "improving",
            Self::Flat => "flat",
        }
    }
}

/// Whether the error rate of `to` lies above that of `from` by a change that counts. Counts are compared before they are
/// divided, so that wrong answers and right ones are treated alike to the last bit.
fn rises(from: &LogRow, to: &LogRow) -> bool {
    let counts = |row: &LogRow| (i128::from(row.wrong), i128::from(row.evaluated));
    let ((from_wrong, from_all), (to_wrong, to_all)) = (counts(from), counts(to));
    let change = (to_wrong * from_all - from_wrong * to_all) as f64 / (from_all * to_all) as f64;
    change >= (STANDARD_ERRORS * (variance(from) + variance(to)).sqrt()).max(LEAST)
}

/// Of a measured error rate. Half an answer on each side: no evaluation is without noise.
fn variance(row: &LogRow) -> f64 {
    let (wrong, trials) = row.independent_counts();
    let [wrong, right, all] = [wrong as f64 + 0.5, (trials - wrong) as f64 + 0.5, trials as f64 + 1.0];
    wrong * right / (all * all) / trials.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(wrong: &[u64]) -> Vec<LogRow> {
        let row = |(generation, &wrong): (usize, &u64)| LogRow {
            generation: generation as u64,
            evaluated: 1000,
            wrong,
            ..LogRow::default()
        };
        wrong.iter().enumerate().map(row).collect()
    }

    #[test]
    fn courses_are_told_apart() {
        assert_eq!(CourseKind::of(&rows(&[100, 150, 300, 700])), CourseKind::Avalanche);
        assert_eq!(CourseKind::of(&rows(&[960, 700, 650, 800])), CourseKind::RiseThenFall);
        assert_eq!(CourseKind::of(&rows(&[500, 300, 200, 900])), CourseKind::RiseThenFall);
        assert_eq!(CourseKind::of(&rows(&[700, 500, 420, 430])), CourseKind::Improving);
        // Three standard errors of a share near 5 % of 1,000 are 2.9 points, near one half 6.7.
        assert_eq!(CourseKind::of(&rows(&[50, 60, 40, 75])), CourseKind::Flat);
        assert_eq!(CourseKind::of(&rows(&[500, 530, 480, 550])), CourseKind::Flat);
        assert_eq!(CourseKind::of(&[]), CourseKind::Flat);
        // Exactly 3 points, either way.
        assert_eq!(CourseKind::of(&rows(&[21, 51])), CourseKind::Avalanche);
        assert_eq!(CourseKind::of(&rows(&[979, 949])), CourseKind::Improving);
    }

    proptest! {
        /// Wrong answers and right ones change places: an avalanche is an improvement, what is flat stays so.
        #[test]
        fn the_other_way_round(first in 0_u64..=1000, last in 0_u64..=1000) {
            let kind = CourseKind::of(&rows(&[first, last]));
            let mirrored = CourseKind::of(&rows(&[1000 - first, 1000 - last]));
            let expected = match kind {
                CourseKind::Avalanche => CourseKind::Improving,
                CourseKind::Improving => CourseKind::Avalanche,
                kind => kind,
            };
            prop_assert_eq!(mirrored, expected);
            prop_assert!(kind != CourseKind::RiseThenFall);
        }
    }
}
