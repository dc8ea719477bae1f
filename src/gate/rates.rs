//! How often a rule has been right: what it would have said on finished runs, and what became of them.
//!
//! A check is one generation of one finished run that had not failed by then: the fit saw the log up to there. It counts as a
//! failure within N generations where a later evaluation, at most N generations on, measured the failing error rate. Checks of
//! runs of one design depend on each other: an interval for their share is that of Clopper and Pearson at the number of
//! independent checks that has the same variance (Korn & Graubard, Survey Methodology 24, 1998, without their correction for
//! few designs); where all checks agree, that is the number of designs.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::rule::{RuleQuantity, StopRule};
use crate::fit::{BacktestCase, CredibleInterval, StopSignals, count_quantile};
use crate::stats::interval::clopper_pearson;

/// The checks of the committed back-tests, without the set kept aside.
const TABLE: &str = include_str!("backtested.csv");
const HEAD: &str = "design,run,seen,ahead,failed,r05,r25,r50,r75,r95,above_one,failing_within";
/// Generations within which a failure is what a rule about R foresees.
const SOON: u64 = 5;
/// Probability with which an interval misses.
const LEVEL: f64 = 0.1;

/// A share of checks, with its 90 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RateEstimate {
    /// Checks at which the rule was met.
    pub met: u64,
    /// Checks in all.
    pub checks: u64,
    /// Designs that they are of.
    pub designs: u64,
    /// The share.
    pub rate: f64,
    /// 90 % interval.
    pub interval90: (f64, f64),
}

/// Generations from the first check of a run at which the rule was met to the failure, over the runs in which it was.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LeadTime {
    /// Their mean.
    pub mean: f64,
    /// Central 90 % of them.
    pub interval90: (u64, u64),
    /// Runs that failed after a check.
    pub failed: u64,
    /// Those in which the rule was met before.
    pub warned: u64,
}

/// What a rule has been worth on the back-tests.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RuleRates {
    /// Generations within which a failure counts.
    pub within: u64,
    /// Of the checks after which the run did not fail within that, the share at which the rule was met.
    pub false_alarms: RateEstimate,
    /// Of the checks after which it did, the share at which the rule was met.
    pub detected: RateEstimate,
    /// How long before the failure it was met; absent where it never was.
    pub lead: Option<LeadTime>,
}

/// One check.
#[derive(Debug, Clone, PartialEq)]
struct BacktestedCheck {
    /// Set and design of the log.
    design: String,
    run: String,
    /// Generations that the fit saw.
    seen: u64,
    /// Generations of the run after them.
    ahead: u64,
    /// Generations until the failure, where it came.
    failed: Option<u64>,
    signals: StopSignals,
}

/// Checks of finished runs: those of the committed back-tests, or of others.
///
/// ```
/// use runaway::gate::{BacktestedChecks, StopRule};
///
/// let rule: StopRule = "P(fail within 5) > 0.5".parse()?;
/// let rates = BacktestedChecks::committed().rates(&rule).ok_or("no run is long enough")?;
/// assert!(rates.false_alarms.rate < rates.detected.rate);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BacktestedChecks {
    checks: Vec<BacktestedCheck>,
}

impl BacktestedChecks {
    /// Those of the committed back-tests, without the set kept aside.
    #[must_use]
    pub fn committed() -> Self {
        // A test reads every line of the table; a line that did not read would be left out.
        Self { checks: TABLE.lines().skip(1).filter_map(BacktestedCheck::read).collect() }
    }

