//! The search for a design: every combination of options worked out exactly, except for those that a lower bound on their cost rules
//! out.
//!
//! Designs are worked out in the order of their bounds, a fixed number at a time, so that the answer and the counts are the same on
//! any number of threads. A design is left out once its bound shows that it would cost more than twice the best one found (or last
//! less than half as long), if it met the goal.

use rayon::prelude::*;
use thiserror::Error;

use crate::analytic::SolveError;
use crate::quantity::Count;
use crate::scenario::{Design, Filter, Scenario, ScenarioError};

use super::evaluate::RunOutcome;
use super::least_price::{least_cost, most_generations};
use super::lever::{PlanLever, levers};
use super::planned::{DesignPlan, PlanQuestion, PlannedDesign, SearchCount};
use super::ranking::{cheaper_miss, front, ranking};
use super::space::{DesignSpace, MOST_COMBINATIONS, PlannedVariant, combinations};

/// How far beyond the best design others are followed, for the runner-up and the Pareto front.
const FOLLOWED: f64 = 2.0;
/// Designs worked out between two looks at the best.
const AT_ONCE: usize = 32;
/// Counted where a file has no prices.
const STEPS: [&str; 2] = ["cost.per_step=1", "cost.unit=steps"];

/// The designs up to where none was left out without being worked out: the front is exact there.
fn followed(designs: &[PlannedDesign], chosen: Option<&PlannedDesign>) -> Vec<PlannedDesign> {
    let most = chosen.filter(|one| one.meets).and_then(|one| one.cost).map_or(f64::INFINITY, |cost| FOLLOWED * cost);
    designs.iter().filter(|one| one.cost.is_none_or(|cost| cost <= most)).cloned().collect()
}

/// What a plan is to answer.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanRequest {
    /// The question.
    pub question: PlanQuestion,
    /// The probability of failing within the run that is accepted.
    pub max_failure: f64,
    /// What is varied besides or in place of the defaults.
    pub asked: Vec<PlanLever>,
    /// Whether nothing else is varied.
    pub only: bool,
}

/// A plan that cannot be made.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum SearchError {
    /// A key or a value breaks a rule.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// Too many combinations.
    #[error(
        "{combinations} combinations are more than the {MOST_COMBINATIONS} of one search; vary fewer keys, or give --only with --vary"
    )]
    TooMany {
        /// Combinations, in words.
        combinations: String,
    },
    /// A filter that no loop has.
    #[error("--vary filter.{index}: {counted}; filters are counted from 0")]
    NoFilter {
        /// The number asked for.
        index: usize,
        /// How many there are, in words.
        counted: String,
    },
    /// Designs whose prices cannot be compared.
    #[error("the designs are priced in {first} and in {other}; give them one unit, or choose one with --design")]
    Units {
        /// One unit.
        first: String,
        /// Another.
        other: String,
    },
    /// No design can be worked out.
    #[error("no design can be worked out exactly: {0}")]
    Unreached(SolveError),
}

/// The loops that a plan starts from, ready to be varied.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanSpace {
    /// Each loop, priced, and its levers.
    bases: Vec<(Design, Vec<PlanLever>)>,
    /// Whether the loops are designs of a file, which has a name for each.
    named: bool,
    counts_steps: bool,
    space: DesignSpace,
}

impl PlanSpace {
    /// The designs that the request's levers make of `bases`; `named` where these are designs of a file.
    ///
    /// # Errors
    /// [`SearchError`] for a key, a value or a unit that cannot be used, and for too many combinations.
    pub fn new(bases: &[Design], named: bool, request: &PlanRequest) -> Result<Self, SearchError> {
        let counts_steps = bases.iter().all(|base| base.scenario.cost.is_none());
        let horizon = match request.question {
            PlanQuestion::Cheapest { generations, .. } => format!("horizon={generations}"),
            PlanQuestion::Longest { most, .. } => format!("horizon={most}"),
        };
        let mut ready = Vec::with_capacity(bases.len());
        for base in bases {
            let sets: Vec<String> = prices(counts_steps).into_iter().chain([horizon.clone()]).collect();
            let scenario = base.scenario.varied(&sets, &[])?;
            filters_exist(&request.asked, scenario.filters.len())?;
            let own = levers(&scenario, &request.asked, request.only);
            ready.push((Design { name: base.name.clone(), scenario }, own));
        }
        same_unit(&ready)?;
        let all = ready.iter().try_fold(0_usize, |sum, (_, levers)| sum.checked_add(combinations(1, levers)?));
        match all {
            Some(all) if all <= MOST_COMBINATIONS => {}
            many => {
                let combinations = many.map_or_else(|| "more than 10^19".to_owned(), |many| many.to_string());
                return Err(SearchError::TooMany { combinations });
            }
        }
        let space = DesignSpace::of(&ready)?;
        Ok(Self { bases: ready, named, counts_steps, space })
    }

