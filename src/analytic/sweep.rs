//! Many scenarios, the few numbers that a sweep is drawn from.

use rayon::prelude::*;

use crate::law::{Composition, Law};
use crate::quantity::Count;
use crate::scenario::Scenario;

use super::chain1d::backward_failure::fails_within;
use super::chain1d::node_propagation::NodePropagation;
use super::chain1d::quadrature::CountLoop;
use super::chain1d::swept_chain::{ShareLaw, SweptChain};
use super::elimination::skyline_gth::EliminatedChain;
use super::error::Undefined;
use super::ever_fails::Fate;
use super::mean_field::reproduction;
use super::runway_sum::RunwaySum;
use super::settled::settled;
use super::solve::solve;
use super::sweep_point::{SweepPoint, SweptNumbers};
use super::tolerances::{
    HAZARD_OVER_TRUNCATED, RAREST_TRANSITION, ROWS_AT_REST, ROWS_DIED_OUT, SEEN_TO_FAIL, SWEPT_REST, SWEPT_TRANSITION,
    UNSEEN,
};

/// The largest number of examples whose chain is formed quickly: the exponents of its rows have twelve digits.
const MOST_EXAMPLES: u64 = 20_000;
/// The largest number of examples with which hardly a loop fails so rarely that a double cannot hold it.
const MOST_SEEN: u64 = 1_200;
/// Generations after which a loop that still runs is eliminated.
const PATIENCE: u64 = 100;
/// Generations after which the quantiles of a loop that has not come to rest are given up.
const MOST_FOLLOWED: u64 = 2_000;
/// Transitions through other states below this are left out of elimination at first.
const LEAST_THROUGH: f64 = 1e-19;
/// What may be left out of `E[T]`, relatively.
const ACCEPTED_LOSS: f64 = 1e-12;
/// Transitions below this are left out of the rows of a loop whose mistakes grow.
const SHORT_ROWS: f64 = 1e-25;
/// P(T ≤ g) of a loop that has failed for sure, as far as such rows tell: they leave it 13 digits.
const SURELY_FAILED: f64 = 1e-6;
/// Relative change of a hazard from which on its changes fall geometrically.
const SMALL_CHANGE: f64 = 1e-6;
/// Generations in a row in which a hazard is near its limit before it is taken for it.
const NEAR_ENOUGH: u32 = 3;

/// R, `E[T]` and S(`generation`) of each scenario, in their order, on all cores.
///
/// ```
/// use runaway::Scenario;
/// use runaway::analytic::sweep;
/// use runaway::scenario::Origin;
///
/// let with = |imprint: f64| {
///     let overrides = [format!("learning.imprint={imprint}"), "examples=50".to_owned()];
///     Scenario::parse("name = \"swept\"", Origin::Text, &overrides)
/// };
/// let points = sweep(&[with(0.5)?, with(0.8)?], 20);
/// // The more is learned of wrong examples, the sooner the loop fails.
/// assert!(points[0].mean > points[1].mean);
/// # Ok::<(), runaway::scenario::ScenarioError>(())
/// ```
#[must_use]
pub fn sweep(scenarios: &[Scenario], generation: u64) -> Vec<SweepPoint> {
    let asked = SweptNumbers { generation, quantiles: false };
    scenarios.par_iter().map_init(Sweeper::default, |sweeper, scenario| sweeper.point(scenario, asked)).collect()
}

/// Answers one scenario after another, each in the room that the last one had.
#[derive(Debug, Clone, Default)]
pub struct Sweeper {
    chain: SweptChain,
}

impl Sweeper {
    /// Whether a scenario is one for few nodes; another one takes as long as [`solve`].
    #[must_use]
    pub fn is_quick(scenario: &Scenario) -> bool {
        !scenario.has_unsound()
            && settled(scenario, 0)
            && !scenario.start.draw
            && scenario.examples.get() <= MOST_EXAMPLES
    }

    /// Whether a quick scenario may take as long as [`solve`] after all: mistakes that heal among many examples lead to failures
    /// too rare for a double, which few nodes do not tell from impossible ones.
    #[must_use]
    pub fn may_be_slow(scenario: &Scenario) -> bool {
        let heals = || reproduction::reproduction_number(&Law::new(scenario, 0)).is_ok_and(|number| number <= 1.0);
        scenario.examples.get() > MOST_SEEN && heals()
    }

