//! Go or stop: rules held to a fit, unless the fit cannot bear a verdict.

use serde::{Deserialize, Serialize};

use super::rates::{BacktestedChecks, RuleRates};
use super::rule::{RuleValue, StopRule};
use crate::fit::{CredibleInterval, FitOutlook, Fitted, Log, LogFit, LogRow, RunwayForecast, SurprisingRow};
use crate::stats::interval::clopper_pearson;

/// Fewest evaluated generations of a verdict, unless another number is asked for: most back-tests begin there.
pub const FEWEST_GENERATIONS: usize = 4;
/// Probability with which the interval of the last evaluation misses.
const LEVEL: f64 = 0.1;
/// Most items of an evaluation that are asked for.
const MOST_ITEMS: u64 = 10_000_000;

/// What a gate is asked.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct GateOptions {
    /// The loop stops where any of these is met.
    pub rules: Vec<StopRule>,
    /// Fewest evaluated generations of a verdict.
    pub fewest_generations: usize,
}

impl GateOptions {
    /// These rules, from [`FEWEST_GENERATIONS`] on.
    #[must_use]
    pub const fn new(rules: Vec<StopRule>) -> Self {
        Self { rules, fewest_generations: FEWEST_GENERATIONS }
    }

    /// Generations that must be forecast to judge the rules.
    #[must_use]
    pub fn horizon(&self) -> u64 {
        self.rules.iter().map(StopRule::horizon).max().unwrap_or(1)
    }
}

/// The verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum GateDecision {
    /// No rule is met.
    Go,
    /// A rule is met.
    Stop,
    /// The log cannot bear a verdict.
    NotEnoughData,
    /// The model does not predict the log.
    ModelDoesNotFit,
}

/// Why a log cannot bear a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum WhyUndecided {
    /// It has too few evaluated generations.
    FewGenerations,
    /// The sampler has not settled.
    NotSettled,
    /// It says too little of R, and a rule is about R.
    ReproductionUnknown,
    /// Its last evaluation cannot tell the present error rate from a failure.
    FailureNotExcluded,
}

/// What a log lacks for a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MissingData {
    /// Why there is no verdict.
    pub why: WhyUndecided,
    /// Generations of evaluations like the last that are missing, where they would help.
    pub generations: Option<u64>,
    /// Further test problems that are missing, where they would help.
    pub items: Option<u64>,
}

/// The numbers of a verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct GateNumbers {
    /// R.
    pub reproduction_number: CredibleInterval,
    /// P(R > 1).
    pub above_one: f64,
    /// The remaining runway.
    pub runway: RunwayForecast,
}

/// One rule, judged.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RuleOutcome {
    /// The rule.
    pub rule: StopRule,
    /// The value of its quantity; absent where the numbers of the fit cannot be used.
    pub value: Option<RuleValue>,
    /// Whether it is met; absent where that cannot be said.
    pub met: Option<bool>,
    /// What it has been worth on the back-tests; absent where none is long enough to say.
    pub rates: Option<RuleRates>,
}

/// A verdict on a loop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct GateVerdict {
    /// Whether to go on.
    pub decision: GateDecision,
    /// The log, as the user named it, and its run.
    pub subject: String,
    /// Last generation of the log.
    pub generation: u64,
    /// Evaluated generations.
    pub observed: usize,
    /// The generation from which on every evaluation of the log measured a failure, where the last one did.
    pub failed_at: Option<u64>,
    /// R and the remaining runway; absent where they cannot be used.
    pub numbers: Option<GateNumbers>,
    /// The rules in the order in which they were given.
    pub rules: Vec<RuleOutcome>,
    /// What is missing, where there is not enough data.
    pub missing: Option<MissingData>,
    /// Generations that the model does not predict, where it does not fit.
    pub surprises: Vec<SurprisingRow>,
}

impl GateVerdict {
    /// Judges a fit. A failure that the log shows stops the loop whatever the fit is worth; then come a sampler that has not
    /// settled, a model that does not fit, too few generations, the rules, and what must be known before the loop may go on.
    #[must_use]
    pub fn of(fitted: &Fitted<'_>, fit: &LogFit, options: &GateOptions) -> Self {
        let settled = fit.unsettled().is_none();
        let rules = judged(fitted, fit, options);
        let (decision, missing) = decide(fitted, fit, &rules, options);
        Self {
            decision,
            subject: fit.subject(),
            generation: fit.runway.survived_to,
            observed: fit.basis.observed,
            failed_at: fit.runway.failed_at,
            numbers: settled.then(|| GateNumbers {
                reproduction_number: fit.reproduction_number.posterior,
                above_one: fit.reproduction_number.above_one,
                runway: fit.runway.clone(),
            }),
            rules,
            missing,
            surprises: if decision == GateDecision::ModelDoesNotFit { fit.surprises.clone() } else { Vec::new() },
        }
    }