    /// The loops of all designs and the most generations that each may be followed, for whoever estimates the work.
    pub fn runs(&self, request: &PlanRequest) -> impl Iterator<Item = (&Scenario, u64)> {
        let PlanRequest { question, max_failure, .. } = *request;
        self.space.variants.iter().map(move |variant| {
            let generations = match question {
                PlanQuestion::Cheapest { generations, .. } => generations,
                PlanQuestion::Longest { budget, most } => {
                    most_generations(&variant.scenario, budget, max_failure, most)
                }
            };
            (&variant.scenario, generations)
        })
    }

    /// Searches them. `progress` is told of designs that are done.
    ///
    /// # Errors
    /// [`SearchError::Unreached`] where no design can be worked out exactly.
    pub fn search(&self, request: &PlanRequest, progress: &(dyn Fn(u64) + Sync)) -> Result<DesignPlan, SearchError> {
        let Self { bases, counts_steps, space, .. } = self;
        let (worked, mut search, refused) = worked_out(&space.variants, request, progress);
        search.combinations = space.combinations;
        search.illegal = space.illegal;
        search.doubled = space.doubled;
        if let (true, Some(reason)) = (worked.is_empty(), refused.clone()) {
            return Err(SearchError::Unreached(reason));
        }
        let designs: Vec<PlannedDesign> =
            worked.iter().map(|(index, outcome)| self.design(&space.variants[*index], *outcome, request)).collect();
        let ranking = ranking(&designs, request.question);
        let (chosen, scenario) = self.choice(&worked, &designs, &ranking, request);
        let runner_up = ranking.get(1).map(|&second| designs[second].clone());
        let cheaper =
            chosen.as_ref().filter(|one| one.meets).and_then(|one| cheaper_miss(&designs, one, request.question));
        Ok(DesignPlan {
            question: request.question,
            max_failure: request.max_failure,
            unit: unit(&bases[0].0.scenario).to_owned(),
            counts_steps: *counts_steps,
            met: chosen.as_ref().is_some_and(|one| one.meets),
            notes: self.notes(scenario.as_ref(), &search, refused),
            scenario,
            runner_up,
            cheaper,
            present: self.present(request),
            front: front(&followed(&designs, chosen.as_ref()), request.question),
            designs,
            levers: bases[0].1.clone(),
            search,
            chance: None,
            chosen,
        })
    }

    /// The best design, or else the nearest, and its complete loop.
    fn choice(
        &self,
        worked: &[(usize, RunOutcome)],
        designs: &[PlannedDesign],
        ranking: &[usize],
        request: &PlanRequest,
    ) -> (Option<PlannedDesign>, Option<Scenario>) {
        let variants = &self.space.variants;
        let best = ranking.first().map(|&best| (worked[best].0, designs[best].clone()));
        let nearest = || {
            let (index, outcome) = self.nearest(worked, request)?;
            Some((index, self.design(&variants[index], outcome, request)))
        };
        let Some((index, design)) = best.or_else(nearest) else { return (None, None) };
        let mut scenario = variants[index].scenario.clone();
        scenario.horizon = Count::new(design.generations.max(1)).unwrap_or(scenario.horizon);
        // Prices that stood in for none are no part of the design.
        scenario.cost = scenario.cost.take().filter(|_| !self.counts_steps);
        (Some(design), Some(scenario))
    }