    /// Those of the cases of a back-test in which the run had not failed by the cut.
    #[must_use]
    pub fn of<'a>(cases: impl IntoIterator<Item = &'a BacktestCase>) -> Self {
        Self { checks: cases.into_iter().filter_map(BacktestedCheck::of).collect() }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.checks.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.checks.is_empty()
    }

    /// As the table that the program holds: probabilities in thousandths, R to three decimals.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut text = format!("{HEAD}\n");
        self.checks.iter().for_each(|check| check.write(&mut text));
        text
    }

    /// What a rule has been worth; `None` where no run is long enough to say.
    #[must_use]
    pub fn rates(&self, rule: &StopRule) -> Option<RuleRates> {
        let within = foresees(rule);
        // Of a shorter forecast the rule cannot be judged.
        let long = |check: &&BacktestedCheck| check.signals.failing_within.len() as u64 >= rule.horizon();
        let met = |check: &BacktestedCheck| rule.judge(&check.signals, false).1;
        let judged: Vec<(&BacktestedCheck, bool, bool)> = self
            .checks
            .iter()
            .filter(long)
            .filter_map(|check| Some((check, check.fails_within(within)?, met(check))))
            .collect();
        let of = |fails: bool| {
            estimate(judged.iter().filter(|one| one.1 == fails).map(|one| (one.0.design.as_str(), one.2)))
        };
        Some(RuleRates { within, false_alarms: of(false)?, detected: of(true)?, lead: self.lead(long, met) })
    }

    fn lead(
        &self,
        long: impl Fn(&&BacktestedCheck) -> bool,
        met: impl Fn(&BacktestedCheck) -> bool,
    ) -> Option<LeadTime> {
        let mut runs: BTreeMap<(&str, &str), Vec<&BacktestedCheck>> = BTreeMap::new();
        for check in self.checks.iter().filter(|check| check.failed.is_some() && long(check)) {
            runs.entry((&check.design, &check.run)).or_default().push(check);
        }
        let first = |checks: &Vec<&BacktestedCheck>| {
            let warned = checks.iter().filter(|check| met(check)).min_by_key(|check| check.seen);
            warned.and_then(|check| check.failed)
        };
        let mut leads: Vec<u64> = runs.values().filter_map(first).collect();
        leads.sort_unstable();
        let interval90 = (count_quantile(&leads, 0.5 * LEVEL), count_quantile(&leads, 1.0 - 0.5 * LEVEL));
        let mean = leads.iter().sum::<u64>() as f64 / leads.len() as f64;
        (!leads.is_empty()).then_some(LeadTime {
            mean,
            interval90,
            failed: runs.len() as u64,
            warned: leads.len() as u64,
        })
    }
}

/// Generations within which a rule foresees a failure.
fn foresees(rule: &StopRule) -> u64 {
    match rule.quantity {
        RuleQuantity::FailsWithin(_) | RuleQuantity::Runway(_) => rule.horizon(),
        RuleQuantity::AboveOne | RuleQuantity::ReproductionNumber(_) => SOON,
    }
}

/// The share of checks, each given with its design, at which a rule was met; `None` where there is none.
fn estimate<'a>(checks: impl Iterator<Item = (&'a str, bool)>) -> Option<RateEstimate> {
    let mut designs: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for (design, met) in checks {
        let (hits, all) = designs.entry(design).or_default();
        *hits += u64::from(met);
        *all += 1;
    }
    let (met, all) = designs.values().fold((0, 0), |(hits, all), one| (hits + one.0, all + one.1));
    if all == 0 {
        return None;
    }
    let (n, clusters) = (all as f64, designs.len() as f64);
    let rate = met as f64 / n;
    let squares: f64 = designs.values().map(|(hits, all)| (*hits as f64 - rate * *all as f64).powi(2)).sum();
    let variance = squares / (n * n) * clusters / (clusters - 1.0);
    // Where no two designs differ, or there is only one, each counts as one check.
    let worth = if variance > 0.0 && variance.is_finite() { rate * (1.0 - rate) / variance } else { clusters };
    let worth = worth.min(n);
    let interval90 = clopper_pearson(rate * worth, worth, LEVEL);
    Some(RateEstimate { met, checks: all, designs: designs.len() as u64, rate, interval90 })
}

impl BacktestedCheck {
    fn of(case: &BacktestCase) -> Option<Self> {
        // Of a run that had failed by the cut nothing is left to foresee.
        case.scores.failure_probability?;
        let path = case.file.strip_suffix(".csv").unwrap_or(&case.file);
        let design = path.strip_prefix("tests/data/").unwrap_or(path).to_owned();
        Some(Self {
            design,
            run: case.run.clone(),
            seen: case.cut as u64,
            ahead: case.forecast.len() as u64,
            failed: case.scores.failed_after,
            signals: case.signals.clone()?,
        })
    }

    /// Whether the run failed within so many generations; `None` where it ends too soon to say.
    fn fails_within(&self, generations: u64) -> Option<bool> {
        match self.failed {
            Some(after) => Some(after <= generations),
            None => (self.ahead >= generations).then_some(false),
        }
    }

