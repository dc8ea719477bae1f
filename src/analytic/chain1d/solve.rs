//! The exact solution of loops without unsound beliefs: the one-dimensional count chain.

use crate::analytic::cost_sum::CostSum;
use crate::analytic::error::{SolveError, Undefined, given};
use crate::analytic::ever_fails::{Fate, GrowingPool, later_slips};
use crate::analytic::level_times::LevelTimes;
use crate::analytic::result::{ErrorVisits, ExactSolution, RestingHazard};
use crate::analytic::rounding::RowErrors;
use crate::analytic::runway_sum::{RunwaySum, curves, spread};
use crate::analytic::tolerances::{COUNTS_AT_REST, DIED_OUT, MOST_GENERATIONS, STEADY_HAZARD};
use crate::cost::Pricing;
use crate::law::{Composition, Law};
use crate::scenario::Scenario;

use super::count_cost::CountCost;
use super::count_propagation::{CountMass, CountPropagation};
use super::open_counts::{MOST_ELIMINATED, OpenCounts, at_safe_counts};

/// The largest pool to which a loop is followed beyond its horizon: later generations cost as much as their pools.
const FOLLOWED_POOL: usize = 20_000;
/// The most counts that all pools of a loop may hold together, for pools that grow slowly: some seconds of one processor.
const FOLLOWED_COUNTS: u64 = 3_000_000;

/// Solves a loop without unsound beliefs count by count, with the sum of costs of a scenario with prices.
pub fn solve_and_price(scenario: &Scenario) -> (ExactSolution, Option<CostSum>) {
    let mut undefined = Undefined::new();
    let mut run = ChainRun::new(scenario);
    let mut points = vec![run.propagation.point()];
    while run.propagation.generation() < scenario.horizon.get() {
        run.advance();
        points.push(run.propagation.point());
    }
    let (error_bound, rounding_bound) = (run.propagation.truncated(), run.propagation.drift().relative());
    run.propagation.leave_unconditional();
    let closing = run.close(&mut undefined);
    let runway = run.runway_sum.runway(closing.moments, closing.fate, &points, &mut undefined);
    let solution = ExactSolution {
        curves: curves(&points),
        runway,
        quasi_stationary: given(closing.hazard, "quasi_stationary", &mut undefined),
        visits: given(closing.visits, "visits", &mut undefined),
        method: closing.method,
        error_bound,
        rounding_bound,
        runway_error: closing.error.filter(|_| runway.mean.is_some()),
        undefined,
    };
    let ChainRun { cost, mut propagation, .. } = run;
    let cost = cost.map(|cost| cost.finish(&mut propagation, runway.mean.is_some()));
    (solution, cost)
}

/// A loop followed from generation to generation, with what its law of T adds up to.
struct ChainRun<'a> {
    scenario: &'a Scenario,
    propagation: CountPropagation<'a>,
    runway_sum: RunwaySum,
    /// Time at each error level, in the generations before the present one.
    stays: LevelTimes,
    /// What the generations followed have cost, where they are priced.
    cost: Option<CountCost<'a>>,
}

/// How the law of T beyond the generations followed was closed.
struct ChainClosing {
    /// `E[T]` and its standard deviation; infinite where failure is rarer than a double can hold.
    moments: Option<(f64, f64)>,
    /// Whether the loop fails at all, if that is known.
    fate: Option<Fate>,
    hazard: Result<RestingHazard, SolveError>,
    visits: Result<ErrorVisits, SolveError>,
    /// Absolute error of the mean.
    error: Option<f64>,
    method: String,
}

impl<'a> ChainRun<'a> {
    fn new(scenario: &'a Scenario) -> Self {
        let propagation = CountPropagation::new(scenario);
        let mut cost = Pricing::new(scenario, 0).map(|pricing| CountCost::new(scenario, pricing));
        if let Some(cost) = &mut cost {
            cost.observe(&propagation);
        }
        let mut runway_sum = RunwaySum::new();
        runway_sum.add_survival(propagation.survival(), propagation.failed());
        Self { scenario, propagation, runway_sum, stays: LevelTimes::new(scenario.failure.error_rate.get()), cost }
    }

