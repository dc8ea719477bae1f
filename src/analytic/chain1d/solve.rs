//! The exact solution of loops without unsound beliefs: the one-dimensional count chain.

use crate::analytic::error::{SolveError, Undefined, given};
use crate::analytic::ever_fails::{Fate, GrowingPool, later_slips};
use crate::analytic::level_times::LevelTimes;
use crate::analytic::result::{ErrorVisits, ExactSolution, RestingHazard};
use crate::analytic::rounding::RowErrors;
use crate::analytic::runway_sum::{RunwaySum, curves, spread};
use crate::analytic::tolerances::{COUNTS_AT_REST, DIED_OUT, MOST_GENERATIONS, STEADY_HAZARD};
use crate::law::{Composition, Law};
use crate::scenario::{Policy, Scenario};

use super::count_propagation::{CountMass, CountPropagation};
use super::open_counts::{MOST_ELIMINATED, OpenCounts, at_safe_counts};
use super::quadrature;

/// Counts up to which every one is visited: sums over each are then as fast as quadrature.
const FEW_COUNTS: u64 = 4_000;
/// The most counts that are visited one by one; a generation takes some 0.1 s there.
const MOST_COUNTS: u64 = 100_000;
/// The largest pool to which a loop is followed beyond its horizon: later generations cost as much as their pools.
const FOLLOWED_POOL: usize = 20_000;
/// The most counts that all pools of a loop may hold together, for pools that grow slowly: some seconds of one processor.
const FOLLOWED_COUNTS: u64 = 3_000_000;

/// Solves a loop without unsound beliefs: count by count where counts are few, by quadrature where they are many.
///
/// # Errors
/// If neither method can solve it, with the reason.
pub fn solve(scenario: &Scenario) -> Result<ExactSolution, SolveError> {
    if few_counts(scenario) {
        return Ok(count_by_count(scenario));
    }
    quadrature::solve(scenario).or_else(|reason| {
        if affordable_counts(scenario) {
            Ok(count_by_count(scenario))
        } else {
            Err(SolveError::CountsOnly(Box::new(reason)))
        }
    })
}

/// Beliefs of the largest pool within the horizon.
fn largest_pool(scenario: &Scenario) -> u64 {
    let grows = scenario.learning.policy == Policy::Accumulate;
    let pools = if grows { scenario.horizon.get() + 1 } else { 1 };
    scenario.examples.get().saturating_mul(pools)
}

/// Whether the counts are so few that each one is visited.
pub fn few_counts(scenario: &Scenario) -> bool {
    // Quadrature sets out from one count.
    let most = if scenario.start.draw { MOST_COUNTS } else { FEW_COUNTS };
    largest_pool(scenario) <= most
}

/// Whether each count can be visited where quadrature does not lead.
pub fn affordable_counts(scenario: &Scenario) -> bool {
    largest_pool(scenario) <= MOST_COUNTS
}

fn count_by_count(scenario: &Scenario) -> ExactSolution {
    let mut undefined = Undefined::new();
    let mut run = ChainRun::new(scenario);
    let mut points = vec![run.forward.point()];
    while run.forward.generation() < scenario.horizon.get() {
        run.advance();
        points.push(run.forward.point());
    }
    let (error_bound, rounding_bound) = (run.forward.truncated(), run.forward.drift().relative());
    run.forward.leave_unconditional();
    let closing = run.close(&mut undefined);
    let runway = run.tail.runway(closing.moments, closing.fate, &points, &mut undefined);
    ExactSolution {
        curves: curves(&points),
        runway,
        quasi_stationary: given(closing.hazard, "quasi_stationary", &mut undefined),
        visits: given(closing.visits, "visits", &mut undefined),
        method: closing.method,
        error_bound,
        rounding_bound,
        runway_error: closing.error.filter(|_| runway.mean.is_some()),
        undefined,
    }
}

