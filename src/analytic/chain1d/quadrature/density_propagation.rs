//! From generation to generation: the loop that has not failed yet, and the loop imagined to run on after failure.

use crate::analytic::chain1d::count_chain::ChainState;
use crate::analytic::error::SolveError;
use crate::analytic::generation_point::{GenerationPoint, quantile_above};
use crate::analytic::level_times::LevelTimes;
use crate::analytic::runway_sum::LEVELS;
use crate::analytic::tolerances::{BEYOND_REACH, DEEP_DENSITY_CUT, DENSITY_CUT, DENSITY_LOG, HAZARD_OVER_CUT};

use super::arrival_density::ArrivalDensity;
use super::count_loop::{CountLoop, LoopEra};
use super::density::{self, DensityPanel};
use super::density_law::{DensityLaw, doubt, rough};
use super::gram::GaussRules;
use super::quadrature_source::{QuadratureSource, QuadratureStage, sources};

/// The laws of one generation.
pub struct DensityPropagation<'a> {
    run: &'a dyn CountLoop,
    era: LoopEra<'a>,
    rules: GaussRules,
    generation: u64,
    surviving: DensityLaw,
    /// `None` as long as it is the same as `surviving`, and after it is no longer followed.
    unconditional: Option<DensityLaw>,
    follows_unconditional: bool,
    /// Logarithm of the share that is truncated each generation.
    cut: f64,
    survival: f64,
    failed: f64,
    hazard: f64,
    error: f64,
}

impl<'a> DensityPropagation<'a> {
    /// Generation 0.
    ///
    /// # Errors
    /// If the start is beyond what the quadrature follows.
    pub fn new(run: &'a dyn CountLoop) -> Result<Self, SolveError> {
        if run.drawn() {
            return Err(SolveError::DrawnStart);
        }
        let era = run.stage(0);
        let start = vec![DensityPanel::point(run.start(), 0.0)];
        let fails = run.start() >= era.failing;
        let mut this = Self {
            run,
            era,
            rules: GaussRules::default(),
            generation: 0,
            surviving: DensityLaw::default(),
            unconditional: None,
            follows_unconditional: true,
            cut: DENSITY_CUT,
            survival: f64::from(u8::from(!fails)),
            failed: f64::from(u8::from(fails)),
            hazard: 0.0,
            error: 0.0,
        };
        let law = this.law(start)?;
        if fails {
            this.unconditional = Some(law)
        } else {
            this.surviving = law
        }
        Ok(this)
    }

    /// g.
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// P(T > g).
    pub const fn survival(&self) -> f64 {
        self.survival
    }

    /// P(T ≤ g), a sum of positive terms.
    pub const fn failed(&self) -> f64 {
        self.failed
    }

    /// Probability that this generation is the first failed one, given survival up to the one before.
    pub const fn hazard(&self) -> f64 {
        self.hazard
    }

    /// Bound on the absolute error of the survival function so far.
    pub const fn error(&self) -> f64 {
        self.error
    }

    /// Quadrature intervals of the loop that has not failed yet.
    pub const fn intervals(&self) -> usize {
        self.surviving.sources.len()
    }

    /// Whether a pool holds its predecessor.
    pub fn accumulates(&self) -> bool {
        self.run.accumulates()
    }

    /// Whether the law of one generation stays as it is from here on.
    pub fn settled(&self) -> bool {
        !self.run.accumulates() && self.run.settles_at().is_some_and(|settled| self.generation >= settled)
    }

    /// Whether a loop without wrong beliefs, which has not failed, stays without them.
    pub fn stays_sound(&self) -> bool {
        self.era.failing > 0 && self.run.stays_sound(self.generation)
    }

    /// Whether no count fails, now or later.
    pub fn never_fails(&self) -> bool {
        self.era.failing > self.era.pool && self.run.settles_at().is_some_and(|settled| self.generation >= settled)
    }

    /// Probability of the loops that may still go either way.
    pub fn undecided(&self) -> f64 {
        if self.never_fails() {
            return 0.0;
        }
        if !self.stays_sound() {
            return self.survival;
        }
        let sources = self.surviving.sources.iter().filter(|source| source.last > 0);
        sources.fold(0.0, |sum, source| sum + source.weight().iter().sum::<f64>())
    }