    /// Goes on by one generation.
    fn advance(&mut self) {
        self.stay(1.0);
        self.propagation.advance();
        self.runway_sum.add_survival(self.propagation.survival(), self.propagation.failed());
        if let Some(cost) = &mut self.cost {
            cost.observe(&self.propagation);
        }
    }

    /// Counts `times` generations like the present one as spent.
    fn stay(&mut self, times: f64) {
        let states = &self.propagation.chain().states;
        for (count, weight) in self.propagation.surviving().iter().filter(|(_, weight)| *weight > 0.0) {
            self.stays.add(states[count].error, times * weight);
        }
    }

    fn close(&mut self, undefined: &mut Undefined) -> ChainClosing {
        while !self.propagation.settled()
            && self.undecided() > DIED_OUT
            && self.runway_sum.generation < MOST_GENERATIONS
            && affordable(&self.propagation)
        {
            self.advance();
        }
        if !self.propagation.settled() {
            return self.unsettled(undefined);
        }
        match OpenCounts::of(&self.propagation) {
            Some(open) => self.eliminated(&open),
            None => self.summed(undefined),
        }
    }

    /// Probability of the loops that may still go either way, as far as zeros of the law tell.
    fn undecided(&self) -> f64 {
        if self.propagation.settled() {
            (self.runway_sum.survival - at_safe_counts(&self.propagation)).max(0.0)
        } else if self.scenario.never_slips_from(self.propagation.generation()) {
            // Sound models without slips stay sound, whatever else changes.
            (self.runway_sum.survival - self.propagation.surviving().of(0)).max(0.0)
        } else {
            self.runway_sum.survival
        }
    }

    /// Follows an unchanging loop until the quantiles are known, or until the law given that neither end has come is at
    /// rest and the rest is geometric, with the hazard `known` or else the one that has come to rest itself.
    fn follow(&mut self, known: Option<f64>, fate: Fate) {
        let safe = self.propagation.chain().safe();
        let mut before = self.propagation.surviving().without(&safe);
        let mut hazard = f64::NAN;
        while self.runway_sum.wants(Some(fate))
            && before.total() > DIED_OUT
            && self.runway_sum.generation < MOST_GENERATIONS
        {
            self.advance();
            let now = self.propagation.surviving().without(&safe);
            if now.distance(&before) < COUNTS_AT_REST {
                let measured = known.unwrap_or_else(|| self.propagation.hazard());
                // A law may be at rest while its tail, from which failure comes, still moves.
                if known.is_some() || (measured / hazard - 1.0).abs() < STEADY_HAZARD {
                    return self.runway_sum.extrapolate(measured, fate);
                }
                hazard = measured;
            }
            before = now;
        }
    }

    /// By elimination of the open counts. Generations before the law settled enter as their sum of S(g).
    fn eliminated(&mut self, open: &OpenCounts) -> ChainClosing {
        let mut fate = open.fate(&self.propagation, self.runway_sum.failed);
        if fate != Fate::CERTAIN {
            fate.error += later_slips(self.scenario);
        }
        let runway_sum = &self.runway_sum;
        let factors = &open.factors.eliminated;
        let remaining = open.expected(&open.factors.times);
        // The generation at hand is the first of those that remain.
        let done = (runway_sum.generation - 1) as f64;
        let mean = runway_sum.sum - runway_sum.survival + remaining;
        let squares = factors.collected(&open.factors.times.iter().map(|t| 2.0 * t - 1.0).collect::<Vec<_>>());
        let second_before = runway_sum.second - (2.0 * done + 1.0) * runway_sum.survival;
        let second = second_before + open.expected(&squares) + 2.0 * done * remaining;
        let stationary = open.stationary(&self.propagation);
        let visits = if fate.may_last() { Err(fate.infinite()) } else { Ok(self.visits(open)) };
        let hazard = stationary.as_ref().map(|law| law.1);
        let closing = ChainClosing {
            moments: Some((mean, spread(second, mean))),
            fate: Some(fate),
            hazard: self.hazard(open, stationary, fate),
            visits,
            error: Some(
                open.factors.error * mean
                    + if done > 0.0 { self.propagation.drift().of_sum() } else { self.of_start(open) },
            ),
            method: format!("GTH elimination of {} states, forward propagation for the curves", open.counts.len()),
        };
        self.follow(hazard, fate);
        closing
    }

