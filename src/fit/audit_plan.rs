//! Where a budget of audits detects R > 1 soonest.
//!
//! Prior-predictive design with the draws of the fit for a prior: each draw says how many of the examples kept in every
//! generation are wrong (beta-binomial with its own over-dispersion), and whether its R is above 1. R > 1 is detected where the
//! posterior P(R > 1), given the log and the audits, reaches a level. The budget goes to one generation or two: of two
//! batches every outcome is summed (`evidence`), and what audits say of R is how the wrong share changes, for which two
//! generations far apart serve best. Allocations are ranked on few draws, the best weighed anew on all.

use serde::{Deserialize, Serialize};

use super::advise::unaudited;
use super::answer::reproduction_number;
use super::evidence::{EvidenceBatch, EvidenceOf};
use super::fitted::Fitted;
use super::model::SampledPath;

/// Draws on which allocations are ranked, and on which the best are weighed.
const RANKED: usize = 200;
const WEIGHED: usize = 1000;
/// Allocations that are weighed on all draws.
const FINALISTS: usize = 4;
/// Generations among which a budget is shared.
const PLACES: usize = 8;
/// Least budget that is tried for a wanted probability, but for the last halvings, and the largest.
const LEAST: u64 = 25;
const MOST: u64 = 6_400;
/// Factor by which the odds of R > 1 must move before anything is said: √10, as in a fit's words.
const SPEAKS: f64 = 3.162_277_660_168_379_5;
/// Generations ahead, and test problems, that are asked for.
const FARTHEST: u64 = 8;
const PROBLEMS: [u64; 5] = [100, 300, 1_000, 3_000, 10_000];
/// Probability from which more data are said to be enough.
const LIKELY: f64 = 0.5;

/// What audits are to detect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AuditQuestion {
    /// Kept examples that may be audited.
    pub budget: u64,
    /// Generation by which R > 1 is to be detected: the last of the log, or one within the horizon.
    pub by: u64,
    /// Probability with which it is to be detected, where R is above 1.
    pub wanted: f64,
    /// Posterior P(R > 1) from which on it is detected.
    pub level: f64,
}

/// Kept examples to be audited, and what they are expected to show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AuditAllocation {
    /// Generations, each with the number of its kept examples to be audited.
    pub audits: Vec<(u64, u64)>,
    /// Probability that R > 1 is detected, where R is above 1.
    pub detected: f64,
    /// Probability that it is taken to be detected where R is at most 1.
    pub false_alarm: f64,
}

impl AuditAllocation {
    /// Examples in all.
    #[must_use]
    pub fn items(&self) -> u64 {
        self.audits.iter().map(|(_, items)| items).sum()
    }
}

/// How a budget of audits is best spent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PlannedAudits {
    /// Last generation of the log.
    pub generation: u64,
    /// Generation by which R > 1 is to be detected.
    pub by: u64,
    /// Probability that the loop has not failed by then.
    pub reached: f64,
    /// P(R > 1) now.
    pub above_one: f64,
    /// P(R > 1) from which on it is detected.
    pub level: f64,
    /// Kept examples that may be audited.
    pub budget: u64,
    /// The best allocation of the budget; absent where no kept example is left to audit.
    pub best: Option<AuditAllocation>,
    /// The whole budget in the last generation of the log, for comparison; absent where no kept example of it is left.
    pub in_last: Option<AuditAllocation>,
    /// Probability of detection that is wanted.
    pub wanted: f64,
    /// The smallest allocation found that reaches it; absent where none of up to 6 400 examples does.
    pub needed: Option<AuditAllocation>,
}

/// Generations and items that are expected to say on which side of 1 R lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FurtherData {
    /// Further generations, evaluated like the last.
    pub generations: Option<u64>,
    /// Test problems for the next generation.
    pub items: Option<u64>,
}

/// A generation of which kept examples can be audited.
struct AuditPlace {
    generation: u64,
    /// Its place in a path.
    index: usize,
    /// Kept examples that are left.
    left: u64,
}

