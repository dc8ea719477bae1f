//! Where the counts of one generation go: the density of the next count, as a sum over sources.

use crate::analytic::elimination::simd::{SimdTask, run_simd};
use crate::analytic::tolerances::{LARGE_SUM, LOST_SUM, SKIPPED_SOURCE, SMALL_SUM};

use super::chebyshev::ChebyshevNodes;
use super::gram::ORDER;
use super::kernel::{BinomialDraws, exponentials};
use super::quadrature_source::{QuadratureSource, QuadratureStage};

/// Sources that are looked at together.
const BLOCK: usize = 16;

/// The density of the next count, up to the window outside which there is nothing.
pub struct ArrivalDensity<'a> {
    sources: &'a [QuadratureSource],
    draws: BinomialDraws,
    held: bool,
    centre: Vec<Centre>,
    reach: Vec<Reach>,
    /// Reach of every BLOCK neighbouring sources.
    blocks: Vec<Reach>,
    /// Smallest and largest next count.
    pub window: (u64, u64),
    /// Scratch: what the blocks contribute at most, and the sources that matter.
    scores: Vec<f64>,
    chosen: Vec<usize>,
}

#[derive(Debug, Clone, Copy)]
struct Centre {
    log_weight: f64,
    count: f64,
    mean: f64,
}

/// What no node of a source exceeds.
#[derive(Debug, Clone, Copy)]
struct Reach {
    log_weight: f64,
    /// Smallest and largest mean of the next count.
    low: f64,
    high: f64,
    variance: f64,
}

impl Reach {
    fn of(source: &QuadratureSource, number: f64, held: bool) -> Self {
        let mut reach = Self { log_weight: f64::NEG_INFINITY, low: f64::INFINITY, high: 0.0, variance: 0.0 };
        for i in 0..ORDER {
            let mean = source.mean[i];
            let next = mean + if held { source.count[i] } else { 0.0 };
            reach.log_weight = reach.log_weight.max(source.log_weight[i]);
            (reach.low, reach.high) = (reach.low.min(next), reach.high.max(next));
            reach.variance = reach.variance.max(mean * (1.0 - mean / number));
        }
        reach
    }

    fn all(reaches: &[Self]) -> Self {
        let nothing = Self { log_weight: f64::NEG_INFINITY, low: f64::INFINITY, high: 0.0, variance: 0.0 };
        reaches.iter().fold(nothing, |all, reach| Self {
            log_weight: all.log_weight.max(reach.log_weight),
            low: all.low.min(reach.low),
            high: all.high.max(reach.high),
            variance: all.variance.max(reach.variance),
        })
    }

    /// At least the logarithm of any node's contribution, by Bernstein's inequality.
    fn most(&self, count: f64) -> f64 {
        let away = (count - self.high).max(self.low - count).max(0.0);
        self.log_weight - away * away / (2.0 * (self.variance + away / 3.0) + f64::MIN_POSITIVE)
    }
}

impl<'a> ArrivalDensity<'a> {
    /// `total` is the sum of all weights; what arrives below e^−`cut` of it is left out.
    pub fn new(sources: &'a [QuadratureSource], stage: &QuadratureStage<'_>, total: f64, cut: f64) -> Self {
        let draws = BinomialDraws::new(stage.draws as u64);
        let number = draws.number();
        let middle = |source: &QuadratureSource| {
            if source.last - source.first < ORDER as u64 { heaviest(source) } else { ORDER / 2 }
        };
        let centre: Vec<Centre> = sources
            .iter()
            .map(|source| {
                let at = middle(source);
                Centre {
                    log_weight: source.log_weight[at],
                    count: if stage.held { source.count[at] } else { 0.0 },
                    mean: source.mean[at],
                }
            })
            .collect();
        let reach: Vec<Reach> = sources.iter().map(|source| Reach::of(source, number, stage.held)).collect();
        let blocks: Vec<Reach> = reach.chunks(BLOCK).map(Reach::all).collect();
        let window = window(sources, stage, total, cut);
        Self {
            sources,
            draws,
            held: stage.held,
            scores: vec![0.0; blocks.len()],
            centre,
            reach,
            blocks,
            window,
            chosen: Vec::new(),
        }
    }

