//! Count chains apart from scenarios: the law of one generation as a function, and everything about T.

use super::chain::{Chain, State};
use super::elimination::{Factors, rows};
use super::quadrature::{Closing, Era, Loop, Propagation, close};
use super::quasi;
use super::skyline::Skyline;
use super::tail::Tail;

/// Counts up to which every one is visited: elimination is then as fast as quadrature, and has no limit on rarity.
const FEW_COUNTS: u64 = 4_000;
/// The largest number of transient counts that are eliminated.
const MOST_ELIMINATED: u64 = 10_000;
/// Transitions below this are left out of the forward sums: P(T ≤ g) keeps its digits down to there.
const LEAST: f64 = 1e-100;
/// Survival at which forward sums end, S(g) being 0 from there on.
const DIED_OUT: f64 = 1e-16;
/// Σ |change| of the law given survival at which the rest is geometric.
const AT_REST: f64 = 1e-15;

/// The next count is Binomial(`draws`, `law(count / draws)`); the chain is absorbed from the count `failing` on.
#[derive(Debug, Clone)]
pub struct LawChain<F> {
    /// N.
    pub draws: u64,
    /// The smallest failed count.
    pub failing: u64,
    /// Count of generation 0.
    pub start: u64,
    /// Success probability by the share of counted ones.
    pub law: F,
}

/// The law of T, the first generation at a failed count.
#[derive(Debug, Clone, PartialEq)]
pub struct ChainRunway {
    /// `E[T]`; infinite where it is beyond the doubles.
    pub mean: f64,
    /// Standard deviation of T.
    pub sd: f64,
    /// Bound on the relative error of the mean.
    pub mean_error: f64,
    /// S(g) = P(T > g) for g = 0, 1, …
    pub survival: Vec<f64>,
    /// P(T ≤ g), a sum of positive terms.
    pub failed: Vec<f64>,
    /// Bound on the absolute error of `survival`.
    pub survival_error: f64,
    /// Probability of failing in the next generation, given survival so far, once the law given survival is at rest.
    pub hazard: Option<f64>,
    /// How it was found.
    pub method: String,
}

impl<F: Fn(f64) -> f64> LawChain<F> {
    /// `E[T]` with a bound on its relative error, by elimination of every transient count; infinite where failure cannot be
    /// reached.
    ///
    /// # Errors
    /// If the counts are too many.
    pub fn eliminated_mean(&self) -> Result<(f64, f64), String> {
        let factors = self.factors()?;
        let mean = factors.times.get(self.start as usize).copied().unwrap_or(0.0);
        Ok((mean, factors.error))
    }

    /// The law of T, S(g) up to `generations`, by the method that suits the size.
    ///
    /// # Errors
    /// If no method leads there, with the reason.
    pub fn runway(&self, generations: u64) -> Result<ChainRunway, String> {
        if self.draws <= FEW_COUNTS { self.by_elimination(generations) } else { self.by_quadrature(generations) }
    }

    fn factors(&self) -> Result<Factors, String> {
        let transient = self.failing.min(self.draws.saturating_add(1));
        if transient > MOST_ELIMINATED {
            return Err(format!("{transient} transient counts are more than the {MOST_ELIMINATED} that are eliminated"));
        }
        let chain = Chain::from_law(self.draws, self.failing, &self.law);
        Factors::of(&chain, &chain.transient())
            .ok_or_else(|| "the rows of the transient counts need more than 256 MB".to_owned())
    }

    /// By Grassmann-Taksar-Heyman elimination, with S(g) from sums over the counts.
    ///
    /// # Errors
    /// If the counts are too many.
    pub fn by_elimination(&self, generations: u64) -> Result<ChainRunway, String> {
        let factors = self.factors()?;
        let (survival, failed, survival_error) = self.survival(&factors.exits, generations)?;
        let start = self.start as usize;
        let mean = factors.times.get(start).copied().unwrap_or(0.0);
        let twice: Vec<f64> = factors.times.iter().map(|t| 2.0 * t - 1.0).collect();
        let second = factors.eliminated.collected(&twice).get(start).copied().unwrap_or(0.0);
        let spread = second - mean * mean;
        // Where the squares are past the doubles T is geometric but for its first generations.
        let sd = if spread.is_finite() { spread.max(0.0).sqrt() } else { mean };
        Ok(ChainRunway {
            mean,
            sd,
            mean_error: factors.error,
            survival,
            failed,
            survival_error,
            hazard: quasi::stationary(&factors.eliminated, &factors.exits).map(|(_, hazard)| hazard),
            method: format!("GTH elimination of {} states", factors.exits.len()),
        })
    }

    /// S(g) and P(T ≤ g) for g = 0..=`generations` by sums over the counts, and a bound on the absolute error of S.
    ///
    /// # Errors
    /// If the counts are too many.
    pub fn survival_by_counts(&self, generations: u64) -> Result<(Vec<f64>, Vec<f64>, f64), String> {
        let chain = Chain::from_law(self.draws, self.failing, &self.law);
        let runs = chain.failed_runs();
        let exits: Vec<f64> = chain
            .states
            .iter()
            .take_while(|state| !state.failed)
            .map(|state| super::chain::landing(&runs, 0, self.draws, state.next.unwrap_or(0.0)))
            .collect();
        self.survival(&exits, generations)
    }