    /// N.
    pub fn draws(&self) -> f64 {
        self.run.draws() as f64
    }

    /// The share from which on a loop has failed (above 1 if none has) and the law of a generation, once they stay.
    pub fn law_that_stays(&self) -> Option<(f64, impl Fn(f64) -> Option<f64> + '_)> {
        let stays = self.run.settles_at().is_some_and(|settled| self.generation >= settled);
        let failing =
            if self.era.failing > self.era.pool { 2.0 } else { self.era.failing as f64 / self.era.pool as f64 };
        stays.then_some((failing, |share: f64| (self.era.at)(share).next))
    }

    /// The loops that have not failed, by their largest share in each interval and its probability.
    pub fn shares(&self) -> Vec<(f64, f64)> {
        let pool = self.era.pool as f64;
        let part = |source: &QuadratureSource| (source.last as f64 / pool, source.weight().iter().sum());
        self.surviving.sources.iter().map(part).collect()
    }

    /// Counts `times` generations like the present one as spent.
    pub fn stay(&self, stays: &mut LevelTimes, times: f64) {
        let (error, probability) = self.levels();
        for (error, probability) in error.iter().zip(probability) {
            stays.add(*error, times * probability * self.survival);
        }
    }

    /// From here on only the loop that has not failed yet is followed.
    pub fn leave_unconditional(&mut self) {
        self.follows_unconditional = false;
        self.unconditional = None;
    }

    /// From here on tails are followed to 1e-261 of the whole.
    pub fn deepen(&mut self) {
        self.cut = DEEP_DENSITY_CUT;
    }

    /// Whether [`Self::deepen`] was called.
    pub const fn is_deep(&self) -> bool {
        self.cut >= DEEP_DENSITY_CUT
    }

    /// Relative error of one generation's law.
    pub fn roughness(&self) -> f64 {
        DENSITY_LOG + 1e-15 * (self.run.draws() as f64).sqrt()
    }

    /// The smallest hazard that what is truncated leaves with 15 digits.
    pub fn least_hazard(&self) -> f64 {
        (-self.cut).exp() * HAZARD_OVER_CUT
    }

    fn law(&mut self, panels: Vec<DensityPanel>) -> Result<DensityLaw, SolveError> {
        let stage = QuadratureStage {
            pool: self.era.pool,
            draws: self.run.draws() as f64,
            held: self.run.accumulates(),
            at: &*self.era.at,
        };
        let sources = sources(&panels, &stage, &mut self.rules)?;
        Ok(DensityLaw { panels, sources })
    }

    /// A law from which nothing is drawn any more.
    fn ended(&mut self, panels: Vec<DensityPanel>) -> Result<DensityLaw, SolveError> {
        let still = |_: f64| ChainState { error: 1.0, accepted: 1.0, next: Some(0.5), doubt: 0.0, failed: true };
        let stage = QuadratureStage { pool: self.era.pool, draws: 1.0, held: false, at: &still };
        let sources = sources(&panels, &stage, &mut self.rules)?;
        Ok(DensityLaw { panels, sources })
    }

    /// Goes on by one generation.
    ///
    /// # Errors
    /// If the law becomes too wide or too rough, or the loop may starve.
    pub fn advance(&mut self) -> Result<(), SolveError> {
        let next = self.run.stage(self.generation + 1);
        let (surviving, unconditional) = (std::mem::take(&mut self.surviving), self.unconditional.take());
        let limit = if self.run.accumulates() { self.era.pool + self.run.draws() } else { self.era.pool };
        let surviving_panels = self.next_panels(&surviving, next.failing, limit)?;
        let unconditional_panels = match &unconditional {
            Some(unconditional) if self.follows_unconditional => {
                Some(self.next_panels(unconditional, u64::MAX, limit)?)
            }
            _ => None,
        };
        let before = surviving.total();
        self.era = next;
        let (below, above): (Vec<DensityPanel>, Vec<DensityPanel>) =
            surviving_panels.into_iter().partition(|panel| panel.last < self.era.failing);
        let failing = if self.follows_unconditional { self.law(above)? } else { self.ended(above)? };
        self.surviving = self.law(below)?;
        let fails = failing.total();
        let survives = self.surviving.total() + 0.0;
        self.unconditional = match unconditional_panels {
            Some(panels) => Some(self.law(panels)?),
            None if self.follows_unconditional && !failing.panels.is_empty() => {
                let mut all = self.surviving.clone();
                let shift = all.panels.len();
                all.panels.extend(failing.panels.iter().cloned());
                all.sources.extend(failing.sources.iter().cloned().map(|mut source| {
                    source.panel += shift;
                    source
                }));
                Some(all)
            }
            None => None,
        };
        self.error += (survives + fails - before).abs() + before * (-self.cut).exp();
        self.error += rough(&failing) + rough(&self.surviving) + doubt(&surviving, self.run.draws() as f64);
        self.failed += fails;
        self.hazard = if before > 0.0 { fails / before } else { 0.0 };
        // Of the two forms the one with the smaller rounding error; S never rises, not even by rounding.
        let survival = if self.failed < 0.5 { 1.0 - self.failed } else { survives };
        self.survival = survival.clamp(0.0, self.survival);
        self.generation += 1;
        Ok(())
    }