    fn write(&self, text: &mut String) {
        let Self { design, run, seen, ahead, failed, signals } = self;
        let failed = failed.map_or_else(String::new, |after| after.to_string());
        let r = &signals.reproduction_number;
        let thousandths = |share: f64| (share * 1000.0).round();
        let within: Vec<String> = signals.failing_within.iter().map(|share| thousandths(*share).to_string()).collect();
        let above = thousandths(signals.above_one);
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{design},{run},{seen},{ahead},{failed},{:.3},{:.3},{:.3},{:.3},{:.3},{above},{}",
            r.q05,
            r.q25,
            r.q50,
            r.q75,
            r.q95,
            within.join(" ")
        );
    }

    fn read(line: &str) -> Option<Self> {
        let cells: Vec<&str> = line.split(',').collect();
        let cell = |place: usize| cells.get(place).copied();
        let whole = |place: usize| cell(place)?.parse::<u64>().ok();
        let number = |place: usize| cell(place)?.parse::<f64>().ok();
        let within = cell(11)?.split(' ').map(|share| share.parse::<f64>().ok().map(|share| share / 1000.0));
        Some(Self {
            design: cell(0)?.to_owned(),
            run: cell(1)?.to_owned(),
            seen: whole(2)?,
            ahead: whole(3)?,
            failed: if cell(4)?.is_empty() { None } else { Some(whole(4)?) },
            signals: StopSignals::new(
                within.collect::<Option<_>>()?,
                CredibleInterval {
                    q05: number(5)?,
                    q25: number(6)?,
                    q50: number(7)?,
                    q75: number(8)?,
                    q95: number(9)?,
                },
                number(10)? / 1000.0,
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn every_line_of_the_table_is_read_and_written_back() {
        let committed = BacktestedChecks::committed();
        assert_eq!(committed.len(), TABLE.lines().count() - 1);
        assert_eq!(committed.to_csv(), TABLE);
    }

    #[test]
    fn checks_of_one_design_are_worth_fewer() {
        // Ten designs of four checks, each design all of one kind.
        let names: Vec<String> = (0..10).map(|design| design.to_string()).collect();
        let all = |kinds: usize| names.iter().enumerate().flat_map(move |(at, name)| [(name.as_str(), at < kinds); 4]);
        let three = estimate(all(3)).unwrap();
        assert_eq!((three.met, three.checks, three.designs), (12, 40, 10));
        // Variance 0.3·0.7/9: as of nine independent checks.
        let nine = clopper_pearson(0.3 * 9.0, 9.0, LEVEL);
        assert_relative_eq!(three.interval90.0, nine.0, max_relative = 1e-9);
        assert_relative_eq!(three.interval90.1, nine.1, max_relative = 1e-9);
        assert_eq!(estimate(all(0)).unwrap().interval90, clopper_pearson(0.0, 10.0, LEVEL));
        assert_eq!(estimate(std::iter::empty()), None);
        // Independent checks, one of each design, count as they are.
        let single = estimate(names.iter().enumerate().map(|(at, name)| (name.as_str(), at < 3))).unwrap();
        assert_relative_eq!(single.interval90.0, clopper_pearson(2.7, 9.0, LEVEL).0, max_relative = 1e-9);
    }

    /// By hand: three runs, of which two fail; the rule is met once in time, once in vain.
    #[test]
    fn rates_count_what_came() {
        let check = |run: &str, seen, failed, share: f64| BacktestedCheck {
            design: format!("set/{run}"),
            run: "1".to_owned(),
            seen,
            ahead: 6,
            failed,
            signals: StopSignals::new(vec![share; 6], CredibleInterval::of([1.0, 1.2]), 0.8),
        };
        let checks = vec![
            check("a", 4, Some(4), 0.1),
            check("a", 6, Some(2), 0.9),
            check("b", 4, Some(6), 0.1),
            check("b", 6, Some(4), 0.2),
            check("c", 4, None, 0.9),
            check("c", 6, None, 0.0),
            // Ends too soon to say.
            BacktestedCheck { ahead: 2, ..check("c", 8, None, 0.9) },
        ];
        let rates = BacktestedChecks { checks }.rates(&"P(fail within 3) > 0.5".parse().unwrap()).unwrap();
        assert_eq!((rates.false_alarms.met, rates.false_alarms.checks), (1, 5));
        assert_eq!((rates.detected.met, rates.detected.checks), (1, 1));
        assert_eq!(rates.lead, Some(LeadTime { mean: 2.0, interval90: (2, 2), failed: 2, warned: 1 }));
    }
}