    /// The numbers of one scenario.
    #[must_use]
    pub fn point(&mut self, scenario: &Scenario, asked: SweptNumbers) -> SweepPoint {
        let law = Law::new(scenario, 0);
        let reproduction = reproduction::reproduction_number(&law);
        let mut point = self
            .quickly(scenario, &law, reproduction.is_ok_and(|number| number > 1.0), asked)
            .unwrap_or_else(|| by_solving(scenario, asked));
        if !asked.quantiles {
            point.quantiles = [None; 3];
        }
        // Of two numbers that sum to 1 the larger follows from the smaller, whose digits count.
        if let (Some(survival), Some(failed)) = (point.survival, &mut point.failed) {
            *failed = if survival < 0.5 { 1.0 - survival } else { failed.min(1.0) };
        }
        match reproduction {
            Ok(number) => point.reproduction_number = Some(number),
            Err(reason) => _ = point.undefined.insert("reproduction_number".to_owned(), reason.to_owned()),
        }
        point
    }

    /// By a chain on few nodes; `None` where the scenario is not one for it. Whether its mistakes grow only decides what is tried
    /// first.
    fn quickly(&mut self, scenario: &Scenario, law: &Law, grows: bool, asked: SweptNumbers) -> Option<SweepPoint> {
        if !Self::is_quick(scenario) {
            return None;
        }
        let start = CountLoop::start(scenario);
        let failing = scenario.stage(0).failing;
        if start >= failing {
            return Some(failed_at_start());
        }
        let next = |share: f64| Some(law.at(Composition { unsound: 0.0, wrong: share }).next?.wrong);
        let mut tried = |least: f64| {
            let chain = &mut self.chain;
            chain.form(scenario.draws(), failing, &next, least)?;
            let (first, begun, exit) = chain.first(start, &next)?;
            FollowedLoop::new(chain, &first, begun, exit, asked.generation).point(&first, begun, least, asked)
        };
        // Short rows are enough for a loop that fails for sure.
        let soon = if grows { tried(SHORT_ROWS) } else { None };
        let found = soon.or_else(|| tried(SWEPT_TRANSITION));
        found.or_else(|| self.rarely(scenario.draws(), (start, failing), &next, asked))
    }

    /// Where failure is so rare that no law carried forward holds it: `E[T]` by elimination, P(T ≤ g) backward from failure, both
    /// sums of positive terms.
    fn rarely(
        &mut self,
        draws: u64,
        (start, failing): (u64, u64),
        next: &ShareLaw<'_>,
        asked: SweptNumbers,
    ) -> Option<SweepPoint> {
        if asked.quantiles || asked.generation > MOST_FOLLOWED {
            return None;
        }
        let chain = &mut self.chain;
        chain.form(draws, failing, next, RAREST_TRANSITION)?;
        let (first, begun, exit) = chain.first(start, next)?;
        let later = fails_within(&chain.rows, &chain.exits, asked.generation.checked_sub(begun)?);
        let failed = exit + first.iter().zip(&later).map(|(p, fails)| p * fails).sum::<f64>();
        if !(1e3 * RAREST_TRANSITION..SEEN_TO_FAIL).contains(&failed) {
            return None;
        }
        let mean = begun as f64 + eliminated(chain, &first, RAREST_TRANSITION, failed)?;
        Some(SweepPoint {
            mean: Some(mean),
            survival: Some(1.0 - failed),
            failed: Some(failed),
            ..SweepPoint::default()
        })
    }
}

fn failed_at_start() -> SweepPoint {
    SweepPoint {
        mean: Some(0.0),
        survival: Some(0.0),
        failed: Some(1.0),
        quantiles: [Some(0.0); 3],
        ..SweepPoint::default()
    }
}

/// A loop followed along the rows of its chain.
struct FollowedLoop<'a> {
    chain: &'a SweptChain,
    propagation: NodePropagation<'a>,
    sum: RunwaySum,
    rest: HazardRest,
    /// S and P(T ≤ g) at the generation asked for, once it has come.
    asked: Option<(f64, f64)>,
}

/// Watches the hazard come to rest: once its changes are small they fall geometrically, so that the last tell how far it still
/// is. Changes that are large tell nothing: those of a loop on its way to failure fall by orders of magnitude.
#[derive(Debug, Clone, Copy, Default)]
struct HazardRest {
    hazard: f64,
    change: f64,
    /// Ratio of that change to the one before.
    ratio: f64,
    /// Generations in a row in which it was near its limit.
    near: u32,
}