    /// Panels of the next count, with a border at `failing`.
    fn next_panels(&self, law: &DensityLaw, failing: u64, limit: u64) -> Result<Vec<DensityPanel>, SolveError> {
        let mut panels = Vec::new();
        let total = law.total();
        if law.sources.is_empty() || total <= 0.0 {
            return Ok(panels);
        }
        let draws = self.run.draws();
        let stage = QuadratureStage {
            pool: self.era.pool,
            draws: draws as f64,
            held: self.run.accumulates(),
            at: &*self.era.at,
        };
        let mut arrivals = ArrivalDensity::new(&law.sources, &stage, total, self.cut);
        let (low, high) = (arrivals.window.0, arrivals.window.1.min(limit));
        // No draw and every draw a hit are atoms, where the density of the counts between does not lead.
        let borders = [0, 1, failing, if stage.held { u64::MAX } else { draws }, limit + 1];
        let mut first = low;
        while first <= high {
            let end = borders.iter().copied().filter(|&border| border > first).min().unwrap_or(u64::MAX);
            let last = high.min(end - 1);
            density::build(&mut panels, (first, last), self.roughness(), &mut |count| arrivals.log(count))?;
            first = last + 1;
        }
        panels.retain(|panel| match &panel.form {
            density::PanelForm::Points(logs) => logs[..panel.counts() as usize].iter().any(|log| log.is_finite()),
            density::PanelForm::Smooth(..) => true,
        });
        Ok(panels)
    }

    /// What is asked about this generation.
    pub fn point(&mut self) -> GenerationPoint {
        let law = self.unconditional.as_ref().unwrap_or(&self.surviving);
        let pool = self.era.pool as f64;
        let mut sums = [0.0; 4];
        for source in &law.sources {
            let weight = source.weight();
            for (i, weight) in weight.iter().enumerate() {
                let parts = [1.0, source.error[i], source.count[i] / pool, source.accepted[i]];
                for (sum, part) in sums.iter_mut().zip(parts) {
                    *sum += weight * part;
                }
            }
        }
        let [total, error, wrong, accepted] = sums;
        let mean_error = error / total;
        let variance: f64 = law
            .sources
            .iter()
            .map(|source| {
                source.weight().iter().zip(source.error).map(|(w, e)| w * (e - mean_error).powi(2)).sum::<f64>()
            })
            .sum();
        let counts =
            LEVELS.map(|level| super::quantile::count(&law.panels, &law.sources, level * total, &mut self.rules));
        GenerationPoint {
            survival: self.survival,
            failed: self.failed,
            mean_error,
            sd_error: (variance / total).sqrt(),
            reach: self.reach(law, total, mean_error),
            quantiles: counts.map(|count| (self.era.at)(count as f64 / pool).error),
            mean_wrong: wrong / total,
            mean_yield: accepted / total,
        }
    }

