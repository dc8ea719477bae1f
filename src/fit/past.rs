//! One rate of a run, generation by generation, as a trend sees it, and the scales on which trends are straight.

use super::course::ErrorCourse;
use super::log::{LogRow, LogRun};
use super::prior::PriorScale;

/// Most generations that are looked back on: what came before says little of what comes next.
const LOOKED_BACK: u64 = 40;

/// The scale on which the trend is straight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TrendScale {
    /// ln(p / (1 − p)).
    Logit,
    /// ln(−ln(1 − p)).
    Hazard,
}

impl TrendScale {
    pub fn of(self, share: f64) -> f64 {
        match self {
            Self::Logit => PriorScale::Logit.transformed(share),
            Self::Hazard => (-(-share).ln_1p()).ln(),
        }
    }

    pub fn back(self, z: f64) -> f64 {
        match self {
            Self::Logit => PriorScale::Logit.natural(z),
            Self::Hazard => -(-z.exp()).exp_m1(),
        }
    }

    /// dz/dp.
    pub fn slope(self, share: f64) -> f64 {
        match self {
            Self::Logit => 1.0 / (share * (1.0 - share)),
            Self::Hazard => -1.0 / ((1.0 - share) * (-share).ln_1p()),
        }
    }
}

/// One measured generation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    /// Generations since the first that is looked at.
    pub place: usize,
    pub share: f64,
    pub trials: f64,
    /// ln of the steps of a solution over those of the first.
    pub longer: f64,
}

impl Seen {
    /// Variance of the measured share on a scale.
    pub fn variance(&self, scale: TrendScale) -> f64 {
        scale.slope(self.share).powi(2) * self.share * (1.0 - self.share) / self.trials
    }
}

/// One rate of a run as the trend sees it.
pub(super) struct Past {
    pub seen: Vec<Seen>,
    /// Generations from the first that is looked at to the last that was measured.
    pub span: usize,
    /// Whether the first that is looked at is the loop's own generation 0.
    pub from_labels: bool,
    pub steps: (f64, f64),
}

impl Past {
    /// What a run shows of a rate: `counts` of a generation are its cases and its trials, where they were counted.
    pub fn of(run: &LogRun, counts: &dyn Fn(&LogRow) -> Option<(u64, u64)>) -> Option<Self> {
        let rows = looked_back(run);
        let first = rows.first()?.generation;
        let mut steps = rows.iter().find_map(|row| row.steps).unwrap_or(1) as f64;
        let at_first = steps;
        let mut at_last = steps;
        let seen = rows.iter().filter_map(|row| {
            steps = row.steps.map_or(steps, |steps| steps as f64);
            let (cases, trials) = counts(row)?;
            at_last = steps;
            Some(Seen {
                place: (row.generation - first) as usize,
                share: (cases as f64 + 0.5) / (trials as f64 + 1.0),
                trials: trials as f64,
                longer: (steps / at_first).ln(),
            })
        });
        let seen: Vec<Seen> = seen.collect();
        let span = seen.last()?.place;
        Some(Self { seen, span, from_labels: first == 0, steps: (at_first, at_last) })
    }
}

/// The generations of a run that say something of the next.
pub(super) fn looked_back(run: &LogRun) -> &[LogRow] {
    let last = run.rows.last().map_or(0, |row| row.generation);
    &run.rows[run.rows.partition_point(|row| last - row.generation > LOOKED_BACK)..]
}

/// Courses with the error rates, as they were measured, of the generations that are not looked back on.
pub(super) fn with_earlier(
    mut courses: Vec<ErrorCourse>,
    run: &LogRun,
    counts: impl Fn(&LogRow) -> (u64, u64),
) -> Vec<ErrorCourse> {
    let (Some(first), Some(looked)) = (run.rows.first(), looked_back(run).first()) else { return courses };
    let at = |generation: u64| {
        let row = run.rows.iter().rev().find(|row| row.generation <= generation);
        row.map_or(f64::NAN, |row| {
            let (wrong, trials) = counts(row);
            wrong as f64 / trials as f64
        })
    };
    let before: Vec<f64> = (first.generation..looked.generation).map(at).collect();
    for course in &mut courses {
        course.error.splice(0..0, before.iter().copied());
    }
    courses
}
