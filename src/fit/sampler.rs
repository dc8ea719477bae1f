//! The posterior sampler: independent ensembles of walkers with stretch and differential-evolution moves, led from the
//! prior to the posterior by rising powers of the likelihood.
//!
//! Sources: Goodman & Weare 2010 (stretch move); ter Braak 2006 (differential evolution). An ensemble
//! needs no tuning and no gradients, which a likelihood over whole beliefs does not have.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Progress;
use super::mixing::{ChainMixing, mixing};
use super::prior::{OPTIONAL, PARAMETERS, ParameterPoint, PriorSet};

/// How long to sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SamplerConfig {
    /// Independent ensembles.
    pub ensembles: usize,
    /// Walkers in each.
    pub walkers: usize,
    /// Sweeps over all walkers; the first third is dropped.
    pub sweeps: usize,
}

impl SamplerConfig {
    /// For one answer: a few seconds.
    pub const THOROUGH: Self = Self { ensembles: 4, walkers: 48, sweeps: 480 };
    /// For one of hundreds of cases: below a second.
    pub const BRISK: Self = Self { ensembles: 2, walkers: 40, sweeps: 160 };
}

/// Prior draws per walker from which an ensemble starts.
const STARTS: usize = 10;
/// Share of difference moves that draw one parameter from its prior instead.
const REFRESHED: f64 = 0.3;
/// A walker that far from the prior's centre (ln density) is not evaluated.
const OUTERMOST: f64 = -80.0;

/// Draws from the posterior and how well they mix.
#[derive(Debug, Clone)]
pub(super) struct PosteriorSample {
    /// One series of populations per ensemble: `[ensemble][sweep][walker]`.
    pub ensembles: Vec<Vec<Vec<ParameterPoint>>>,
    /// Share of proposals accepted.
    pub accepted: f64,
}

#[derive(Clone, Copy)]
struct Walker {
    point: ParameterPoint,
    prior: f64,
    likelihood: f64,
}

/// The stream of random numbers with this number under a seed.
pub(super) fn stream(seed: u64, number: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(number);
    rng
}

/// Samples the posterior; `log_likelihood` may answer −∞ for any value not above its second argument. Ensemble i draws from
/// stream i, so the result does not depend on threads. A sampling long enough for one answer that has not settled goes on,
/// to twice and then to four times its length: what came before is dropped.
pub(super) fn sample(
    priors: &PriorSet,
    log_likelihood: &(impl Fn(&ParameterPoint, f64) -> f64 + Sync),
    effort: SamplerConfig,
    seed: u64,
    watch: Progress<'_>,
) -> PosteriorSample {
    let mut all = (effort.ensembles * effort.sweeps) as u64;
    watch(0, all);
    let mut ensembles: Vec<Ensemble> = (0..effort.ensembles as u64)
        .into_par_iter()
        .map(|number| {
            let mut ensemble = Ensemble::begun(priors, log_likelihood, effort.walkers, stream(seed, number));
            ensemble.sweep(priors, log_likelihood, (effort.sweeps / 3, effort.sweeps), &|| watch(1, all));
            ensemble
        })
        .collect();
    let mut more = if effort.sweeps >= SamplerConfig::THOROUGH.sweeps { effort.sweeps } else { 0 };
    let mut sample = PosteriorSample::of(&ensembles);
    while (1..=2 * effort.sweeps).contains(&more) && sample.unsettled(priors) {
        all += (effort.ensembles * more) as u64;
        ensembles.par_iter_mut().for_each(|ensemble| {
            ensemble.forget();
            ensemble.sweep(priors, log_likelihood, (0, more), &|| watch(1, all));
        });
        more *= 2;
        sample = PosteriorSample::of(&ensembles);
    }
    sample
}

/// One population on its way from the prior to the posterior.
struct Ensemble {
    rng: ChaCha8Rng,
    walkers: Vec<Walker>,
    power: f64,
    /// The populations after each sweep that is kept.
    kept: Vec<Vec<ParameterPoint>>,
    /// Proposals accepted in them.
    accepted: usize,
}

impl Ensemble {
    fn begun(
        priors: &PriorSet,
        log_likelihood: &impl Fn(&ParameterPoint, f64) -> f64,
        count: usize,
        mut rng: ChaCha8Rng,
    ) -> Self {
        let (walkers, power) = begin(priors, log_likelihood, count, &mut rng);
        Self { rng, walkers, power, kept: Vec::new(), accepted: 0 }
    }

    fn forget(&mut self) {
        self.kept.clear();
        self.accepted = 0;
    }