impl Fitted<'_> {
    /// How many kept examples to audit in which generation, so that R > 1 is detected.
    #[must_use]
    pub fn plan_audits(&self, question: AuditQuestion) -> PlannedAudits {
        let AuditQuestion { budget, by, wanted, level } = question;
        let places = self.audit_places(by);
        let last = self.last_row().map_or(0, |row| row.generation);
        let all = self.evidence(WEIGHED);
        let of_last = places.iter().position(|place| place.generation == last);
        let in_last = of_last.and_then(|at| places.get(at)).map(|place| vec![(place, budget.min(place.left))]);
        PlannedAudits {
            generation: last,
            by,
            reached: self.reaching(by),
            above_one: self.reproduction_above(1.0).value,
            level,
            budget,
            best: self.best_audits(&places, budget, level, FINALISTS),
            in_last: in_last
                .filter(|audits| audits.iter().all(|one| one.1 > 0))
                .map(|audits| weighed(&all, &audits, level)),
            wanted,
            needed: self.needed_audits(&places, question),
        }
    }

    /// Probability that the loop has not failed by a generation of its future.
    #[must_use]
    pub fn reaching(&self, generation: u64) -> f64 {
        let last = self.last_row().map_or(0, |row| row.generation);
        let ahead = generation.saturating_sub(last);
        if ahead == 0 { 1.0 } else { 1.0 - self.failing_within(ahead).value }
    }

    /// Generations up to `by` of which kept examples are left to audit, the first, the last and some between.
    fn audit_places(&self, by: u64) -> Vec<AuditPlace> {
        let first = self.run.rows.first().map_or(0, |row| row.generation);
        let left = |generation: u64| match self.run.rows.iter().find(|row| row.generation == generation) {
            Some(row) => unaudited(row).unwrap_or(u64::MAX),
            // As many as the last generation kept, for one that is yet to come.
            None => self.last_row().and_then(|row| row.kept).unwrap_or(u64::MAX),
        };
        let last = self.last_row().map_or(first, |row| row.generation);
        let known = |generation: u64| generation > last || self.run.rows.iter().any(|row| row.generation == generation);
        let place = |generation: u64| {
            let index = usize::try_from(generation - first).ok()?;
            let reached = self.paths.first().is_some_and(|path| index < path.kept_wrong.len());
            let place = AuditPlace { generation, index, left: left(generation) };
            (reached && place.left > 0 && known(generation)).then_some(place)
        };
        let all: Vec<AuditPlace> = (first..=by.max(first)).filter_map(place).collect();
        let chosen = thinned(&all.iter().map(|place| place.generation).collect::<Vec<_>>(), last);
        all.into_iter().filter(|place| chosen.contains(&place.generation)).collect()
    }

    /// Some of the paths, evenly spaced, with which of them have R above 1.
    fn evidence(&self, count: usize) -> (Vec<&SampledPath>, EvidenceOf) {
        let count = count.min(self.paths.len());
        let place = |index: usize| (index * self.paths.len() + self.paths.len() / 2) / count.max(1);
        let paths: Vec<&SampledPath> = (0..count).filter_map(|index| self.paths.get(place(index))).collect();
        let model = &self.posterior.model;
        let above =
            paths.iter().map(|path| reproduction_number(model, self.options.run, &path.learner) > 1.0).collect();
        (paths, EvidenceOf { above, seed: self.options.seed })
    }

    fn best_audits(&self, places: &[AuditPlace], budget: u64, level: f64, finalists: usize) -> Option<AuditAllocation> {
        let few = self.evidence(RANKED);
        let mut ranked: Vec<(f64, Vec<(&AuditPlace, u64)>)> = allocations(places, budget)
            .into_iter()
            .map(|audits| (weighed(&few, &audits, level).detected, audits))
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        let all = self.evidence(WEIGHED);
        let finalists = ranked.iter().take(finalists).map(|(_, audits)| weighed(&all, audits, level));
        finalists.reduce(|best, one| if one.detected > best.detected { one } else { best })
    }

    fn needed_audits(&self, places: &[AuditPlace], question: AuditQuestion) -> Option<AuditAllocation> {
        let AuditQuestion { wanted, level, .. } = question;
        let reaches = |budget: u64| self.best_audits(places, budget, level, 1).filter(|one| one.detected >= wanted);
        let mut left: Vec<u64> = places.iter().map(|place| place.left).collect();
        left.sort_unstable();
        // A budget goes to two generations at the most.
        let most = left.iter().rev().take(2).fold(0, |sum: u64, left| sum.saturating_add(*left)).min(MOST);
        let mut found = reaches(most)?;
        let mut high = most;
        while let Some(one) = Some(high / 2).filter(|half| *half >= LEAST).and_then(reaches) {
            (found, high) = (one, high / 2);
        }
        let mut low = if high / 2 >= LEAST { high / 2 } else { 0 };
        for _ in 0..3 {
            let middle = low + (high - low) / 2;
            match reaches(middle).filter(|_| middle > 0) {
                Some(one) => (found, high) = (one, middle),
                None => low = middle,
            }
        }
        Some(found)
    }

    /// What would say on which side of 1 R lies, more probably than not: the fewest further generations evaluated like the
    /// last, and the fewest test problems of the next one.
    #[must_use]
    pub fn until_reproduction_is_known(&self, prior_above_one: f64) -> FurtherData {
        let (paths, evidence) = self.evidence(WEIGHED);
        // A prior that is sure has odds too.
        let prior_above_one = prior_above_one.clamp(1e-4, 1.0 - 1e-4);
        let prior = prior_above_one / (1.0 - prior_above_one);
        let moves = |above: f64| {
            let shift = above / (1.0 - above) / prior;
            !(1.0 / SPEAKS..=SPEAKS).contains(&shift)
        };
        let known = paths.first().map_or(0, |path| path.course.error.len() - path.course.measured.len());
        let ahead = |index: u64, items: u64| EvidenceBatch {
            items,
            rates: paths.iter().filter_map(|path| path.course.error.get(known + index as usize).copied()).collect(),
            dispersions: Vec::new(),
        };
        let likely = |batches: &[EvidenceBatch]| {
            let shares = evidence.shares(batches, moves);
            let above = evidence.above.iter().filter(|above| **above).count() as f64 / paths.len().max(1) as f64;
            above * shares.above + (1.0 - above) * shares.below >= LIKELY
        };
        let like_last = self.ahead.evaluated;
        let generations = (1..=FARTHEST.min(self.options.horizon))
            .find(|count| likely(&(0..*count).map(|index| ahead(index, like_last)).collect::<Vec<_>>()));
        let items = PROBLEMS.into_iter().find(|items| likely(&[ahead(0, *items)]));
        FurtherData { generations, items }
    }
}