    /// Distance from `mean` that the error rate exceeds with probability [`BEYOND_REACH`] at most; rounded up to whole intervals.
    fn reach(&self, law: &DensityLaw, total: f64, mean: f64) -> f64 {
        let least = 0.5 * BEYOND_REACH * total;
        let weighted = |source: &QuadratureSource| (source.weight().iter().sum::<f64>(), (source.first, source.last));
        let low = quantile_above(law.sources.iter().map(weighted), least).map(|(first, _)| first);
        let high = quantile_above(law.sources.iter().rev().map(weighted), least).map(|(_, last)| last);
        let error = |count: u64| (self.era.at)(count as f64 / self.era.pool as f64).error;
        [low, high].into_iter().flatten().map(|count| (error(count) - mean).abs()).fold(0.0, f64::max)
    }

    /// E[f(share of wrong beliefs); T > g] of an `f` as smooth as the law of one generation.
    pub fn expected(&self, f: impl Fn(f64) -> f64) -> f64 {
        let pool = self.era.pool as f64;
        let part = |source: &QuadratureSource| -> f64 {
            let weights = source.weight();
            weights.iter().zip(source.count).filter(|(w, _)| **w > 0.0).map(|(w, count)| w * f(count / pool)).sum()
        };
        self.surviving.sources.iter().map(part).sum()
    }

    /// Error rate and probability of each interval of the loop that has not failed yet, rising.
    pub fn levels(&self) -> (Vec<f64>, Vec<f64>) {
        let total = self.surviving.total();
        self.surviving
            .sources
            .iter()
            .map(|source| {
                let weight = source.weight();
                let mass: f64 = weight.iter().sum();
                let error: f64 = weight.iter().zip(source.error).map(|(w, e)| w * e).sum();
                (error / mass, mass / total)
            })
            .filter(|(_, probability)| *probability > 0.0)
            .unzip()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::binomial;

    /// The bench chain of a loop with amplifying mistakes.
    struct Bench {
        draws: u64,
        start: u64,
        growth: f64,
        fresh: f64,
        accumulates: bool,
    }

    impl Bench {
        fn q(&self, x: f64) -> f64 {
            let shown = self.growth * x + self.fresh;
            self.fresh + (1.0 - self.fresh) * self.growth * x * 0.7 / (1.0 - 0.3 * shown.min(1.0))
        }
    }

    impl CountLoop for Bench {
        fn draws(&self) -> u64 {
            self.draws
        }
        fn start(&self) -> u64 {
            self.start
        }
        fn accumulates(&self) -> bool {
            self.accumulates
        }
        fn settles_at(&self) -> Option<u64> {
            Some(0)
        }
        fn stage(&self, generation: u64) -> LoopEra<'_> {
            let pool = if self.accumulates { self.draws * (generation + 1) } else { self.draws };
            let at = |x: f64| ChainState {
                error: x,
                accepted: 1.0,
                next: Some(self.q(x).min(1.0)),
                doubt: f64::EPSILON,
                failed: false,
            };
            LoopEra { pool, failing: pool.div_ceil(2), at: Box::new(at) }
        }
    }

    /// (S, P(T ≤ g), mean, sd) by generation, count by count.
    fn direct(run: &Bench, generations: u64) -> Vec<[f64; 4]> {
        let mut era = run.stage(0);
        let mut laws = [vec![0.0; era.pool as usize + 1], vec![0.0; era.pool as usize + 1]];
        laws[0][run.start as usize] = 1.0;
        laws[1][run.start as usize] = 1.0;
        let (mut failed, mut rows) = (0.0, Vec::new());
        for g in 0..=generations {
            let mean: f64 = laws[1].iter().enumerate().map(|(i, p)| i as f64 * p).sum();
            let square: f64 = laws[1].iter().enumerate().map(|(i, p)| (i as f64 - mean).powi(2) * p).sum();
            let pool = era.pool as f64;
            rows.push([laws[0].iter().sum(), failed, mean / pool, square.sqrt() / pool]);
            let next_era = run.stage(g + 1);
            laws = laws.map(|law| {
                let mut next = vec![0.0; next_era.pool as usize + 1];
                for (i, &p) in law.iter().enumerate().filter(|(_, p)| **p > 1e-60) {
                    let q = run.q(i as f64 / era.pool as f64).min(1.0);
                    let held = if run.accumulates { i } else { 0 };
                    let (low, high) = binomial::window(run.draws, q, 1e-60);
                    let mut row = vec![0.0; (high - low + 1) as usize];
                    binomial::fill(low, run.draws, q, &mut row);
                    for (next, weight) in next[held + low as usize..].iter_mut().zip(row) {
                        *next += p * weight;
                    }
                }
                next
            });
            era = next_era;
            failed += laws[0][era.failing as usize..].iter().sum::<f64>();
            laws[0][era.failing as usize..].fill(0.0);
        }
        rows
    }