    /// What the roundings of a drawn start do to `E[T]` of a law that stays.
    fn of_start(&self, open: &OpenCounts) -> f64 {
        if !self.scenario.start.draw {
            return 0.0;
        }
        let errors = RowErrors::new(self.propagation.chain().draws, self.scenario.start.wrong.get(), 0.0);
        let times = open.counts.iter().zip(&open.factors.times);
        let moved: Vec<f64> = times.map(|(&count, time)| errors.at(count as f64) * time).collect();
        f64::EPSILON * open.expected(&moved)
    }

    fn visits(&self, open: &OpenCounts) -> ErrorVisits {
        let error = |&count: &usize| self.propagation.chain().states[count].error;
        let factors = &open.factors.eliminated;
        if self.scenario.settles_at() == Some(0) {
            let start = CountMass::start(self.scenario);
            let law: Vec<f64> = open.counts.iter().map(|&count| start.of(count)).collect();
            return ErrorVisits { error: open.counts.iter().map(error).collect(), generations: factors.visits(&law) };
        }
        let mut stays = self.stays.clone();
        for (count, time) in open.counts.iter().zip(factors.visits(&open.law)) {
            stays.add(error(count), time);
        }
        stays.visits()
    }

    /// The law given survival, where every loop that lasts may yet fail.
    fn hazard(&self, open: &OpenCounts, law: Option<(Vec<f64>, f64)>, fate: Fate) -> Result<RestingHazard, SolveError> {
        if self.runway_sum.sum == 0.0 {
            return Err(SolveError::FailedAtStart);
        }
        if fate.may_last() {
            return Err(SolveError::HazardVanishes);
        }
        let Some((probability, hazard)) = law else {
            return Err(if open.factors.exits.iter().all(|&exit| exit == 1.0) {
                SolveError::FailsNext
            } else {
                SolveError::NoRest
            });
        };
        if hazard == 0.0 {
            return Err(SolveError::HazardUnderflows);
        }
        let error: Vec<f64> = open.counts.iter().map(|&count| self.propagation.chain().states[count].error).collect();
        let mean_error = probability.iter().zip(&error).map(|(p, e)| p * e).sum();
        Ok(RestingHazard { hazard, mean_error, error, probability })
    }

    /// Error of Σ S(g) summed until survival died out: rounding, what was truncated in each generation, and what was left.
    fn error_of_sum(&self) -> f64 {
        let runway_sum = &self.runway_sum;
        let rest = runway_sum.survival / (1.0 - runway_sum.survival.min(0.5));
        self.propagation.drift().of_sum() + rest + self.propagation.truncated() * runway_sum.generation as f64
    }

    /// Too many open counts to eliminate: `E[T]` as the sum of S(g), closed by the geometric tail once the hazard is at rest.
    fn summed(&mut self, undefined: &mut Undefined) -> ChainClosing {
        let certain = self.propagation.chain().safe_runs().is_empty();
        let ending =
            if certain { Fate::CERTAIN } else { Fate::so_far(self.runway_sum.failed, self.runway_sum.survival, 1.0) };
        self.follow(None, ending);
        let fate = if certain {
            ending
        } else {
            Fate::so_far(self.runway_sum.failed, self.runway_sum.survival, self.undecided())
        };
        let hazard = self.propagation.hazard();
        let before = self.propagation.surviving().clone();
        let died_out = self.runway_sum.survival <= DIED_OUT;
        let (moments, error) = if died_out {
            let runway_sum = &self.runway_sum;
            (Some((runway_sum.sum, spread(runway_sum.second, runway_sum.sum))), Some(self.error_of_sum()))
        } else {
            let closed = self.runway_sum.closed(hazard);
            let mut next = self.propagation.clone();
            next.advance();
            let rest = next.surviving().distance(&before).max((next.hazard() / hazard - 1.0).abs());
            let known = certain && rest < STEADY_HAZARD && hazard > 0.0;
            // An estimate: the hazard is taken to move no more than it did last.
            (known.then_some(closed), known.then_some(closed.0 * rest))
        };
        if moments.is_none() {
            let reason = SolveError::NotAtRestAfter { generations: self.runway_sum.generation };
            for key in ["runway.mean", "runway.sd"] {
                undefined.insert(key.into(), reason.to_string());
            }
        }
        let visits = self.summed_visits(fate, moments.map(|_| if died_out { 1.0 } else { 1.0 / hazard }));
        ChainClosing {
            moments,
            fate: Some(fate),
            hazard: Err(SolveError::TooManyStates { most: MOST_ELIMINATED }),
            visits,
            error,
            method: format!(
                "forward propagation over {} generations, closed by the quasi-stationary tail",
                self.runway_sum.generation
            ),
        }
    }

