//! Go or stop: rules held to a fit, unless the fit cannot bear a verdict.

use serde::{Deserialize, Serialize};

use super::rates::{BacktestedChecks, RuleRates};
use super::rule::{RuleValue, StopRule};
use crate::fit::{
    CredibleInterval, DrawnShare, FitOutlook, Fitted, Log, LogFit, LogRow, MOST_DRAWS, RunwayForecast, SurprisingRow,
};
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

/// Why there is no verdict, the reasons that must be mended first before the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum WhyUndecided {
    /// The sampler has not settled.
    NotSettled,
    /// The model does not predict the log.
    ModelDoesNotFit,
    /// The log has too few evaluated generations.
    FewGenerations,
    /// It says too little of R, and the rule is about R.
    ReproductionUnknown,
    /// Another sample of draws could reverse the rule.
    SamplingError,
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
    /// Draws that would decide, where a number within reason does.
    pub draws: Option<u64>,
}

impl MissingData {
    const fn of(why: WhyUndecided) -> Self {
        Self { why, generations: None, items: None, draws: None }
    }
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
    /// Monte-Carlo standard error of P(R > 1).
    pub above_one_error: f64,
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
    /// The share of draws that decides it: the value itself where that is a probability. Absent as the value is, and where the log
    /// shows the failure.
    pub deciding: Option<DrawnShare>,
    /// Whether it is met; absent where that cannot be said.
    pub met: Option<bool>,
    /// Why there is no verdict on it, where there is none.
    pub undecided: Option<WhyUndecided>,
    /// What it has been worth on the back-tests; absent where none is long enough to say.
    pub rates: Option<RuleRates>,
}

/// How a rule ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleEnd {
    /// It is met.
    Met,
    /// It is not.
    NotMet,
    /// There is no verdict on it.
    Open,
}

impl RuleOutcome {
    /// How it ends, whatever becomes of the other rules.
    #[must_use]
    pub const fn end(&self) -> RuleEnd {
        match (self.undecided, self.met) {
            (None, Some(true)) => RuleEnd::Met,
            (None, Some(false)) => RuleEnd::NotMet,
            (Some(_), _) | (None, None) => RuleEnd::Open,
        }
    }
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
        let mut rules: Vec<RuleOutcome> = options.rules.iter().map(|rule| judged(fitted, fit, rule)).collect();
        let bare = Undecided::of_log(fit, options);
        let open = undistinguished_items(fitted, fit);
        for one in &mut rules {
            one.undecided = Undecided { log: bare, failure_open: open.is_some() }.why(one, fit);
        }
        let decision = decide(fit, &rules);
        let above_one = fitted.reproduction_above(1.0);
        Self {
            decision,
            subject: fit.subject(),
            generation: fit.runway.survived_to,
            observed: fit.basis.observed,
            failed_at: fit.runway.failed_at,
            numbers: fit.unsettled().is_none().then(|| GateNumbers {
                reproduction_number: fit.reproduction_number.posterior,
                above_one: above_one.value,
                above_one_error: above_one.standard_error,
                runway: fit.runway.clone(),
            }),
            missing: (decision == GateDecision::NotEnoughData)
                .then(|| missing(fitted, fit, &rules, options, open.flatten()))
                .flatten(),
            rules,
            surprises: if decision == GateDecision::ModelDoesNotFit { fit.surprises.clone() } else { Vec::new() },
        }
    }

    /// The verdict on a log that is too short to fit.
    #[must_use]
    pub fn too_short(log: &Log, run: usize, options: &GateOptions) -> Self {
        let run = log.runs.get(run);
        let rows = run.map_or(&[][..], |run| &run.rows);
        let rates = BacktestedChecks::committed();
        let why = WhyUndecided::FewGenerations;
        let open = |rule: &StopRule| RuleOutcome {
            rule: *rule,
            value: None,
            deciding: None,
            met: None,
            undecided: Some(why),
            rates: rates.rates(rule),
        };
        let generations = Some(options.fewest_generations.saturating_sub(rows.len()) as u64);
        Self {
            decision: GateDecision::NotEnoughData,
            subject: run.map_or_else(|| log.source.clone(), |run| log.subject(run)),
            generation: rows.last().map_or(0, |row| row.generation),
            observed: rows.len(),
            failed_at: None,
            numbers: None,
            rules: options.rules.iter().map(open).collect(),
            missing: Some(MissingData { generations, ..MissingData::of(why) }),
            surprises: Vec::new(),
        }
    }
}

/// Whether the log says too little of R for a rule about it.
fn is_r_unknown(fit: &LogFit) -> bool {
    fit.reproduction_number.words == FitOutlook::Unmoved
}

/// A rule held to a fit.
fn judged(fitted: &Fitted<'_>, fit: &LogFit, rule: &StopRule) -> RuleOutcome {
    let (failed, settled) = (fit.runway.failed_at.is_some(), fit.unsettled().is_none());
    let (value, met) = rule.judge(&fitted.signals(), failed);
    // A failure of the log is no number of the fit.
    let shown = failed && !rule.is_about_r();
    let usable = settled || shown;
    let deciding = (usable && !shown).then(|| rule.deciding(fitted));
    let sampled = deciding.is_some_and(|(share, level)| hangs_on_sampling(&share, level));
    let known = usable && !sampled && !(rule.is_about_r() && is_r_unknown(fit));
    RuleOutcome {
        rule: *rule,
        value: usable.then_some(value),
        deciding: deciding.map(|(share, _)| share),
        met: known.then_some(met),
        undecided: None,
        rates: BacktestedChecks::committed().rates(rule),
    }
}