impl HazardRest {
    fn next(&mut self, hazard: f64) {
        let change = (hazard / self.hazard - 1.0).abs();
        let ratio = change / self.change;
        let slowest = ratio.max(self.ratio);
        let left = if slowest < 1.0 { change * slowest / (1.0 - slowest) } else { f64::INFINITY };
        // Where the changes are rounding they no longer fall.
        let near = change < SMALL_CHANGE && (left < SWEPT_REST || change < ROWS_AT_REST);
        *self = Self { hazard, change, ratio, near: if near { self.near + 1 } else { 0 } };
    }
}

impl<'a> FollowedLoop<'a> {
    /// From the law of the nodes after `begun` generations, and the probability of having failed by then.
    fn new(chain: &'a SweptChain, first: &[f64], begun: u64, exit: f64, asked: u64) -> Self {
        let propagation =
            NodePropagation::new(&chain.rows, &chain.exits, first.to_vec(), exit).leaving_out(SWEPT_TRANSITION);
        let mut sum = RunwaySum::new();
        (0..begun).for_each(|_| sum.add_survival(1.0, 0.0));
        sum.add_survival(propagation.survival, propagation.failed);
        Self { chain, propagation, sum, rest: HazardRest::default(), asked: (asked < begun).then_some((1.0, 0.0)) }
    }

    /// Whether nothing is left to follow: the loop has died out, or its rest is geometric.
    fn is_closed(&self, least: f64) -> bool {
        self.propagation.survival < ROWS_DIED_OUT || self.resting(least).is_some()
    }

    /// The hazard of each further generation, once that no longer changes and what is left out of the rows does not show in it.
    fn resting(&self, least: f64) -> Option<f64> {
        let hazard = self.propagation.hazard;
        let left_out = if self.propagation.failed > SEEN_TO_FAIL { least.max(UNSEEN) } else { least };
        (self.rest.near >= NEAR_ENOUGH && hazard > HAZARD_OVER_TRUNCATED * left_out).then_some(hazard)
    }

    /// Goes on to a generation, or until the loop is closed.
    fn follow(&mut self, generations: u64, least: f64, asked: u64) {
        loop {
            let now = self.sum.generation - 1;
            if now == asked {
                self.asked = Some((self.propagation.survival, self.propagation.failed));
            }
            if now >= generations || self.is_closed(least) {
                return;
            }
            self.propagation.advance();
            self.rest.next(self.propagation.hazard);
            self.sum.add_survival(self.propagation.survival, self.propagation.failed);
        }
    }

    /// The numbers asked for; `first` and `begun` are where it was begun, `least` is what its rows leave out.
    fn point(mut self, first: &[f64], begun: u64, least: f64, asked: SweptNumbers) -> Option<SweepPoint> {
        self.follow(asked.generation.min(MOST_FOLLOWED), least, asked.generation);
        // A loop that lasts asks for whole rows.
        if least > SWEPT_TRANSITION && self.propagation.failed < SURELY_FAILED {
            return None;
        }
        // What the rows leave out would show in anything rarer.
        if self.asked.is_some_and(|(_, failed)| failed < HAZARD_OVER_TRUNCATED * least) {
            return None;
        }
        self.follow(PATIENCE, least, asked.generation);
        let mean = match self.closed_mean(least) {
            Some(mean) => mean,
            None => begun as f64 + eliminated(self.chain, first, least, self.propagation.hazard)?,
        };
        if asked.quantiles {
            self.follow(MOST_FOLLOWED, least, asked.generation);
        }
        let hazard = self.resting(least);
        if let Some(hazard) = hazard {
            self.sum.extrapolate(hazard, Fate::CERTAIN);
        }
        let (survival, failed) = self.at(asked.generation, hazard)?;
        if failed < HAZARD_OVER_TRUNCATED * least {
            return None;
        }
        let (quantiles, mut undefined) = (self.sum.quantiles, Undefined::new());
        if asked.quantiles && quantiles.iter().any(Option::is_none) {
            let reason = format!("the law given survival has not come to rest in {MOST_FOLLOWED} generations");
            undefined.insert("runway.quantiles".to_owned(), reason);
        }
        let (mean, survival, failed) = (Some(mean), Some(survival), Some(failed));
        Some(SweepPoint { mean, survival, failed, quantiles, undefined, ..SweepPoint::default() })
    }