    /// Visits where the present law lasts for `times` generations more.
    fn summed_visits(&mut self, fate: Fate, times: Option<f64>) -> Result<ErrorVisits, SolveError> {
        match times {
            _ if fate.may_last() => Err(fate.infinite()),
            None => Err(SolveError::NotAtRest),
            Some(times) => {
                self.stay(times);
                Ok(self.stays.visits())
            }
        }
    }

    /// A law that went on changing as long as it was followed.
    fn unsettled(&mut self, undefined: &mut Undefined) -> ChainClosing {
        let fate = self.unsettled_fate();
        let died_out = self.runway_sum.survival <= DIED_OUT;
        let generations = self.runway_sum.generation - 1;
        let open = SolveError::StillChanging { generations, survival: self.runway_sum.survival };
        if !died_out {
            for key in ["runway.mean", "runway.sd"] {
                undefined.insert(key.into(), open.to_string());
            }
        }
        let until = if died_out { ", until survival died out" } else { "" };
        let visits = match fate.filter(Fate::may_last) {
            _ if died_out => {
                self.stay(1.0);
                Ok(self.stays.visits())
            }
            Some(fate) => Err(fate.infinite()),
            None => Err(open),
        };
        ChainClosing {
            moments: died_out.then(|| (self.runway_sum.sum, spread(self.runway_sum.second, self.runway_sum.sum))),
            fate,
            hazard: Err(SolveError::Changing),
            visits,
            error: died_out.then(|| self.error_of_sum()),
            method: format!("forward propagation over {generations} generations{until}"),
        }
    }

    fn unsettled_fate(&self) -> Option<Fate> {
        let (failed, survival) = (self.runway_sum.failed, self.runway_sum.survival);
        if survival <= DIED_OUT {
            return Some(Fate { ever: 1.0, never: 0.0, error: DIED_OUT });
        }
        let generation = self.propagation.generation();
        if self.scenario.settles_at().is_some_and(|settled| settled <= generation) {
            let chain = self.propagation.chain();
            let pool = (chain.states.len() - 1) as f64;
            let failing = chain.states.iter().position(|state| state.failed).map_or(2.0, |count| count as f64 / pool);
            let law = Law::new(self.scenario, generation);
            let masses = self.propagation.surviving().iter().filter(|(_, weight)| *weight > 0.0);
            let masses: Vec<(f64, f64)> = masses.map(|(count, weight)| (count as f64 / pool, weight)).collect();
            let next = |wrong: f64| law.at(Composition { unsound: 0.0, wrong }).next.map(|next| next.wrong);
            let (draws, generation) = (chain.draws as f64, generation as f64);
            return Some(GrowingPool { draws, generation, failing, law: &next }.fate(&masses, failed));
        }
        let sound = self.scenario.never_slips_from(generation);
        sound.then(|| Fate::so_far(failed, survival, self.undecided()))
    }
}

/// Whether a pool, if it grows, can still be followed cheaply.
fn affordable(propagation: &CountPropagation<'_>) -> bool {
    let states = propagation.chain().states.len();
    // Pools that have grown evenly held half as many counts on average.
    let counts = states as u64 * propagation.generation() / 2;
    (states <= FOLLOWED_POOL && counts <= FOLLOWED_COUNTS) || states as u64 == propagation.chain().draws + 1
}