    /// The file's own loop, where it is the only one.
    fn present(&self, request: &PlanRequest) -> Option<PlannedDesign> {
        let [(base, _)] = &self.bases[..] else { return None };
        let scenario = base.scenario.clone();
        let outcome = RunOutcome::of(&scenario, request.question, request.max_failure).ok()?;
        let variant = PlannedVariant { base: 0, sets: Vec::new(), without: Vec::new(), scenario };
        Some(self.design(&variant, outcome, request))
    }

    /// Of designs none of which does what is asked, the one that comes nearest.
    fn nearest(&self, worked: &[(usize, RunOutcome)], request: &PlanRequest) -> Option<(usize, RunOutcome)> {
        let by_distance = |a: &RunOutcome, b: &RunOutcome| {
            // What lasts and is too dear, then what fails least.
            let price = |one: &RunOutcome| if one.lasts { one.cost } else { f64::INFINITY };
            let failed = |one: &RunOutcome| if one.lasts { 0.0 } else { one.failed };
            price(a).total_cmp(&price(b)).then(failed(a).total_cmp(&failed(b))).then(a.cost.total_cmp(&b.cost))
        };
        if let PlanQuestion::Cheapest { .. } = request.question {
            return worked.iter().min_by(|a, b| by_distance(&a.1, &b.1)).copied();
        }
        // Nothing pays for one generation: which would cost least?
        let one = PlanQuestion::Cheapest { generations: 1, budget: None };
        let first = |(index, variant): (usize, &PlannedVariant)| {
            Some((index, RunOutcome::of(&variant.scenario, one, request.max_failure).ok()?))
        };
        let all: Vec<_> = self.space.variants.par_iter().enumerate().filter_map(first).collect();
        all.into_iter().min_by(|a, b| by_distance(&a.1, &b.1))
    }

    fn design(&self, variant: &PlannedVariant, outcome: RunOutcome, request: &PlanRequest) -> PlannedDesign {
        let base = &self.bases[variant.base].0;
        let cost = Some(outcome.cost).filter(|cost| cost.is_finite());
        let meets = match request.question {
            PlanQuestion::Cheapest { budget, .. } => {
                outcome.lasts && cost.is_some_and(|cost| budget.is_none_or(|budget| cost <= budget))
            }
            PlanQuestion::Longest { .. } => outcome.lasts && outcome.limit.is_some() && outcome.generations > 0,
        };
        PlannedDesign {
            name: variant.name(self.named.then_some(base.name.as_str())),
            of: self.named.then(|| base.name.clone()),
            sets: variant.sets.clone(),
            without: variant.without.clone(),
            generations: outcome.generations,
            failed: outcome.failed,
            failed_error: outcome.failed_error,
            cost,
            meets,
            limit: outcome.limit,
        }
    }

    fn notes(&self, chosen: Option<&Scenario>, search: &SearchCount, refused: Option<SolveError>) -> Vec<String> {
        let mut notes = Vec::new();
        if self.counts_steps {
            notes.push(
                "the file has no prices: costs count the steps of all candidates; give it a `[cost]` table to price checks, \
                 training and truth"
                    .to_owned(),
            );
        }
        let free: Vec<&str> = chosen.map_or_else(Vec::new, free_checks);
        if !free.is_empty() {
            notes.push(format!(
                "free here, for want of `per_check` or `per_check_step`: the check by {}; free checks make a design look cheaper than it is",
                free.join(", ")
            ));
        }
        if let Some(reason) = refused {
            notes.push(format!(
                "{} designs are beyond the exact methods and were left out: {reason}",
                search.beyond_reach
            ));
        }
        notes
    }
}

/// The keys that price a loop without prices by its steps.
pub(super) fn prices(counts_steps: bool) -> Vec<String> {
    STEPS.iter().filter(|_| counts_steps).map(|set| (*set).to_owned()).collect()
}

/// Refuses to leave out a filter that there is not.
fn filters_exist(asked: &[PlanLever], filters: usize) -> Result<(), SearchError> {
    let without = asked.iter().flat_map(|lever| &lever.options).filter_map(|option| option.without);
    match without.max().filter(|index| *index >= filters) {
        Some(index) => {
            let counted = match filters {
                0 => "the loop has no filter".to_owned(),
                1 => "the loop has 1 filter".to_owned(),
                _ => format!("the loop has {filters} filters"),
            };
            Err(SearchError::NoFilter { index, counted })
        }
        None => Ok(()),
    }
}