    /// `sweeps` sweeps over all walkers, those from `warm` on kept.
    fn sweep(
        &mut self,
        priors: &PriorSet,
        log_likelihood: &impl Fn(&ParameterPoint, f64) -> f64,
        (warm, sweeps): (usize, usize),
        swept: &dyn Fn(),
    ) {
        let free = priors.free();
        for sweep in 0..sweeps {
            if self.power < 1.0 {
                let least = schedule(sweep, warm);
                (self.walkers, self.power) = sharpened(&self.walkers, self.power, least, &mut self.rng);
            }
            let accepted = self.walk(priors, log_likelihood, &free, sweep % 3 != 0);
            if sweep >= warm {
                self.accepted += accepted;
                self.kept.push(self.walkers.iter().map(|walker| walker.point).collect());
            }
            swept();
        }
    }

    /// One proposal for every walker; how many were accepted.
    fn walk(
        &mut self,
        priors: &PriorSet,
        log_likelihood: &impl Fn(&ParameterPoint, f64) -> f64,
        free: &[usize],
        difference: bool,
    ) -> usize {
        let mut accepted = 0;
        for index in 0..self.walkers.len() {
            let (point, volume) = propose(&self.walkers, index, free, priors, difference, &mut self.rng);
            let threshold: f64 = self.rng.random();
            let prior = priors.log_density(&point);
            let Some(walker) = self.walkers.get_mut(index) else { continue };
            if prior < OUTERMOST {
                continue;
            }
            let needed = walker.likelihood + (threshold.ln() - volume - prior + walker.prior) / self.power;
            let likelihood = log_likelihood(&point, needed);
            if likelihood > needed {
                *walker = Walker { point, prior, likelihood };
                accepted += 1;
            }
        }
        accepted
    }
}

/// Least power of the likelihood at a sweep, so that it is whole well before the first draw is kept.
fn schedule(sweep: usize, warm: usize) -> f64 {
    let share = (sweep + 1) as f64 / (0.7 * warm as f64).max(1.0);
    if share >= 1.0 { 1.0 } else { 1e-3 * 1e3_f64.powf(share) }
}

/// Walkers resampled to a higher power of the likelihood: as high as leaves most of them distinct, and at least `least`
/// (sequential Monte Carlo, Del Moral, Doucet & Jasra 2006). A walker that is lost is replaced in time.
fn sharpened(walkers: &[Walker], power: f64, least: f64, rng: &mut ChaCha8Rng) -> (Vec<Walker>, f64) {
    let count = walkers.len();
    let distinct = |next: f64| weights(walkers, next - power).1 >= 0.8 * count as f64;
    let mut next = 1.0;
    if !distinct(next) {
        let (mut low, mut high) = (power, 1.0);
        for _ in 0..30 {
            let middle = 0.5 * (low + high);
            if distinct(middle) { low = middle } else { high = middle }
        }
        next = low;
    }
    let next = next.max(least).min(1.0);
    (resampled(walkers, &weights(walkers, next - power).0, count, rng), next)
}

/// Weights of walkers by a power of their likelihood, and how many walkers' worth they are.
fn weights(walkers: &[Walker], power: f64) -> (Vec<f64>, f64) {
    let most = walkers.iter().map(|walker| walker.likelihood).fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = walkers.iter().map(|walker| ((walker.likelihood - most) * power).exp()).collect();
    let (sum, squares) = weights.iter().fold((0.0, 0.0), |(s, q), w| (s + w, q + w * w));
    (weights, sum * sum / squares)
}

/// `count` walkers in proportion to their weights (systematic resampling); the first ones where no weight is a number.
fn resampled(walkers: &[Walker], weights: &[f64], count: usize, rng: &mut ChaCha8Rng) -> Vec<Walker> {
    let total: f64 = weights.iter().sum();
    if !(total > 0.0 && total.is_finite()) {
        return walkers.iter().take(count).copied().collect();
    }
    let offset: f64 = rng.random();
    let (mut reached, mut chosen) = (0.0, Vec::with_capacity(count));
    for (walker, weight) in walkers.iter().zip(weights) {
        reached += weight / total * count as f64;
        while chosen.len() < count && chosen.len() as f64 + offset < reached {
            chosen.push(*walker);
        }
    }
    // Rounding can leave the last place empty.
    while chosen.len() < count {
        chosen.extend(walkers.last().copied());
    }
    chosen
}

/// Walkers drawn from the prior, resampled by a power of the likelihood mild enough to keep most of them distinct, and
/// that power.
fn begin(
    priors: &PriorSet,
    log_likelihood: &impl Fn(&ParameterPoint, f64) -> f64,
    count: usize,
    rng: &mut ChaCha8Rng,
) -> (Vec<Walker>, f64) {
    let candidates: Vec<Walker> = (0..count * STARTS)
        .map(|_| {
            let point = prior_draw(priors, rng);
            Walker { point, prior: priors.log_density(&point), likelihood: log_likelihood(&point, f64::NEG_INFINITY) }
        })
        .collect();
    let mut power = 1.0;
    while power > 1e-3 && weights(&candidates, power).1 < 0.8 * count as f64 {
        power *= 0.8;
    }
    (resampled(&candidates, &weights(&candidates, power).0, count, rng), power)
}