    /// `E[T]`, if the loop is closed.
    fn closed_mean(&self, least: f64) -> Option<f64> {
        if self.propagation.survival < ROWS_DIED_OUT {
            return Some(self.sum.sum);
        }
        self.resting(least).map(|hazard| self.sum.closed(hazard).0)
    }

    /// S and P(T ≤ g) at a generation.
    fn at(&self, generation: u64, hazard: Option<f64>) -> Option<(f64, f64)> {
        // A sum of roundings may end above 1.
        if let Some((survival, failed)) = self.asked {
            return Some((survival, failed.min(1.0)));
        }
        let later = generation.checked_sub(self.sum.generation - 1)? as f64;
        let (survival, failed) = (self.propagation.survival, self.propagation.failed);
        if survival < ROWS_DIED_OUT {
            return Some((0.0, 1.0));
        }
        let lasting = later * (-hazard?).ln_1p();
        Some((survival * lasting.exp(), failed - survival * lasting.exp_m1()))
    }
}

/// `E[T]` of a chain that begins with a law of its nodes, by elimination; `None` where failure is so rare that what was left out
/// would show. `hazard` is about that of a generation.
fn eliminated(chain: &SweptChain, first: &[f64], least: f64, hazard: f64) -> Option<f64> {
    let end = first.iter().rposition(|&p| p > 0.0)? + 1;
    let through = |rare: f64| {
        let eliminated = EliminatedChain::cut(chain.rows.clone(), &chain.exits, rare);
        let times = eliminated.collected_up_to(&vec![1.0; first.len()], end);
        let mean: f64 = first[..end].iter().zip(&times).filter(|(p, _)| **p > 0.0).map(|(p, time)| p * time).sum();
        (mean, (eliminated.truncated() + 2.0 * least) * mean)
    };
    // What may be left out follows from how rare failure is, as far as that is seen already.
    let rare = (1e-3 * ACCEPTED_LOSS * hazard).clamp(least, LEAST_THROUGH);
    let (mean, lost) = through(rare);
    let (mean, lost) = if lost > ACCEPTED_LOSS { through(least) } else { (mean, lost) };
    (lost <= ACCEPTED_LOSS).then_some(mean)
}

/// By the methods of [`solve`], which has bounds on their errors.
fn by_solving(scenario: &Scenario, asked: SweptNumbers) -> SweepPoint {
    let mut scenario = scenario.clone();
    if let Ok(horizon) = Count::new(asked.generation) {
        scenario.horizon = horizon;
    }
    let solution = solve(&scenario);
    let mut undefined = Undefined::new();
    let mut reason = |key: &str, of: &str| {
        let reason = solution.undefined.get(of).cloned();
        undefined.insert(key.to_owned(), reason.unwrap_or_else(|| "the solver does not know it".to_owned()));
    };
    let at = |curve: &[f64]| usize::try_from(asked.generation).ok().and_then(|g| curve.get(g).copied());
    let survival = solution.curves.as_ref().and_then(|curves| at(&curves.survival));
    let mut failed = solution.curves.as_ref().and_then(|curves| at(&curves.failed));
    for (known, key, of) in [
        (solution.runway.mean.is_some(), "runway.mean", "runway.mean"),
        (survival.is_some(), "survival", "survival"),
        (failed.is_some(), "failed", "survival"),
    ] {
        if !known {
            let of = if solution.undefined.contains_key(of) { of } else { "runway" };
            reason(key, of);
        }
    }
    // A bound that is not below the number leaves its size open.
    if let (Some(number), Some(bound)) = (failed, solution.error_bound)
        && number > 0.0
        && bound >= number
    {
        undefined.insert(
            "failed".to_owned(),
            format!("between 0 and {:.3e}: no larger than its error bound", number + bound),
        );
        failed = None;
    }
    let runway = solution.runway;
    let quantiles = [runway.q05, runway.q50, runway.q95];
    if asked.quantiles && quantiles.iter().any(Option::is_none) {
        let known = ["runway.q05", "runway.q50", "runway.q95"].iter().find_map(|key| solution.undefined.get(*key));
        undefined.insert("runway.quantiles".to_owned(), known.cloned().unwrap_or_default());
    }
    SweepPoint { mean: runway.mean, survival, failed, quantiles, undefined, ..SweepPoint::default() }
}