/// The one unit of all loops.
fn same_unit(bases: &[(Design, Vec<PlanLever>)]) -> Result<(), SearchError> {
    let mut units = bases.iter().map(|(base, _)| unit(&base.scenario));
    let first = units.next().unwrap_or_default();
    match units.find(|other| *other != first) {
        Some(other) => Err(SearchError::Units { first: first.to_owned(), other: other.to_owned() }),
        None => Ok(()),
    }
}

fn unit(scenario: &Scenario) -> &str {
    scenario.cost.as_ref().map_or("nothing", |cost| cost.unit.as_str())
}

/// Checks of a loop that cost nothing.
fn free_checks(scenario: &Scenario) -> Vec<&str> {
    let paid = |index: usize| {
        let price = scenario.cost.as_ref().map(|cost| cost.check(index));
        price.is_some_and(|price| price.per_check.get() + price.per_check_step.get() > 0.0)
    };
    // A restatement is solved by the model, which is paid for.
    let free = |(index, filter): &(usize, &Filter)| !paid(*index) && !matches!(filter, Filter::Transform { .. });
    scenario.filters.iter().enumerate().filter(free).map(|(_, filter)| filter.kind()).collect()
}

/// Designs by number, each with its bound: the smaller, the better it may be.
fn by_bound(variants: &[PlannedVariant], question: PlanQuestion, max_failure: f64) -> Vec<(f64, usize)> {
    let bound = |variant: &PlannedVariant| match question {
        PlanQuestion::Cheapest { generations, .. } => least_cost(&variant.scenario, generations, max_failure),
        PlanQuestion::Longest { budget, most } => {
            -(most_generations(&variant.scenario, budget, max_failure, most) as f64)
        }
    };
    let mut order: Vec<(f64, usize)> = variants.iter().map(bound).zip(0..).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    order
}

/// The designs worked out, by number; how many; and why the first beyond reach is.
fn worked_out(
    variants: &[PlannedVariant],
    request: &PlanRequest,
    progress: &(dyn Fn(u64) + Sync),
) -> (Vec<(usize, RunOutcome)>, SearchCount, Option<SolveError>) {
    let PlanRequest { question, max_failure, .. } = *request;
    let order = by_bound(variants, question, max_failure);
    let (mut found, mut count, mut refused) = (Vec::new(), SearchCount::default(), None);
    let mut left = &order[..];
    while !left.is_empty() {
        let limit = limit(&found, question);
        let followed = left.iter().take_while(|(bound, _)| *bound <= limit).take(AT_ONCE).count();
        if followed == 0 {
            break;
        }
        let (now, later) = left.split_at(followed);
        let done: Vec<_> = now
            .par_iter()
            .map(|&(_, index)| {
                let outcome = RunOutcome::of(&variants[index].scenario, question, max_failure);
                progress(1);
                (index, outcome)
            })
            .collect();
        for (index, outcome) in done {
            match outcome {
                Ok(outcome) => found.push((index, outcome)),
                Err(reason) => {
                    count.beyond_reach += 1;
                    refused = refused.or(Some(reason));
                }
            }
        }
        left = later;
    }
    progress(left.len() as u64);
    count.evaluated = found.len();
    count.pruned = left.len();
    (found, count, refused)
}

/// The bound beyond which a design is left out.
fn limit(found: &[(usize, RunOutcome)], question: PlanQuestion) -> f64 {
    let lasting = found.iter().map(|(_, outcome)| outcome).filter(|outcome| outcome.lasts);
    match question {
        PlanQuestion::Cheapest { .. } => FOLLOWED * lasting.map(|outcome| outcome.cost).fold(f64::INFINITY, f64::min),
        PlanQuestion::Longest { .. } => {
            let longest = lasting.map(|outcome| outcome.generations).max().unwrap_or(0);
            // What buys no generation is never the answer.
            -(longest as f64 / FOLLOWED).max(1.0)
        }
    }
}
