//! Means over cases, and what the warnings were worth.

use std::collections::BTreeMap;

use super::{BacktestCase, BacktestOptions, BacktestSummary, BaselineSummary, CaseScores, CoverageLevel};
use crate::fit::baseline::Baseline;

/// Probabilities of the intervals whose coverage is reported.
const NOMINAL: [f64; 10] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (count, sum) = values.fold((0_u32, 0.0), |(count, sum), value| (count + 1, sum + value));
    (count > 0).then(|| sum / f64::from(count))
}

pub(super) fn summarise(cases: Vec<&BacktestCase>, options: &BacktestOptions) -> BacktestSummary {
    let over = |get: &dyn Fn(&CaseScores) -> Option<f64>| mean(cases.iter().filter_map(|case| get(&case.scores)));
    let as_share = |covered: Option<bool>| covered.map(|covered| f64::from(u8::from(covered)));
    let baselines: BTreeMap<Baseline, BaselineSummary> =
        Baseline::ALL.into_iter().map(|baseline| (baseline, baseline_summary(&cases, baseline))).collect();
    let crps_error = over(&|scores| Some(scores.base.crps_error));
    let crps_runway = over(&|scores| scores.base.crps_runway);
    let told = |case: &&&BacktestCase| warned(case) && case.scores.failed_within.is_some();
    let alarms = Alarms::of(&cases, options);
    BacktestSummary {
        cases: cases.len(),
        runway_cases: cases.iter().filter(|case| case.scores.coverage90_runway.is_some()).count(),
        coverage50_error: over(&|scores| Some(scores.coverage50_error)),
        coverage90_error: over(&|scores| Some(scores.coverage90_error)),
        coverage50_runway: over(&|scores| as_share(scores.coverage50_runway)),
        coverage90_runway: over(&|scores| as_share(scores.coverage90_runway)),
        crps_error,
        crps_runway,
        mae_error: over(&|scores| Some(scores.base.mae_error)),
        mae_runway: over(&|scores| scores.mae_runway),
        warnings: cases.iter().filter(told).count(),
        false_alarms: cases.iter().filter(told).filter(|case| case.scores.failed_within == Some(false)).count(),
        failures: alarms.failures,
        failures_warned: alarms.leads.len(),
        mean_lead_time: mean(alarms.leads.iter().map(|lead| *lead as f64)),
        crps_ratio: ratio(crps_error, baselines.values().filter_map(|one| one.crps_error)),
        crps_ratio_runway: ratio(crps_runway, baselines.values().filter_map(|one| one.crps_runway)),
        baselines,
    }
}

/// A score over the best of the others.
fn ratio(own: Option<f64>, others: impl Iterator<Item = f64>) -> Option<f64> {
    let best = others.reduce(f64::min).filter(|best| *best > 0.0)?;
    own.map(|own| own / best)
}

/// Coverage of central intervals, from the ranks.
pub(super) fn calibration(cases: &[BacktestCase]) -> Vec<CoverageLevel> {
    let inside = |case: &BacktestCase, nominal: f64| {
        let hits =
            case.forecast.iter().filter(|point| (point.rank - 0.5).abs() - 0.5 * point.ties <= nominal / 2.0).count();
        hits as f64 / case.forecast.len().max(1) as f64
    };
    NOMINAL
        .into_iter()
        .filter_map(|nominal| {
            Some(CoverageLevel { nominal, observed: mean(cases.iter().map(|case| inside(case, nominal)))? })
        })
        .collect()
}

fn baseline_summary(cases: &[&BacktestCase], baseline: Baseline) -> BaselineSummary {
    let scores = || cases.iter().filter_map(|case| case.baselines.get(&baseline));
    BaselineSummary {
        crps_error: mean(scores().map(|scores| scores.crps_error)),
        crps_runway: mean(scores().filter_map(|scores| scores.crps_runway)),
        mae_error: mean(scores().map(|scores| scores.mae_error)),
    }
}

fn warned(case: &BacktestCase) -> bool {
    case.scores.failure_probability.is_some_and(|probability| probability > 0.5)
}

/// What warnings were worth, run by run.
struct Alarms {
    failures: usize,
    /// Generations from the first warning to the failure, for each run that failed after one.
    leads: Vec<u64>,
}

impl Alarms {
    fn of(cases: &[&BacktestCase], options: &BacktestOptions) -> Self {
        let mut runs: BTreeMap<(&str, &str), Vec<&BacktestCase>> = BTreeMap::new();
        for case in cases {
            runs.entry((&case.file, &case.run)).or_default().push(case);
        }
        let first_cut = options.cuts.iter().min();
        let mut alarms = Self { failures: 0, leads: Vec::new() };
        for cases in runs.values_mut() {
            cases.sort_by_key(|case| case.cut);
            let fails = |case: &&&BacktestCase| case.scores.failed_after.is_some();
            if !cases.iter().filter(fails).any(|case| Some(&case.cut) == first_cut || cases.len() == 1) {
                continue;
            }
            alarms.failures += 1;
            alarms.leads.extend(cases.iter().find(|case| warned(case)).and_then(|case| case.scores.failed_after));
        }
        alarms
    }
}