/// Standard errors within which a level leaves a share undecided. A share at this distance lies on the wrong side of the level once in 40.
const DECIDING_ERRORS: f64 = 2.0;

/// Whether another sample of draws could put a share on the other side of a level.
fn hangs_on_sampling(share: &DrawnShare, level: f64) -> bool {
    (share.value - level).abs() <= DECIDING_ERRORS * share.standard_error
}

/// What leaves rules undecided.
struct Undecided {
    /// Every rule, whatever it says.
    log: Option<WhyUndecided>,
    /// Whether the last evaluation cannot exclude a failure.
    failure_open: bool,
}

impl Undecided {
    /// Why the fit of a log bears no verdict at all.
    fn of_log(fit: &LogFit, options: &GateOptions) -> Option<WhyUndecided> {
        if fit.unsettled().is_some() {
            return Some(WhyUndecided::NotSettled);
        }
        if !fit.surprises.is_empty() {
            return Some(WhyUndecided::ModelDoesNotFit);
        }
        (fit.basis.observed < options.fewest_generations).then_some(WhyUndecided::FewGenerations)
    }

    /// Why there is no verdict on a rule. What the log itself shows needs no fit.
    fn why(&self, one: &RuleOutcome, fit: &LogFit) -> Option<WhyUndecided> {
        let about_r = one.rule.is_about_r();
        if fit.runway.failed_at.is_some() && !about_r {
            return None;
        }
        match one.met {
            _ if self.log.is_some() => self.log,
            None if about_r && is_r_unknown(fit) => Some(WhyUndecided::ReproductionUnknown),
            None => Some(WhyUndecided::SamplingError),
            Some(false) if self.failure_open && !about_r => Some(WhyUndecided::FailureNotExcluded),
            Some(_) => None,
        }
    }
}

/// The decision.
fn decide(fit: &LogFit, rules: &[RuleOutcome]) -> GateDecision {
    let is_met = |one: &RuleOutcome| one.end() == RuleEnd::Met;
    let failed = fit.runway.failed_at.is_some();
    if failed && rules.iter().any(|one| is_met(one) && !one.rule.is_about_r()) {
        return GateDecision::Stop;
    }
    if fit.unsettled().is_none() && !fit.surprises.is_empty() {
        return GateDecision::ModelDoesNotFit;
    }
    if rules.iter().any(is_met) {
        return GateDecision::Stop;
    }
    if rules.iter().any(|one| one.undecided.is_some()) { GateDecision::NotEnoughData } else { GateDecision::Go }
}

/// What is missing for a verdict, of all that leaves rules undecided what comes first in the order of the reasons.
fn missing(
    fitted: &Fitted<'_>,
    fit: &LogFit,
    rules: &[RuleOutcome],
    options: &GateOptions,
    items: Option<u64>,
) -> Option<MissingData> {
    let why = rules.iter().filter_map(|one| one.undecided).min()?;
    let missing = MissingData::of(why);
    Some(match why {
        WhyUndecided::NotSettled | WhyUndecided::ModelDoesNotFit => missing,
        WhyUndecided::FewGenerations => {
            let generations = options.fewest_generations.saturating_sub(fit.basis.observed) as u64;
            MissingData { generations: Some(generations), ..missing }
        }
        WhyUndecided::ReproductionUnknown => {
            let more = fitted.until_reproduction_is_known(fit.reproduction_number.prior_above_one);
            MissingData { generations: more.generations, items: more.items, ..missing }
        }
        WhyUndecided::SamplingError => {
            let sampled = rules.iter().filter(|one| one.undecided == Some(why));
            let needed = sampled.map(|one| deciding_draws(fitted, &one.rule)).collect::<Option<Vec<u64>>>();
            MissingData { draws: needed.and_then(|draws| draws.into_iter().max()), ..missing }
        }
        WhyUndecided::FailureNotExcluded => MissingData { items, ..missing },
    })
}

/// Draws that put a share beyond its sampling error from the level, if it stays what it is; rounded up to thousands. Nothing where
/// that takes more than are drawn.
fn deciding_draws(fitted: &Fitted<'_>, rule: &StopRule) -> Option<u64> {
    let (share, level) = rule.deciding(fitted);
    let factor = (DECIDING_ERRORS * share.standard_error / (share.value - level)).powi(2);
    let draws = (fitted.draws_made() as f64 * factor / 1000.0).ceil() * 1000.0;
    // At the level itself the factor is infinite.
    (draws <= MOST_DRAWS as f64).then_some(draws as u64)
}

/// Where the last evaluation of a log cannot tell its error rate from a failure: the further items that would.
fn undistinguished_items(fitted: &Fitted<'_>, fit: &LogFit) -> Option<Option<u64>> {
    fitted.last_row().and_then(|row| undistinguished(row, fit.runway.error_rate))
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
