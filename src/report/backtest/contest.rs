//! Forecasts against extrapolations: against each one, fixed for all logs, and against the best of each log, which only
//! hindsight could have chosen.

use std::collections::BTreeMap;

use crate::fit::{BacktestResult, BacktestSummary, Baseline, BaselineScores};

/// What is scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ContestQuantity {
    /// The remaining runway, in generations.
    Runway,
    /// The error rate, in percentage points.
    Error,
}

/// A forecaster's CRPS against that of an extrapolation; lower is better.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Contest {
    /// The extrapolation.
    pub rival: Baseline,
    pub own: f64,
    pub other: f64,
}

impl Contest {
    pub fn lost(&self) -> bool {
        self.own > self.other
    }

    /// Own score over the other's: 1 where both are 0.
    pub fn ratio(&self) -> f64 {
        if self.own == self.other { 1.0 } else { self.own / self.other }
    }
}

impl ContestQuantity {
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Runway => "generations",
            Self::Error => "percentage points",
        }
    }

    fn own(self, summary: &BacktestSummary) -> Option<f64> {
        match self {
            Self::Runway => summary.crps_runway,
            Self::Error => summary.crps_error.map(|crps| 100.0 * crps),
        }
    }

    /// In one case.
    pub fn score(self, scores: &BaselineScores) -> Option<f64> {
        match self {
            Self::Runway => scores.crps_runway,
            Self::Error => Some(100.0 * scores.crps_error),
        }
    }

    /// Cases that are scored.
    const fn cases(self, summary: &BacktestSummary) -> usize {
        match self {
            Self::Runway => summary.runway_cases,
            Self::Error => summary.cases,
        }
    }

    /// Against every extrapolation, over the cases of a summary.
    pub fn contests(self, summary: &BacktestSummary) -> Vec<Contest> {
        let score = |one: &crate::fit::BaselineSummary| match self {
            Self::Runway => one.crps_runway,
            Self::Error => one.crps_error.map(|crps| 100.0 * crps),
        };
        let Some(own) = self.own(summary) else { return Vec::new() };
        let rivals = summary.baselines.iter().filter_map(|(rival, one)| Some((*rival, score(one)?)));
        rivals.map(|(rival, other)| Contest { rival, own, other }).collect()
    }

    /// Against the extrapolation that does best on the cases of a summary.
    pub fn against_best(self, summary: &BacktestSummary) -> Option<Contest> {
        self.contests(summary).into_iter().min_by(|a, b| a.other.total_cmp(&b.other))
    }

    /// Each scored log against the extrapolation that does best on it, the largest loss first.
    pub fn by_log(self, tested: &BacktestResult) -> Vec<(&str, Contest)> {
        let logs = tested.by_file.iter();
        let mut logs: Vec<_> =
            logs.filter_map(|(file, summary)| Some((file.as_str(), self.against_best(summary)?))).collect();
        logs.sort_by(|(_, a), (_, b)| (b.own - b.other).total_cmp(&(a.own - a.other)));
        logs
    }

    /// Logs on which the fit loses to one extrapolation.
    pub fn lost_to(self, rival: Baseline, tested: &BacktestResult) -> usize {
        let against = |summary| self.contests(summary).into_iter().find(|one| one.rival == rival);
        tested.by_file.values().filter_map(against).filter(Contest::lost).count()
    }

    /// Mean score of a forecaster that had used the best extrapolation of every log; every case counts the same.
    pub fn hindsight(self, tested: &BacktestResult) -> Option<f64> {
        let scored = tested.by_file.values().filter_map(|summary| {
            let weight = self.cases(summary) as f64;
            Some((weight, weight * self.against_best(summary)?.other))
        });
        let (weight, sum) = scored.fold((0.0, 0.0), |all, one| (all.0 + one.0, all.1 + one.1));
        (weight > 0.0).then(|| sum / weight)
    }

    /// The runs of a log against one extrapolation.
    pub fn runs(self, tested: &BacktestResult, file: &str, rival: Baseline) -> Vec<Contest> {
        let mut sums: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
        for case in tested.cases.iter().filter(|case| case.file == file) {
            let other = case.baselines.get(&rival).and_then(|scores| self.score(scores));
            let (Some(own), Some(other)) = (self.score(&case.scores.base), other) else { continue };
            let sum = sums.entry(&case.run).or_default();
            *sum = (sum.0 + own, sum.1 + other);
        }
        sums.into_values().map(|(own, other)| Contest { rival, own, other }).collect()
    }
}