/// A loop followed from generation to generation, with what its law of T adds up to.
struct ChainRun<'a> {
    scenario: &'a Scenario,
    forward: CountPropagation<'a>,
    tail: RunwaySum,
    /// Time at each error level, in the generations before the present one.
    stays: LevelTimes,
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
        let forward = CountPropagation::new(scenario);
        let mut tail = RunwaySum::new();
        tail.add_survival(forward.survival(), forward.failed());
        Self { scenario, forward, tail, stays: LevelTimes::new(scenario.failure.error_rate.get()) }
    }

    /// Goes on by one generation.
    fn advance(&mut self) {
        self.stay(1.0);
        self.forward.advance();
        self.tail.add_survival(self.forward.survival(), self.forward.failed());
    }

    /// Counts `times` generations like the present one as spent.
    fn stay(&mut self, times: f64) {
        let states = &self.forward.chain().states;
        for (count, weight) in self.forward.surviving().iter().filter(|(_, weight)| *weight > 0.0) {
            self.stays.add(states[count].error, times * weight);
        }
    }

    fn close(&mut self, undefined: &mut Undefined) -> ChainClosing {
        while !self.forward.settled()
            && self.undecided() > DIED_OUT
            && self.tail.generation < MOST_GENERATIONS
            && affordable(&self.forward)
        {
            self.advance();
        }
        if !self.forward.settled() {
            return self.unsettled(undefined);
        }
        match OpenCounts::of(&self.forward) {
            Some(open) => self.eliminated(&open),
            None => self.summed(undefined),
        }
    }

    /// Probability of the loops that may still go either way, as far as zeros of the law tell.
    fn undecided(&self) -> f64 {
        if self.forward.settled() {
            (self.tail.survival - at_safe_counts(&self.forward)).max(0.0)
        } else if self.scenario.never_slips_from(self.forward.generation()) {
            // Sound models without slips stay sound, whatever else changes.
            (self.tail.survival - self.forward.surviving().of(0)).max(0.0)
        } else {
            self.tail.survival
        }
    }

    /// Follows an unchanging loop until the quantiles are known, or until the law given that neither end has come is at
    /// rest and the rest is geometric, with the hazard `known` or else the one that has come to rest itself.
    fn follow(&mut self, known: Option<f64>, fate: Fate) {
        let safe = self.forward.chain().safe();
        let mut before = self.forward.surviving().without(&safe);
        let mut hazard = f64::NAN;
        while self.tail.wants(Some(fate)) && before.total() > DIED_OUT && self.tail.generation < MOST_GENERATIONS {
            self.advance();
            let now = self.forward.surviving().without(&safe);
            if now.distance(&before) < COUNTS_AT_REST {
                let measured = known.unwrap_or_else(|| self.forward.hazard());
                // A law may be at rest while its tail, from which failure comes, still moves.
                if known.is_some() || (measured / hazard - 1.0).abs() < STEADY_HAZARD {
                    return self.tail.extrapolate(measured, fate);
                }
                hazard = measured;
            }
            before = now;
        }
    }

    /// By elimination of the open counts. Generations before the law settled enter as their sum of S(g).
    fn eliminated(&mut self, open: &OpenCounts) -> ChainClosing {
        let mut fate = open.fate(&self.forward, self.tail.failed);
        if fate != Fate::CERTAIN {
            fate.error += later_slips(self.scenario);
        }
        let tail = &self.tail;
        let factors = &open.factors.eliminated;
        let remaining = open.expected(&open.factors.times);
        // The generation at hand is the first of those that remain.
        let done = (tail.generation - 1) as f64;
        let mean = tail.sum - tail.survival + remaining;
        let squares = factors.collected(&open.factors.times.iter().map(|t| 2.0 * t - 1.0).collect::<Vec<_>>());
        let second_before = tail.second - (2.0 * done + 1.0) * tail.survival;
        let second = second_before + open.expected(&squares) + 2.0 * done * remaining;
        let stationary = open.stationary(&self.forward);
        let visits = if fate.may_last() { Err(fate.infinite()) } else { Ok(self.visits(open)) };
        let hazard = stationary.as_ref().map(|law| law.1);
        let closing = ChainClosing {
            moments: Some((mean, spread(second, mean))),
            fate: Some(fate),
            hazard: self.hazard(open, stationary, fate),
            visits,
            error: Some(
                open.factors.error * mean
                    + if done > 0.0 { self.forward.drift().of_sum() } else { self.of_start(open) },
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
        let errors = RowErrors::new(self.forward.chain().draws, self.scenario.start.wrong.get(), 0.0);
        let times = open.counts.iter().zip(&open.factors.times);
        let moved: Vec<f64> = times.map(|(&count, time)| errors.at(count as f64) * time).collect();
        f64::EPSILON * open.expected(&moved)
    }

    fn visits(&self, open: &OpenCounts) -> ErrorVisits {
        let error = |&count: &usize| self.forward.chain().states[count].error;
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
        if self.tail.sum == 0.0 {
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
        let error: Vec<f64> = open.counts.iter().map(|&count| self.forward.chain().states[count].error).collect();
        let mean_error = probability.iter().zip(&error).map(|(p, e)| p * e).sum();
        Ok(RestingHazard { hazard, mean_error, error, probability })
    }

    /// Error of Σ S(g) summed until survival died out: rounding, what was dropped in each generation, and what was left.
    fn error_of_sum(&self) -> f64 {
        let tail = &self.tail;
        let rest = tail.survival / (1.0 - tail.survival.min(0.5));
        self.forward.drift().of_sum() + rest + self.forward.truncated() * tail.generation as f64
    }

    /// Too many open counts to eliminate: `E[T]` as the sum of S(g), closed by the geometric tail once the hazard is at rest.
    fn summed(&mut self, undefined: &mut Undefined) -> ChainClosing {
        let certain = self.forward.chain().safe_runs().is_empty();
        let ending = if certain { Fate::CERTAIN } else { Fate::so_far(self.tail.failed, self.tail.survival, 1.0) };
        self.follow(None, ending);
        let fate = if certain { ending } else { Fate::so_far(self.tail.failed, self.tail.survival, self.undecided()) };
        let hazard = self.forward.hazard();
        let before = self.forward.surviving().clone();
        let died_out = self.tail.survival <= DIED_OUT;
        let (moments, error) = if died_out {
            let tail = &self.tail;
            (Some((tail.sum, spread(tail.second, tail.sum))), Some(self.error_of_sum()))
        } else {
            let closed = self.tail.closed(hazard);
            let mut next = self.forward.clone();
            next.advance();
            let rest = next.surviving().distance(&before).max((next.hazard() / hazard - 1.0).abs());
            let known = certain && rest < STEADY_HAZARD && hazard > 0.0;
            // An estimate: the hazard is taken to move no more than it did last.
            (known.then_some(closed), known.then_some(closed.0 * rest))
        };
        if moments.is_none() {
            let reason = SolveError::NotAtRestAfter { generations: self.tail.generation };
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
                self.tail.generation
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
        let died_out = self.tail.survival <= DIED_OUT;
        let generations = self.tail.generation - 1;
        let open = SolveError::StillChanging { generations, survival: self.tail.survival };
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
            moments: died_out.then(|| (self.tail.sum, spread(self.tail.second, self.tail.sum))),
            fate,
            hazard: Err(SolveError::Changing),
            visits,
            error: died_out.then(|| self.error_of_sum()),
            method: format!("forward propagation over {generations} generations{until}"),
        }
    }

    fn unsettled_fate(&self) -> Option<Fate> {
        let (failed, survival) = (self.tail.failed, self.tail.survival);
        if survival <= DIED_OUT {
            return Some(Fate { ever: 1.0, never: 0.0, error: DIED_OUT });
        }
        let generation = self.forward.generation();
        if self.scenario.settles_at().is_some_and(|settled| settled <= generation) {
            let chain = self.forward.chain();
            let pool = (chain.states.len() - 1) as f64;
            let failing = chain.states.iter().position(|state| state.failed).map_or(2.0, |count| count as f64 / pool);
            let law = Law::new(self.scenario, generation);
            let masses = self.forward.surviving().iter().filter(|(_, weight)| *weight > 0.0);
            let masses: Vec<(f64, f64)> = masses.map(|(count, weight)| (count as f64 / pool, weight)).collect();
            let next = |wrong: f64| law.at(Composition { unsound: 0.0, wrong }).next.map(|next| next.wrong);
            let (draws, generation) = (chain.draws as f64, generation as f64);
            return Some(GrowingPool { draws, generation, failing, law: &next }.fate(&masses, failed));
        }
        let sound = self.scenario.never_slips_from(generation);
        sound.then(|| Fate::so_far(failed, survival, self.undecided()))
    }
}

/// Whether a pool, if it grows, can still be carried cheaply.
fn affordable(forward: &CountPropagation<'_>) -> bool {
    let states = forward.chain().states.len();
    // Pools that have grown evenly held half as many counts on average.
    let counts = states as u64 * forward.generation() / 2;
    (states <= FOLLOWED_POOL && counts <= FOLLOWED_COUNTS) || states as u64 == forward.chain().draws + 1
}