/// One draw from the prior.
pub(super) fn prior_draw(priors: &PriorSet, rng: &mut ChaCha8Rng) -> ParameterPoint {
    let mut z = [0.0; PARAMETERS];
    for (index, (z, prior)) in z.iter_mut().zip(priors.all()).enumerate() {
        if index < OPTIONAL || prior.spread > 0.0 {
            *z = StandardNormal.sample(rng);
        }
    }
    priors.at(&z)
}

/// A proposal for one walker from the others, and the ln of its volume factor.
fn propose(
    walkers: &[Walker],
    index: usize,
    free: &[usize],
    priors: &PriorSet,
    difference: bool,
    rng: &mut ChaCha8Rng,
) -> (ParameterPoint, f64) {
    let others = walkers.len() - 1;
    let skip = |drawn: usize, taken: usize| if drawn >= taken { drawn + 1 } else { drawn };
    let first = skip(rng.random_range(0..others), index);
    let (mut point, partner) = (walkers[index].point, walkers[first].point);
    let dimension = free.len().max(1) as f64;
    if difference && rng.random::<f64>() < REFRESHED {
        return refreshed(point, free, priors, rng);
    }
    if difference {
        let mut second = skip(rng.random_range(0..others), index);
        if second == first {
            second = skip((second + 1) % walkers.len(), index) % walkers.len();
        }
        let away = walkers[second].point;
        // A third, two thirds or all of the parameters move (Vrugt et al. 2009).
        let share = f64::from(rng.random_range(1..=3_u32)) / 3.0;
        let moved: Vec<usize> = free.iter().copied().filter(|_| rng.random::<f64>() < share).collect();
        let whole = rng.random::<f64>() < 0.1;
        let scale = 2.38 / (2.0 * moved.len().max(1) as f64).sqrt() * (0.4 + 0.8 * rng.random::<f64>());
        let scale = if whole { 1.0 } else { scale };
        for k in moved {
            let jitter: f64 = StandardNormal.sample(rng);
            let spread = priors.all().get(k).map_or(0.0, |prior| prior.spread);
            point[k] += scale * (partner[k] - away[k]) + 0.02 * spread * jitter;
        }
        return (point, 0.0);
    }
    // Goodman & Weare's density ∝ 1/√z on [1/2, 2].
    let z = (rng.random::<f64>() + 1.0).powi(2) / 2.0;
    for &k in free {
        point[k] = partner[k] + z * (point[k] - partner[k]);
    }
    (point, (dimension - 1.0) * z.ln())
}

/// One parameter drawn anew from its prior: what the log says little about would otherwise keep for long what resampling
/// and few walkers left of its spread. The volume factor takes the prior out of the acceptance.
fn refreshed(
    mut point: ParameterPoint,
    free: &[usize],
    priors: &PriorSet,
    rng: &mut ChaCha8Rng,
) -> (ParameterPoint, f64) {
    if free.is_empty() {
        return (point, 0.0);
    }
    let k = free[rng.random_range(0..free.len())];
    let Some(prior) = priors.all().get(k) else { return (point, 0.0) };
    let (old, new): (f64, f64) = ((point[k] - prior.centre) / prior.spread, StandardNormal.sample(rng));
    point[k] = prior.centre + prior.spread * new;
    (point, 0.5 * (new * new - old * old))
}

impl PosteriorSample {
    fn of(ensembles: &[Ensemble]) -> Self {
        let proposals: usize = ensembles.iter().flat_map(|ensemble| &ensemble.kept).map(Vec::len).sum();
        let accepted = ensembles.iter().map(|ensemble| ensemble.accepted).sum::<usize>() as f64;
        Self {
            ensembles: ensembles.iter().map(|ensemble| ensemble.kept.clone()).collect(),
            accepted: accepted / proposals.max(1) as f64,
        }
    }

    /// How each free parameter mixes.
    pub fn mixing(&self, priors: &PriorSet) -> Vec<ChainMixing> {
        mixing(&self.ensembles, priors)
    }

    /// Whether the numbers of a fit depend on the seed.
    pub fn unsettled(&self, priors: &PriorSet) -> bool {
        self.mixing(priors).iter().any(ChainMixing::unsettled)
    }

    /// Every kept draw, ensemble by ensemble.
    pub fn draws(&self) -> impl Iterator<Item = &ParameterPoint> {
        self.ensembles.iter().flatten().flatten()
    }

    /// `count` draws, evenly spaced over all that were kept.
    pub fn thinned(&self, count: usize) -> Vec<ParameterPoint> {
        let all: Vec<&ParameterPoint> = self.draws().collect();
        (0..count).filter_map(|index| all.get((index * all.len() + all.len() / 2) / count).map(|p| **p)).collect()
    }
}