    fn compare(run: &Bench, generations: u64) {
        let mut propagation = DensityPropagation::new(run).unwrap();
        let mut worst = [0.0_f64; 5];
        for (g, [survival, failed, mean, sd]) in direct(run, generations).into_iter().enumerate() {
            if g > 0 {
                propagation.advance().unwrap();
            }
            let point = propagation.point();
            let off = |a: f64, b: f64| if a == b { 0.0 } else { (a / b - 1.0).abs() };
            worst[0] = worst[0].max((point.survival - survival).abs());
            if failed > 1e-40 {
                worst[1] = worst[1].max(off(point.failed, failed));
            }
            if survival > 1e-30 {
                worst[2] = worst[2].max(off(propagation.surviving.total(), survival));
            }
            worst[3] = worst[3].max(off(point.mean_wrong, mean));
            worst[4] = worst[4].max((point.sd_error - sd).abs() / (sd + 1e-3));
            assert!((point.survival - survival).abs() <= propagation.error() + 1e-14, "the bound fails at {g}");
        }
        println!(
            "N {} growth {} fresh {} acc {}: |ΔS| {:.1e}, failed {:.1e}, survives {:.1e}, mean {:.1e}, sd {:.1e}; bound {:.1e}, {} intervals",
            run.draws,
            run.growth,
            run.fresh,
            run.accumulates,
            worst[0],
            worst[1],
            worst[2],
            worst[3],
            worst[4],
            propagation.error(),
            propagation.intervals()
        );
        assert!(
            worst[0] < 1e-11 && worst[1] < 1e-9 && worst[2] < 1e-9 && worst[3] < 1e-11 && worst[4] < 1e-9,
            "{worst:?}"
        );
    }

    #[test]
    fn agrees_with_sums_over_counts() {
        for (draws, growth, fresh, start, generations, accumulates) in [
            (200, 1.6, 0.001, 0, 60, false),
            (1000, 1.6, 0.001, 0, 60, false),
            (10_000, 1.6, 0.001, 0, 40, false),
            (10_000, 1.4, 1e-5, 0, 60, false),
            (10_000, 1.2, 0.0, 3, 60, false),
            (5_000, 1.3, 0.02, 0, 60, false),
            (30_000, 1.6, 1e-6, 2, 40, false),
            (2000, 1.6, 0.01, 0, 12, true),
            (1000, 1.6, 1e-4, 0, 12, true),
        ] {
            compare(&Bench { draws, start, growth, fresh, accumulates }, generations);
        }
    }

    #[test]
    #[ignore = "minutes in a debug build; run by hand"]
    fn agrees_with_sums_over_a_hundred_thousand_counts() {
        compare(&Bench { draws: 100_000, start: 0, growth: 1.6, fresh: 0.001, accumulates: false }, 40);
    }

    #[test]
    fn a_billion_examples() {
        for (draws, fresh) in [(1_000_000, 1e-3), (1_000_000_000, 1e-3), (1_000_000_000, 2e-9)] {
            let run = Bench { draws, start: 0, growth: 1.6, fresh, accumulates: false };
            let mut propagation = DensityPropagation::new(&run).unwrap();
            let mut field = 0.0;
            for _ in 0..40 {
                let point = propagation.point();
                assert!(point.quantiles[0] <= point.quantiles[1] && point.quantiles[1] <= point.quantiles[2]);
                if fresh > 1e-6 {
                    // The law is concentrated, so that its mean follows the mean field.
                    assert!((point.mean_wrong - field).abs() <= 0.2 * field + 1e-12, "{} {field}", point.mean_wrong);
                }
                field = run.q(field).min(1.0);
                propagation.advance().unwrap();
            }
            let unconditional = propagation.unconditional.as_ref().unwrap_or(&propagation.surviving).total();
            assert!(
                (unconditional - 1.0).abs() < 1e-10 && propagation.error() < 1e-9,
                "{unconditional} {}",
                propagation.error()
            );
        }
    }
}