    /// Logarithm of the density at a real count.
    pub fn log(&mut self, count: f64) -> f64 {
        let Some((best, exact)) = self.best(count) else { return f64::NEG_INFINITY };
        let least = if exact.is_finite() { exact - SKIPPED_SOURCE } else { best - 3.0 * SKIPPED_SOURCE };
        self.chosen.clear();
        for (block, _) in self.scores.iter().enumerate().filter(|(_, score)| **score >= least) {
            let begin = block * BLOCK;
            let reaches = self.reach[begin..].iter().take(BLOCK).enumerate();
            self.chosen.extend(reaches.filter(|(_, reach)| reach.most(count) >= least).map(|(i, _)| begin + i));
        }
        let mut offset = if exact.is_finite() { exact } else { best };
        let mut sum = self.sum(count, offset);
        // The sum is a number unless the offset was far off: then it tells by how much.
        for _ in 0..8 {
            if sum > LARGE_SUM {
                offset += 500.0;
            } else if sum < SMALL_SUM && !exact.is_finite() {
                offset -= 400.0;
            } else {
                break;
            }
            sum = self.sum(count, offset);
        }
        if sum > LOST_SUM { offset + sum.ln() + self.front(count) } else { f64::NEG_INFINITY }
    }

    /// Scores the blocks; the highest score of a source in the best block, and what its centre contributes.
    fn best(&mut self, count: f64) -> Option<(f64, f64)> {
        for (score, block) in self.scores.iter_mut().zip(&self.blocks) {
            *score = block.most(count);
        }
        let highest = |scores: &mut dyn Iterator<Item = f64>| {
            scores.enumerate().fold(None, |best: Option<(usize, f64)>, (i, score)| match best {
                Some((_, most)) if most >= score => best,
                _ => Some((i, score)),
            })
        };
        let (block, _) = highest(&mut self.scores.iter().copied())?;
        let begin = block * BLOCK;
        let (inside, score) = highest(&mut self.reach[begin..].iter().take(BLOCK).map(|reach| reach.most(count)))?;
        Some((score, self.centre_log(count, self.centre.get(begin + inside)?)))
    }

    fn sum(&self, count: f64, offset: f64) -> f64 {
        run_simd(Sum { arrivals: self, count, offset })
    }

    /// What the centre contributes, up to the factor that all share.
    fn centre_log(&self, count: f64, centre: &Centre) -> f64 {
        let hits = count - centre.count;
        if !self.held && hits > 0.0 && hits < self.draws.number() {
            centre.log_weight - self.draws.deviance(hits, centre.mean)
        } else {
            centre.log_weight + self.draws.log_probability(hits, centre.mean)
        }
    }

    /// The factor that all sources share.
    fn front(&self, count: f64) -> f64 {
        let inside = count > 0.0 && count < self.draws.number();
        if self.held || !inside { 0.0 } else { self.draws.front(count) }
    }

    #[inline(always)]
    fn contribution(&self, count: f64, source: &QuadratureSource, offset: f64) -> f64 {
        let inside = count > 0.0 && count < self.draws.number();
        if !self.held && inside {
            return self.draws.weigh(count, &source.log_weight, &source.mean, offset);
        }
        let logs: ChebyshevNodes = std::array::from_fn(|i| {
            let hits = if self.held { count - source.count[i] } else { count };
            source.log_weight[i] + self.draws.log_probability(hits, source.mean[i]) - offset
        });
        exponentials(&logs).iter().zip(logs).filter(|(_, log)| *log > -700.0).map(|(e, _)| e).sum()
    }
}

/// What the chosen sources contribute to a count.
struct Sum<'a, 'b> {
    arrivals: &'a ArrivalDensity<'b>,
    count: f64,
    offset: f64,
}

impl SimdTask for Sum<'_, '_> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let Self { arrivals, count, offset } = self;
        let mut sum = 0.0;
        for &i in &arrivals.chosen {
            sum += arrivals.contribution(count, &arrivals.sources[i], offset);
        }
        sum
    }
}

fn heaviest(source: &QuadratureSource) -> usize {
    (0..ORDER).fold(0, |best, i| if source.log_weight[i] > source.log_weight[best] { i } else { best })
}

/// Counts outside of which less than e^−`cut` of the whole arrives, by Bernstein's inequality.
fn window(sources: &[QuadratureSource], stage: &QuadratureStage<'_>, total: f64, cut: f64) -> (u64, u64) {
    let (mut low, mut high) = (f64::INFINITY, 0.0_f64);
    let spare = cut + (2.0 * (ORDER * sources.len()) as f64).ln() - total.ln();
    for source in sources {
        for i in 0..ORDER {
            let log = source.log_weight[i] + spare;
            if log <= 0.0 {
                continue;
            }
            let mean = source.mean[i];
            let variance = mean * (1.0 - mean / stage.draws);
            let reach = log / 3.0 + (log * log / 9.0 + 2.0 * log * variance.max(0.0)).sqrt();
            let held = if stage.held { source.count[i] } else { 0.0 };
            low = low.min(held + (mean - reach).max(0.0));
            high = high.max(held + (mean + reach).min(stage.draws));
        }
    }
    (low.min(high).floor() as u64, high.ceil() as u64)
}