/// At most [`PLACES`] generations: the first, the last, the last of the log, and some evenly between.
fn thinned(generations: &[u64], last: u64) -> Vec<u64> {
    let n = generations.len();
    if n <= PLACES {
        return generations.to_vec();
    }
    let mut chosen: Vec<u64> =
        (0..PLACES - 1).filter_map(|k| generations.get(k * (n - 1) / (PLACES - 2)).copied()).collect();
    chosen.extend(generations.iter().copied().find(|generation| *generation == last));
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

/// The budget in one generation, or a quarter, a half or three quarters of it in one and the rest in another.
fn allocations(places: &[AuditPlace], budget: u64) -> Vec<Vec<(&AuditPlace, u64)>> {
    let mut all: Vec<Vec<(&AuditPlace, u64)>> =
        places.iter().map(|place| vec![(place, budget.min(place.left))]).collect();
    for (at, one) in places.iter().enumerate() {
        for other in places.iter().skip(at + 1) {
            for quarters in 1..=3 {
                let first = (budget * quarters / 4).min(one.left);
                let second = (budget - first).min(other.left);
                // What one generation lacks goes to the other.
                let first = (budget - second).min(one.left);
                if first > 0 && second > 0 {
                    all.push(vec![(one, first), (other, second)]);
                }
            }
        }
    }
    all
}

fn weighed(
    (paths, evidence): &(Vec<&SampledPath>, EvidenceOf),
    audits: &[(&AuditPlace, u64)],
    level: f64,
) -> AuditAllocation {
    let batch = |(place, items): &(&AuditPlace, u64)| EvidenceBatch {
        items: *items,
        rates: paths.iter().map(|path| path.kept_wrong.get(place.index).copied().unwrap_or(0.0)).collect(),
        dispersions: paths.iter().map(|path| path.learner.audit_dispersion).collect(),
    };
    let batches: Vec<EvidenceBatch> = audits.iter().map(batch).collect();
    let shares = evidence.shares(&batches, |above| above >= level);
    AuditAllocation {
        audits: audits.iter().map(|(place, items)| (place.generation, *items)).collect(),
        detected: shares.above,
        false_alarm: shares.below,
    }
}