    fn survival(&self, exits: &[f64], generations: u64) -> Result<(Vec<f64>, Vec<f64>, f64), String> {
        let next: Vec<f64> = (0..exits.len()).map(|count| (self.law)(count as f64 / self.draws as f64)).collect();
        let counts: Vec<usize> = (0..exits.len()).collect();
        let rows = rows(self.draws, &next, &counts, LEAST).ok_or("the rows need more than 256 MB")?;
        let mut forward = Carried::new(&rows, exits, self.start as usize);
        let (mut survival, mut failed) = (vec![forward.survival], vec![forward.failed]);
        for g in 0..generations {
            if forward.survival < DIED_OUT {
                // S never rises.
                survival.resize(generations as usize + 1, 0.0);
                failed.resize(generations as usize + 1, forward.failed);
                break;
            }
            if forward.at_rest {
                let left = (g + 1..=generations).map(|later| (later - g) as f64);
                let hazard = forward.hazard;
                for ahead in left {
                    let kept = (ahead * (-hazard).ln_1p()).exp();
                    survival.push(forward.survival * kept);
                    failed.push(forward.failed - forward.survival * (ahead * (-hazard).ln_1p()).exp_m1());
                }
                break;
            }
            forward.advance();
            survival.push(forward.survival);
            failed.push(forward.failed);
        }
        let rounding = f64::EPSILON * (8.0 + survival.len() as f64);
        Ok((survival, failed, rounding + DIED_OUT))
    }

    /// By quadrature, for any number of draws.
    ///
    /// # Errors
    /// If the law of the count is too wide or too rough for it, or the mean remains unknown.
    pub fn by_quadrature(&self, generations: u64) -> Result<ChainRunway, String> {
        let mut run = Propagation::new(self)?;
        run.leave_free();
        let mut tail = Tail::new();
        tail.add_survival(run.survival(), run.failed());
        let (mut survival, mut failed) = (vec![run.survival()], vec![run.failed()]);
        while (survival.len() as u64) <= generations && run.survival() >= DIED_OUT {
            run.advance()?;
            tail.add_survival(run.survival(), run.failed());
            survival.push(run.survival());
            failed.push(run.failed());
        }
        let survival_error = run.error() + DIED_OUT;
        survival.resize(generations as usize + 1, 0.0);
        failed.resize(generations as usize + 1, run.failed());
        let Closing { mean, hazard, method } = close(&mut run, &mut tail);
        let (mean, sd, error) = mean?;
        let hazard = hazard.map(|hazard| hazard.hazard);
        Ok(ChainRunway { mean, sd, mean_error: error / mean, survival, failed, survival_error, hazard, method })
    }
}

impl<F: Fn(f64) -> f64> Loop for LawChain<F> {
    fn draws(&self) -> u64 {
        self.draws
    }

    fn start(&self) -> u64 {
        self.start
    }

    fn accumulates(&self) -> bool {
        false
    }

    fn settles_at(&self) -> Option<u64> {
        Some(0)
    }

    fn stage(&self, _: u64) -> Era<'_> {
        let threshold = self.failing as f64 / self.draws as f64;
        let at = move |share: f64| State {
            error: share,
            accepted: 1.0,
            next: Some((self.law)(share)),
            failed: share >= threshold,
        };
        Era { pool: self.draws, failing: self.failing, at: Box::new(at) }
    }
}

/// The law of the surviving count, carried along the rows.
struct Carried<'a> {
    rows: &'a Skyline,
    exits: &'a [f64],
    law: Vec<f64>,
    next: Vec<f64>,
    /// Counts with mass, first to one past the last.
    window: (usize, usize),
    survival: f64,
    failed: f64,
    hazard: f64,
    at_rest: bool,
}

impl<'a> Carried<'a> {
    fn new(rows: &'a Skyline, exits: &'a [f64], start: usize) -> Self {
        let mut law = vec![0.0; exits.len()];
        let alive = start < law.len();
        if alive {
            law[start] = 1.0;
        }
        let (survival, failed) = if alive { (1.0, 0.0) } else { (0.0, 1.0) };
        let next = vec![0.0; exits.len()];
        let window = if alive { (start, start + 1) } else { (0, 0) };
        Self { rows, exits, law, next, window, survival, failed, hazard: 0.0, at_rest: false }
    }

    fn advance(&mut self) {
        let (begin, end) = self.window;
        let least = LEAST * self.survival;
        let (mut low, mut high) = (self.law.len(), 0);
        let mut fails = 0.0;
        for i in begin..end {
            let weight = self.law[i];
            if weight <= least {
                continue;
            }
            let (first, row) = self.rows.row(i);
            for (sum, p) in self.next[first..].iter_mut().zip(row) {
                *sum += weight * p;
            }
            (low, high) = (low.min(first), high.max(first + row.len()));
            fails += weight * self.exits[i];
        }
        let window = (low.min(high), high);
        let total: f64 = self.next[window.0..window.1].iter().sum();
        self.hazard = fails / self.survival;
        self.failed += fails;
        let scale = self.survival / total;
        let (from, to) = (begin.min(window.0), end.max(window.1));
        let change: f64 = (from..to).map(|i| (self.next[i] * scale - self.law[i]).abs()).sum();
        self.at_rest = change < AT_REST * self.survival;
        std::mem::swap(&mut self.law, &mut self.next);
        self.next[begin..end].fill(0.0);
        self.window = window;
        // Of the two forms the one with the smaller rounding error.
        self.survival = if self.failed < 0.5 { 1.0 - self.failed } else { total }.clamp(0.0, self.survival);
    }
}