    /// The verdict on a log that is too short to fit.
    #[must_use]
    pub fn too_short(log: &Log, run: usize, options: &GateOptions) -> Self {
        let run = log.runs.get(run);
        let rows = run.map_or(&[][..], |run| &run.rows);
        let rates = BacktestedChecks::committed();
        let open = |rule: &StopRule| RuleOutcome { rule: *rule, value: None, met: None, rates: rates.rates(rule) };
        let generations = Some(options.fewest_generations.saturating_sub(rows.len()) as u64);
        Self {
            decision: GateDecision::NotEnoughData,
            subject: run.map_or_else(|| log.source.clone(), |run| log.subject(run)),
            generation: rows.last().map_or(0, |row| row.generation),
            observed: rows.len(),
            failed_at: None,
            numbers: None,
            rules: options.rules.iter().map(open).collect(),
            missing: Some(MissingData { why: WhyUndecided::FewGenerations, generations, items: None }),
            surprises: Vec::new(),
        }
    }
}

/// Whether the log says too little of R for a rule about it.
fn is_r_unknown(fit: &LogFit) -> bool {
    fit.reproduction_number.words == FitOutlook::Unmoved
}

/// The rules held to a fit.
fn judged(fitted: &Fitted<'_>, fit: &LogFit, options: &GateOptions) -> Vec<RuleOutcome> {
    let signals = fitted.signals();
    let (failed, settled) = (fit.runway.failed_at.is_some(), fit.unsettled().is_none());
    let table = BacktestedChecks::committed();
    let judged = |rule: &StopRule| {
        let (value, met) = rule.judge(&signals, failed);
        // A failure of the log is no number of the fit.
        let usable = settled || failed && !rule.is_about_r();
        let known = usable && !(rule.is_about_r() && is_r_unknown(fit));
        RuleOutcome { rule: *rule, value: usable.then_some(value), met: known.then_some(met), rates: table.rates(rule) }
    };
    options.rules.iter().map(judged).collect()
}

/// The decision, and what is missing where there is not enough data.
fn decide(
    fitted: &Fitted<'_>,
    fit: &LogFit,
    rules: &[RuleOutcome],
    options: &GateOptions,
) -> (GateDecision, Option<MissingData>) {
    let lacks = |why, generations, items| (GateDecision::NotEnoughData, Some(MissingData { why, generations, items }));
    let met = |one: &RuleOutcome| one.met == Some(true);
    let about_failure = |one: &&RuleOutcome| !one.rule.is_about_r();
    let observed = fit.basis.observed;
    if fit.runway.failed_at.is_some() && rules.iter().filter(about_failure).any(met) {
        return (GateDecision::Stop, None);
    }
    if fit.unsettled().is_some() {
        return lacks(WhyUndecided::NotSettled, None, None);
    }
    if !fit.surprises.is_empty() {
        return (GateDecision::ModelDoesNotFit, None);
    }
    if observed < options.fewest_generations {
        let generations = (options.fewest_generations - observed) as u64;
        return lacks(WhyUndecided::FewGenerations, Some(generations), None);
    }
    if rules.iter().any(met) {
        return (GateDecision::Stop, None);
    }
    if rules.iter().any(|one| one.met.is_none()) {
        let more = fitted.until_reproduction_is_known(fit.reproduction_number.prior_above_one);
        return lacks(WhyUndecided::ReproductionUnknown, more.generations, more.items);
    }
    let undistinguished = || fitted.last_row().and_then(|row| undistinguished(row, fit.runway.error_rate));
    match rules.iter().find(about_failure).and_then(|_| undistinguished()) {
        Some(items) => lacks(WhyUndecided::FailureNotExcluded, None, items),
        None => (GateDecision::Go, None),
    }
}

/// Where the interval of an evaluation reaches the error rate of failure: further items that would keep it below at the same
/// rate, if any number within reason would.
fn undistinguished(row: &LogRow, failing: f64) -> Option<Option<u64>> {
    let (wrong, all) = row.independent_counts();
    let rate = wrong as f64 / all.max(1) as f64;
    let reaches = |items: u64| clopper_pearson(rate * items as f64, items as f64, LEVEL).1 >= failing;
    if rate >= failing || !reaches(all) {
        return None;
    }
    let (mut low, mut high) = (all, all.max(1));
    while reaches(high) {
        if high >= MOST_ITEMS {
            return Some(None);
        }
        (low, high) = (high, high * 2);
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if reaches(middle) { low = middle } else { high = middle }
    }
    Some(Some(high - all))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(wrong: u64, evaluated: u64) -> LogRow {
        LogRow { evaluated, wrong, ..LogRow::default() }
    }

    #[test]
    fn items_that_tell_the_present_from_a_failure() {
        assert_eq!(undistinguished(&row(100, 1000), 0.5), None);
        // A failure is none that must be excluded.
        assert_eq!(undistinguished(&row(600, 1000), 0.5), None);
        let items = undistinguished(&row(4, 10), 0.5).unwrap().unwrap();
        let upper = |n: u64| clopper_pearson(0.4 * n as f64, n as f64, 0.1).1;
        assert!(upper(10 + items) < 0.5 && upper(9 + items) >= 0.5, "{items}");
        // 49.9999 %: no number of items within reason.
        assert_eq!(undistinguished(&row(499_999, 1_000_000), 0.5), Some(None));
    }
}
